"""Says, once the apps are loaded, through which selectors the papers of an entry and of an imported list are seen."""

from documents.registry import register_owner
from whitelist.selectors.entries import entries_told_whole
from whitelist.selectors.imports import imports_visible_to

register_owner("whitelist.entry", entries_told_whole)
register_owner("whitelist.importfile", imports_visible_to)
