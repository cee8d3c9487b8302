"""What the steps of a client ask for."""

import secrets
from ipaddress import ip_network
from typing import Any

from django import forms

from api.enums import Scope
from api.services.clients import CALLING_KINDS, USUAL_RATE, client_subject
from common.admin.forms import CountInput, LongText, StepForm
from parties.admin.forms import RightsForm
from parties.models import Institution
from parties.selectors import keeps_rights

NETWORKS_HELP = "每行一个网段，如 10.1.2.0/24；单个地址写作 10.1.2.3/32。不填为不限来源，只宜用于联调。"
RATE_HELP = f"次。超过 {USUAL_RATE} 次的由系统运行单位提出。"


class Networks(LongText):
    """Networks, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"label": "允许的来源网段", "required": False, "rows": 3, "help_text": NETWORKS_HELP} | options))

    def clean(self, value: Any) -> Any:
        """Return the networks as a list; what is none, the field says."""
        written = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        for one in written:
            try:
                ip_network(one)
            except ValueError:
                raise forms.ValidationError(f"“{one}”不是有效的网段，应如 10.1.2.0/24。") from None
        return written


class AccessForm(StepForm):
    """What a program may do, from where, how often."""

    scopes = forms.MultipleChoiceField(
        label="权限范围", choices=Scope.choices, widget=forms.CheckboxSelectMultiple, help_text="只勾选该系统用得到的范围。"
    )
    networks = Networks()
    requests_per_minute = CountInput(label="每分钟请求上限", min_value=1, max_value=100_000, initial=USUAL_RATE, help_text=RATE_HELP)


class OpenForm(AccessForm):
    """A new program. The hidden number makes a form sent twice one program."""

    institution = forms.ModelChoiceField(label="机构", queryset=Institution.objects.none(), empty_label="请选择")
    name = forms.CharField(label="名称", max_length=60, help_text="便于辨认的系统名称，如“信贷核心系统”。")
    client_id = forms.RegexField(r"^[0-9a-f]{24}$", widget=forms.HiddenInput)
    reason = forms.CharField(label="事由", max_length=300)
    field_order = ("institution", "name", "scopes", "networks", "requests_per_minute", "reason", "client_id")

    def prepare(self) -> None:
        """Offer the person's own institution, or every one to the operator's system administrator."""
        rows = Institution.objects.filter(kind__in=CALLING_KINDS, is_active=True).order_by("name")
        own = self.member.institution
        if not keeps_rights(self.member):
            rows = rows.filter(pk=own.pk)
            self.first(institution=own.pk)
        self.fields["institution"].queryset = rows  # type: ignore[attr-defined]
        self.first(client_id=secrets.token_hex(12))


class ClientForm(RightsForm):
    """A change of a program's rights."""

    @staticmethod
    def subject_of(client: Any) -> str:
        """Return what the program is called among the rights that change."""
        return client_subject(client.application.client_id)


class ChangeForm(ClientForm, AccessForm):
    """A change of what a program may do."""

    reason = forms.CharField(label="事由", max_length=300)
    field_order = ("scopes", "networks", "requests_per_minute", "reason")

    def prepare(self) -> None:
        """Begin with what holds, and the mark of it."""
        super().prepare()
        client = self.obj
        self.first(scopes=client.scopes, networks="\n".join(client.networks), requests_per_minute=client.requests_per_minute)


class RenewForm(ClientForm):
    """How long the old secret goes on."""

    days = CountInput(
        label="旧密钥继续有效", min_value=0, max_value=30, initial=7, help_text="天。期间新旧密钥同时有效，请在此期限内完成更换。"
    )
    reason = forms.CharField(label="事由", max_length=300)


class EnableForm(StepForm):
    """Which subscription to send to again."""

    webhook = forms.ModelChoiceField(label="接收地址", queryset=None, empty_label=None)

    def prepare(self) -> None:
        """Offer those that are disabled."""
        self.fields["webhook"].queryset = self.obj.webhooks.filter(disabled_at__isnull=False)  # type: ignore[attr-defined]
