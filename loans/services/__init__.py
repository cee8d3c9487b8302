"""Writes: quotas, intents, applications step by step, loans, movements, use of funds, and what jobs do."""
