"""How a fault that strikes says no."""

from django.utils.translation import gettext_lazy as _

from signin.faults.models import Kind
from signin.kernel.errors import Refusal


class UsNotYou(Refusal):
    """Something behind the pages is broken. Whoever asked is told that, and not what it is."""

    message = _("That could not be done just now, through no fault of yours. Try again later.")

    def __init__(self, cause: Kind) -> None:
        super().__init__(cause)
        self.cause = cause
