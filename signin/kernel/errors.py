"""How the domain says no."""

from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """The request was understood and the answer is no.

    Subclasses are named for what is so. Pages show ``message``, at ``field`` if it names one;
    wire APIs look the class up in their own error tables.
    """

    message: str | Promise = _("That can't be done.")
    field: str | None = None


class LockedOut(Refusal):
    """Too many tries failed; the same answer for right and wrong ones until the time is over."""

    message = _("Too many tries didn't work. Wait a little, then try again.")

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after
