"""Writes of the rulebook: deadlines, calendar notices, policy versions and their confirmations, return rates."""
