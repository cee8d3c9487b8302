"""Who plays in the demo: institutions, their people, and the logins that visitors get."""

from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db.models import Count, Q

from common.enums import Mode
from demo_fund.keepers import ADMINISTRATORS_OF_THE_DEMO, administrators, agreed
from demo_fund.places import BANKS, TRUST_BANKS
from logins.selectors import device_of
from logins.services.second_factor import device_for
from parties.enums import InstitutionKind, Role
from parties.models import Enterprise, Institution, Member, RightsChange, User
from parties.selectors import system_member
from parties.services.institutions import admit_bank, enter_institution
from parties.services.members import propose_login
from risk.models import GuaranteeFee

PASSWORD = "quanzhou-demo-2026"
HANDLER_ROLES, CHECKER_ROLES = (Role.HANDLER,), (Role.CHECKER, Role.ADMIN)
SURNAMES = "陈林黄张吴李王蔡郑许苏洪庄施颜曾杨郭谢叶"
GIVEN = ("志强", "丽珍", "建军", "雅婷", "文彬", "秀兰", "伟杰", "淑芬", "俊明", "晓燕", "国栋", "美玲")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An institution that the city enters when the fund begins."""

    code: str
    kind: InstitutionKind
    name: str
    short_name: str


NEWCOMERS = (
    *(Newcomer(code, InstitutionKind.BANK, name, short) for code, name, short in BANKS),
    Newcomer("rongzi", InstitutionKind.GUARANTOR, "泉州市刺桐融资担保有限责任公司", "刺桐担保"),
    Newcomer("xintuo", InstitutionKind.FUND_MANAGER, "海丝国际信托有限公司", "海丝信托"),
    Newcomer("chuzi", InstitutionKind.CONTRIBUTOR, "泉州市产业股权投资基金有限公司", "市产业基金"),
)

# Logins with a password, for visitors: (username, institution kind, institution code or district code, is checker, what to look at)
VISITORS = (
    ("gongxin", "city_industry", "", False, "市工信局经办：审核、发布、结算复核"),
    ("gongxin2", "city_industry", "", True, "市工信局复核：拨付复核，提出本局人员的权限事项"),
    ("keji", "city_science", "", False, "市科技局：税务名单导入、研发企业筛选"),
    ("caizheng", "city_treasury", "", False, "市财政局：征求意见、备案"),
    ("caizheng2", "city_treasury", "", True, "市财政局复核"),
    ("jinrongju", "city_finance_office", "", False, "市金融监管局"),
    ("jianguan", "regulator", "", False, "金融监管总局泉州监管分局"),
    ("shishi", "county_industry", "350581", False, "石狮市工信部门经办：初审、县级贴息"),
    ("shishi2", "county_industry", "350581", True, "石狮市工信部门复核"),
    ("jinjiang", "county_industry", "350582", False, "晋江市工信部门经办"),
    ("jinjiang-cz", "county_treasury", "350582", False, "晋江市财政部门"),
    ("citong", "bank", "citong", False, "刺桐银行经办"),
    ("citong2", "bank", "citong", True, "刺桐银行复核"),
    ("anping", "bank", "anping", False, "安平银行经办(较慢的一家)"),
    ("jiuri", "bank", "jiuri", False, "九日山银行经办(熔断后恢复、又熔断的一家，有排队)"),
    ("jiuri2", "bank", "jiuri", True, "九日山银行复核"),
    ("jinshui", "bank", "jinjiang", False, "晋水农商银行经办(警示中的一家，有尽职免责)"),
    ("danbao", "guarantor", "rongzi", False, "刺桐担保经办：审核补偿申请、提请支付"),
    ("danbao2", "guarantor", "rongzi", True, "刺桐担保复核：复核支付"),
    ("xintuo", "fund_manager", "xintuo", False, "海丝信托经办(基金管理人)"),
    ("xintuo2", "fund_manager", "xintuo", True, "海丝信托复核"),
)
WITH_SECOND_FACTOR = "jinrongju"  # the one visitor whose login asks for a code too
SECOND_FACTOR_KEY = "51756a5a686f7546756e6444656d6f32303236a5"  # hex; the same in every demo, so that it can be printed
PORTAL_HINT = "企业服务门户(/portal/)：我的申请和贷款、总成本、财政贴息"


class Cast:
    """The members of the demo, found by party: every institution has a handler and a checker, every enterprise one person."""

    def __init__(self) -> None:
        self._members: dict[tuple[str, str], Member] = {}

    @cached_property
    def system(self) -> Member:
        """The member in whose name jobs act."""
        return system_member()

    @cached_property
    def institutions(self) -> dict[str, Institution]:
        """Every institution by its code."""
        return {institution.code: institution for institution in Institution.objects.select_related("district")}

    def of_kind(self, kind: str, district_code: str = "") -> Institution:
        """Return the institution of a kind, in a district for county bureaus."""
        found = (i for i in self.institutions.values() if i.kind == kind)
        return next(i for i in found if not district_code or (i.district is not None and i.district.code == district_code))

    def handler(self, institution: Institution) -> Member:
        """Return the person who prepares things there."""
        return self._member(institution, Role.HANDLER)

    def checker(self, institution: Institution) -> Member:
        """Return the person who checks them."""
        return self._member(institution, Role.CHECKER)

    def person_of(self, enterprise: Enterprise) -> Member:
        """Return the enterprise's own person."""
        key = ("enterprise", enterprise.credit_code)
        if key not in self._members:
            self._members[key] = Member.objects.select_related("enterprise", "user").get(enterprise=enterprise)
        return self._members[key]

    def _member(self, institution: Institution, role: Role) -> Member:
        key = (institution.code, role.value)
        if key not in self._members:
            members = Member.objects.select_related("institution__district", "user")
            self._members[key] = members.filter(institution=institution, roles__contains=[role]).order_by("pk")[:1].get()
        return self._members[key]


