"""How this package says no."""

from collections.abc import Sequence

from django.utils.text import format_lazy

from accounts import messages
from accounts.policies import Problem
from signin.kernel.errors import Refusal


class WrongCredentials(Refusal):
    """The one answer to everything that is wrong, whatever it is (S-017, S-020)."""

    message = messages.WRONG_CREDENTIALS


class RefusedFromHere(WrongCredentials):
    """The account lets nobody prove a password from here; told as a wrong one (S-017)."""


class ConsoleAccessDenied(Refusal):
    """The account's statements let nobody sign in to the console from here, whoever it is."""

    message = messages.CONSOLE_ACCESS_DENIED


class StatementInvalid(Refusal):
    """Conditions make no statement on sign-in; what is wrong is told in English."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.message = problem


class StatementConflict(Refusal):
    """The account has a statement already, or a token was used for another one."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.message = problem


class StatementUnknown(Refusal):
    """The account has no such statement, or none at all."""

    message = messages.STATEMENT_UNKNOWN


class TooManyStatements(Refusal):
    """The account has as many statements as it can have."""

    message = messages.TOO_MANY_STATEMENTS


class NoConsoleAuthorization(Refusal):
    """The account does not control who signs in to its console."""

    message = messages.NO_CONSOLE_AUTHORIZATION


class AccountSuspended(Refusal):
    """The password was right, but the account is suspended."""

    message = messages.ACCOUNT_SUSPENDED


class AccountClosed(Refusal):
    """The password was right, but the account is closed and can still be reopened."""

    message = messages.ACCOUNT_CLOSED


class PasswordExpired(Refusal):
    """The password was right, but is too old, and the account leaves its renewal to others."""

    message = messages.PASSWORD_EXPIRED


class PasswordChangeForbidden(Refusal):
    """Whoever has this password may not choose another one."""

    message = messages.PASSWORD_CHANGE_FORBIDDEN


class CurrentPasswordWrong(Refusal):
    """Who wants a new password doesn't know the old one."""

    message = messages.CURRENT_PASSWORD_WRONG
    field = "password"


class PasswordRefused(Refusal):
    """A new password is not as it has to be; the message names every problem."""

    field = "new_password"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = problems
        self.message = format_lazy(
            " ".join(["{}"] * len(problems)), *(problem.text for problem in problems)
        )


class EmailUnchanged(Refusal):
    """The new e-mail of a root user is the one that they have."""

    message = messages.EMAIL_UNCHANGED
    field = "email"


class AccountIdDiffers(Refusal):
    """What was typed to confirm the closing of an account is not its ID."""

    message = messages.ACCOUNT_ID_DIFFERS
    field = "account"


class TooManySessions(Refusal):
    """A browser with several sessions side by side has as many as it can have.

    Whoever wants one more chooses which of them shall end; a page asks for that.
    """


class CodeWrong(Refusal):
    """The digits are not those that were mailed."""

    message = messages.CODE_WRONG
    field = "code"


class CodeDead(Refusal):
    """The code is used, too old, or was guessed at too often."""

    message = messages.CODE_DEAD
    field = "code"


class LinkOver(Refusal):
    """A mailed link is used, too old, replaced by a newer one, or was never mailed."""

    message = messages.LINK_OVER


class EmailInUse(Refusal):
    """The e-mail has a root user already; told only where the scenario wants it (S-021)."""

    message = messages.EMAIL_IN_USE
    field = "email"


class EmailBurnt(Refusal):
    """The e-mail was that of an account that is gone for good; told like EmailInUse."""

    message = messages.EMAIL_BURNT
    field = "email"


class EmailTaken(Refusal):
    """Somebody else opened an account with this e-mail, while its owner was about to."""

    message = messages.EMAIL_TAKEN


class OpeningOver(Refusal):
    """An account was opened by this attempt already."""

    message = messages.OPENING_OVER


class RoleRefused(Refusal):
    """The one answer to everything that keeps somebody from a role, whatever it is (S-018)."""

    message = messages.ROLE_REFUSED


class RootRefused(Refusal):
    """The one answer to everything that keeps somebody from acting as an account's root user."""

    message = messages.ROOT_REFUSED


class TradeInTokenOver(Refusal):
    """A trade-in token is unknown, was traded in, or is too old: one answer to all of it."""

    message = messages.TRADE_IN_TOKEN_OVER


class MessageNotDecoded(Refusal):
    """What was to be decoded is not of this installation, or of another account."""

    message = messages.MESSAGE_NOT_DECODED


class PasswordNotStored(Refusal):
    """The new password is as it has to be, but the directory could not store it."""

    message = messages.PASSWORD_NOT_STORED
    field = "new_password"


class DeviceDemanded(Refusal):
    """The directory lets nobody in without a device, and registers none at sign-in."""

    message = messages.NO_DEVICE_ALLOWED


class UserDisabled(Refusal):
    """A disabled user of a directory can't be changed, reset or grouped."""

    message = messages.USER_DISABLED


class PasswordsElsewhere(Refusal):
    """The directory is connected to another one, and passwords are changed there."""

    message = messages.PASSWORDS_ELSEWHERE


class EmailVerified(Refusal):
    """The address of a user is known to be theirs already."""

    message = messages.EMAIL_VERIFIED


class UserJoined(Refusal):
    """Whoever has a password of their own needs no invitation."""

    message = messages.USER_JOINED


class TooManyAccessKeys(Refusal):
    """Somebody has as many access keys as there can be."""

    message = messages.TOO_MANY_ACCESS_KEYS


class NoAccessKeys(Refusal):
    """Only IAM users and root users have long-term access keys."""

    message = messages.NO_ACCESS_KEYS


class SessionTooLong(Refusal):
    """A session of a role is to last longer than the role allows, or a chain of roles."""

    message = messages.SESSION_TOO_LONG


class SourceIdentityFixed(Refusal):
    """The source identity of a session stays what it is in all sessions that follow from it."""

    message = messages.SOURCE_IDENTITY_FIXED


class TagFixed(Refusal):
    """A session tag that is passed on from session to session can't be set anew."""

    message = messages.TAG_FIXED


class ContextRefused(Refusal):
    """An identity context is over, of somebody who is no more, or was never given out."""

    message = messages.CONTEXT_REFUSED
