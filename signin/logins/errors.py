"""How this package says no."""

from signin.kernel.errors import Refusal
from signin.logins import messages


class LoginRequestInvalid(Refusal):
    """What a program asks for is not as it has to be; nothing is sent to where it says."""

    message = messages.NOT_AS_ASKED


class ProgramUnknown(LoginRequestInvalid):
    """No program has this name."""

    message = messages.UNKNOWN_PROGRAM


class LeadsElsewhere(LoginRequestInvalid):
    """The answer is to go where the program can't be."""

    message = messages.LEADS_ELSEWHERE


class LoginRequestOver(Refusal):
    """A request is answered, too old, or another browser's."""

    message = messages.REQUEST_OVER


class CodeOver(Refusal):
    """A code is used, too old, or was never given out."""

    message = messages.CODE_OVER


class GrantInvalid(Refusal):
    """A code or a refresh token is another program's: its name, address, secret or key differs."""

    message = messages.GRANT_INVALID


class LoginOver(Refusal):
    """A login has ended, with its session or by itself, or was never there."""

    message = messages.LOGIN_OVER


class PasswordChanged(Refusal):
    """Whoever let the program in has another password since."""

    message = messages.PASSWORD_CHANGED


class NotPermitted(Refusal):
    """Whoever signed in may not let programs in, or not any more."""

    message = messages.NOT_PERMITTED


class RefusedFromHere(NotPermitted):
    """The account's statements on sign-in let nobody let a program in from where it is."""

    message = messages.REFUSED_FROM_HERE


class SessionUnknown(Refusal):
    """No login has this ARN, or it is somebody else's."""

    message = messages.SESSION_UNKNOWN


class ProofUsed(Refusal):
    """A proof of a key comes for the second time."""

    message = messages.PROOF_USED
