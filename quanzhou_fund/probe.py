"""Ask the web server beside us whether it can serve: ``python -m quanzhou_fund.probe``, the container's health check."""

import os
import sys
import urllib.request

ADDRESS = "http://127.0.0.1:8000/healthz"


def main() -> int:
    """Return 0 when /healthz answers 200, else 1; it is asked under the first host name that the server accepts."""
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip()
    try:
        with urllib.request.urlopen(urllib.request.Request(ADDRESS, headers={"Host": host}), timeout=5) as answer:
            return 0 if answer.status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
