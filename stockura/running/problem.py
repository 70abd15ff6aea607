"""What can go wrong on somebody's machine, as a sentence for that person."""


class Problem(Exception):
    """Something the person at the terminal can put right.

    The message says what was found and what to do. It is shown alone, without a traceback; the exit status
    is 1.
    """
