"""The people of a scenario's document, with their passwords and their devices."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from accounts import access_keys, passwords
from accounts.models import AccessKey, Account, Principal
from accounts.models.credentials import MOST_ACCESS_KEYS
from accounts.models.principals import iam_user_id
from mfa import devices, grace, totp
from mfa.forms import SERIAL_NUMBER
from mfa.models import MFA_NAME, MOST_DEVICES, Device
from signin.control import identifiers
from signin.control.documents import (
    ScenarioInvalid,
    check_row,
    read_days_ago,
    read_flag,
    read_list,
    read_object,
    read_text,
)
from signin.control.hashes import hashed
from signin.kernel import clock
from signin.logins.models import LoginPermission

ACCESS_KEY_ID = r"AKIA[A-Z0-9]{9}EXAMPLE"
SECRET_ACCESS_KEY = r"[A-Za-z0-9+/]{40}"


def read_root_user(entry: object, where: str, account: Account) -> tuple[Principal, list[Device]]:
    """Return the root user of an account, with the devices."""
    fields = read_object(
        entry,
        where,
        required={"email"},
        optional={"password", "password_set_days_ago", "devices", "mfa_prompted_days_ago"},
    )
    if "mfa_prompted_days_ago" in fields:
        prompted_at = read_days_ago(fields, "mfa_prompted_days_ago", where)
        account.root_mfa_grace_ends_at = prompted_at + grace.GRACE
    root_user = Principal(
        kind=Principal.Kind.ROOT_USER, account=account, username=read_text(fields, "email", where)
    )
    add_password(root_user, fields, where)
    check_row(root_user, where, {"username": "email"})
    return root_user, read_devices(root_user, fields, where)


def read_iam_user(
    entry: object, where: str, account: Account
) -> tuple[Principal, list[Device], list[AccessKey]]:
    """Return an IAM user of an account, with the devices and the access keys."""
    fields = read_object(
        entry,
        where,
        required={"name"},
        optional={
            "password",
            "password_set_days_ago",
            "must_change_password",
            "may_change_password",
            "may_use_aws_login",
            "may_manage_console_access",
            "devices",
            "access_keys",
        },
    )
    name = read_text(fields, "name", where)
    iam_user = Principal(
        kind=Principal.Kind.IAM_USER,
        account=account,
        username=name,
        must_change_password=read_flag(fields, "must_change_password", where) or False,
        may_change_password=read_flag(fields, "may_change_password", where),
        unique_id=iam_user_id(identifiers.middle(account.id, name)),
    )
    add_password(iam_user, fields, where)
    check_row(iam_user, where, {"username": "name"})
    own = read_devices(iam_user, fields, where)
    return iam_user, own, _access_keys(iam_user, fields, where)


def read_login_permissions(
    fields: Mapping[str, Any], where: str, iam_user: Principal
) -> list[LoginPermission]:
    """Return what an IAM user may do at the sign-in, if an entry says so."""
    may_log_in = read_flag(fields, "may_use_aws_login", where)
    may_manage = read_flag(fields, "may_manage_console_access", where)
    if may_log_in is None and may_manage is None:
        return []
    return [
        LoginPermission(
            principal=iam_user,
            is_allowed=may_log_in is not False,
            manages_console_access=may_manage is not False,
        )
    ]


def add_password(
    principal: Principal, fields: Mapping[str, Any], where: str, member: str = "password"
) -> None:
    """Give a principal the password that a member tells; without one, none is right."""
    if password := read_text(fields, member, where):
        if len(password) > passwords.LONGEST:
            problem = f"at most {passwords.LONGEST} characters"
            raise ScenarioInvalid(f"{where}.{member}", problem)
        principal.password = hashed(password)
        principal.password_changed_at = read_days_ago(fields, "password_set_days_ago", where)
    else:
        principal.set_unusable_password()
    principal.complete()


def read_devices(
    principal: Principal,
    fields: Mapping[str, Any],
    where: str,
    *,
    kinds: Sequence[str] = (Device.Kind.TOTP, Device.Kind.HARDWARE),
    most: int = MOST_DEVICES,
) -> list[Device]:
    """Return the registered devices of a principal, who may have so many of these kinds."""
    own = []
    for number, entry in enumerate(read_list(fields, "devices", where)):
        device = _device(principal, entry, f"{where}.devices[{number}]", kinds)
        device.slot, device.registered_at = number + 1, clock.now()
        own.append(device)
    if len(own) > most:
        raise ScenarioInvalid(f"{where}.devices", f"at most {most}")
    return own


def _access_keys(iam_user: Principal, fields: Mapping[str, Any], where: str) -> list[AccessKey]:
    """Return the access keys of an IAM user; no real key of AWS's ends as these have to."""
    own = []
    for number, entry in enumerate(read_list(fields, "access_keys", where)):
        place = f"{where}.access_keys[{number}]"
        told = read_object(entry, place, required={"access_key_id", "secret_access_key"})
        key_id = read_text(told, "access_key_id", place)
        secret = read_text(told, "secret_access_key", place)
        if not re.fullmatch(ACCESS_KEY_ID, key_id):
            problem = "AKIA, nine capital letters and digits, EXAMPLE"
            raise ScenarioInvalid(f"{place}.access_key_id", problem)
        if not re.fullmatch(SECRET_ACCESS_KEY, secret):
            problem = "40 letters, digits, + and /"
            raise ScenarioInvalid(f"{place}.secret_access_key", problem)
        own.append(access_keys.new(iam_user, key_id, secret, slot=number + 1))
    if len(own) > MOST_ACCESS_KEYS:
        raise ScenarioInvalid(f"{where}.access_keys", f"at most {MOST_ACCESS_KEYS}")
    return own


def _device(principal: Principal, entry: object, where: str, kinds: Sequence[str]) -> Device:
    fields = read_object(entry, where, optional={"kind", "name", "serial_number", "secret"})
    kind = read_text(fields, "kind", where) or Device.Kind.TOTP
    if kind not in kinds:
        raise ScenarioInvalid(f"{where}.kind", " or ".join(kinds))
    serial_number = read_text(fields, "serial_number", where)
    name = read_text(fields, "name", where) or serial_number
    if not re.fullmatch(MFA_NAME, name):
        raise ScenarioInvalid(f"{where}.name", "1 to 64 letters, digits and + = , . @ _ -")
    if kind == Device.Kind.TOTP and serial_number:
        raise ScenarioInvalid(f"{where}.serial_number", "of hardware tokens only")
    own_secret = read_text(fields, "secret", where)
    try:
        secret = totp.decode(own_secret) if "secret" in fields else None
    except totp.SecretInvalid as error:
        raise ScenarioInvalid(f"{where}.secret", str(error)) from error
    if kind == Device.Kind.TOTP:
        return devices.app(principal, name, secret or totp.new_secret())
    if not re.fullmatch(SERIAL_NUMBER, serial_number):
        raise ScenarioInvalid(f"{where}.serial_number", "6 to 32 letters and digits")
    return devices.token(principal, name, serial_number, secret)
