"""Reads of the rulebook: versions, return rates, the working calendar, deadlines, the clause register."""
