"""See the README of ``reporting``."""
