"""The control API's calls about who can sign in, and about their devices."""

import re
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from pydantic import AwareDatetime, model_validator

from accounts.models import Principal
from accounts.models.principals import fold
from mfa import devices, emails, events, slots, totp
from mfa.forms import SERIAL_NUMBER
from mfa.models import DIRECTORY_MFA_NAME, MFA_NAME, Device
from signin.control.api_shapes import PROBLEMS, Problem, Refused, Strict
from signin.http import browser_of, without_null
from signin.kernel import clock, entropy
from signin.kernel.errors import Refusal

router = Router()

LIST_THEM = "GET /control/v1/principals lists who there is."
LIST_DEVICES = "GET /control/v1/principals/{id}/devices lists the devices of somebody."


class PrincipalOut(Schema):
    id: int
    kind: str
    realm: str
    account: str | None
    partition: str
    username: str
    unique_id: str
    arn: str
    console_access: bool


class DeviceOut(Schema):
    id: int
    kind: Literal["totp", "hardware", "passkey"]
    name: str
    serial_number: str
    registered_at: AwareDatetime
    last_used_at: AwareDatetime | None
    out_of_step: bool


class NewDeviceOut(DeviceOut):
    secret: str = Field(description="In Base32.")
    uri: str = Field(description="What a QR code says to an authenticator app.")


class CodeOut(Schema):
    code: str
    next_code: str
    seconds_left: int


class DeviceIn(Strict):
    """An authenticator app, or a hardware token with its serial number; with a name if you like."""

    kind: Literal["totp", "hardware"] = "totp"
    name: str | None = Field(
        None,
        pattern=rf"^{DIRECTORY_MFA_NAME}$",
        description="Outside of Identity Center without blanks and letters beyond ASCII.",
    )
    serial_number: str | None = Field(None, pattern=rf"^{SERIAL_NUMBER}$")
    secret: str | None = Field(None, description="In Base32; without one, a new one is made.")

    @model_validator(mode="after")
    def is_complete(self) -> "DeviceIn":
        if self.kind == "totp" and self.serial_number is not None:
            raise ValueError("an authenticator app has no serial_number")
        if self.kind == "hardware" and self.serial_number is None:
            raise ValueError("a hardware token has a serial_number")
        return self


@router.get(
    "/principals",
    response={200: list[PrincipalOut], **PROBLEMS},
    summary="Who can sign in: all, or those of a kind, a realm, a name",
)
def principals(
    request: HttpRequest,
    kind: str = "",
    realm: Annotated[str, Query(description="An account ID or a directory; empty: any.")] = "",
    username: str = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[dict[str, Any]]:
    asked = {"kind": kind, "realm": realm, "folded": fold(username)}
    wanted = {name: without_null(value) for name, value in asked.items()}
    found = _everybody().filter(**{name: value for name, value in wanted.items() if value})
    return [_principal(each) for each in found[:limit]]


@router.get(
    "/principals/{principal_id}/devices",
    response={200: list[DeviceOut], **PROBLEMS},
    summary="The registered devices of somebody",
)
def devices_of(request: HttpRequest, principal_id: int) -> list[dict[str, Any]]:
    return [_device(each) for each in devices.of(find_principal(principal_id))]


@router.post(
    "/principals/{principal_id}/devices",
    response={201: NewDeviceOut, 409: Problem, **PROBLEMS},
    summary="Register a device for somebody, without codes",
)
def add_device(request: HttpRequest, principal_id: int, body: DeviceIn) -> Status[dict[str, Any]]:
    device = _new(find_principal(principal_id), body)
    try:
        devices.register(device)
    except Refusal as refusal:
        raise Refused(409, str(refusal.message), LIST_DEVICES) from refusal
    events.enabled_by_operator(device, browser=browser_of(request))
    emails.device_registered(device)
    told = {"secret": totp.encode(devices.secret_of(device)), "uri": devices.uri_of(device)}
    return Status(201, {**_device(device), **told})


@router.get(
    "/devices/{device_id}/code",
    response={200: CodeOut, **PROBLEMS},
    summary="What a device shows now and next, by the server's clock",
)
def code(request: HttpRequest, device_id: int) -> dict[str, Any]:
    device = _registered(device_id)
    if not device.has_codes:
        raise Refused(422, f"{device.name} is a passkey: it shows no code.", LIST_DEVICES)
    shown, next_code = devices.codes_of(device)
    return {
        "code": shown,
        "next_code": next_code,
        "seconds_left": totp.seconds_left(clock.now()),
    }


@router.delete(
    "/devices/{device_id}",
    response={204: None, **PROBLEMS},
    summary="Remove somebody's device",
)
def remove_device(request: HttpRequest, device_id: int) -> Status[None]:
    device = _registered(device_id)
    if devices.remove(device):
        events.deactivated_by_operator(device, browser=browser_of(request))
        emails.device_removed(device)
    return Status(204, None)


def find_principal(principal_id: int) -> Principal:
    """Return somebody by number, or raise Refused."""
    principal: Principal | None = _everybody().filter(pk=principal_id).first()
    if principal is None:
        raise Refused(404, f"There is no principal {principal_id}.", LIST_THEM)
    return principal


def _everybody() -> Any:
    everybody = Principal.objects.exclude(kind=Principal.Kind.OPERATOR)
    return everybody.select_related("account", "profile__directory").order_by("pk")


def _registered(device_id: int) -> Device:
    registered = Device.objects.select_related(
        "principal__account", "principal__profile__directory"
    )
    device = registered.filter(pk=device_id, slot__isnull=False).first()
    if device is None:
        raise Refused(404, f"There is no device {device_id}.", LIST_DEVICES)
    return device


def _new(principal: Principal, body: DeviceIn) -> Device:
    try:
        secret = totp.decode(body.secret) if body.secret else None
    except totp.SecretInvalid as error:
        raise Refused(422, f"secret: {error}", "Give 16 or more characters of Base32.") from error
    if body.name and slots.is_of_console(principal) and not re.fullmatch(MFA_NAME, body.name):
        raise Refused(422, f"name: {body.name!r}", "Give letters, digits and + = , . @ _ - only.")
    if body.serial_number:
        name = body.name or body.serial_number
        return devices.token(principal, name, body.serial_number, secret)
    name = body.name or _default_name(principal)
    return devices.app(principal, name, secret or totp.new_secret())


def _default_name(principal: Principal) -> str:
    if slots.is_of_console(principal):
        return f"app-{entropy.digits(6)}"
    return devices.default_name(principal, Device.Kind.TOTP)


def _principal(principal: Principal) -> dict[str, Any]:
    is_of_directory = principal.kind == Principal.Kind.DIRECTORY_USER
    return {
        "id": principal.pk,
        "kind": principal.kind,
        "realm": principal.realm,
        "account": principal.account_id,
        "partition": principal.partition,
        "username": principal.username,
        "unique_id": principal.profile.user_id if is_of_directory else principal.unique_id,
        "arn": principal.arn,
        "console_access": slots.is_of_console(principal) and principal.has_usable_password(),
    }


def _device(device: Device) -> dict[str, Any]:
    return {
        "id": device.pk,
        "kind": device.kind,
        "name": device.name,
        "serial_number": device.serial_number,
        "registered_at": device.registered_at,
        "last_used_at": device.last_used_at,
        "out_of_step": device.out_of_step,
    }
