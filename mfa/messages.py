"""What a person reads when something is refused, or asked, about second factors."""

from django.utils.translation import gettext_lazy as _

KIND_REQUIRED = _("Choose a kind of device.")
KIND_UNKNOWN = _("You have no device of this kind. Choose another one.")
CODE_INVALID = _("The code is six digits. Type all of them.")
CODE_WRONG = _(
    "That code is not right now. Each code is good once: wait for the device's next one, "
    "and type that."
)
CLOCK_OFF = _(
    "An unexpected error occurred. The clock of the device may be off: "
    "let it set its time by the network, wait for the next code, and type that."
)
PASSKEY_REQUIRED = _(
    "Press the button, and follow what your browser says. It needs JavaScript for that."
)
PASSKEY_REFUSED = _("That device could not prove that it is yours. Try again, or use another one.")
PASSKEY_KNOWN = _("This device is registered already. Use another one.")
TOO_OFTEN_WRONG = _(
    "Too many codes were wrong. Type your password again; then there are more tries."
)
PAIR_WRONG = _(
    "These are not two codes that the device shows one after the other. "
    "Type the one that it shows, wait for the next one, and type that, too."
)
NAME_REQUIRED = _("Give the device a name.")
NAME_INVALID = _("A name is up to 64 letters, digits and + = , . @ _ - without blanks.")
DIRECTORY_NAME_INVALID = _("A name is up to 64 letters, digits, blanks and + = , . @ _ -")
NAME_TAKEN = _("A device of this name is there already. Choose another name.")
SERIAL_INVALID = _("The serial number is on the back of the token: 6 to 32 letters and digits.")
SERIAL_TAKEN = _("A token with this serial number is registered already.")
TOO_MANY_DEVICES = _("There are eight devices already, and no room for more. Remove one first.")
TOO_MANY_APPS = _(
    "There are two authenticator apps already, and no room for a third. Remove one first."
)
TOO_MANY_PASSKEYS = _(
    "There are six passkeys and security keys already, and no room for more. Remove one first."
)
KIND_IMPOSSIBLE = _("Devices of this kind can't be registered here. Choose another kind.")
KIND_NOT_ALLOWED = _("Your administrator doesn't allow devices of this kind.")
MAIL_NOT_CONFIRMED = _(
    "The link was not confirmed yet. Open the newest mail, follow its link, and confirm there."
)
CALL_NOT_ANSWERED = _(
    "The six digits were not typed on the phone yet, or the call is over. "
    "Type them there while it rings, or have it called again."
)
TOO_MANY_CALLS = _("Only so many calls are placed. Wait ten minutes, then have it called again.")
NO_CONTACT_PHONE = _("The account has no contact phone, and this way takes one.")
NO_SELF_RECOVERY = _("Only an administrator of your account can deactivate your device.")
REGISTRATION_OVER = _("The registration took too long. Begin again.")
GRACE_OVER = _("You can't go on without a device any more. Register one now.")
WORD_DIFFERS = _("Type the word DELETE, in capitals.")