def enter_institutions(cast: Cast, *, from_on: date, at: datetime) -> None:
    """Enter banks, guarantor, trust company and contributor, admit the banks to the fund, and appoint who agrees to everybody's rights."""
    administrators(at=at)
    document = f"泉工信〔{from_on.year}〕8号"
    for newcomer in NEWCOMERS:
        institution = enter_institution(
            kind=newcomer.kind, name=newcomer.name, short_name=newcomer.short_name, code=newcomer.code, actor=cast.system, at=at
        )
        if newcomer.kind == InstitutionKind.BANK:
            modes = (Mode.SPECIAL, Mode.TRUST) if newcomer.code in TRUST_BANKS else (Mode.SPECIAL,)
            for mode in modes:
                admit_bank(bank=institution, mode=mode, from_on=from_on, document_number=document, actor=cast.system, at=at)


def appoint_people(*, from_on: date, at: datetime, half: int) -> None:
    """Give every second institution a handler and a checker; the halves may be played beside each other."""
    visitors = {_visitor_key(kind, place, is_checker): username for username, kind, place, is_checker, _ in VISITORS}
    institutions = Institution.objects.exclude(kind=InstitutionKind.FUND_OFFICE).select_related("district").order_by("pk")
    for index, institution in list(enumerate(institutions))[half::2]:
        for is_checker, roles in ((False, HANDLER_ROLES), (True, CHECKER_ROLES)):
            place = institution.district.code if institution.district else institution.code
            username = visitors.get(_visitor_key(institution.kind, place, is_checker))
            name = f"{SURNAMES[(index * 2 + is_checker) % len(SURNAMES)]}{GIVEN[(index * 5 + is_checker * 3) % len(GIVEN)]}"
            login = username or f"{institution.code}-{'b' if is_checker else 'a'}"
            phone = f"199{index * 2 + is_checker:08d}"
            appoint(institution, username=login, name=name, phone=phone, roles=roles, from_on=from_on, at=at)


