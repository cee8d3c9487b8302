"""The container files, as far as they can be proved without an engine: they agree with the settings and with each other."""

import re
import subprocess
from typing import Any

import pytest
import yaml

from quanzhou_fund.embedded.postgres import LOCALE
from quanzhou_fund.environment import BASE_DIR, VARIABLES, Production, read

COMPOSE_TEXT = (BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
APP = ("migrate", "web", "worker", "beat")
EXAMPLE = dict(
    line.split("=", 1)
    for line in (BASE_DIR / ".env.example").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)
DOCKERFILE = (BASE_DIR / "Dockerfile").read_text(encoding="utf-8")
SUBSTITUTION = re.compile(r"\$\{(\w+)(?::?[-?]([^}]*))?\}")
FILLED_IN = EXAMPLE | {
    "SECRET_KEY": "Vd0mZpL2xW9sR4tYb6Nc8HgJ1kAe3UfXiOoPzTyCvBnM5q7RtUvWx",
    "BID_KEYS": "KtZbFnicoeaaTGjs0e9KFe18clBHIx7_vtTbeIT_2gk=",
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
    assert users == {"migrate": "fund_owner", "web": "fund_app", "worker": "fund_jobs", "beat": "fund_jobs"}


def test_the_migration_grants_and_the_rest_waits_for_it() -> None:
    ran = SERVICES["migrate"]["command"][2]
    assert 'migrate --noinput && python manage.py grant_app_role "$$APP_DB_USER" --jobs "$$JOBS_DB_USER"' in ran
    for service in ("web", "worker", "beat"):
        assert SERVICES[service]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("service", ["db", "redis", "web", "worker", "beat"])
def test_every_running_service_has_a_health_check(service: str) -> None:
    checked = "healthcheck" in SERVICES[service] or (service == "web" and "HEALTHCHECK" in DOCKERFILE)
    assert checked
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_the_database_is_made_as_the_embedded_one_is() -> None:
    assert SERVICES["db"]["image"] == "postgres:18"
    assert SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"].split() == " ".join(LOCALE).split()


def test_only_the_web_server_is_reachable_and_only_from_this_host_by_default() -> None:
    assert {service: SERVICES[service]["ports"] for service in SERVICES if "ports" in SERVICES[service]} == {
        "web": ["${WEB_BIND:-127.0.0.1:8000}:8000"]
    }


def test_queues_and_rows_lie_on_volumes_and_nothing_is_evicted() -> None:
    for service in ("db", "redis", "web", "worker", "beat"):
        assert SERVICES[service]["volumes"]
    assert "noeviction" in SERVICES["redis"]["command"][2]
    assert set(COMPOSE["volumes"]) == {"db", "redis", "media", "beat"}


def test_the_image_runs_without_root_from_a_pinned_base() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)
    assert stages == ["python:3.11-slim", "python:3.11-slim"]
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
