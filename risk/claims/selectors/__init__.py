"""Reads of claims: standings, splits, queues, required papers."""
