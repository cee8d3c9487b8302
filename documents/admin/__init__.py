"""Papers on a case's page: what is there, and adding to it."""

from documents.admin.pages import DocumentAdmin

__all__ = ["DocumentAdmin"]
