"""The devices of a principal: registering, finding, checking their codes, removing them."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, Q
from django.utils.translation import gettext as _

from accounts.models import Principal
from mfa import slots, totp
from mfa.errors import (
    ClockOff,
    CodeWrong,
    NameTaken,
    PairWrong,
    PasskeyKnown,
    RegistrationOver,
    SerialTaken,
)
from mfa.models import MOST_DEVICES, Device
from signin.kernel import arns, clock, entropy, sealing
from signin.kernel.prepared import Prepared

PURPOSE = "mfa secret"
REGISTRATION_LIFETIME = timedelta(minutes=15)
LABEL_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
LABEL_LENGTH = 26  # random characters at the end of a passkey's ARN

Kind = Device.Kind


_OWN = Prepared(
    lambda principal: Device.objects.filter(principal=principal, slot__isnull=False).order_by(
        "slot"
    ),
    principal=BigIntegerField(),
)


def of(principal: Principal) -> list[Device]:
    """Return the registered devices of a principal, in the order of their slots."""
    own = _OWN.all(principal=principal.pk)
    for device in own:
        device.principal = principal
    return own


def secret_of(device: Device) -> bytes:
    """Return the secret behind a device's codes."""
    return sealing.unseal(device.secret, key=settings.SECRET_KEY, purpose=PURPOSE)


def uri_of(device: Device) -> str:
    """Return what a QR code says of an authenticator app, its secret included."""
    owner = device.principal
    if owner.kind == Principal.Kind.BUILDER_ID:
        return totp.uri(secret_of(device), label=f"{owner.username} @ Builder ID")
    is_of_directory = owner.kind == Principal.Kind.DIRECTORY_USER
    place = owner.profile.directory.portal_name if is_of_directory else owner.account_id
    return totp.uri(secret_of(device), label=f"{owner.username} @ {place}")


def codes_of(device: Device) -> tuple[str, str]:
    """Return the code that a device shows now, by its own clock, and the one that comes next."""
    step = max(totp.step_at(clock.now()) + device.drift, 0)
    secret = secret_of(device)
    return totp.code_at(secret, step), totp.code_at(secret, step + 1)


def sealed(secret: bytes) -> str:
    """Return what is stored of a secret."""
    return sealing.seal(secret, key=settings.SECRET_KEY, purpose=PURPOSE)


def default_name(principal: Principal, kind: str) -> str:
    """Return what a new device of a directory's user is called, until they name it themselves."""
    plain = _("Authenticator app") if kind == Kind.TOTP else _("Security key")
    names = {device.name for device in of(principal)}
    if plain not in names:
        return plain
    return next(name for number in count(2) if (name := f"{plain} {number}") not in names)


def app_serial(principal: Principal, name: str) -> str:
    """Return the ARN of an authenticator app of this name; outside of the console a random one."""
    if not slots.is_of_console(principal):
        return _random_serial()
    return arns.mfa_device(principal.partition, principal.account_id or "", name)


def passkey_serial(principal: Principal, name: str) -> str:
    """Return the ARN of a passkey of this name; its end is random, so it is always another one."""
    if not slots.is_of_console(principal):
        return _random_serial()
    owner = "root-account" if principal.is_root else f"user/{principal.username}"
    label = f"{name}-{entropy.text(LABEL_LENGTH, LABEL_ALPHABET)}"
    return arns.passkey(principal.partition, principal.account_id or "", owner, label)


def begin_app(principal: Principal, name: str) -> Device:
    """Make the secret of an authenticator app to be registered within a quarter of an hour.

    A name that is being registered is taken, as AWS's unassigned virtual devices are; but one's
    own unfinished attempt gives way, and so do those that are too old.
    """
    check_room(principal, Kind.TOTP)
    return _reserve(app(principal, name, totp.new_secret()), NameTaken)


def begin_token(principal: Principal, name: str, *, serial_number: str) -> Device:
    """Take a hardware token into one's hand, to be registered with two of its codes."""
    check_room(principal, Kind.HARDWARE)
    return _reserve(token(principal, name, serial_number), SerialTaken)


def app(principal: Principal, name: str, secret: bytes) -> Device:
    """Return an authenticator app, not registered and not stored yet."""
    return Device(
        principal=principal,
        kind=Kind.TOTP,
        name=name,
        serial_number=app_serial(principal, name),
        secret=sealed(secret),
    )


def token(
    principal: Principal, name: str, serial_number: str, secret: bytes | None = None
) -> Device:
    """Return a hardware token, not registered and not stored yet.

    Its secret is that of its serial number, unless a real token's is known.
    """
    secret = secret or totp.secret_of_token(serial_number, key=settings.SECRET_KEY)
    return Device(
        principal=principal,
        kind=Kind.HARDWARE,
        name=name,
        serial_number=serial_number,
        secret=sealed(secret),
    )


def finish_codes(device: Device, first: str, second: str) -> None:
    """Register a device with two consecutive codes, or raise PairWrong or RegistrationOver.

    Codes of a clock that is off are accepted within five minutes: the device is registered, but
    out of step, as AWS's are; it has to be resynchronised before its first use (behaviour §6).
    """
    now = totp.step_at(clock.now())
    step = totp.find_pair(
        secret_of(device), first, second, around=now - 1, window=totp.REGISTRATION_WINDOW
    )
    if step is None:
        raise PairWrong
    device.last_step = step + 1
    device.out_of_step = abs(step + 1 - now) > totp.SIGN_IN_WINDOW
    settle(device)


