"""The container files, as far as they can be proved without an engine: they agree with the settings and with each other."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from quanzhou_fund.embedded.postgres import LOCALE
from quanzhou_fund.environment import BASE_DIR, LONGEST_WAIT_SECONDS, VARIABLES, Misconfigured, read
from quanzhou_fund.parts import parts
from quanzhou_fund.schedule import LIMITS, Queue
from quanzhou_fund.variables import Production

COMPOSE_TEXT = (BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
WORKERS = tuple(f"worker-{queue}" for queue in Queue)
APP = ("migrate", "web", "metrics", *WORKERS, "beat")
RUNNING = tuple(service for service in SERVICES if service != "migrate")
EXAMPLE = dict(
    line.split("=", 1)
    for line in (BASE_DIR / ".env.example").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)
DOCKERFILE = (BASE_DIR / "Dockerfile").read_text(encoding="utf-8")
SUBSTITUTION = re.compile(r"\$\{(\w+)(?::?[-?]([^}]*))?\}")
FILLED_IN = EXAMPLE | {
    "SECRET_KEY": "Vd0mZpL2xW9sR4tYb6Nc8HgJ1kAe3UfXiOoPzTyCvBnM5q7RtUvWx",
    "WEBHOOK_KEYS": "VDVWRgCjmCKBG4aC6KQnfSI1B2axMLITVWyRQLHdG50=",
    "BID_KEYS": "KtZbFnicoeaaTGjs0e9KFe18clBHIx7_vtTbeIT_2gk=",
    "CURSOR_KEYS": "u4Xk0dEw7Qz2rJmVtY9pLh5sCfNb8aGi1oKxT3vRqWc=",
    "ANSWER_KEYS": "PoLrYPAkjsdunWSe6MU1kd2v4l7lwBe-Ae0wtKmblbQ=",
    "AUTHENTICATOR_KEYS": "2Wo2zIqfax6WCal1RyoSjbauKCDsgEoeDfL_-tS3tgw=",
    "OWNER_DB_PASSWORD": "owner-password",
    "APP_DB_PASSWORD": "app-password",
    "JOBS_DB_PASSWORD": "jobs-password",
    "REDIS_PASSWORD": "redis-password",
}


def filled_in(service: str) -> dict[str, str]:
    """Return a service's environment as compose would, from the example with its secrets filled in."""
    environment: dict[str, Any] = SERVICES[service]["environment"]
    return {name: SUBSTITUTION.sub(lambda found: FILLED_IN[found[1]], str(value)) for name, value in environment.items()}


def test_the_example_names_exactly_what_compose_reads() -> None:
    assert set(EXAMPLE) == {name for name, _ in SUBSTITUTION.findall(COMPOSE_TEXT)}


def test_the_example_holds_no_secret() -> None:
    assert {name: value for name, value in EXAMPLE.items() if "PASSWORD" in name or "SECRET" in name or "KEY" in name} == {
        "SECRET_KEY": "",
        "BID_KEYS": "",
        "WEBHOOK_KEYS": "",
        "CURSOR_KEYS": "",
        "ANSWER_KEYS": "",
        "AUTHENTICATOR_KEYS": "",
        "OWNER_DB_PASSWORD": "",
        "APP_DB_PASSWORD": "",
        "JOBS_DB_PASSWORD": "",
        "REDIS_PASSWORD": "",
    }


@pytest.mark.parametrize("service", APP)
def test_the_product_accepts_the_environment_it_is_given(service: str) -> None:
    values = read(filled_in(service))
    assert values["FUND_ENV"] == "production"
    assert values["TRUSTED_PROXY_COUNT"] == 1


@pytest.mark.parametrize("service", APP)
def test_every_variable_it_is_given_is_one_it_reads(service: str) -> None:
    given = set(SERVICES[service]["environment"])
    known = {variable.name for variable in VARIABLES}
    assert given - known <= {"APP_DB_USER", "JOBS_DB_USER", "WEB_CONCURRENCY"}
    assert {variable.name for variable in VARIABLES if variable.production is Production.REQUIRED} <= given


