"""How this package says no. What programs read is English, as their services speak it."""

from django.utils.functional import Promise

from signin.kernel.errors import LockedOut, Refusal
from signin.oidc import messages


class ToProgram(Refusal):
    """A no that a program is told; ``problem`` says what exactly, where that helps."""

    def __init__(self, problem: str = "") -> None:
        super().__init__(problem)
        self.message: str | Promise = problem or self.message


class AuthorizationPending(ToProgram):
    """Nobody has said yes or no yet."""

    message = messages.AUTHORIZATION_PENDING


class SlowDown(ToProgram):
    """The program asks too often; here only where a fault says so."""

    message = messages.SLOW_DOWN


class ExpiredToken(ToProgram):
    """The device code is too old."""

    message = messages.EXPIRED_TOKEN


class AccessDenied(ToProgram):
    """Whoever was asked said no."""

    message = messages.ACCESS_DENIED


class InvalidGrant(ToProgram):
    """A code or a refresh token is unknown, used, too old, revoked, or another program's."""

    message = messages.INVALID_GRANT


class InvalidClient(ToProgram):
    """The program is unknown, its secret is wrong, or its registration is over."""

    message = messages.INVALID_CLIENT


class UnauthorizedClient(ToProgram):
    """The program did not register for what it wants."""

    message = messages.UNAUTHORIZED_CLIENT


class UnsupportedGrantType(ToProgram):
    """Nobody gets tokens in this way."""

    message = messages.UNSUPPORTED_GRANT_TYPE


class InvalidScope(ToProgram):
    """A scope has no form of one, or the program did not register for it."""

    message = messages.INVALID_SCOPE


class InvalidRequest(ToProgram):
    """Something is missing in a request, or can't be."""

    message = messages.INVALID_REQUEST


class OtherRegion(ToProgram):
    """A call is signed for another region than the one that it belongs to."""

    def __init__(self, region: str) -> None:
        super().__init__(f"This belongs to {region}: call the endpoint there, and sign for it.")
        self.region = region


class InvalidClientMetadata(ToProgram):
    """What a program says of itself can't be."""

    message = messages.INVALID_CLIENT_METADATA


class InvalidRedirectUri(ToProgram):
    """A program wants browsers sent to somewhere else than this machine."""

    message = messages.INVALID_REDIRECT_URI


class UserCodeUnknown(Refusal):
    """No program waits with what was typed; the one answer to everything that is wrong with it."""

    message = messages.USER_CODE_UNKNOWN
    field = "user_code"


class TooManyCodes(LockedOut):
    """Somebody typed codes that no program waits with, again and again (S-096)."""

    message = messages.TOO_MANY_CODES
    field = "user_code"


class RequestOver(Refusal):
    """A request of a program was answered already, or is too old."""

    message = messages.REQUEST_OVER


class OtherRealm(Refusal):
    """A program asks people of another directory, or those with a Builder ID."""

    message = messages.OTHER_REALM
