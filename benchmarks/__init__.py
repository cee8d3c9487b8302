"""How fast the product is, each figure as a ratio to something run beside it in the same process and database. See docs/benchmarks.md."""
