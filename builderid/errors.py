"""How this package says no."""

from builderid import messages
from signin.kernel.errors import Refusal


class BuilderIdInUse(Refusal):
    """The e-mail has a Builder ID already; told only where the scenario wants it (S-021)."""

    message = messages.EMAIL_IN_USE
    field = "email"


class BuilderIdTaken(Refusal):
    """Somebody else created a Builder ID with this e-mail, while its owner was about to."""

    message = messages.EMAIL_TAKEN


class SignUpOver(Refusal):
    """A Builder ID was created by this attempt already."""

    message = messages.SIGN_UP_OVER
