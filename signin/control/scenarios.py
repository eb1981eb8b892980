"""Scenarios: who exists at first, as JSON documents (docs/scenarios.md describes them).

Built-in ones lie beside this module, one's own in the data directory's ``scenarios/``.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextChoices

from accounts import passwords
from accounts.models import Account, Behaviour, PasswordPolicy, Principal
from accounts.models.principals import UNIQUE_ID_ALPHABET, iam_user_id
from mfa import devices, grace, totp
from mfa.forms import SERIAL_NUMBER
from mfa.models import MFA_NAME, MOST_DEVICES, Device
from signin.control.documents import (
    ScenarioInvalid,
    read_days_ago,
    read_flag,
    read_list,
    read_object,
    read_text,
)
from signin.control.models import LoadedScenario
from signin.kernel import clock
from signin.kernel.errors import Refusal

BUILTIN = Path(__file__).parent / "builtin"
HASHES = BUILTIN / "hashes.json"


class ScenarioUnknown(Refusal):
    """No scenario has this name."""

    def __init__(self, name: str) -> None:
        known = ", ".join(names())
        super().__init__(name)
        self.message = f"There is no scenario “{name}”. Known scenarios: {known}."


# The members of ``sign_in``: their columns, and what they can be.
MODES: dict[str, tuple[str, type[TextChoices]]] = {
    "captcha": ("captcha_mode", Account.CaptchaMode),
    "code": ("email_code_mode", Account.EmailCodeMode),
    "used_email": ("used_email_mode", Behaviour.UsedEmailMode),
}


@dataclass(frozen=True)
class Scenario:
    """A scenario's name and what its file says."""

    name: str
    text: str

    @property
    def document(self) -> dict[str, Any]:
        """The document, read."""
        try:
            document = json.loads(self.text)
        except json.JSONDecodeError as error:
            raise ScenarioInvalid(self.name, f"not JSON: {error}") from error
        if not isinstance(document, dict):
            raise ScenarioInvalid(self.name, "a scenario is a JSON object")
        return document

    @property
    def title(self) -> str:
        """What the scenario is, in a line."""
        return str(self.document.get("title", self.name))


@dataclass(frozen=True)
class Content:
    """What a scenario's document says, as rows that are not stored yet."""

    name: str
    behaviour: Behaviour
    accounts: list[Account]
    policies: list[PasswordPolicy]
    principals: list[Principal]
    devices: list[Device]


def names() -> list[str]:
    """Return the names of all scenarios."""
    return sorted(
        {path.stem for folder in _folders() for path in folder.glob("*.json")} - {"hashes"}
    )


def find(name: str) -> Scenario:
    """Return a scenario by name, or raise ScenarioUnknown."""
    if name in names():
        for folder in _folders():
            if (path := folder / f"{name}.json").exists():
                try:
                    return Scenario(name=name, text=path.read_text())
                except UnicodeDecodeError as error:
                    raise ScenarioInvalid(name, f"not UTF-8: {error}") from error
    raise ScenarioUnknown(name)


def read(scenario: Scenario) -> Content:
    """Return what a scenario's document says, or raise ScenarioInvalid."""
    document = read_object(
        scenario.document, scenario.name, optional={"title", "sign_in", "accounts"}
    )
    behaviour = Behaviour()
    for field, mode in _modes(
        document, scenario.name, optional={"captcha", "code", "used_email"}
    ).items():
        setattr(behaviour, field, mode)
    accounts: list[Account] = []
    policies: list[PasswordPolicy] = []
    principals: list[Principal] = []
    their_devices: list[Device] = []
    for number, entry in enumerate(read_list(document, "accounts", scenario.name)):
        where = f"accounts[{number}]"
        account, people, own = _account(entry, where, behaviour)
        accounts.append(account)
        if "password_policy" in entry:
            policies.append(_policy(entry["password_policy"], f"{where}.password_policy", account))
        principals.extend(people)
        their_devices.extend(own)
    _check_unique(accounts, principals, their_devices)
    return Content(scenario.name, behaviour, accounts, policies, principals, their_devices)