def finish_code(device: Device, code: str) -> None:
    """Register a device with one code, or raise ClockOff, CodeWrong or RegistrationOver.

    A code that the device shows at another time registers nothing: its clock is off (behaviour
    7.3). That tells nobody anything, for the secret is on the page.
    """
    now = totp.step_at(clock.now())
    step = totp.find_step(secret_of(device), code, around=now, window=totp.RESYNC_WINDOW)
    if step is None:
        raise CodeWrong
    if abs(step - now) > totp.SIGN_IN_WINDOW:
        raise ClockOff
    device.last_step = step
    settle(device)


def register(device: Device) -> None:
    """Register a device without its codes, or raise NameTaken, SerialTaken or TooManyDevices."""
    check_room(device.principal, device.kind)
    with transaction.atomic():
        _reserve(device, NameTaken if device.kind == Kind.TOTP else SerialTaken)
        settle(device)


def settle(device: Device) -> None:
    """Give a device its slot, or raise TooManyDevices; from now on it is asked for (S-066)."""
    device.registered_at, device.expires_at = clock.now(), None
    for _round in range(MOST_DEVICES):
        device.slot = slots.free_slot(device.principal, device.kind)
        try:
            with transaction.atomic():
                _store(device)
        except IntegrityError as error:
            if device.credential_id and is_known(device.credential_id):
                raise PasskeyKnown from error
            continue  # another request took the slot at the same moment
        return
    raise slots.full(device.principal, device.kind)


def check_room(principal: Principal, kind: str) -> None:
    """Raise TooManyDevices or KindImpossible unless one more of a kind can be registered."""
    slots.free_slot(principal, kind)


def check_code(devices: Sequence[Device], code: str) -> Device:
    """Use up a code and return the device that shows it, or raise CodeWrong.

    The last accepted step of a device is stored by the UPDATE that allows it, so that a code is
    good once, in parallel requests too (S-061); only the steps beside the present one count
    (S-062). Outside of the console, a code of the last minutes raises ClockOff instead.
    """
    now = clock.now()
    for device in devices:
        step = totp.find_step(
            secret_of(device),
            code,
            around=totp.step_at(now) + device.drift,
            window=totp.SIGN_IN_WINDOW,
        )
        if step is not None and _use_up(device, step, last_used_at=now, out_of_step=False):
            return device
    elsewhere = [device for device in devices if not slots.is_of_console(device.principal)]
    if [device for device in elsewhere if _was_shown(device, code)]:
        raise ClockOff
    raise CodeWrong


def resync(devices: Sequence[Device], first: str, second: str) -> Device:
    """Learn from two consecutive codes how far a device's clock is off, or raise PairWrong."""
    now = totp.step_at(clock.now())
    for device in devices:
        step = totp.find_pair(
            secret_of(device), first, second, around=now - 1, window=totp.RESYNC_WINDOW
        )
        if step is not None and _use_up(device, step + 1, drift=step + 1 - now, out_of_step=False):
            return device
    raise PairWrong


def is_known(credential_id: str) -> bool:
    """Return whether a passkey is registered, by whomever (S-078)."""
    return Device.objects.filter(credential_id=credential_id).exists()


def being_registered(principal: Principal, device_id: int) -> Device:
    """Return a device that a principal is registering, or raise RegistrationOver."""
    begun = Device.objects.select_related("principal__account").filter(
        pk=device_id, principal=principal, slot=None, expires_at__gt=clock.now()
    )
    if (device := begun.first()) is None:
        raise RegistrationOver
    return device


def rename(device: Device, name: str) -> None:
    """Give a device another name for people; its serial number or ARN stays as it is."""
    device.name = name
    device.save(update_fields=["name"])


def remove(device: Device) -> bool:
    """Remove a device; False if another request was faster."""
    removed, _counts = Device.objects.filter(pk=device.pk).delete()
    return bool(removed)


def _reserve(device: Device, taken: type[NameTaken] | type[SerialTaken]) -> Device:
    device.expires_at = clock.now() + REGISTRATION_LIFETIME
    gives_way = Q(principal=device.principal) | Q(expires_at__lte=clock.now())
    with transaction.atomic():
        same = Device.objects.filter(serial_number=device.serial_number)
        same.filter(gives_way, slot=None).delete()
        try:
            with transaction.atomic():
                device.save(force_insert=True)
        except IntegrityError as error:
            raise taken from error
    return device


def _store(device: Device) -> None:
    if device._state.adding:
        device.save(force_insert=True)
        return
    columns = ["slot", "registered_at", "expires_at", "last_step", "out_of_step"]
    values = {column: getattr(device, column) for column in columns}
    begun = Device.objects.filter(pk=device.pk, slot=None, expires_at__gt=clock.now())
    if not begun.update(**values):
        raise RegistrationOver


def _random_serial() -> str:
    return f"mfa-{entropy.handle()}"


def _was_shown(device: Device, code: str) -> bool:
    """Return whether a code is one of the last minutes that was not used.

    Those to come are not looked for: the answer would tell a guess that it will be right.
    """
    secret, now = secret_of(device), totp.step_at(clock.now()) + device.drift
    steps = range(max(now - totp.LATE_WINDOW, 0), now)
    shown = [step for step in steps if entropy.same(totp.code_at(secret, step), code)]
    return any(step > device.last_step for step in shown)


def _use_up(device: Device, step: int, **columns: object) -> bool:
    """Store the step of an accepted code, unless it or a later one was accepted before."""
    unused = Device.objects.filter(pk=device.pk, last_step__lt=step)
    return bool(unused.update(last_step=step, **columns))
