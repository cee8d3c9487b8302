"""Writes of this app: enterprises and their facts, institutions and their participation, members and their roles."""
