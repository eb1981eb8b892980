"""What people read when a sign-in by a broker is refused."""

from django.utils.translation import gettext_lazy as _

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
