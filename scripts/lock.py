"""Write requirements/*.txt from requirements/*.in: pins with hashes for every platform and Python from 3.11, no host names."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bootstrap import MARK, REQUIREMENTS, ROOT, SOURCES, VENV, fingerprint, is_fresh

COMPILE = [
    "pip",
    "compile",
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--quiet",
    "--no-header",
    "--no-emit-index-url",
    "--excludes",
    "requirements/excluded.in",
]


def problems() -> list[str]:
    """Return a sentence for each lock that does not fit its sources, or that says where packages were fetched from."""
    found = [f"requirements/{name}.txt 与它的来源 .in 文件不一致：请运行 make lock。" for name in SOURCES if not is_fresh(name)]
    for name in SOURCES:
        text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
        if "://" in text or "--index" in text:
            found.append(f"requirements/{name}.txt 写有软件源地址：请删去后重新运行 make lock。")
    return found


def main() -> int:
    """Lock each file in order; the later ones keep the pins of the earlier ones (their .in files name them as constraints)."""
    if "--check" in sys.argv:
        print("\n".join(found := problems()), end="\n" if found else "")
        return 1 if found else 0
    for name in SOURCES:
        target = REQUIREMENTS / f"{name}.txt"
        upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
        command = [str(VENV / "bin" / "uv"), *COMPILE, *upgrade, f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            return 1
        target.write_text(f"{MARK}{fingerprint(name)}\n{target.read_text(encoding='utf-8')}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
