"""What the events say of devices (events E-03 and E-21).

Of the devices of a directory's users they say it in the directory's own words, and of those of
people with a Builder ID in this emulator's.
"""

from collections.abc import Sequence
from typing import Any, cast

from accounts import builder_id_events
from accounts.events import IAM, administered, identity_of, unproven_identity_of
from accounts.models import Account, Principal, Session
from mfa import directory_events
from mfa.models import Device
from signin.events import log, shapes
from signin.flow.models import Attempt
from signin.http import Browser

ROOT_USER_NAME = "AWS ROOT USER"  # what AWS writes where an API wants a user name
SEVERAL = "Multiple MFA Devices"
MFA_TYPES = {
    Device.Kind.TOTP: "Virtual MFA",
    Device.Kind.HARDWARE: "Hardware MFA",
    Device.Kind.PASSKEY: "U2F MFA",
}


def check_mfa(attempt: Attempt, principal: Principal, kinds: Sequence[str]) -> None:
    """Record that the sign-in asks for a second factor: the password was right, no more."""
    browser = attempt.browser
    mfa_type = MFA_TYPES[Device.Kind(kinds[0])] if len(kinds) == 1 else SEVERAL
    log.record(
        "CheckMfa",
        identity=unproven_identity_of(principal),
        account_id=principal.account_id or "",
        region=shapes.region(
            partition=principal.partition,
            is_root=principal.is_root,
            host_region=browser.region,
            alias_cookie=attempt.facts.get("alias_remembered", False),
        ),
        browser=browser,
        details={"MfaType": mfa_type},
    )


def app_begun(device: Device, *, session: Session | None, browser: Browser) -> None:
    """Record that the secret of an authenticator app was made; it is not told."""
    if _is_of_directory(device):
        directory_events.begun(device.principal, device.kind, session=session, browser=browser)
        return
    if _is_of_builder_id(device):
        return
    _called("CreateVirtualMFADevice", device, session, browser, *_making(device))


def enabled(device: Device, *, session: Session | None, browser: Browser) -> None:
    """Record that a principal registered a device."""
    if _is_of_directory(device):
        directory_events.enabled(device, session=session, browser=browser)
        return
    if _is_of_builder_id(device):
        builder_id_events.device_registered(device.principal, browser=browser)
        return
    _called("EnableMFADevice", device, session, browser, _naming(device))


def deactivated(device: Device, *, session: Session | None, browser: Browser) -> None:
    """Record that a device was removed; an authenticator app's secret goes with it."""
    if _is_of_directory(device):
        directory_events.removed(device, session=session, browser=browser)
        return
    if _is_of_builder_id(device):
        builder_id_events.device_deleted(device.principal, browser=browser)
        return
    _called("DeactivateMFADevice", device, session, browser, _naming(device))
    if device.kind == Device.Kind.TOTP:
        _called("DeleteVirtualMFADevice", device, session, browser, _serial_of(device))


def resynchronised(device: Device, *, session: Session | None, browser: Browser) -> None:
    """Record that a device is in step again."""
    if _is_of_directory(device):
        directory_events.resynchronised(device, session=session, browser=browser)
        return
    if _is_of_builder_id(device):
        return
    _called("ResyncMFADevice", device, session, browser, _naming(device))


def alternative_factors_used(attempt: Attempt, root_user: Principal) -> None:
    """Record that a mailed link and a call stood in for a device; the name is our own."""
    log.record(
        "AlternativeFactorsUsed",
        identity=identity_of(root_user),
        account_id=root_user.account_id or "",
        region=shapes.root_region(root_user.partition),
        browser=attempt.browser,
    )


def enabled_by_operator(device: Device, *, browser: Browser) -> None:
    """Record that the operator registered somebody's device, as the account's own doing."""
    if _is_of_directory(device):
        directory_events.enabled_by_operator(device, browser=browser)
        return
    if _is_of_builder_id(device):
        builder_id_events.device_registered(device.principal, browser=browser)
        return
    if device.kind == Device.Kind.TOTP:
        account = cast(Account, device.principal.account)
        administered("CreateVirtualMFADevice", account, browser, *_making(device))
    _administered("EnableMFADevice", device, browser)


def deactivated_by_operator(device: Device, *, browser: Browser) -> None:
    """Record that the operator removed somebody's device, as the account's own doing."""
    if _is_of_directory(device):
        directory_events.removed_by_operator(device, browser=browser)
        return
    if _is_of_builder_id(device):
        builder_id_events.device_deleted(device.principal, browser=browser)
        return
    _administered("DeactivateMFADevice", device, browser)
    if device.kind == Device.Kind.TOTP:
        account, parameters = cast(Account, device.principal.account), _serial_of(device)
        administered("DeleteVirtualMFADevice", account, browser, parameters)


def resynchronised_by_operator(device: Device, *, browser: Browser) -> None:
    """Record that the operator brought somebody's device into step again."""
    if _is_of_directory(device):
        directory_events.resynchronised_by_operator(device, browser=browser)
        return
    if _is_of_builder_id(device):
        return
    _administered("ResyncMFADevice", device, browser)


def _is_of_directory(device: Device) -> bool:
    return device.principal.kind == Principal.Kind.DIRECTORY_USER


def _is_of_builder_id(device: Device) -> bool:
    """Return whether somebody with a Builder ID has it: what they do is told in few words only."""
    return device.principal.kind == Principal.Kind.BUILDER_ID


def _administered(name: str, device: Device, browser: Browser) -> None:
    administered(name, cast(Account, device.principal.account), browser, _naming(device))


def _making(device: Device) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was asked for, and what was made of it: all but the secret."""
    return {"virtualMFADeviceName": device.name}, {"virtualMFADevice": _serial_of(device)}


def _serial_of(device: Device) -> dict[str, Any]:
    return {"serialNumber": device.serial_number}


def _naming(device: Device) -> dict[str, Any]:
    owner = device.principal
    username = ROOT_USER_NAME if owner.is_root else owner.username
    return {"userName": username, **_serial_of(device)}


def _called(
    name: str,
    device: Device,
    session: Session | None,
    browser: Browser,
    parameters: dict[str, Any],
    response: dict[str, Any] | None = None,
) -> None:
    owner = device.principal
    identity = identity_of(owner)
    if session:
        attributes = shapes.session_attributes(
            began_at=session.created_at, mfa=has_passed_mfa(session)
        )
        identity["sessionContext"] = {"attributes": attributes}
    log.record_api_call(
        name,
        source=IAM,
        identity=identity,
        account_id=owner.account_id or "",
        region=shapes.root_region(owner.partition),
        browser=browser,
        user_agent="console.amazonaws.com" if owner.is_root else "signin.amazonaws.com",
        parameters=parameters,
        response=response,
    )


def has_passed_mfa(session: Session) -> bool:
    """Return whether a session's sign-in was confirmed by a device."""
    return bool(set(session.factors) & set(Device.Kind.values))
