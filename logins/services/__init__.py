"""Writes of logins: sessions, passwords, second factor, refusals."""
