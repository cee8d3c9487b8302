"""
PostgreSQL and Valkey out of their wheels: for the demo, the tests and work on the code. Knows nothing of Django.

Production does not use this package: there DATABASE_URL and REDIS_URL name real servers.
"""

from quanzhou_fund.embedded.errors import CannotStart
from quanzhou_fund.embedded.servers import Servers

__all__ = ["CannotStart", "Servers"]
