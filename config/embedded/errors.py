"""What can keep the servers from starting."""


class EmbeddedError(Exception):
    """A sentence for the person at the console: what is wrong and what to do about it."""
