"""What a sign-in writes down of its second factor: the console's events, or Identity Center's."""

from collections.abc import Sequence
from typing import Protocol

from accounts import workflows
from accounts.events import console_login_failed
from accounts.steps import proven
from mfa import events
from mfa.models import Device
from signin.flow.models import Attempt

RESYNC = "RESYNC_TOTP"
FACTORS = {
    Device.Kind.TOTP: "TOTP",
    Device.Kind.HARDWARE: "TOTP",
    Device.Kind.PASSKEY: "WEBAUTHN",
}


class Record(Protocol):
    """What is told of a second factor, as it happens."""

    def asked(self, attempt: Attempt, kinds: Sequence[str]) -> None:
        """Record that a device of one of these kinds has to prove the sign-in."""

    def chosen(self, attempt: Attempt) -> None:
        """Record that a certain kind is asked for, or two codes that bring a device into step."""

    def passed(self, attempt: Attempt, device: Device) -> None:
        """Record that a device proved the sign-in."""

    def failed(self, attempt: Attempt) -> None:
        """Record that an answer was wrong, or was one too many."""

    def resynchronised(self, attempt: Attempt, device: Device) -> None:
        """Record that a device is in step again."""


class ConsoleRecord:
    """CheckMfa once the password was right, and a ConsoleLogin for each wrong answer.

    The right one is told by the ConsoleLogin at the end.
    """

    def asked(self, attempt: Attempt, kinds: Sequence[str]) -> None:
        events.check_mfa(attempt, proven(attempt), kinds)

    def chosen(self, attempt: Attempt) -> None:
        pass

    def passed(self, attempt: Attempt, device: Device) -> None:
        pass

    def failed(self, attempt: Attempt) -> None:
        principal = proven(attempt)
        console_login_failed(attempt, principal, principal.account, mfa_used=True)

    def resynchronised(self, attempt: Attempt, device: Device) -> None:
        events.resynchronised(device, session=None, browser=attempt.browser)


class DirectoryRecord:
    """CredentialChallenge and CredentialVerification, as Identity Center tells (E-11, E-12)."""

    def asked(self, attempt: Attempt, kinds: Sequence[str]) -> None:
        if len(kinds) == 1:
            self.chosen(attempt)

    def chosen(self, attempt: Attempt) -> None:
        factor, asked = _factor(attempt), attempt.facts.get("mfa_asked", [])
        if factor not in asked:
            attempt.facts["mfa_asked"] = [*asked, factor]
            user = proven(attempt)
            workflows.ask(attempt, user.profile.directory, user, factor)

    def passed(self, attempt: Attempt, device: Device) -> None:
        self._prove(attempt)

    def failed(self, attempt: Attempt) -> None:
        user = proven(attempt)
        workflows.fail(attempt, user.profile.directory, user, _factor(attempt))

    def resynchronised(self, attempt: Attempt, device: Device) -> None:
        self._prove(attempt)

    def _prove(self, attempt: Attempt) -> None:
        user = proven(attempt)
        workflows.prove(attempt, user.profile.directory, user, _factor(attempt))


CONSOLE = ConsoleRecord()
DIRECTORY = DirectoryRecord()


def _factor(attempt: Attempt) -> str:
    """Return what is asked for now, as the events call it."""
    if attempt.facts.get("resync_due"):
        return RESYNC
    return FACTORS[Device.Kind(attempt.facts["mfa_kind"])]
