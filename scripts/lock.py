"""Write requirements/*.txt from requirements/*.in: pins with hashes for every platform and Python from 3.11, no host names."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bootstrap import MARK, REQUIREMENTS, ROOT, SOURCES, VENV, fingerprint

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
]


def main() -> int:
    """Lock each file in order; the later ones keep the pins of the earlier ones (their .in files name them as constraints)."""
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
