"""How this package says no."""

from signin.federation import messages
from signin.kernel.errors import Refusal


class CredentialsRefused(Refusal):
    """The one answer to everything that keeps a broker from a sign-in token (S-104)."""

    message = messages.CREDENTIALS_REFUSED


class SignInInvalid(Refusal):
    """The address by which somebody comes from a broker is not as it has to be."""

    message = messages.SIGN_IN_INVALID


class LeadsElsewhere(SignInInvalid):
    """Somebody is to go to what is no page of the console (S-050)."""

    message = messages.LEADS_ELSEWHERE


class SigninTokenOver(Refusal):
    """A sign-in token is used, too old or unknown, or the credentials behind it are over."""

    message = messages.TOKEN_OVER
