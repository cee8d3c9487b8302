"""The operator's three administrators on screen: rights, log, running of the system; no business. And nobody alone changes rights."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.test import Client
from django.urls import reverse

from audit.models import Event
from common.admin.display_values import list_of, page_of
from common.admin.visible import VisibleAdmin
from documents.models import Document
from parties.models import Institution, Member, RightsChange, User
from parties.selectors import operator
from tests.admin.world import World
from tests.factories import InstitutionFactory, MemberFactory, UserFactory
from tests.rights import administrator
from tests.steady import steady as steady

Login = Callable[[Member], Client]
OPEN = {
    "system": {"parties.institution", "parties.member", "parties.rightschange", "api.apiclient", "notices.notice"},
    "security": {"parties.member", "parties.rightschange", "api.apiclient", "notices.notice"},
    "audit": {"audit.event", "notices.notice"},
}


@pytest.mark.usefixtures("steady")
def test_an_administrator_finds_no_business_page(world: World, login: Login) -> None:
    """Whichever institution runs the system: the fund office, or a bureau whose other people see every case."""
    for code in (operator().code, "city-industry"):
        Institution.objects.filter(is_operator=True).update(is_operator=False)
        Institution.objects.filter(code=code).update(is_operator=True)
        for role, pages in OPEN.items():
            assert found_by(login(MemberFactory(institution=operator(), roles=[role]))) == pages


def found_by(browser: Client) -> set[str]:
    """Return the pages that a person finds; of all others neither list, file, case nor step opens."""
    found = set()
    for model, page in admin.site._registry.items():
        assert isinstance(page, VisibleAdmin), model
        route = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        status = browser.get(reverse(f"{route}_changelist")).status_code
        assert browser.get(reverse(f"{route}_export")).status_code == status, model
        if status == 200:
            found.add(model._meta.label_lower)
            continue
        assert status == 403
        case = model._default_manager.first()
        assert case is None or browser.get(page_of(case)).status_code in (403, 404), model
        assert {browser.get(reverse(f"{route}_new", args=[step.name])).status_code for step in page.new_steps} <= {403}, model
    return found


def addresses_of(page: VisibleAdmin) -> Iterator[tuple[str, str]]:
    """Yield every address of a kind of page, with a case that there is put in, and the name of its view."""
    case = page.model._default_manager.first()
    steps = {"new": page.new_steps, "bulk": page.bulk_steps, "do": page.all_steps}
    for pattern in page.get_urls():
        route = str(pattern.pattern).replace("<path:object_id>", quote(str(case.pk if case is not None else 1)))
        route = route.replace("<str:label>", page.model._meta.label_lower)
        route = route.replace("<uuid:owner_id>", str(getattr(case, "public_id", uuid4())))
        taken = steps[str(pattern.name).rpartition("_")[2]] if "<slug:name>" in route else ()  # a door for steps of yet another kind fails
        for name in [step.name for step in taken] or ["none"]:
            yield f"{list_of(page.model)}{route.replace('<slug:name>', name)}", str(pattern.name)


@pytest.mark.usefixtures("steady")
def test_no_address_of_business_opens_for_an_administrator(world: World, login: Login) -> None:
    """Whatever address a page brings along (queues, statements, files, uploads), it is walked with a case that exists."""
    world.paid()
    world.queue()
    closed = [(page, model) for model, page in admin.site._registry.items() if isinstance(page, VisibleAdmin)]
    walked = set()
    for role, pages in OPEN.items():
        browser = login(administrator(role))
        for page, model in closed:
            for address, name in addresses_of(page) if model._meta.label_lower not in pages else ():
                for answer in (browser.get(address), browser.post(address)):
                    away = answer.headers.get("Location", "")  # to the case's page, which is walked too, or to the first page
                    assert answer.status_code in (403, 404, 405) or away.endswith(("/change/", "/admin/")), (role, address)
                walked.add(name)
        paper = Document.objects.first()
        assert paper is not None
        assert browser.get(reverse("document-download", args=[paper.public_id])).status_code == 404
        assert browser.get("/portal/").status_code == 302
        name = world.drawn.enterprise.name
        assert name not in browser.get(reverse("admin:search"), {"s": name[:4]}).content.decode()
        assert browser.get("/admin/loans/").status_code == 404
    assert walked >= {"risk_claim_queue", "ledger_account_statement", "risk_evidencepack_download", "documents_document_attach"}


def test_their_first_page_tells_no_business(login: Login) -> None:
    for role in OPEN:
        page = login(administrator(role)).get(reverse("admin:index")).content.decode()
        assert "基金概况" not in page
        assert ("系统运行" in page) == (role == "system")


def test_the_log_administrator_reads_who_what_and_when_alone(login: Login) -> None:
    login(MemberFactory(admin=True)).post(f"{NEW}login/", asked())
    event = Event.objects.get(verb="rights.proposed")
    browser = login(administrator("audit"))
    for url in (list_of(Event), page_of(event)):
        page = browser.get(url).content.decode()
        assert event.actor_name in page
        assert event.object_label not in page
    assert "变更前" not in browser.get(page_of(event)).content.decode()
    assert login(MemberFactory.serving("city_industry")).get(page_of(event)).content.decode().count("变更前") == 1
    found = browser.get(list_of(Event), {"q": event.object_label}).content.decode()
    assert page_of(event) not in found


@pytest.mark.usefixtures("steady")
def test_a_superuser_gets_in_nowhere(client: Client, db: None) -> None:
    user = UserFactory(is_superuser=True, is_staff=True)
    MemberFactory.serving("city_industry", user=user, checker=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for address in ("/portal/", reverse("admin:index"), reverse("admin:search"), "/admin/loans/"):
        assert client.get(address).status_code == 302, address
    for page in admin.site._registry.values():
        assert isinstance(page, VisibleAdmin)
        assert {client.get(address).status_code for address, _ in addresses_of(page)} == {302}, page


NEW = f"{list_of(RightsChange).replace('rightschange', 'member')}new/"


def asked(**given: Any) -> dict[str, Any]:
    person = {"username": "wangwu", "display_name": "王五", "phone": "13805950009", "roles": ["handler"], "from_on": "2024-01-01"}
    return person | {"reason": "泉工信人〔2024〕1号"} | given


def step(case: Any, name: str) -> str:
    return f"{page_of(case).removesuffix('change/')}do/{name}/"


def test_on_screen_two_persons_open_a_login(login: Login) -> None:
    bank = InstitutionFactory()
    own, keeper = login(MemberFactory(institution=bank, admin=True)), login(administrator("security"))
    assert own.post(f"{NEW}login/", asked()).status_code == 302
    change = RightsChange.objects.get()
    assert not User.objects.filter(username="wangwu").exists()
    assert own.post(step(change, "confirm")).status_code == 403
    assert "权限事项待确认" in keeper.get(reverse("admin:index")).content.decode()
    form = keeper.get(step(change, "confirm")).content.decode()
    assert all(words in form for words in ("变更内容", "泉工信人〔2024〕1号", "13805950009", "经办"))
    shown = keeper.post(step(change, "confirm")).content.decode()
    code = re.search(r"<dt>交接码</dt><dd><code>([A-Z0-9]+)</code>", shown)
    link = re.search(r"/handover/[^\s<]+", own.get(page_of(change)).content.decode())
    assert code is not None
    assert link is not None
    assert "/handover/" not in keeper.get(page_of(change)).content.decode()
    password = "泉州-2024-长口令-x"
    assert Client().post(link[0], {"code": code[1], "password": password, "again": password}).status_code == 200
    member = Member.objects.get(user__username="wangwu")
    assert (member.institution, member.user is not None and member.user.check_password(password)) == (bank, True)


@pytest.mark.parametrize("roles", [["security"], ["audit", "handler"], ["system"]])
def test_no_house_gives_an_administrators_role(login: Login, roles: list[str]) -> None:
    own = login(MemberFactory(admin=True))
    assert own.post(f"{NEW}login/", asked(roles=roles)).status_code == 409
    assert not RightsChange.objects.exists()


def test_a_house_names_no_other_house(login: Login) -> None:
    other, own = InstitutionFactory(), MemberFactory(admin=True)
    login(own).post(f"{NEW}login/", asked(party=other.code))
    assert RightsChange.objects.get().institution == own.institution


def test_an_old_form_of_roles_is_refused_on_screen(login: Login) -> None:
    bank = InstitutionFactory()
    member, keeper = MemberFactory(institution=bank), login(administrator("security"))
    own = login(MemberFactory(institution=bank, admin=True))
    url = step(member, "roles")
    seen = re.search(r'name="seen" value="([^"]*)"', own.get(url).content.decode())
    assert seen is not None
    given = {"seen": seen[1], "reason": "岗位调整"}
    assert own.post(url, given | {"roles": ["viewer"]}).status_code == 302
    keeper.post(step(RightsChange.objects.get(), "confirm"))
    member.refresh_from_db()
    assert member.roles == ["viewer"]
    stale = own.post(url, given | {"roles": ["checker"]})
    assert (stale.status_code, "已经变动" in stale.content.decode()) == (409, True)
    assert own.post(url, {"roles": ["checker"], "reason": "x"}).status_code == 409  # without the mark


def test_the_security_administrator_proposes_nothing(login: Login) -> None:
    keeper = login(administrator("security"))
    assert keeper.get(f"{NEW}login/").status_code == keeper.post(f"{NEW}appoint/", asked()).status_code == 403
    assert not RightsChange.objects.exists()
