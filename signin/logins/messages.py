"""What people and programs read when a login is refused."""

from django.utils.translation import gettext_lazy as _

UNKNOWN_PROGRAM = _("No program with this name can be let in here.")
LEADS_ELSEWHERE = _("The address that the answer shall go to is not one of this program's.")
NOT_AS_ASKED = _("Something in the address is missing, is there twice, or is not as it has to be.")
REQUEST_OVER = _("This was answered already, took too long, or was begun in another browser.")
CODE_OVER = _("The authorization code was used already, is too old, or was never given out.")
GRANT_INVALID = _("What was sent does not belong to the program that was let in.")
LOGIN_OVER = _("This login is over. Log in again.")
PASSWORD_CHANGED = _("The password was changed after this login. Log in again.")
NOT_PERMITTED = _("Whoever signed in has no permission to let programs in.")
REFUSED_FROM_HERE = _("The account lets nobody sign in from where this comes from.")
SESSION_UNKNOWN = _("There is no such session.")
PROOF_USED = _("The proof of the key was used already.")
