"""What the steps of settlement ask for."""

from django import forms

from common.admin.forms import AskingForm, CountInput, DayInput, MomentInput, MoneyInput, PercentInput, StepForm
from common.dates import BEGINS
from common.enums import Category, Mode
from parties.enums import InstitutionKind
from parties.models import Institution
from subsidy.enums import SealedBidKind, TenderState
from subsidy.models import Tender

BANKS = Institution.objects.filter(kind=InstitutionKind.BANK)


class DraftForm(StepForm):
    """A settlement to draft by hand; the job does it on the 21st."""

    bank = forms.ModelChoiceField(label="银行", queryset=BANKS, empty_label="请选择")
    mode = forms.ChoiceField(label="出资模式", choices=Mode.choices)
    year = CountInput(label="年度", min_value=2023, max_value=2100)
    quarter = forms.ChoiceField(label="季度", choices=[(n, f"第{n}季度") for n in (1, 2, 3, 4)])


class FiguresForm(StepForm):
    """The bank's own figures."""

    file = forms.FileField(label="对账文件", help_text="xlsx 或 csv，列：合同编号、贴息金额（元）；可另加按回报利率计息（元）。")


class TenderForm(StepForm):
    """A tender of one loan kind."""

    category = forms.ChoiceField(label="贷款类别", choices=[(kind.value, kind.label) for kind in (Category.FIXED_ASSET, Category.RD)])
    name = forms.CharField(label="名称", max_length=100)
    document_number = forms.CharField(label="文号", max_length=60)
    opened_on = DayInput(days=BEGINS, label="开始日期")
    closes_at = MomentInput(label="投标截止时间", help_text="北京时间。到此刻即截止，登记后只能由两人更正推迟。")
    planned_volume = MoneyInput(label="计划规模", help_text="单位：元；综合利率的默认权重。")

    def prepare(self) -> None:
        """Begin today."""
        self.first(opened_on=self.on)


class BidForm(AskingForm):
    """A bank's bid, sealed as it is put down."""

    is_secret = True

    rate = PercentInput(label="投标利率", help_text="按年利率填写百分数，如 3.85 即 3.85%。")
    volume = MoneyInput(label="投标规模")


class CheckBidForm(StepForm):
    """The checker's own entry of what the maker put down; a withdrawal has nothing to enter."""

    is_secret = True

    rate = PercentInput(label="投标利率", help_text="请按本行批准文件另行录入，百分数，如 3.85 即 3.85%。")
    volume = MoneyInput(label="投标规模", help_text="请按本行批准文件另行录入，单位：元。")

    def prepare(self) -> None:
        """Ask for nothing where a bid is taken back."""
        if self.obj.kind == SealedBidKind.WITHDRAWAL:
            self.fields.clear()


class PaperBidForm(AskingForm):
    """A bid on paper, as it was found at the opening."""

    bank = forms.ModelChoiceField(label="银行", queryset=BANKS, empty_label="请选择")
    rate = PercentInput(label="投标利率", help_text="按年利率填写百分数，如 3.85 即 3.85%。")
    volume = MoneyInput(label="投标规模")
    received_at = MomentInput(label="收件时间", help_text="收件登记簿上的时间，须早于投标截止时间。")
    register_number = forms.CharField(label="收件登记号", max_length=60)
    file = forms.FileField(label="投标书扫描件", help_text="PDF、OFD、JPG 或 PNG，含封套骑缝处。")


class AwardForm(AskingForm):
    """The award of a tender."""

    on = DayInput(label="定标日期")
    result = PercentInput(label="中标利率", required=False, help_text="不填则按投标规模加权平均计算；百分数，如 3.85 即 3.85%。")

    def prepare(self) -> None:
        """Begin with today."""
        self.first(on=self.on)


class DecisionForm(StepForm):
    """The blended rate of all banks."""

    fixed_asset = forms.ModelChoiceField(label="固定资产投资贷款招标", queryset=Tender.objects.none(), empty_label="请选择")
    rd = forms.ModelChoiceField(label="企业研发投入贷款招标", queryset=Tender.objects.none(), empty_label="请选择")
    document_number = forms.CharField(label="决定文号", max_length=60)
    decided_on = DayInput(label="决定日期")
    effective_on = DayInput(days=BEGINS, label="生效日期")
    fixed_asset_weight = MoneyInput(label="固定资产投资贷款权重", required=False, help_text="两项权重都不填时，按计划规模加权。")
    rd_weight = MoneyInput(label="企业研发投入贷款权重", required=False, help_text="须与上一项同时填写。")
    running_loans_from = DayInput(days=BEGINS, label="存量贷款适用自", required=False, help_text="仅当决定明确适用于存量贷款时填写。")

    def prepare(self) -> None:
        """Offer the awarded tenders of each kind."""
        awarded = Tender.objects.filter(state=TenderState.AWARDED).order_by("-awarded_on")
        self.fields["fixed_asset"].queryset = awarded.filter(category=Category.FIXED_ASSET)
        self.fields["rd"].queryset = awarded.filter(category=Category.RD)

    def clean(self) -> dict[str, object]:
        """Take both weights or none."""
        given = super().clean() or {}
        if bool(given.get("fixed_asset_weight")) != bool(given.get("rd_weight")):
            self.add_error("rd_weight", "两项权重须同时填写或同时不填。")
        return given
