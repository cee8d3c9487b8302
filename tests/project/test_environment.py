"""The environment as the product reads it: defaults for the demo, refusals in production, and a table that operators can trust."""

import re
import subprocess
import sys

import pytest

from quanzhou_fund.environment import (
    BASE_DIR,
    DEMO_ANSWER_KEY,
    DEMO_AUTHENTICATOR_KEY,
    DEMO_BID_KEY,
    DEMO_CURSOR_KEY,
    DEMO_SECRET_KEY,
    DEMO_WEBHOOK_KEY,
    ENCRYPTION_KEYS,
    VARIABLES,
    Misconfigured,
    read,
    table,
)

LIVE = {
    "FUND_ENV": "production",
    "SECRET_KEY": "q7#Vd0!mZpL2xW9sR4tYb6Nc8HgJ1kAe3UfXiOoPzTyCvBnM5_",
    "BID_KEYS": "KtZbFnicoeaaTGjs0e9KFe18clBHIx7_vtTbeIT_2gk=",
    "WEBHOOK_KEYS": "VDVWRgCjmCKBG4aC6KQnfSI1B2axMLITVWyRQLHdG50=",
    "ANSWER_KEYS": "PoLrYPAkjsdunWSe6MU1kd2v4l7lwBe-Ae0wtKmblbQ=",
    "CURSOR_KEYS": "u4Xk0dEw7Qz2rJmVtY9pLh5sCfNb8aGi1oKxT3vRqWc=",
    "AUTHENTICATOR_KEYS": "2Wo2zIqfax6WCal1RyoSjbauKCDsgEoeDfL_-tS3tgw=",
    "ALLOWED_HOSTS": "fund.example.gov.cn",
    "DATABASE_URL": "postgres://fund_app:a-long-password@db:5432/fund",
    "REDIS_URL": "redis://:a-long-password@redis:6379/0",
    "MEDIA_ROOT": "/srv/fund/media",
}


def test_an_empty_environment_is_the_demo() -> None:
    values = read({})
    assert values["FUND_ENV"] == "demo"
    assert values["DEBUG"] is False
    assert values["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost"]


def test_a_complete_production_environment_is_accepted() -> None:
    values = read(LIVE)
    assert values["HSTS_SECONDS"] == 31_536_000
    assert values["LOG_FORMAT"] == "json"
    assert (values["STAFF_SECOND_FACTOR"], values["IDLE_MINUTES"], values["PASSWORDS_REMEMBERED"]) == (True, 15, 5)


