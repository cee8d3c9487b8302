"""The books on screen: accounts with balance and statement, entries with their legs."""

from ledger.admin.books import AccountAdmin, EntryAdmin

__all__ = ["AccountAdmin", "EntryAdmin"]
