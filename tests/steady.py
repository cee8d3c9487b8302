"""For tests that walk thousands of addresses as people whose rights do not change meanwhile."""

from functools import cache

import pytest
from django.contrib.auth.backends import ModelBackend

from common.admin.extension_points import EXTENSION_POINTS
from parties.selectors import current_member


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Ask the database once who a person is and acts for, and count no refusals, while thousands of addresses are walked.

    Nobody's rights change meanwhile; what an address answers to the person is asked of it each time.
    """
    users, members = cache(ModelBackend().get_user), cache(current_member)
    monkeypatch.setattr(ModelBackend, "get_user", lambda _self, key: users(int(key)))
    monkeypatch.setattr(EXTENSION_POINTS, "member_of", lambda user, on: members(user, on=on))
    monkeypatch.setattr("logins.middleware.count_refusal", lambda *_args, **_given: None)
