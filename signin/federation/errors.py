"""How this package says no."""

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
