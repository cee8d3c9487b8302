"""Writes of exemption: the bank's rules, cases, findings, evidence packs."""
