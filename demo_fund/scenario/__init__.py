"""What people do in the demo: each act is one person's (or job's) call of one service."""
