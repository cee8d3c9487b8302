"""Programs on screen: opened by administrators for their own house, the secret shown once, everything in the history."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from api.enums import Scope, UploadKind
from api.models import ApiClient, Webhook, WebhookMessage
from api.services.uploads import take_upload
from api.upload_rows import read_file
from common.admin.display_values import list_of, page_of
from parties.models import Institution, Member, RightsChange
from parties.services.handovers import link_token, use_handover
from tests.api.caller import IssuedSecret, issued, token_of
from tests.factories import InstitutionFactory, MemberFactory
from tests.rights import administrator, agreed, handed_over

Login = Callable[[Member], Client]


@pytest.fixture
def bank(db: None) -> Institution:
    return InstitutionFactory(name="泉州银行股份有限公司", short_name="泉州银行", code="qzb")


@pytest.fixture
def own_admin(bank: Institution) -> Member:
    return MemberFactory(institution=bank, admin=True, name="黄管理")


def address(case: Any, name: str) -> str:
    return f"{page_of(case).removesuffix('change/')}do/{name}/"


NEW = f"{list_of(ApiClient)}new/open/"


def form_of(bank: Institution, **given: Any) -> dict[str, Any]:
    asked = {
        "institution": bank.pk,
        "name": "信贷核心系统",
        "scopes": ["read", "money"],
        "networks": "10.1.2.0/24\n",
        "requests_per_minute": 600,
    }
    return asked | {"client_id": "a" * 24, "reason": "联调完成"} | given


def waiting() -> RightsChange:
    """Return the change that waits for the security administrator."""
    return RightsChange.objects.get(state="proposed")


def opened(browser: Client, bank: Institution) -> ApiClient:
    """Return a program that the house proposed on screen, and that two persons agreed to, with its secret taken."""
    browser.post(NEW, form_of(bank))
    handed_over(waiting(), at=timezone.now())
    return ApiClient.objects.get()


def seen_by(browser: Client, url: str) -> str:
    """Return the mark that a form carries."""
    found = re.search(r'name="seen" value="([^"]*)"', browser.get(url).content.decode())
    assert found is not None
    return found[1]


def offered(browser: Client, case: Any) -> set[str]:
    return set(re.findall(r"/do/([a-z-]+)/", browser.get(page_of(case)).content.decode()))


def test_an_administrator_alone_opens_nothing(bank: Institution, own_admin: Member, login: Login) -> None:
    InstitutionFactory(name="别的银行")
    browser = login(own_admin)
    assert "别的银行" not in browser.get(NEW).content.decode()
    answer = browser.post(NEW, form_of(bank))
    assert (answer.status_code, ApiClient.objects.count()) == (302, 0)
    change = waiting()
    for step in ("confirm", "refuse"):
        assert browser.post(address(change, step), {"reason": "x"}).status_code == 403
    again = browser.post(NEW, form_of(bank), follow=True)  # the page sent again is the first, and says so
    assert "同样的内容已于" in again.content.decode()
    assert (RightsChange.objects.count(), ApiClient.objects.count()) == (1, 0)


def test_two_persons_open_a_program_and_neither_sees_the_secret(bank: Institution, own_admin: Member, login: Login) -> None:
    browser, keeper = login(own_admin), login(administrator("security"))
    browser.post(NEW, form_of(bank))
    change = waiting()
    mine, others = (one.get(page_of(change)).content.decode() for one in (browser, keeper))
    link = re.search(r"/handover/[^\s<]+", mine)
    assert link is not None
    assert "/handover/" not in others
    shown = keeper.post(address(change, "confirm"))
    code = re.search(r"<dt>交接码</dt><dd><code>([A-Z0-9]+)</code>", shown.content.decode())
    assert code is not None
    assert (shown.status_code, "no-store" in shown["Cache-Control"]) == (200, True)
    assert all(code[1] not in one.get(page_of(change)).content.decode() for one in (browser, keeper))
    taken = Client().post(link[0], {"code": code[1]})
    secret = re.search(r"<dt>密钥</dt><dd><code>([^<]+)</code>", taken.content.decode())
    assert secret is not None
    client = ApiClient.objects.get()
    assert (client.scopes, client.networks, client.member.institution) == (["read", "money"], ["10.1.2.0/24"], bank)
    assert token_of(IssuedSecret(client=client, client_id=client.application.client_id, secret=secret[1]))
    assert Client().post(link[0], {"code": code[1]}).status_code == 403


def test_both_secrets_open_the_interface_while_it_is_renewed(bank: Institution, own_admin: Member, login: Login) -> None:
    browser = login(own_admin)
    client = opened(browser, bank)
    url = address(client, "renew")
    seen = seen_by(browser, url)
    browser.post(url, {"days": 7, "reason": "到期更换", "seen": seen})
    assert client.secrets.count() == 1
    handed_over(waiting(), at=timezone.now())
    assert client.secrets.filter(ends_at__isnull=False).count() == 1
    refused = browser.post(url, {"days": 7, "reason": "x", "seen": seen_by(browser, url)})
    assert (refused.status_code, "已有两个有效密钥" in refused.content.decode()) == (409, True)
    browser.post(address(client, "end-old"))
    assert client.secrets.filter(ends_at__isnull=True).count() == 1
    stale = browser.post(url, {"days": 7, "reason": "x", "seen": seen})
    assert (stale.status_code, "已经变动" in stale.content.decode()) == (409, True)


def test_every_step_is_in_the_history_in_chinese(bank: Institution, own_admin: Member, login: Login) -> None:
    browser = login(own_admin)
    client = opened(browser, bank)
    for step, given in (("change", {"scopes": ["read"], "networks": "", "requests_per_minute": 100}), ("renew", {"days": 0})):
        url = address(client, step)
        assert browser.post(url, given | {"reason": "调整", "seen": seen_by(browser, url)}).status_code == 302
        change = waiting()
        _, code = agreed(change, at=timezone.now())
        if code:
            use_handover(token=link_token(change), code=code, password="", at=timezone.now())
    browser.post(address(client, "close"), {"reason": "系统下线"})
    page = browser.get(page_of(client)).content.decode()
    for words in ("开通接口程序", "修改接口权限", "更换接口密钥", "停用接口程序", "系统下线", "黄管理"):
        assert words in page, words
    assert "client." not in re.sub(r'(href|name|action|id)="[^"]*"', "", page)
    assert offered(browser, client) == set()


def test_who_finds_and_does_what(bank: Institution, own_admin: Member, login: Login) -> None:
    client = issued(bank).client
    system = login(administrator("system"))
    assert offered(system, client) == {"renew", "change", "end-old", "close"}
    assert system.post(NEW, form_of(bank, requests_per_minute=5000)).status_code == 302
    assert offered(login(administrator("security")), client) == {"end-old", "close"}
    city = login(MemberFactory.serving("city_industry", admin=True))
    assert (city.get(page_of(client)).status_code, offered(city, client), city.get(NEW).status_code) == (200, set(), 403)
    plain = login(MemberFactory(institution=bank))
    assert (plain.get(page_of(client)).status_code, offered(plain, client)) == (200, set())
    assert plain.get(NEW).status_code == plain.post(address(client, "renew"), {"days": 7}).status_code == 403
    other = login(MemberFactory(institution=InstitutionFactory(), admin=True))
    assert other.get(page_of(client)).status_code == other.post(address(client, "close"), {"reason": "x"}).status_code == 404
    own = login(own_admin)
    refused = own.post(NEW, form_of(bank, client_id="b" * 24, requests_per_minute=5000))
    assert (refused.status_code, "由系统运行单位提出" in refused.content.decode()) == (409, True)
    assert login(MemberFactory.serving("city_treasury", admin=True)).get(list_of(ApiClient)).status_code == 403


@pytest.mark.parametrize(("field", "value"), [("networks", "10.1.2.300"), ("scopes", []), ("name", ""), ("client_id", "x")])
def test_what_cannot_stand_is_refused(bank: Institution, own_admin: Member, login: Login, field: str, value: Any) -> None:
    assert login(own_admin).post(NEW, form_of(bank, **{field: value})).status_code == 409
    assert not ApiClient.objects.exists()


def test_troubled_deliveries_are_shown_and_a_disabled_subscription_is_enabled_again(
    bank: Institution, own_admin: Member, login: Login
) -> None:
    client, now = issued(bank).client, timezone.now()
    webhook = Webhook.objects.create(
        client=client, url="https://hooks.bank.example/x", transaction=1, created_at=now, failing_since=now, disabled_at=now
    )
    WebhookMessage.objects.create(
        webhook=webhook, event=7, object_id="x", body="{}", attempts=9, due_at=now + timedelta(days=1), last_error="接收地址返回 500。"
    )
    browser = login(own_admin)
    page = browser.get(page_of(client)).content.decode()
    assert all(words in page for words in ("事件推送已停用", "接收地址返回 500。", "https://hooks.bank.example/x"))
    assert "enable-webhook" in offered(browser, client)
    assert browser.post(address(client, "enable-webhook"), {"webhook": webhook.pk}).status_code == 302
    webhook.refresh_from_db()
    assert webhook.disabled_at is None
    assert WebhookMessage.objects.get().due_at < now + timedelta(hours=1)
    assert "恢复事件推送" in browser.get(page_of(client)).content.decode()
    assert "enable-webhook" not in offered(browser, client)


def test_uploads_are_shown_with_their_progress(bank: Institution, own_admin: Member, login: Login) -> None:
    client = issued(bank).client
    asked = {"client": client, "kind": UploadKind.REPAYMENT, "check_only": True, "work": lambda pk: None}
    take_upload(file=read_file(b"{}\n{}\n{}", "ndjson", kind="repayment"), at=timezone.now(), **asked)
    page = login(own_admin).get(page_of(client)).content.decode()
    assert "（只校验）" in page
    assert ">3<" in re.sub(r"\s", "", page)


def run(*words: str) -> str:
    said = StringIO()
    call_command("api_client", *words, stdout=said)
    return said.getvalue()


def test_the_command_proposes_lists_and_closes(bank: Institution) -> None:
    made = run("open", "qzb", "批量系统", "--scope", "read", "--scope", "money", "--network", "10.9.0.0/16", "--rate", "1200")
    assert "待安全管理员在系统内确认" in made
    assert not ApiClient.objects.exists()
    secret = handed_over(waiting(), at=timezone.now())["密钥"]
    client = ApiClient.objects.get()
    number = client.application.client_id
    assert (client.scopes, client.requests_per_minute) == (["read", "money"], 1200)
    assert secret not in run("list", "qzb")
    assert "批量系统" in run("list")
    assert "从未" in run("list")
    run("change", number, "--scope", "read")
    agreed(waiting(), at=timezone.now())
    client.refresh_from_db()
    assert (client.scopes, client.networks) == (["read"], ["10.9.0.0/16"])
    run("renew", number, "--days", "3")
    handed_over(waiting(), at=timezone.now())
    assert client.secrets.count() == 2
    assert "1 个旧密钥" in run("end-old", number)
    run("close", number)
    assert "已停用" in run("list")
    for words in (("open", "nobody", "x"), ("open", "qzb", "x", "--network", "300"), ("close", "nobody"), ("renew", "nobody")):
        with pytest.raises(CommandError):
            run(*words)


def test_a_page_names_number_and_scopes(bank: Institution, own_admin: Member, login: Login) -> None:
    client = issued(bank).client
    page = login(own_admin).get(page_of(client)).content.decode()
    assert client.application.client_id in page
    assert all(str(scope.label) in page for scope in Scope)