def let_visitors_in() -> None:
    """Give the people that visitors act as their password."""
    names = [username for username, *_ in (*VISITORS, *ADMINISTRATORS_OF_THE_DEMO)]
    User.objects.filter(username__in=names).update(password=_encoded_password())


def appoint_person_of(enterprise: Enterprise, *, number: int, from_on: date, at: datetime) -> Member:
    """Give an enterprise its person."""
    name = f"{SURNAMES[number % len(SURNAMES)]}{GIVEN[number * 7 % len(GIVEN)]}"
    phone = f"198{number:08d}"
    return appoint(enterprise, username=f"qy{number:03d}", name=name, phone=phone, roles=(Role.HANDLER,), from_on=from_on, at=at)


def appoint(
    house: Institution | Enterprise, *, username: str, name: str, phone: str, roles: Sequence[Role], from_on: date, at: datetime
) -> Member:
    """Open a login and appoint its person, as the operator's administrators agree."""

    def propose(actor: Member) -> RightsChange:
        return propose_login(
            house=house, username=username, display_name=name, phone=phone, roles=roles, from_on=from_on, actor=actor, at=at,
            reason="演示",
        )  # fmt: skip

    return agreed(propose, at=at)


def open_enterprise_logins() -> None:
    """
    Let visitors in as two enterprises that have much to see in the portal, whichever the story made of them.

    One whose trust loan bore the most credit-enhancement fees, one with several loans of which one is guaranteed.
    """
    guaranteed = GuaranteeFee.objects.values("guarantee__loan__enterprise")
    by_fees = Enterprise.objects.annotate(found=Count("loans__enhancement_fees")).filter(found__gt=0)
    by_loans = Enterprise.objects.annotate(found=Count("loans")).filter(pk__in=guaranteed)
    chosen = [pk for rows in (by_fees, by_loans) for pk in rows.order_by("-found", "pk").values_list("pk", flat=True)[:1]]
    User.objects.filter(memberships__enterprise__in=chosen).update(password=_encoded_password())


def enrol_visitor() -> None:
    """Give one visitor a second factor, for everybody to try."""
    user = User.objects.get(username=WITH_SECOND_FACTOR)
    if device_of(user) is None:
        device_for(user, secret=bytes.fromhex(SECOND_FACTOR_KEY)).save()


def second_factor_secret() -> str:
    """Return the secret of the visitor who has a second factor, as an authenticator takes it; empty where there is none yet."""
    user = User.objects.filter(username=WITH_SECOND_FACTOR).first()
    device = device_of(user) if user is not None else None
    return b32encode(device.bin_key).decode() if device is not None else ""


def visitor_logins() -> list[tuple[str, str, str]]:
    """Return (login, whom it acts for, what to look at) of every login that a visitor can use."""
    hints = {username: hint for username, *_, hint in (*ADMINISTRATORS_OF_THE_DEMO, *VISITORS)}
    enterprises = Q(enterprise__isnull=False) & ~Q(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    members = (
        Member.objects.filter(Q(user__username__in=hints) | enterprises).select_related("user", "institution", "enterprise").order_by("pk")
    )
    rows = {member.user.username: member for member in members if member.user}
    people = [(username, str(rows[username].institution), hint) for username, hint in hints.items() if username in rows]
    portal = [(username, str(one.enterprise), PORTAL_HINT) for username, one in rows.items() if username not in hints]
    return people + portal


def _visitor_key(kind: str, place: str, is_checker: bool) -> tuple[str, str, bool]:
    city_wide = {"city_industry", "city_science", "city_treasury", "city_finance_office", "regulator"}
    return kind, "" if kind in city_wide else place, is_checker


@cache
def _encoded_password() -> str:
    """Return the visitors' password as it is stored; hashing is slow on purpose, so once for all of them."""
    return make_password(PASSWORD)
