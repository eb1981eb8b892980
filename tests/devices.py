"""What the tests do with authenticator apps: they read codes off as a person would."""

from accounts.models import Account, Directory, DirectoryProfile, Principal
from mfa import devices, totp
from mfa.models import Device
from signin.kernel import clock

JANE = ("jane.doe", "Jane-demo-1")  # an authenticator app, `phone`
SANDBOX = ("sandbox@example.com", "Sandbox-demo-1")  # an authenticator app, `root-phone`
GRACED = ("graced@example.com", "Graced-demo-1")  # has to register a device, not yet
PHONE = "arn:aws:iam::111122223333:mfa/phone"
ROOT_PHONE = "arn:aws:iam::444455556666:mfa/root-phone"


def named(username: str) -> Principal:
    """Return somebody as stored now."""
    return Principal.objects.select_related("account").get(folded=username)


def directory_user(username: str = "ines", **settings: object) -> Principal:
    """Return a new user of a directory, whose settings may be others than at first."""
    account = Account.objects.get(pk="111122223333")
    directory, _is_new = Directory.objects.update_or_create(
        id="d-2468013579", defaults={"account": account, "subdomain": "example", **settings}
    )
    user = Principal.objects.create(
        kind=Principal.Kind.DIRECTORY_USER, realm=directory.id, username=username
    )
    DirectoryProfile.objects.create(
        principal=user, directory=directory, email=f"{username}@example.com"
    )
    return user


def device(serial_number: str = PHONE) -> Device:
    """Return a device as stored now."""
    return Device.objects.select_related("principal__account").get(serial_number=serial_number)


def code_of(serial_number: str = PHONE, *, later: int = 0) -> str:
    """Return the code that a device shows so many steps later; its clock is the server's."""
    return code_from(devices.secret_of(device(serial_number)), later=later)


def code_from(secret: bytes, *, later: int = 0) -> str:
    """Return the code that a secret gives so many steps later."""
    return totp.code_at(secret, totp.step_at(clock.now()) + later)


def wrong_code(serial_number: str = PHONE) -> str:
    """Return six digits that the device shows at no time near."""
    near = {code_of(serial_number, later=steps) for steps in range(-60, 60)}
    return next(code for code in (f"{number:06}" for number in range(1000)) if code not in near)


def add_app(username: str, name: str) -> Device:
    """Register one more authenticator app."""
    added = devices.app(named(username), name, totp.new_secret())
    devices.settle(added)
    return added


def add_token(username: str, serial_number: str) -> Device:
    """Register a hardware token."""
    added = devices.token(named(username), serial_number, serial_number)
    devices.settle(added)
    return added
