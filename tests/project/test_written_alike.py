"""Names and numbers that people and programs write are one in either width and case, held by the database, model by model."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, models, transaction

from common.database import sentence_of
from common.fields import TextKey
from parties.models import User
from tests.factories import InstitutionFactory, UserFactory

WIDE = {place: place + 0xFEE0 for place in range(0x21, 0x7F)}
# Unique texts that no person and no program writes, or that a pattern of the database holds to one way of writing.
MADE_HERE = {
    "api.ClientSecret.sha256",
    "api.KeptAnswer.key",
    "api.Reference.object_type",
    "api.Webhook.url",
    "audit.Seal.digest",
    "ledger.Account.code",
    "ledger.Entry.key",
    "loans.Application.number",
    "logins.LoginSession.session_key",
    "logins.RecoveryCode.sha256",
    "logins.Refusal.account",
    "logins.Refusal.address",
    "notices.EmailDelivery.address",
    "notices.Notice.key",
    "parties.Correction.kind",
    "parties.Correction.part",
    "parties.District.code",
    "parties.District.name",
    "parties.RightsChange.subject",
    "risk.Claim.number",
    "risk.ExemptionItem.code",
    "subsidy.Reconciliation.sha256",
    "whitelist.Channel.code",
    "whitelist.ImportFile.sha256",
    "whitelist.StackingRecord.contract_number",
    "whitelist.StackingRecord.project_code",
}
BY_PATTERN = {
    "parties.Enterprise.credit_code",
    "whitelist.Project.code",
    "whitelist.TaxRow.credit_code",
    "whitelist.StackingRecord.credit_code",
}


OWN = {"api", "audit", "documents", "ledger", "loans", "logins", "notices", "parties", "policy", "risk", "subsidy", "whitelist"}


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in OWN and not model._meta.proxy]


def unique_texts(model: type[models.Model]) -> Iterator[str]:
    """Yield the texts of free choice that are unique, alone or with others."""
    named = [[field.name] for field in model._meta.fields if field.unique and not field.primary_key]
    named += [list(rule.fields) for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint) and rule.fields]
    for name in {name for names in named for name in names}:
        field = model._meta.get_field(name)
        if isinstance(field, models.CharField | models.TextField) and not field.choices:
            yield name


def keyed(model: type[models.Model]) -> set[str]:
    rules = [rule for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    keys = [one for rule in rules for one in rule.expressions if isinstance(one, TextKey)]
    return {one.get_source_expressions()[0].name for one in keys}


def test_every_unique_text_is_unique_in_either_width_and_case() -> None:
    free = {
        f"{model._meta.app_label}.{model.__name__}.{name}" for model in own_models() for name in set(unique_texts(model)) - keyed(model)
    }
    assert free - MADE_HERE - BY_PATTERN == set()
    assert sum(len(keyed(model)) for model in own_models()) >= 15


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["Bugs3", "BUGS3", "ｂｕｇｓ３"])
def test_a_login_name_is_one(other: str) -> None:
    UserFactory(username="bugs3")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        UserFactory(username=other)
    assert sentence_of(refused.value) == "登录名已被使用，请换一个。"
    assert User.objects.named(f"\u200b{other} ").get().username == "bugs3"


@pytest.mark.django_db
@pytest.mark.parametrize("mark", [" ", "\u200b", "\u202e", "\ufeff", "\xad", "\x07"])
def test_a_login_name_holds_nothing_unseen(mark: str) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        UserFactory(username=f"bugs{mark}3")
    assert sentence_of(refused.value) == "登录名不能含有空格和不可见字符。"


@pytest.mark.django_db
def test_an_institution_is_one() -> None:
    InstitutionFactory(name="泉州银行（市分行）", short_name="泉州银行Ａ", code="qzb-a")
    for given in ({"name": "泉州银行(市分行)"}, {"short_name": "泉州银行a"}, {"code": "QZB-A"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InstitutionFactory(**given)
