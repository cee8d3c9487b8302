"""
Make or refresh the virtual environment from a hash-pinned lock file; do nothing where it is up to date.

Runs on any Python 3 with the standard library alone, so that every refusal is a sentence and not a traceback.
Usage: python3 scripts/bootstrap.py [dev|demo|bench|tools]
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".locked.json"
REQUIREMENTS = ROOT / "requirements"
OLDEST = (3, 11)
# Each lock with the files it is made from, in the order they build on each other.
SOURCES = {
    "tools": ["tools"],
    "base": ["base"],
    "demo": ["base", "demo"],
    "dev": ["base", "demo", "dev"],
    "bench": ["base", "demo", "dev", "bench"],
}
OFFLINE = "软件包安装失败：请检查网络或软件源后重新运行；锁定文件中的校验值不符时安装也会停止。"
MARK = "# made-from: sha256:"


def fingerprint(name):
    """Return the hash of everything that a lock file is made from."""
    digest = hashlib.sha256()
    for source in SOURCES[name]:
        digest.update((REQUIREMENTS / (source + ".in")).read_bytes())
    return digest.hexdigest()


def is_fresh(name):
    """Return whether the lock file was made from its .in files as they are now."""
    try:
        first = (REQUIREMENTS / (name + ".txt")).read_text(encoding="utf-8").splitlines()[0]
    except (FileNotFoundError, IndexError):
        return False
    return first == MARK + fingerprint(name)


def refuse(sentence):
    """Print one sentence and end."""
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


def python_version():
    """Return the running Python's version as ``3.11``."""
    return "{}.{}".format(*sys.version_info)


def wanted_stamp(name):
    """Return what the environment's stamp says when it holds exactly this lock."""
    lock = hashlib.sha256((REQUIREMENTS / (name + ".txt")).read_bytes()).hexdigest()
    return {"lock": name, "sha256": lock, "python": python_version(), "folder": str(VENV)}


def is_current(name):
    """Return whether the environment holds this lock, or a larger one that is made from it."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    if not (VENV / "bin" / "python").exists():
        return False
    larger = [held for held in SOURCES if set(SOURCES[name]) <= set(SOURCES[held]) and is_fresh(held)]
    return any(stamp == wanted_stamp(held) for held in larger)


def run(argv, trouble):
    """Run a program, its output shown; refuse with the sentence where it fails."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["VIRTUAL_ENV"] = str(VENV)
    if subprocess.call([str(part) for part in argv], env=environment, cwd=str(ROOT)):
        refuse(trouble)


def install_tools():
    """Make the environment if there is none fit for use, with what installs the rest in it."""
    python = VENV / "bin" / "python"
    if not python.exists() or not was_made_here():
        run(
            [sys.executable, "-m", "venv", "--clear", VENV],
            "无法创建虚拟环境：请安装 Python 的 venv 模块（Debian/Ubuntu：apt install python3-venv）后重试。",
        )
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "-r", REQUIREMENTS / "tools.txt"], OFFLINE)


def install(name):
    """Bring the environment to exactly what the lock names."""
    print(f"正在准备虚拟环境 .venv（{name}）……", flush=True)
    STAMP.unlink(missing_ok=True)
    install_tools()
    lock = REQUIREMENTS / (name + ".txt")
    sync = [VENV / "bin" / "uv", "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", "--python", VENV / "bin" / "python"]
    run([*sync, REQUIREMENTS / "tools.txt", lock], OFFLINE)
    STAMP.write_text(json.dumps(wanted_stamp(name)), encoding="utf-8")


def was_made_here():
    """Return whether the environment was made by this Python version in this very folder."""
    said = subprocess.run(
        [str(VENV / "bin" / "python"), "-c", "import sys; print('{}.{}'.format(*sys.version_info), sys.prefix)"],
        stdout=subprocess.PIPE,
        check=False,
    )
    return said.stdout.decode().strip() == f"{python_version()} {VENV}"


def main():
    """Bring .venv to the state that the named lock asks for."""
    name = sys.argv[1] if len(sys.argv) > 1 else "dev"
    if sys.version_info < OLDEST:
        refuse(f"需要 Python {OLDEST[0]}.{OLDEST[1]} 或更高版本，当前是 {sys.version.split()[0]}：请用 make PYTHON=python3.12 … 指定。")
    if name == "tools":  # what make lock needs; the locks themselves may be stale then
        return None if (VENV / "bin" / "uv").exists() else install_tools()
    for lock in ("tools", name):
        if not is_fresh(lock):
            refuse(f"锁定文件 requirements/{lock}.txt 与它的来源 .in 文件不一致：请先运行 make lock 并提交结果。")
    return None if is_current(name) else install(name)


if __name__ == "__main__":
    main()
