"""What people, and programs, read when a broker or an issuer of tokens is refused."""

from django.utils.translation import gettext_lazy as _

TOKEN_REFUSED = _("The token proves nothing here.")
TOKEN_MALFORMED = _("The token is not a signed JSON Web Token.")
TOKEN_ALGORITHM_REFUSED = _(
    "The token is not signed by RSA or by ECDSA, or names what is not known."
)
TOKEN_ISSUER_UNKNOWN = _(
    "No provider is known here that has the issuer of the token as its address."
)
TOKEN_KEY_UNKNOWN = _("The issuer of the token has no key such as the token names.")
KEYS_UNREACHABLE = _("The keys of the token’s issuer could not be fetched from its address.")
TOKEN_SIGNATURE_WRONG = _("The token is not signed with a key of its issuer.")
TOKEN_AUDIENCE_WRONG = _("The token is for another audience.")
TOKEN_SUBJECT_UNUSABLE = _("The token names no subject of up to 255 characters.")
TOKEN_CLAIM_UNUSABLE = _(
    "The token has session tags or a source identity that no session can have."
)
TOKEN_TIMES_UNUSABLE = _(
    "The token does not tell in whole seconds when it was issued and when it ends."
)
TOKEN_EXPIRED = _("The time of the token is over.")
TOKEN_EARLY = _("The token is not good yet.")
TOKEN_OF_NOBODY = _("The token names no user who can sign in here.")
ISSUING_OFF = _("The account does not give its people tokens for other services.")
SESSION_ENDS_EARLIER = _("The session ends before the token would.")
TOKEN_TOO_LARGE = _("The tags are too large for a token.")
CREDENTIALS_REFUSED = _("Nothing is signed in with these credentials.")
SIGN_IN_INVALID = _("Something in the address is missing, is there twice, or is too long.")
LEADS_ELSEWHERE = _("The address does not lead to a page of the console.")
TOKEN_OVER = _(
    "The sign-in token was used already, is older than fifteen minutes, or was never given out; or "
    "the credentials behind it are over."
)
ASSERTION_REFUSED = _("The response of your identity provider signs nobody in here.")
QUESTION_INVALID = _(
    "The question by which you came is not as it has to be, or it is of somebody whom this "
    "provider doesn't know."
)
ARRIVAL_OVER = _("This answer was used already, is too old, or belongs to another browser.")
METADATA_REFUSED = _(
    "These are not the metadata of one SAML 2.0 identity provider, in UTF-8 without a byte order "
    "mark or a document type, with one to ten signing certificates whose keys are long enough."
)
CERTIFICATE_WRONG = _("Each certificate is X.509, DER in base64, of a key that can sign.")
PRIVATE_KEY_WRONG = _("An RSA private key of 2048 to 8192 bits as PEM, without a passphrase.")
PRIVATE_KEY_TWICE = _("The provider has this private key.")
PRIVATE_KEYS_TOO_MANY = _("The provider has two private keys; remove one first.")
PRIVATE_KEY_UNKNOWN = _("The provider has no private key of this ID.")
PRIVATE_KEY_NEEDED = _("To decrypt assertions, the provider needs a private key.")
