"""When a directory asks its users for a device, and what happens to those without one.

The table is AWS's (behaviour 7.2). Two of its rows surprise: with “never” the rule for people
without a device is not looked at, and a trusted browser gets in without a device even where the
rule blocks everybody else.
"""

from enum import Enum, auto

from accounts import directory_steps as steps
from accounts.models import Directory
from accounts.steps import proven
from mfa import devices
from mfa.steps.records import DIRECTORY
from mfa.steps.sign_in import ask_for_device
from signin.flow.models import Attempt

Mode = Directory.MfaMode
NoDevice = Directory.NoDeviceMode


class Outcome(Enum):
    """What comes after the password."""

    LET_IN = auto()
    CHALLENGE = auto()
    REGISTER = auto()
    EMAIL_CODE = auto()
    BLOCK = auto()


WITHOUT_DEVICE = {
    NoDevice.REGISTER: Outcome.REGISTER,
    NoDevice.EMAIL_CODE: Outcome.EMAIL_CODE,
    NoDevice.BLOCK: Outcome.BLOCK,
    NoDevice.ALLOW: Outcome.LET_IN,
}


def decide(mode: str, no_device_mode: str, *, has_device: bool, is_trusted: bool) -> Outcome:
    """Return what a directory's settings ask of somebody whose password was right."""
    if mode == Mode.NEVER or (mode == Mode.CONTEXT_AWARE and is_trusted):
        return Outcome.LET_IN
    return Outcome.CHALLENGE if has_device else WITHOUT_DEVICE[NoDevice(no_device_mode)]


def look(attempt: Attempt) -> None:
    """Note what has to come after the password of a directory's user."""
    user = proven(attempt)
    directory = user.profile.directory
    outcome = decide(
        directory.mfa_mode,
        directory.no_device_mode,
        has_device=bool(devices.of(user)),
        is_trusted=steps.is_trusted(attempt),
    )
    facts = attempt.facts
    facts["mfa_blocked"] = outcome is Outcome.BLOCK
    facts["registering"] = facts["enrolment_forced"] = outcome is Outcome.REGISTER
    if outcome is Outcome.CHALLENGE:
        ask_for_device(attempt, DIRECTORY)
    if outcome is Outcome.EMAIL_CODE and not facts.get("one_time_mailed"):
        facts["portal_code_due"] = True
