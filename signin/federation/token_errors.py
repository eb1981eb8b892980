"""How this package says no to JSON Web Tokens, and to who wants one."""

from signin.federation import messages
from signin.kernel.errors import Refusal


class TokenRefused(Refusal):
    """A JSON Web Token of another issuer proves nothing; subclasses say why."""

    message = messages.TOKEN_REFUSED


class TokenMalformed(TokenRefused):
    """The token is not written as a signed JSON Web Token."""

    message = messages.TOKEN_MALFORMED


class TokenAlgorithmRefused(TokenRefused):
    """The token is signed in a way that proves nothing, or that nobody here takes."""

    message = messages.TOKEN_ALGORITHM_REFUSED


class TokenIssuerUnknown(TokenRefused):
    """The token is of an issuer whom nobody here knows, or of another one than it has to be."""

    message = messages.TOKEN_ISSUER_UNKNOWN


class TokenKeyUnknown(TokenRefused):
    """The issuer has no key of this name and kind, or several without a name."""

    message = messages.TOKEN_KEY_UNKNOWN


class KeysUnreachable(TokenRefused):
    """The keys of an issuer could not be fetched from its address."""

    message = messages.KEYS_UNREACHABLE


class TokenSignatureWrong(TokenRefused):
    """The token is not signed with the issuer's key, or was changed since."""

    message = messages.TOKEN_SIGNATURE_WRONG


class TokenAudienceWrong(TokenRefused):
    """The token is for somebody else."""

    message = messages.TOKEN_AUDIENCE_WRONG


class TokenSubjectUnusable(TokenRefused):
    """The token doesn't say of whom it is, or too much."""

    message = messages.TOKEN_SUBJECT_UNUSABLE


class TokenClaimUnusable(TokenRefused):
    """The token says something of the session that no session can have."""

    message = messages.TOKEN_CLAIM_UNUSABLE


class TokenTimesUnusable(TokenRefused):
    """The token doesn't say when it was issued and how long it is good, in whole seconds."""

    message = messages.TOKEN_TIMES_UNUSABLE


class TokenExpired(TokenRefused):
    """The time of the token is over."""

    message = messages.TOKEN_EXPIRED


class TokenEarly(TokenRefused):
    """The token was issued in the future, or is good from then on."""

    message = messages.TOKEN_EARLY


class TokenOfNobody(TokenRefused):
    """The token names no user of the directory, or one who is disabled."""

    message = messages.TOKEN_OF_NOBODY


class IssuingOff(Refusal):
    """The account gives its people no tokens for other services."""

    message = messages.ISSUING_OFF


class SessionEndsEarlier(Refusal):
    """A token is to be good for longer than the session of whoever wants it."""

    message = messages.SESSION_ENDS_EARLIER


class TokenTooLarge(Refusal):
    """A token is to say more than one can."""

    message = messages.TOKEN_TOO_LARGE
