"""Claims: who bears a loss, how a claim is examined or certified, paid in the bank's queue, and ended."""
