"""What a person reads when something is refused, or asked, about who they are."""

from django.utils.translation import gettext_lazy as _

WRONG_CREDENTIALS = _(
    "That didn't match. Check what you typed, and that Caps Lock is off, and try again."
)
CONSOLE_ACCESS_DENIED = _("This account's console can't be opened from where you are.")
STATEMENT_UNKNOWN = _("The account has no such statement on sign-in.")
TOO_MANY_STATEMENTS = _("The account has 200 statements on sign-in, and can't have more.")
NO_CONSOLE_AUTHORIZATION = _("The account doesn't control who signs in to its console.")
ACCOUNT_SUSPENDED = _(
    "This account is suspended, so its IAM users can't sign in. "
    "The owner of the account can see more by signing in as root user."
)
ACCOUNT_CLOSED = _(
    "This account is closed, so its IAM users can't sign in. "
    "The owner of the account can see more by signing in as root user."
)
PASSWORD_EXPIRED = _(
    "Your password has expired, and in this account you can't renew it yourself. "
    "Ask your administrator to set a new one."
)
PASSWORD_CHANGE_FORBIDDEN = _(
    "You need a new password, but you may not change your password in this account. "
    "Ask your administrator to set a new one, or to let you change it."
)
CURRENT_PASSWORD_WRONG = _("That is not the password that you have now.")
CODE_WRONG = _("That is not the code we sent. Check the newest mail and type its six digits.")
CODE_DEAD = _("That code can't be used any more. Send a new one and type its six digits.")
LINK_OVER = _("That link can't be used any more. Ask for a new one.")
EMAIL_IN_USE = _("This address belongs to an account already. Sign in, or use another address.")
EMAIL_BURNT = _(
    "This address belonged to an account that is closed for good, and can't be used again. "
    "Use another one."
)
EMAIL_TAKEN = _("Meanwhile an account was opened with this address.")
OPENING_OVER = _("This account is open already.")
USER_DISABLED = _("This user is disabled. Enable the user first, then do it.")
EMAIL_VERIFIED = _("The address of this user is confirmed already.")
PASSWORDS_ELSEWHERE = _(
    "The passwords of this directory are kept by the company's own Active Directory or identity "
    "provider, and are changed there only."
)
USER_JOINED = _(
    "This user has a password already, and needs no invitation. Reset the password instead."
)

ROLE_REFUSED = _(
    "You can't switch to that role. Check account and role, or ask whoever looks after the "
    "account whether the role is meant for you."
)
ROLE_REQUIRED = _("Type the name of the role.")
ROLE_INVALID = _(
    "A role has a name of letters, digits and + = , . @ _ - and perhaps a path in front, like "
    "team/Audit: up to 64 characters in all."
)
DISPLAY_NAME_INVALID = _("A display name has up to 64 characters, all on one line.")

TOO_MANY_ACCESS_KEYS = _("Nobody has more than two access keys. Delete one first.")
NO_ACCESS_KEYS = _("Only IAM users and root users have access keys of their own.")
SESSION_TOO_LONG = _(
    "The session would last longer than the role allows, or longer than an hour for somebody who "
    "works as a role already."
)
ROOT_REFUSED = _("You can't act as the root user of that account.")
TRADE_IN_TOKEN_OVER = _("This trade-in token can't be used, or not any more.")
MESSAGE_NOT_DECODED = _("This message can't be decoded in your account.")
SOURCE_IDENTITY_FIXED = _("The source identity of a session can't be changed by the next one.")
TAG_FIXED = _("A tag that the session passes on can't be set anew.")

EMAIL_UNCHANGED = _("This is the address that you have now. Type another one.")
ACCOUNT_ID_DIFFERS = _("This is not the ID of this account. It has twelve digits, shown above.")

EMAIL_REQUIRED = _("Type the e-mail address of the root user.")
EMAIL_LENGTH = _("The address has 6 to 64 characters.")
NEW_EMAIL_REQUIRED = _("Type the e-mail address that you want to use.")
EMAIL_INVALID = _("Type the whole address, like username@example.com.")
ACCOUNT_NAME_REQUIRED = _("Type a name for the account.")
ACCOUNT_NAME_INVALID = _(
    "An account's name has up to 50 letters without accents, digits, signs and blanks."
)
PHONE_REQUIRED = _("Type a phone number.")
PHONE_INVALID = _(
    "A phone number has 6 to 20 characters: digits, blanks, hyphens and brackets, "
    "perhaps with + in front."
)
ACCOUNT_REQUIRED = _("Type the account ID or the alias.")
ACCOUNT_INVALID = _(
    "An account ID is twelve digits; an alias is 3 to 63 lower-case letters, digits and hyphens."
)
USERNAME_REQUIRED = _("Type your user name.")
USERNAME_INVALID = _("A user name has up to 64 letters, digits or + = , . @ _ - and no blanks.")
DIRECTORY_USERNAME_INVALID = _(
    "A user name has up to 128 characters without blanks; Administrator and AWSAdministrators "
    "are taken."
)
PASSWORD_REQUIRED = _("Type your password.")
NEW_PASSWORD_REQUIRED = _("Type the new password.")
CONFIRMATION_REQUIRED = _("Type the new password again.")
PASSWORDS_DIFFER = _("This is not the same as the new password above.")
PASSWORD_TOO_LONG = _("No password is longer than 128 characters.")
ACCOUNT_ID_REQUIRED = _("Type the ID of this account.")
DIRECTORY_USERNAME_TOO_LONG = _("A user name has up to 128 characters and no blanks.")
PASSWORD_NOT_STORED = _("Your password could not be updated. Try again in a little while.")
NO_DEVICE_ALLOWED = _("Without a registered device nobody gets in here. Ask your administrator.")
CODE_INVALID = _("The code has six digits, 0 to 9.")
CONTEXT_REFUSED = _("The identity context is over, or is not one of Identity Center’s.")
