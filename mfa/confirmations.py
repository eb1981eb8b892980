"""Codes of devices that come with a call of an API, which names the device by its serial number."""

from accounts import lockout
from accounts.models import Principal
from mfa import devices
from signin.kernel.errors import Refusal


def confirm(principal: Principal, serial_number: str, code: str, *, ip: str) -> None:
    """Use up the code of somebody's device, or raise CodeWrong or LockedOut.

    It is counted as at sign-in: no door is a way around another (S-064). Nobody can tell a wrong
    code from a device that is not theirs.
    """
    tried = lockout.admit(("mfa", str(principal.pk)), ip=ip, principal=principal)
    own = [each for each in devices.of(principal) if each.serial_number == serial_number]
    try:
        devices.check_code([each for each in own if each.has_codes], code)
    except Refusal:
        tried.fail()
        raise
    tried.succeed()
