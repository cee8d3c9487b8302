"""Files people send, read into cells that keep how they were stored; nothing reaches a parser before the guard."""
