"""A good input for each calculator: the very examples of the description."""

from api.v1.calculator_examples import AS_OF, ENTERPRISE, LOAN, PROJECT
from api.v1.calculator_examples import EXAMPLES as GOOD

__all__ = ["AS_OF", "ENTERPRISE", "GOOD", "LOAN", "PROJECT"]