@pytest.mark.parametrize("name", ["SECRET_KEY", *ENCRYPTION_KEYS, "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "MEDIA_ROOT"])
def test_production_refuses_to_guess(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"生产环境必须设置环境变量 {name}"):
        read({key: value for key, value in LIVE.items() if key != name})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param({"SECRET_KEY": DEMO_SECRET_KEY}, "不能使用演示密钥", id="the demo's secret"),
        pytest.param({"SECRET_KEY": "x" * 49}, "过于简单", id="one character too short"),
        pytest.param({"SECRET_KEY": "abcd" * 20}, "过于简单", id="four different characters"),
        pytest.param({"BID_KEYS": DEMO_BID_KEY}, "不能使用演示的投标密钥", id="the demo's key of bids"),
        pytest.param({"BID_KEYS": f"{LIVE['BID_KEYS']},{DEMO_BID_KEY}"}, "不能使用演示的投标密钥", id="the demo's key behind another"),
        pytest.param({"WEBHOOK_KEYS": DEMO_WEBHOOK_KEY}, "不能使用演示的推送密钥", id="the demo's key of webhooks"),
        pytest.param(
            {"WEBHOOK_KEYS": f"{LIVE['WEBHOOK_KEYS']},{DEMO_BID_KEY}"}, "不能使用演示的推送密钥", id="the demo's other key, behind"
        ),
        pytest.param({"ANSWER_KEYS": DEMO_ANSWER_KEY}, "不能使用演示的答复密钥", id="the demo's key of answers"),
        pytest.param({"CURSOR_KEYS": DEMO_CURSOR_KEY}, "不能使用演示的游标密钥", id="the demo's key of cursors"),
        pytest.param({"AUTHENTICATOR_KEYS": DEMO_AUTHENTICATOR_KEY}, "不能使用演示的二次验证密钥", id="the demo's key of authenticators"),
        pytest.param({"AUTHENTICATOR_KEYS": LIVE["ANSWER_KEYS"]}, "有相同的密钥", id="one key for answers and authenticators"),
        pytest.param({"WEBHOOK_KEYS": "A" * 43 + "="}, "WEBHOOK_KEYS 过于简单", id="webhooks under zeros"),
        pytest.param({"WEBHOOK_KEYS": LIVE["BID_KEYS"]}, "有相同的密钥", id="one key for two things"),
        pytest.param({"BID_KEYS": "A" * 43 + "="}, "BID_KEYS 过于简单", id="a key of zeros"),
        pytest.param({"BID_KEYS": "c2hvcnQ="}, "BID_KEYS 的值不正确，应为：", id="a short key, not repeated in the refusal"),
        pytest.param({"BID_KEYS": f"{LIVE['BID_KEYS']},{LIVE['BID_KEYS']}"}, "BID_KEYS 的值不正确", id="a key twice"),
        pytest.param({"DEBUG": "true"}, "不能开启 DEBUG", id="debug"),
        pytest.param({"ALLOWED_HOSTS": "*"}, "不能是通配符", id="any host"),
        pytest.param({"DATABASE_URL": "postgres://fund:fund@db/fund"}, "演示数据库口令", id="the demo's database password"),
        pytest.param({"STAFF_SECOND_FACTOR": "false"}, "不能关闭 STAFF_SECOND_FACTOR", id="the password alone"),
        pytest.param({"IDLE_MINUTES": "0"}, "IDLE_MINUTES 应为 1 至 30", id="logged out at once"),
        pytest.param({"IDLE_MINUTES": "31"}, "IDLE_MINUTES 应为 1 至 30", id="a session left open too long"),
        pytest.param({"HSTS_SECONDS": "-1"}, "HSTS_SECONDS 的值“-1”不正确，应为：秒", id="a negative number"),
        pytest.param({"DEBUG": "maybe"}, "DEBUG 的值“maybe”不正确", id="neither yes nor no"),
        pytest.param({"FUND_ENV": "staging"}, "FUND_ENV 的值“staging”不正确", id="an unknown environment"),
    ],
)
def test_production_refuses_with_a_sentence(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(Misconfigured, match=re.escape(sentence)):
        read(LIVE | change)


def test_every_reason_is_named_at_once() -> None:
    with pytest.raises(Misconfigured) as refusal:
        read({"FUND_ENV": "production", "DEBUG": "1"})
    assert len(str(refusal.value).splitlines()) == 11


def test_the_operators_table_is_the_one_the_settings_read() -> None:
    assert table() in (BASE_DIR / "docs" / "handbook" / "settings.md").read_text(encoding="utf-8")


def test_every_variable_is_used_by_the_settings() -> None:
    used = set(re.findall(r'VALUES\["(\w+)"\]', (BASE_DIR / "quanzhou_fund" / "settings.py").read_text(encoding="utf-8")))
    assert used == {variable.name for variable in VARIABLES}


def test_no_other_file_of_the_product_reads_the_environment() -> None:
    """Only what starts processes does, and the outbox, whose rows name the variable that holds a channel's secret."""
    starters = {"environment.py", "settings.py", "celery.py", "wsgi.py", "supervisor.py", "probe.py", "sending.py", "parent.py"}
    reads = re.compile(r"os\.environ|getenv")
    for path in BASE_DIR.glob("*/**/*.py"):
        place = path.relative_to(BASE_DIR)
        if (
            place.parts[0] in {".venv", "var", "tests", "scripts", "benchmarks", "endurance", "simulator"}
            or "embedded" in place.parts
            or path.name in starters
        ):
            continue
        assert not reads.search(path.read_text(encoding="utf-8")), place


def deploy_check(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the deployment check as an operator would, in a process of its own."""
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)


def test_the_deployment_check_passes_in_production() -> None:
    done = deploy_check(LIVE)
    assert done.returncode == 0, done.stderr


def test_production_without_secrets_does_not_start() -> None:
    done = deploy_check({"FUND_ENV": "production"})
    assert done.returncode != 0
    assert "生产环境必须设置环境变量 SECRET_KEY" in done.stderr
