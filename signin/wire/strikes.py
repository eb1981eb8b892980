"""Faults that strike calls of programs, so that these can show what they do about it."""

from signin.faults import faults
from signin.faults.faults import Kind
from signin.kernel.errors import Refusal


class TooManyCalls(Refusal):
    """A program is told that it calls too often, whether it does or not."""

    message = "There are too many calls at once. Wait a little, then call again."


class CallFailed(Refusal):
    """A call ends as an exception does that nobody expected."""

    message = "Something went wrong here, not in the request."


def check(kinds: tuple[Kind, ...]) -> None:
    """Raise TooManyCalls or CallFailed if one of these faults strikes a call."""
    struck = faults.strike_of_call(kinds)
    if struck:
        raise TooManyCalls if struck == Kind.THROTTLED else CallFailed