def test_only_the_migration_runs_as_the_owner() -> None:
    users = {service: filled_in(service)["DATABASE_URL"].partition("://")[2].partition(":")[0] for service in APP}
    assert users.pop("migrate") == "fund_owner"
    at_work = {service: "fund_app" for service in ("web", "metrics") if service in users}
    assert users == at_work | dict.fromkeys((*WORKERS, "beat"), "fund_jobs")


def test_the_migration_grants_and_the_rest_waits_for_it() -> None:
    ran = SERVICES["migrate"]["command"][2]
    assert 'migrate --noinput && python manage.py grant_app_role "$$APP_DB_USER" --jobs "$$JOBS_DB_USER"' in ran
    for service in ("web", *WORKERS, "beat"):
        assert SERVICES[service]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("service", RUNNING)
def test_every_running_service_has_a_health_check(service: str) -> None:
    checked = "healthcheck" in SERVICES[service] or (service == "web" and "HEALTHCHECK" in DOCKERFILE)
    assert checked
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_the_database_is_made_as_the_embedded_one_is() -> None:
    assert EXAMPLE["POSTGRES_IMAGE"].startswith("postgres:18.")
    assert SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"].split() == " ".join(LOCALE).split()


def test_only_web_and_metrics_are_reachable_and_only_from_this_host_by_default() -> None:
    assert {service: SERVICES[service]["ports"] for service in SERVICES if "ports" in SERVICES[service]} == {
        "web": ["${WEB_BIND:-127.0.0.1:8000}:8000"],
        "metrics": ["${METRICS_BIND:-127.0.0.1:9100}:9100"],
    }


def test_queues_and_rows_lie_on_volumes_and_nothing_is_evicted() -> None:
    for service in RUNNING:
        assert SERVICES[service]["volumes"]
    assert "noeviction" in SERVICES["redis"]["command"][2]
    assert set(COMPOSE["volumes"]) == {"db", "redis", "media", "beat", "metrics"}


def test_the_image_runs_without_root_from_a_pinned_base() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)
    assert stages == ["${PYTHON_IMAGE}", "${PYTHON_IMAGE}"]
    assert f"ARG PYTHON_IMAGE={EXAMPLE['PYTHON_IMAGE']}" in DOCKERFILE
    final = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER 10001:10001$", final, flags=re.MULTILINE)
    assert final.index("chown") < final.index("USER ")
    assert "--require-hashes" in DOCKERFILE
    assert "requirements/base.txt" in DOCKERFILE


def test_what_the_image_leaves_out() -> None:
    left_out = (BASE_DIR / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".env", ".venv", "var", "tests"} <= set(left_out)


@pytest.mark.parametrize("script", sorted((BASE_DIR / "deploy").glob("*.sh")) + [BASE_DIR / ".ci" / "run"], ids=lambda path: path.name)
def test_the_shell_scripts_parse_and_may_run(script: Any) -> None:
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)


def test_each_queue_has_a_worker_of_its_own_that_is_asked_by_its_name() -> None:
    for queue in Queue:
        command = SERVICES[f"worker-{queue}"]["command"]
        assert command[command.index("-Q") + 1] == queue
        assert f"-d {queue}@$$HOSTNAME" in SERVICES[f"worker-{queue}"]["healthcheck"]["test"][1]


def test_the_demos_two_workers_take_every_queue_and_money_stands_alone() -> None:
    """It ends last, and so seals what the others wrote."""
    taken = [part.argv[part.argv.index("-Q") + 1].split(",") for part in parts(8000, BASE_DIR) if "-Q" in part.argv]
    assert taken[-1] == ["money"]
    assert sorted(queue for queues in taken for queue in queues) == sorted(Queue)


def seconds_of(words: Any, option: str) -> int:
    return int(words[words.index(option) + 1])


