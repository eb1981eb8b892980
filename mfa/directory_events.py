"""What the events say of the devices of a directory's users (events E-19).

AWS doesn't publish the parameters of these calls; the names of ours follow its other APIs.
"""

from typing import Any

from accounts.directory_events import administered, called, naming
from accounts.models import Principal, Session
from mfa.models import Device
from signin.http import Browser

_BEGUN = {
    Device.Kind.TOTP: "StartVirtualMfaDeviceRegistration",
    Device.Kind.PASSKEY: "StartWebAuthnDeviceRegistration",
}
_COMPLETED = {
    Device.Kind.TOTP: "CompleteVirtualMfaDeviceRegistration",
    Device.Kind.PASSKEY: "CompleteWebAuthnDeviceRegistration",
}
_UPDATED = "UpdateMfaDeviceForUser"
_DELETED = "DeleteMfaDeviceForUser"


def begun(user: Principal, kind: str, *, session: Session | None, browser: Browser) -> None:
    """Record that a user begins to register a device of a kind."""
    _called(_BEGUN[Device.Kind(kind)], user, session, browser, naming(user))


def enabled(device: Device, *, session: Session | None, browser: Browser) -> None:
    """Record that a user registered a device."""
    name = _COMPLETED[Device.Kind(device.kind)]
    _called(name, device.principal, session, browser, _with_name(device))


def renamed(device: Device, *, session: Session | None, browser: Browser) -> None:
    """Record that a user gave a device another name."""
    _called(_UPDATED, device.principal, session, browser, _with_name(device))


def resynchronised(device: Device, *, session: Session | None, browser: Browser) -> None:
    """Record that a device of a user who is signed in is in step again."""
    _called(_UPDATED, device.principal, session, browser, _naming(device))


def removed(device: Device, *, session: Session | None, browser: Browser) -> None:
    """Record that a user removed a device."""
    _called(_DELETED, device.principal, session, browser, _naming(device))


def enabled_by_operator(device: Device, *, browser: Browser) -> None:
    """Record that the operator registered a user's device, as the account's own doing."""
    kind = Device.Kind(device.kind)
    _administered(_BEGUN[kind], device, browser, naming(device.principal))
    _administered(_COMPLETED[kind], device, browser, _with_name(device))


def renamed_by_operator(device: Device, *, browser: Browser) -> None:
    """Record that the operator gave a user's device another name."""
    _administered(_UPDATED, device, browser, _with_name(device))


def resynchronised_by_operator(device: Device, *, browser: Browser) -> None:
    """Record that the operator brought a user's device into step again."""
    _administered(_UPDATED, device, browser, _naming(device))


def removed_by_operator(device: Device, *, browser: Browser) -> None:
    """Record that the operator removed a user's device."""
    _administered(_DELETED, device, browser, _naming(device))


def _naming(device: Device) -> dict[str, Any]:
    return {**naming(device.principal), "mfaDeviceId": device.serial_number}


def _with_name(device: Device) -> dict[str, Any]:
    return {**_naming(device), "mfaDeviceName": device.name}


def _called(
    name: str,
    user: Principal,
    session: Session | None,
    browser: Browser,
    parameters: dict[str, Any],
) -> None:
    called(
        name,
        user.profile.directory,
        user,
        browser=browser,
        parameters=parameters,
        session=session,
    )


def _administered(name: str, device: Device, browser: Browser, parameters: dict[str, Any]) -> None:
    directory = device.principal.profile.directory
    administered(name, directory, browser=browser, parameters=parameters)
