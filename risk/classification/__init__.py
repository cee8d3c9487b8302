"""Classes of loans, and debts recognised as bad."""
