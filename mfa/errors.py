"""How this package says no."""

from mfa import messages
from signin.kernel.errors import Refusal


class KindUnknown(Refusal):
    """The principal has no device of the kind that was chosen."""

    message = messages.KIND_UNKNOWN


class CodeWrong(Refusal):
    """No device of the principal shows these digits now, or they were used before (S-061)."""

    message = messages.CODE_WRONG
    field = "code"


class ClockOff(Refusal):
    """A code is one that a device of Identity Center shows at another time (behaviour 7.3)."""

    message = messages.CLOCK_OFF
    field = "code"


class TooOftenWrong(Refusal):
    """Five answers in a row were wrong: the password is asked for again (S-064)."""

    message = messages.TOO_OFTEN_WRONG


class PairWrong(Refusal):
    """Two codes are not what a device shows one after the other."""

    message = messages.PAIR_WRONG
    field = "code2"


class PasskeyRefused(Refusal):
    """A WebAuthn answer failed one of the checks; ``reason`` tells which, for programmers."""

    message = messages.PASSKEY_REFUSED

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PasskeyKnown(Refusal):
    """The credential is registered already, by whomever (S-078)."""

    message = messages.PASSKEY_KNOWN


class NameTaken(Refusal):
    """Another device of the account has this name."""

    message = messages.NAME_TAKEN
    field = "device_name"


class SerialTaken(Refusal):
    """Another principal has this hardware token."""

    message = messages.SERIAL_TAKEN
    field = "serial_number"


class TooManyDevices(Refusal):
    """A principal has as many devices as there can be (S-066)."""

    message = messages.TOO_MANY_DEVICES


class TooManyApps(TooManyDevices):
    """A user of a directory has two authenticator apps (S-066, R-167)."""

    message = messages.TOO_MANY_APPS


class TooManyPasskeys(TooManyDevices):
    """A user of a directory has six passkeys and security keys (S-066)."""

    message = messages.TOO_MANY_PASSKEYS


class KindImpossible(Refusal):
    """A directory knows no devices of this kind, or its administrator allows none."""

    message = messages.KIND_IMPOSSIBLE


class GraceOver(Refusal):
    """The time is over in which a root user could go on without a device."""

    message = messages.GRACE_OVER


class RegistrationOver(Refusal):
    """What was begun is too old, replaced, or finished."""

    message = messages.REGISTRATION_OVER


class MailNotConfirmed(Refusal):
    """Nobody followed the newest link that was mailed to a root user without a device."""

    message = messages.MAIL_NOT_CONFIRMED


class CallNotAnswered(Refusal):
    """Nobody typed the digits on the contact phone while it rang."""

    message = messages.CALL_NOT_ANSWERED


class TooManyCalls(Refusal):
    """A phone was called as often as it may be in a while."""

    message = messages.TOO_MANY_CALLS


class NoContactPhone(Refusal):
    """The account of a root user without a device has no phone to be called."""

    message = messages.NO_CONTACT_PHONE


class NoSelfRecovery(Refusal):
    """IAM users can't replace a device by other factors (R-208)."""

    message = messages.NO_SELF_RECOVERY
