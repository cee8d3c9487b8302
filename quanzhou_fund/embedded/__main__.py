"""
Run one command with embedded servers: ``python -m quanzhou_fund.embedded [--home DIR] [--fast] -- COMMAND …``.

Servers that already run there (a demo, another such command) are used as they are; others live as long as the command.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from quanzhou_fund.embedded import CannotStart, Servers

DEFAULT_HOME = Path(__file__).resolve().parent.parent.parent / "var" / "dev"


def main() -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m quanzhou_fund.embedded", description="用内置的 PostgreSQL 和 Valkey 运行一条命令。")
    parser.add_argument("--home", type=lambda text: Path(text).resolve(), default=DEFAULT_HOME, help="数据所在目录，默认 var/dev")
    parser.add_argument("--fast", action="store_true", help="不保证掉电后的数据安全，换取速度")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    servers = Servers(asked.home.resolve(), durable=not asked.fast)
    try:
        if addresses := servers.running():
            return subprocess.run(asked.command, env=os.environ | addresses, check=False).returncode
        with servers:
            return subprocess.run(asked.command, env=os.environ | servers.environment, check=False).returncode
    except CannotStart as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
