"""The settings of the web server that ``benchmarks.api`` starts: the product's, with one address more."""

from benchmarks.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"
