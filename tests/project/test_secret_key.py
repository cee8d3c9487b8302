"""What hangs on SECRET_KEY ends when it is changed: exactly what ``docs/handbook/operations.md`` says, and nothing else."""

import re
import subprocess

from quanzhou_fund.environment import BASE_DIR

MAY_END = {
    "common/admin/once.py",  # the token of an open form
    "common/admin/revisions.py",  # what an open form carries of what it showed
    "common/templatetags/kept.py",  # names of what a browser tab keeps until it is sent
    "logins/services/refusals.py",  # hashes of names nobody bears
    "parties/models/parties.py",  # sessions
    "parties/services/handovers.py",  # links and codes, good for days
    "quanzhou_fund/environment.py",
    "quanzhou_fund/settings.py",
}
KEYED = re.compile(
    r"\bSECRET_KEY\b|django\.core(\.| import )signing|salted_hmac|get_signed_cookie|set_signed_cookie|default_token_generator"
)


def test_nothing_that_must_last_hangs_on_the_secret_key() -> None:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=BASE_DIR, capture_output=True, text=True, check=True).stdout.split()
    product = [path for path in listed if path.split("/")[0] not in {"tests", "endurance", "benchmarks", "scripts", "simulator"}]
    assert {path for path in product if KEYED.search((BASE_DIR / path).read_text(encoding="utf-8"))} == MAY_END