def store(content: Content) -> None:
    """Fill empty tables."""
    with transaction.atomic():
        content.behaviour.save()
        Account.objects.bulk_create(content.accounts)
        PasswordPolicy.objects.bulk_create(content.policies)
        Principal.objects.bulk_create(content.principals)
        Device.objects.bulk_create(content.devices)
        LoadedScenario.objects.create(name=content.name, loaded_at=clock.now())


def hashed(password: str) -> str:
    """Return a password's hash; those of the built-in scenarios are ready-made (20 ms each)."""
    encoded = _ready_made().get(password)
    if encoded and not get_hasher().must_update(encoded):
        return encoded
    return passwords.hashed(password)


def ready_made_hashes() -> dict[str, str]:
    """Return the hashes of all passwords of the built-in scenarios, at the default cost."""
    documents = [json.loads(path.read_text()) for path in BUILTIN.glob("*.json") if path != HASHES]
    people = [
        person
        for document in documents
        for account in document.get("accounts", [])
        for person in [account.get("root", {}), *account.get("users", [])]
    ]
    return {
        person["password"]: hashed(person["password"]) for person in people if "password" in person
    }


@cache
def _ready_made() -> dict[str, str]:
    ready_made: dict[str, str] = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    return ready_made


def _folders() -> list[Path]:
    return [settings.SIGNIN_DATA_DIR / "scenarios", BUILTIN]


def _account(
    entry: object, where: str, behaviour: Behaviour
) -> tuple[Account, list[Principal], list[Device]]:
    fields = read_object(
        entry,
        where,
        required={"id", "name"},
        optional={
            "alias",
            "phone",
            "state",
            "closed_days_ago",
            "sign_in",
            "password_policy",
            "root_mfa",
            "root",
            "users",
        },
    )
    modes = {
        "captcha_mode": behaviour.captcha_mode,
        "email_code_mode": behaviour.email_code_mode,
        **_modes(fields, where, optional={"captcha", "code"}),
    }
    account = Account(
        id=read_text(fields, "id", where),
        name=read_text(fields, "name", where),
        alias=read_text(fields, "alias", where) or None,
        phone=read_text(fields, "phone", where),
        state=read_text(fields, "state", where) or Account.State.ACTIVE,
        **modes,
    )
    if account.state == Account.State.CLOSED:
        account.close(read_days_ago(fields, "closed_days_ago", where))
    if "root_mfa" in fields:
        account.root_mfa_mode = read_text(fields, "root_mfa", where)
    _validated(account, where)
    people, their_devices = [], []
    if "root" in fields:
        person, own = _root_user(fields["root"], f"{where}.root", account)
        people.append(person)
        their_devices += own
    for number, user in enumerate(read_list(fields, "users", where)):
        person, own = _iam_user(user, f"{where}.users[{number}]", account)
        people.append(person)
        their_devices += own
    return account, people, their_devices


def _root_user(entry: object, where: str, account: Account) -> tuple[Principal, list[Device]]:
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
    _add_password(root_user, fields, where)
    return root_user, _devices(root_user, fields, where)


def _iam_user(entry: object, where: str, account: Account) -> tuple[Principal, list[Device]]:
    fields = read_object(
        entry,
        where,
        required={"name"},
        optional={
            "password",
            "password_set_days_ago",
            "must_change_password",
            "may_change_password",
            "devices",
        },
    )
    iam_user = Principal(
        kind=Principal.Kind.IAM_USER,
        account=account,
        username=read_text(fields, "name", where),
        must_change_password=read_flag(fields, "must_change_password", where) or False,
        may_change_password=read_flag(fields, "may_change_password", where),
        unique_id=_stable_id(account.id, read_text(fields, "name", where)),
    )
    _add_password(iam_user, fields, where)
    return iam_user, _devices(iam_user, fields, where)


