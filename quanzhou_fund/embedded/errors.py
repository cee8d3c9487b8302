"""What keeps a server from starting, said in a sentence."""


class CannotStart(Exception):
    """The message is one Chinese sentence for the person at the terminal: what is wrong and what to do."""
