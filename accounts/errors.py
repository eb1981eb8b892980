"""How this package says no."""

from accounts import messages
from signin.kernel.errors import Refusal


class WrongCredentials(Refusal):
    """The one answer to everything that is wrong, whatever it is (S-017, S-020)."""

    message = messages.WRONG_CREDENTIALS


class AccountSuspended(Refusal):
    """The password was right, but the account is suspended."""

    message = messages.ACCOUNT_SUSPENDED


class AccountClosed(Refusal):
    """The password was right, but the account is closed and can still be reopened."""

    message = messages.ACCOUNT_CLOSED


class PasswordChangeDue(Refusal):
    """The password was right, but has to be replaced first."""

    message = messages.PASSWORD_CHANGE_DUE


class CodeWrong(Refusal):
    """The digits are not those that were mailed."""

    message = messages.CODE_WRONG
    field = "code"


class CodeDead(Refusal):
    """The code is used, too old, or was guessed at too often."""

    message = messages.CODE_DEAD
    field = "code"
