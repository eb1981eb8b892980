"""The control API's calls about people and their devices, so that tests have second factors too."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from pydantic import AwareDatetime, field_validator, model_validator

from accounts.models import Principal
from accounts.models.principals import fold
from mfa import devices, emails, events, totp
from mfa.errors import NameTaken, SerialTaken, TooManyDevices
from mfa.forms import SERIAL_NUMBER
from mfa.models import MFA_NAME, Device
from signin.control.api_shapes import PROBLEMS, Refused, Strict
from signin.http import browser_of
from signin.kernel import clock

router = Router()


class PrincipalOut(Schema):
    id: int
    kind: Principal.Kind
    realm: str
    account: str | None
    username: str
    unique_id: str
    arn: str
    console_access: bool


class DeviceOut(Schema):
    id: int
    kind: Device.Kind
    name: str
    serial_number: str
    registered_at: AwareDatetime
    last_used_at: AwareDatetime | None
    out_of_step: bool


class RegisteredOut(DeviceOut):
    """A device that was registered right now; ``secret`` and ``uri`` are told this once."""

    secret: str | None
    uri: str | None


class CodeOut(Schema):
    code: str
    next_code: str
    seconds_left: int


class DeviceIn(Strict):
    """An authenticator app, with a secret of one's own or a new one; or a hardware token."""

    kind: Literal["totp", "hardware"]
    name: str = Field(pattern=f"^{MFA_NAME}$")
    secret: str | None = Field(None, description="Base32; at least 10 bytes.")
    serial_number: str | None = Field(
        None, pattern=f"^{SERIAL_NUMBER}$", description="Of hardware tokens, on their back."
    )

    @field_validator("secret")
    @classmethod
    def is_a_secret(cls, secret: str | None) -> str | None:
        if secret is not None:
            totp.decode(secret)
        return secret

    @model_validator(mode="after")
    def has_a_serial_number_if_it_is_hardware(self) -> "DeviceIn":
        if (self.kind == "hardware") != (self.serial_number is not None):
            raise ValueError("give serial_number for hardware, and for nothing else")
        return self


@router.get(
    "/principals",
    response={200: list[PrincipalOut], **PROBLEMS},
    summary="Root users and IAM users",
)
def principals(
    request: HttpRequest,
    kind: Principal.Kind | None = None,
    realm: str = "",
    username: str = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[dict[str, Any]]:
    wanted = {"kind": kind, "realm": realm, "folded": fold(username)}
    found = _people().filter(**{column: value for column, value in wanted.items() if value})
    return [_principal(person) for person in found[:limit]]


@router.get(
    "/principals/{principal_id}/devices",
    response={200: list[DeviceOut], **PROBLEMS},
    summary="The devices of a principal",
)
def devices_of(request: HttpRequest, principal_id: int) -> list[dict[str, Any]]:
    return [_device(device) for device in devices.of(_find_person(principal_id))]


@router.post(
    "/principals/{principal_id}/devices",
    response={201: RegisteredOut, **PROBLEMS},
    summary="Register a device, without the codes that a person would have to type",
)
def register(request: HttpRequest, principal_id: int, body: DeviceIn) -> Status[dict[str, Any]]:
    device = _made(_find_person(principal_id), body)
    try:
        devices.register(device)
    except (NameTaken, SerialTaken) as refusal:
        next_ = "Take another one, or DELETE that device first."
        raise Refused(409, str(refusal.message), next_) from refusal
    except TooManyDevices as refusal:
        next_ = f"DELETE one of /control/v1/principals/{principal_id}/devices first."
        raise Refused(409, str(refusal.message), next_) from refusal
    events.enabled_by_operator(device, browser=browser_of(request))
    emails.device_registered(device)
    is_app = device.kind == Device.Kind.TOTP
    secret = totp.encode(devices.secret_of(device)) if is_app else None
    uri = devices.uri_of(device) if is_app else None
    return Status(201, {**_device(device), "secret": secret, "uri": uri})


@router.get(
    "/devices/{device_id}/code",
    response={200: CodeOut, **PROBLEMS},
    summary="The code that a device shows now, and its next one",
)
def code(request: HttpRequest, device_id: int) -> dict[str, Any]:
    device = _find_device(device_id)
    if not device.has_codes:
        raise Refused(
            409,
            "A passkey or security key shows no codes.",
            "Give your browser a virtual authenticator, or register an authenticator app.",
        )
    shown, next_code = devices.codes_of(device)
    return {
        "code": shown,
        "next_code": next_code,
        "seconds_left": totp.seconds_left(clock.now()),
    }


@router.delete(
    "/devices/{device_id}", response={204: None, **PROBLEMS}, summary="Deactivate a device"
)
def deactivate(request: HttpRequest, device_id: int) -> Status[None]:
    device = _find_device(device_id)
    if not devices.remove(device):
        raise _no_such_device()
    events.deactivated_by_operator(device, browser=browser_of(request))
    emails.device_removed(device)
    return Status(204, None)


def _people() -> Any:
    everybody = Principal.objects.select_related("account")
    return everybody.exclude(kind=Principal.Kind.OPERATOR)


def _find_person(principal_id: int) -> Principal:
    person: Principal | None = _people().filter(pk=principal_id).first()
    if person is None:
        next_ = "GET /control/v1/principals lists those that there are."
        raise Refused(404, "There is no principal with this id.", next_)
    return person


def _find_device(device_id: int) -> Device:
    registered = Device.objects.select_related("principal__account").filter(slot__isnull=False)
    device = registered.filter(pk=device_id).first()
    if device is None:
        raise _no_such_device()
    return device


def _no_such_device() -> Refused:
    next_ = "GET /control/v1/principals/{principal_id}/devices lists those of one principal."
    return Refused(404, "There is no registered device with this id.", next_)


def _made(person: Principal, body: DeviceIn) -> Device:
    secret = totp.decode(body.secret) if body.secret is not None else None
    if body.kind == "totp":
        return devices.app(person, body.name, secret or totp.new_secret())
    return devices.token(person, body.name, body.serial_number or "", secret)


def _principal(person: Principal) -> dict[str, Any]:
    return {
        "id": person.pk,
        "kind": person.kind,
        "realm": person.realm,
        "account": person.account_id,
        "username": person.username,
        "unique_id": person.unique_id,
        "arn": person.arn,
        "console_access": person.has_usable_password(),
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
