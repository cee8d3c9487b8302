"""The breaker: a bank's figures, warning, suspension, cap and radar."""
