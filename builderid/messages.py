"""What a person reads when something is refused, or asked, about a Builder ID."""

from django.utils.translation import gettext_lazy as _

EMAIL_REQUIRED = _("Type the e-mail address of your Builder ID.")
NEW_EMAIL_REQUIRED = _("Type the e-mail address that your Builder ID is to have.")
EMAIL_TOO_LONG = _("An address has up to 254 characters.")
EMAIL_IN_USE = _("A Builder ID has this address already. Sign in, or use another address.")
EMAIL_TAKEN = _("Meanwhile a Builder ID was created with this address.")
SIGN_UP_OVER = _("This Builder ID is there already.")
NAME_REQUIRED = _("Type the name by which you want to be called.")
NAME_INVALID = _("A name has up to 128 characters, all on one line.")
