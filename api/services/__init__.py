"""Writes of the interface's own: clients and secrets, kept answers, references, webhooks, uploads."""
