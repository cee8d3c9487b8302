"""A bank's program as a bank would write it: it knows the fund by its public interface alone."""