def _policy(entry: object, where: str, account: Account) -> PasswordPolicy:
    numbers = {"minimum_length", "max_age_days", "reuse_prevention"}
    fields = read_object(
        entry,
        where,
        optional={
            "minimum_length",
            "require_uppercase",
            "require_lowercase",
            "require_numbers",
            "require_symbols",
            "max_age_days",
            "reuse_prevention",
            "hard_expiry",
            "users_may_change",
        },
    )
    for name, value in fields.items():
        if name not in numbers:
            read_flag(fields, name, where)
        elif type(value) is not int:
            raise ScenarioInvalid(f"{where}.{name}", "a whole number")
    policy = PasswordPolicy(account=account, **fields)
    _validated(policy, where)
    return policy


def _stable_id(account_id: str, name: str) -> str:
    """Return the unique ID of a scenario's user: the same on every machine, after every reset."""
    digest = hashlib.sha256(f"{account_id}/{name}".encode()).digest()
    return iam_user_id(
        "".join(UNIQUE_ID_ALPHABET[byte % len(UNIQUE_ID_ALPHABET)] for byte in digest[:10])
    )


def _devices(principal: Principal, fields: Mapping[str, Any], where: str) -> list[Device]:
    """Return the registered devices of a principal."""
    own = []
    for number, entry in enumerate(read_list(fields, "devices", where)):
        device = _device(principal, entry, f"{where}.devices[{number}]")
        device.slot, device.registered_at = number + 1, clock.now()
        own.append(device)
    if len(own) > MOST_DEVICES:
        raise ScenarioInvalid(f"{where}.devices", f"at most {MOST_DEVICES}")
    return own


def _device(principal: Principal, entry: object, where: str) -> Device:
    fields = read_object(entry, where, optional={"kind", "name", "serial_number", "secret"})
    kind = read_text(fields, "kind", where) or Device.Kind.TOTP
    if kind not in {Device.Kind.TOTP, Device.Kind.HARDWARE}:
        raise ScenarioInvalid(f"{where}.kind", "totp or hardware")
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


def _add_password(principal: Principal, fields: Mapping[str, Any], where: str) -> None:
    if password := read_text(fields, "password", where):
        if len(password) > passwords.LONGEST:
            problem = f"at most {passwords.LONGEST} characters"
            raise ScenarioInvalid(f"{where}.password", problem)
        principal.password = hashed(password)
        principal.password_changed_at = read_days_ago(fields, "password_set_days_ago", where)
    else:
        principal.set_unusable_password()
    principal.complete()
    _validated(principal, where)


def _modes(fields: Mapping[str, Any], where: str, *, optional: set[str]) -> dict[str, str]:
    """Return the columns that a ``sign_in`` object sets."""
    modes = read_object(fields.get("sign_in", {}), f"{where}.sign_in", optional=optional)
    columns = {}
    for name, mode in modes.items():
        column, allowed = MODES[name]
        if mode not in allowed.values:
            raise ScenarioInvalid(f"{where}.sign_in.{name}", f"one of {', '.join(allowed.values)}")
        columns[column] = mode
    return columns


def _validated(model: Account | PasswordPolicy | Principal, where: str) -> None:
    try:
        model.clean_fields(exclude=["account", "realm"])
        model.clean()
    except ValidationError as error:
        column, problems = next(iter(error.message_dict.items()))
        name = MEMBERS.get((type(model), getattr(model, "kind", "")), {}).get(column, column)
        raise ScenarioInvalid(f"{where}.{name}", " ".join(problems)) from error


# Where a column is called otherwise in the document.
MEMBERS: dict[tuple[type, str], dict[str, str]] = {
    (Account, ""): {"root_mfa_mode": "root_mfa"},
    (Principal, Principal.Kind.ROOT_USER): {"username": "email"},
    (Principal, Principal.Kind.IAM_USER): {"username": "name"},
}


def _check_unique(
    accounts: list[Account], principals: list[Principal], their_devices: list[Device]
) -> None:
    seen: set[tuple[str, ...]] = set()
    names: list[tuple[str, ...]] = [("account", account.id) for account in accounts]
    names += [("alias", account.alias) for account in accounts if account.alias]
    names += [(person.kind, person.realm, person.folded) for person in principals]
    names += [("device", device.serial_number) for device in their_devices]
    for name in names:
        if name in seen:
            raise ScenarioInvalid("accounts", f"twice there: {' '.join(filter(None, name))}")
        seen.add(name)