def test_a_web_worker_is_given_longer_than_a_request_may_wait() -> None:
    (words,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, flags=re.MULTILINE)
    command = yaml.safe_load(words)
    assert seconds_of(command, "--timeout") > LONGEST_WAIT_SECONDS
    (web,) = (part.argv for part in parts(8000, BASE_DIR) if part.name == "web")
    assert seconds_of(web, "--timeout") == seconds_of(command, "--timeout")
    too_long = {"FUND_ENV": "production", "CLAMD_TIMEOUT": str(LONGEST_WAIT_SECONDS + 1)}
    with pytest.raises(Misconfigured, match="CLAMD_TIMEOUT 不能超过"):
        read(filled_in("web") | too_long)


def test_a_task_of_money_may_end_before_its_worker_is_killed() -> None:
    assert SERVICES["worker-money"]["stop_grace_period"] == "2m"
    assert all(limits.soft < limits.hard for limits in LIMITS.values())


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_runs_with_more_than_it_needs(service: str) -> None:
    """Whether the engine accepts it is not proved here: where this suite runs there is none."""
    said = SERVICES[service]
    assert said["read_only"] is True
    assert said["cap_drop"] == ["ALL"]
    assert set(said.get("cap_add", [])) <= {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETPCAP", "SETUID"}
    assert ("cap_add" in said) == (service in ("db", "redis"))
    assert said["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in said["tmpfs"]
    assert {"mem_limit", "cpus", "pids_limit"} <= set(said)
    assert {"max-size", "max-file"} <= set(said["logging"]["options"])


def test_the_queue_refuses_before_its_memory_is_used_up() -> None:
    assert "--maxmemory 768mb" in SERVICES["redis"]["command"][2]
    assert SERVICES["redis"]["mem_limit"] == "1g"


@pytest.mark.parametrize("name", ["PYTHON_IMAGE", "POSTGRES_IMAGE", "REDIS_IMAGE"])
def test_every_image_has_an_exact_tag(name: str) -> None:
    assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?(-[a-z-]+)?", EXAMPLE[name])
    assert f"${{{name}:-{EXAMPLE[name]}}}" in COMPOSE_TEXT


class TestPinning:
    """``deploy/pin-images.sh`` with an engine that only says what it would."""

    @pytest.fixture
    def pin(self, tmp_path: Path) -> Any:
        """Return what runs the script on a copy of the example."""
        settings = tmp_path / ".env"
        settings.write_text((BASE_DIR / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
        docker = tmp_path / "bin" / "docker"
        docker.parent.mkdir()
        docker.write_text('#!/bin/bash\n[ "$1" = pull ] || echo "${!#%%:*}@sha256:$(echo -n "${!#}" | sha256sum | cut -c1-64)"\n')
        docker.chmod(0o755)

        def run(*, engine: bool = True) -> tuple[subprocess.CompletedProcess[str], str]:
            path = f"{docker.parent}:/usr/bin:/bin" if engine else "/usr/bin:/bin"
            done = subprocess.run(
                [BASE_DIR / "deploy" / "pin-images.sh"],
                env={"PATH": path, "FUND_ENV_FILE": str(settings)},
                capture_output=True,
                text=True,
                check=False,
            )
            return done, settings.read_text(encoding="utf-8")

        return run

    def test_it_writes_the_digest_behind_each_tag_and_nothing_else(self, pin: Any) -> None:
        done, text = pin()
        assert done.returncode == 0, done.stderr
        assert re.search(r"^POSTGRES_IMAGE=postgres:18\.\d+@sha256:[0-9a-f]{64}$", text, flags=re.MULTILINE)
        assert text.count("@sha256:") == 3
        assert re.sub(r"@sha256:[0-9a-f]{64}", "", text) == (BASE_DIR / ".env.example").read_text(encoding="utf-8")

    def test_again_it_changes_nothing(self, pin: Any) -> None:
        assert pin()[1] == pin()[1]

    @pytest.mark.skipif(shutil.which("docker", path="/usr/bin:/bin") is not None, reason="an engine is installed here")
    def test_without_an_engine_it_says_so(self, pin: Any) -> None:
        done, _ = pin(engine=False)
        assert done.returncode == 1
        assert "没有 docker 命令" in done.stderr
