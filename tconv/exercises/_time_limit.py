"""Stops Python code that runs too long, in the thread that it runs in.

An alarm signal would not do: Windows has none, and elsewhere only the main thread gets it. Another
process would not do either: what a notebook defines can't be sent to it, and a fork of a process
that holds PyTorch's threads may hang. Python's trace function is called at each line, everywhere.
"""

import sys
import time
from contextlib import contextmanager


class OutOfTime(BaseException):
    """Not an `Exception`: ``except Exception`` inside an endless loop must not catch it."""


@contextmanager
def time_limit(seconds):
    """Raise `OutOfTime` at the first line of Python that is run later than `seconds` from now."""
    end = time.monotonic() + seconds

    def look_at_the_clock(frame, event, argument):
        if time.monotonic() > end:
            raise OutOfTime
        return look_at_the_clock

    before = sys.gettrace()
    sys.settrace(look_at_the_clock)
    try:
        yield
    finally:
        sys.settrace(before)
