"""What is said of a refusal: to people in their language, to programs in English."""

from django.utils.translation import gettext_lazy as _

USER_CODE_UNKNOWN = _(
    "No program waits with this code. Compare it with what the program shows, and type it again; "
    "a code is good for ten minutes."
)
TOO_MANY_CODES = _("Too many codes didn't fit. Wait ten minutes, then start the program anew.")
REQUEST_OVER = _("This request was answered already, or is too old. Start the program anew.")
OTHER_REALM = _("This request is for people of another portal. Sign in there.")

AUTHORIZATION_PENDING = "Nobody has answered the request yet. Ask again."
SLOW_DOWN = "The client asks too often. Wait five seconds longer each time."
EXPIRED_TOKEN = "The device code is too old. Start the authorization anew."
ACCESS_DENIED = "The request was refused."
INVALID_GRANT = "What was sent is not good for tokens: unknown, used, too old or another client's."
INVALID_CLIENT = "The client ID and the secret don't belong together, or are too old."
UNAUTHORIZED_CLIENT = "The client did not register for this."
UNSUPPORTED_GRANT_TYPE = "There is no such grant type here."
INVALID_SCOPE = "The scope is not one, or the client did not register for it."
INVALID_REQUEST = "The request can't be understood."
INVALID_CLIENT_METADATA = "What the client says of itself can't be."
INVALID_REDIRECT_URI = (
    "A redirect URI has to be on the loopback: http with 127.0.0.1, [::1] or localhost."
)
