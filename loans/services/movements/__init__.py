"""Recording what changes a loan's balance; each service takes a list, one call is a list of one."""
