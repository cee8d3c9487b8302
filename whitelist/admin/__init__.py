"""The whitelist on screen: entries and their steps, projects, batches, imported lists, deliveries."""

from common.admin import SEAMS
from whitelist.admin import batches, deliveries, entries, imports, projects
from whitelist.transitions import STEPS

SEAMS.verbs |= {f"entry.{step.name}": step.label for step in STEPS}

__all__ = ["batches", "deliveries", "entries", "imports", "projects"]
