"""Who gets in: tokens, secrets, scopes, addresses, rates; and what the log says of it."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from oauth2_provider.models import AccessToken

from api.enums import Scope
from api.models import ApiClient, ClientSecret
from api.services.clients import (
    NoProgramsHere,
    RateReserved,
    TooManySecrets,
    client_subject,
    close_client,
    end_old_secrets,
    propose_access,
    propose_client,
    propose_renewal,
)
from audit.models import Event
from common.errors import InvalidInput, NotVisible
from parties.access import RoleMissing
from parties.enums import MemberKind, Role
from parties.selectors import mark_of, system_member
from parties.services.rights import RightsOutdated, confirm_change
from tests.api.caller import FORM, Caller, IssuedSecret, basic, encoded, issued, taken, token_of
from tests.factories import InstitutionFactory, MemberFactory, seeded_institution
from tests.loan_factories import noon
from tests.rights import administrator, agreed

pytestmark = pytest.mark.django_db
AT = noon(date(2024, 3, 1))


def mark(client: ApiClient) -> str:
    return mark_of(client_subject(client.application.client_id))


def renewed(old: IssuedSecret, *, at: Any) -> IssuedSecret:
    """Return the second secret of a client, once two persons agreed."""
    return taken(propose_renewal(client_id=old.client.public_id, actor=system_member(), at=at, seen=mark(old.client)))


@pytest.fixture(autouse=True)
def _in_march_2024() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


def ask_token(client_id: str, secret: str, **asked: str) -> Any:
    body = encoded({"grant_type": "client_credentials"} | asked)
    return Client().post("/api/v1/oauth/token/", data=body, content_type=FORM, headers=basic(client_id, secret))


def test_a_client_gets_a_token_and_only_its_checksum_is_stored() -> None:
    secret = issued(InstitutionFactory())
    answer = ask_token(secret.client_id, secret.secret)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["token_type"], said["expires_in"], set(said["scope"].split())) == ("Bearer", 3600, set(Scope.values))
    (stored,) = AccessToken.objects.all()
    assert stored.token == ""
    assert said["access_token"] not in str(AccessToken.objects.values())
    assert secret.secret not in str(ClientSecret.objects.values()) + str(ApiClient.objects.values("application__client_secret"))


def test_a_token_may_be_asked_for_fewer_scopes_and_never_for_more() -> None:
    secret = issued(InstitutionFactory(), scopes=[Scope.READ, Scope.MONEY])
    assert ask_token(secret.client_id, secret.secret, scope="read").json()["scope"] == "read"
    refused = ask_token(secret.client_id, secret.secret, scope="read decide")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"])
def test_no_other_grant_is_offered(grant: str) -> None:
    secret = issued(InstitutionFactory())
    refused = ask_token(secret.client_id, secret.secret, grant_type=grant, username="a", password="b", code="c", refresh_token="d")
    assert 400 <= refused.status_code < 500
    assert not AccessToken.objects.exists()


def test_a_wrong_secret_gets_nothing() -> None:
    secret = issued(InstitutionFactory())
    for client_id, given in ((secret.client_id, "wrong"), ("nobody", secret.secret), (secret.client_id, "")):
        refused = ask_token(client_id, given)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    stored = secret.client.application.client_secret
    assert ask_token(secret.client_id, stored).status_code == 401


def test_during_a_renewal_both_secrets_open_and_afterwards_only_the_new_one() -> None:
    old = issued(InstitutionFactory())
    new = renewed(old, at=AT)
    assert [ask_token(one.client_id, one.secret).status_code for one in (old, new)] == [200, 200]
    with pytest.raises(TooManySecrets):
        propose_renewal(client_id=old.client.public_id, actor=system_member(), at=AT, seen="0")
    with time_machine.travel(AT + timedelta(days=7), tick=False):
        assert [ask_token(one.client_id, one.secret).status_code for one in (old, new)] == [401, 200]


def test_a_leaked_secret_can_be_ended_at_once_with_its_tokens() -> None:
    old = issued(InstitutionFactory())
    token = token_of(old)
    with time_machine.travel(AT + timedelta(minutes=1), tick=False):
        new = renewed(old, at=AT + timedelta(minutes=1))
        assert end_old_secrets(client_id=old.client.public_id, actor=system_member(), at=AT + timedelta(minutes=1)) == 1
        assert [ask_token(one.client_id, one.secret).status_code for one in (old, new)] == [401, 200]
        Caller(client=old.client, token=token).get("entries/", status=401)


def test_without_a_good_token_the_answer_is_401_with_a_challenge() -> None:
    secret = issued(InstitutionFactory())
    token = token_of(secret)
    for header in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer "}, basic(secret.client_id, secret.secret)):
        answer = Client().get("/api/v1/entries/", headers=header)
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
        assert answer["WWW-Authenticate"].startswith('Bearer realm="quanzhou-fund"')
    caller = Caller(client=secret.client, token=token)
    caller.get("entries/")
    with time_machine.travel(AT + timedelta(hours=1), tick=False):
        assert caller.get("entries/", status=401)["code"] == "invalid_token"


def test_a_login_of_a_person_opens_nothing_here() -> None:
    http = Client()
    http.force_login(MemberFactory().user)
    assert http.get("/api/v1/entries/").status_code == 401


def test_a_token_given_back_opens_nothing() -> None:
    secret = issued(InstitutionFactory())
    caller = Caller(client=secret.client, token=token_of(secret))
    body = encoded({"token": caller.token})
    headers = basic(secret.client_id, secret.secret)
    assert Client().post("/api/v1/oauth/revoke/", data=body, content_type=FORM, headers=headers).status_code == 200
    caller.get("entries/", status=401)


def test_a_missing_scope_is_403_and_named() -> None:
    caller = Caller.of(InstitutionFactory(), scope="read")
    refused = caller.post("applications/", {}, status=403)
    assert refused["code"] == "insufficient_scope"
    assert "decide" in refused["detail"]
    Caller.of(InstitutionFactory(), scope="money").get("loans/", status=403)


def test_a_scope_taken_away_is_gone_from_tokens_under_way() -> None:
    caller = Caller.of(InstitutionFactory())
    asked = {"scopes": [Scope.MONEY], "networks": [], "requests_per_minute": 10, "seen": mark(caller.client)}
    change = propose_access(client_id=caller.client.public_id, actor=system_member(), at=AT, **asked)
    caller.get("loans/")
    agreed(change)
    assert caller.get("loans/", status=403)["code"] == "insufficient_scope"


def test_a_closed_client_is_shut_out_at_once() -> None:
    secret = issued(InstitutionFactory())
    caller = Caller(client=secret.client, token=token_of(secret))
    close_client(client_id=caller.client.public_id, actor=system_member(), at=AT, remark="更换系统")
    caller.get("loans/", status=401)
    assert ask_token(secret.client_id, secret.secret).status_code == 401


def test_an_institution_or_member_that_left_is_shut_out() -> None:
    caller = Caller.of(InstitutionFactory())
    member = caller.client.member
    member.until_on = date(2024, 3, 1)
    member.save()
    caller.get("loans/", status=401)
    other = Caller.of(InstitutionFactory())
    bank = other.client.member.institution
    assert bank is not None
    bank.is_active = False
    bank.save()
    other.get("loans/", status=401)


def test_only_registered_networks_may_call() -> None:
    caller = Caller.of(InstitutionFactory(), networks=["10.1.2.0/24", "2001:db8::/32"])
    assert caller.get("loans/", status=403)["code"] == "address_not_allowed"
    for address, status in (("10.1.2.9", 200), ("2001:db8::7", 200), ("10.1.3.1", 403)):
        answer = caller.http.get("/api/v1/loans/", headers=caller.headers, REMOTE_ADDR=address)
        assert answer.status_code == status


def test_behind_proxies_the_address_counts_that_the_last_trusted_one_saw(settings: Any) -> None:
    caller = Caller.of(InstitutionFactory(), networks=["10.1.2.0/24"])
    forged = {"x-forwarded-for": "10.1.2.3"}
    caller.get("entries/", status=403, **forged)  # no proxy is trusted: the header says nothing
    settings.TRUSTED_PROXY_COUNT = 1
    caller.get("entries/", **forged)
    caller.get("entries/", status=403, **{"x-forwarded-for": "10.1.2.3, 203.0.113.9"})  # what the caller wrote stands further left
    caller.get("entries/", **{"x-forwarded-for": "203.0.113.9, ::ffff:10.1.2.3"})
    caller.get("entries/", status=403, **{"x-forwarded-for": "nonsense"})


def test_a_client_has_its_own_rate_and_reads_it_in_standard_headers() -> None:
    caller = Caller.of(InstitutionFactory(), requests_per_minute=2)
    first = caller.http.get("/api/v1/loans/", headers=caller.headers)
    assert (first["RateLimit-Policy"], first["RateLimit"]) == ('"client";q=2;w=60', '"client";r=1;t=60')
    caller.get("loans/")
    over = caller.http.get("/api/v1/loans/", headers=caller.headers)
    assert (over.status_code, over["Retry-After"], over["RateLimit"]) == (429, "60", '"client";r=0;t=60')
    assert over.json()["code"] == "throttled"
    Caller.of(InstitutionFactory()).get("loans/")
    with time_machine.travel(AT + timedelta(seconds=61), tick=False):
        caller.get("loans/")


def test_secrets_cannot_be_guessed_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.throttles.TokenThrottle.rate", "2/min", raising=False)
    assert [ask_token("a", "b").status_code for _ in range(3)] == [401, 401, 429]


def test_clients_are_proposed_by_the_house_and_the_operator_and_opened_by_two() -> None:
    bank = InstitutionFactory()
    asked: dict[str, Any] = {"institution": bank, "name": "核心系统", "scopes": [Scope.READ], "at": AT}
    program = issued(bank).client.member
    others_admin = MemberFactory(institution=InstitutionFactory(), admin=True)
    city = MemberFactory.serving("city_industry", admin=True)
    for actor in (others_admin, MemberFactory(institution=bank), city, program, administrator("security")):
        with pytest.raises(RoleMissing):
            propose_client(actor=actor, **asked)
    own = MemberFactory(institution=bank, admin=True)
    with pytest.raises(NoProgramsHere):
        propose_client(actor=own, **(asked | {"institution": seeded_institution("city_science")}))
    with pytest.raises(InvalidInput) as refused:
        propose_client(actor=own, **(asked | {"scopes": [], "networks": ["10.1.2.300"], "requests_per_minute": 0}))
    assert [problem.field for problem in refused.value.errors] == ["scopes", "networks", "requests_per_minute"]
    change, opened = propose_client(actor=own, **asked), ApiClient.objects.count()
    with pytest.raises(RoleMissing):
        confirm_change(change_id=change.public_id, actor=own, at=AT)
    assert ApiClient.objects.count() == opened
    client = taken(change).client
    assert (client.member.kind, client.member.institution, client.member.roles) == (MemberKind.PROGRAM, bank, [Role.HANDLER])


def test_more_than_the_usual_rate_is_the_operators_to_propose() -> None:
    bank = InstitutionFactory()
    own, system = MemberFactory(institution=bank, admin=True), administrator("system")
    asked: dict[str, Any] = {"scopes": [Scope.READ], "networks": ["10.1.2.0/24"], "at": AT}
    client = taken(propose_client(institution=bank, name="核心系统", actor=own, **asked)).client
    with pytest.raises(RateReserved):
        propose_client(institution=bank, name="二号", actor=own, requests_per_minute=601, **asked)
    with pytest.raises(RateReserved):
        propose_access(client_id=client.public_id, actor=own, requests_per_minute=601, seen=mark(client), **asked)
    agreed(propose_access(client_id=client.public_id, actor=system, requests_per_minute=1200, seen=mark(client), **asked))
    client.refresh_from_db()
    assert client.requests_per_minute == 1200


def test_who_shuts_a_client_out_needs_nobody_else() -> None:
    bank = InstitutionFactory()
    client, other = issued(bank).client, MemberFactory(institution=InstitutionFactory(), admin=True)
    for step in (end_old_secrets, close_client):
        with pytest.raises(NotVisible):
            step(client_id=client.public_id, actor=other, at=AT)
        with pytest.raises(RoleMissing):
            step(client_id=client.public_id, actor=MemberFactory(institution=bank), at=AT)
        step(client_id=client.public_id, actor=MemberFactory(institution=bank, admin=True), at=AT)


def test_a_form_of_a_clients_access_older_than_its_last_change_is_refused() -> None:
    client = issued(InstitutionFactory()).client
    asked: dict[str, Any] = {"client_id": client.public_id, "networks": [], "actor": system_member(), "at": AT, "seen": mark(client)}
    agreed(propose_access(scopes=[Scope.READ], requests_per_minute=10, **asked))
    with pytest.raises(RightsOutdated):
        propose_access(scopes=[Scope.READ, Scope.MONEY], requests_per_minute=10, **asked)


def test_every_change_of_a_client_is_in_the_log_without_a_secret() -> None:
    secret = issued(InstitutionFactory())
    new = renewed(secret, at=AT)
    close_client(client_id=secret.client.public_id, actor=system_member(), at=AT)
    events = Event.objects.filter(object_type="api.apiclient").order_by("id")
    assert [event.verb for event in events] == ["client.opened", "client.secret_renewed", "client.closed"]
    assert not any(one.secret in str(list(events.values())) for one in (secret, new))


def test_a_token_costs_one_query_to_check(django_assert_num_queries: Any) -> None:
    caller = Caller.of(InstitutionFactory())
    with django_assert_num_queries(2):  # the token, the page
        caller.get("loans/")
