"""Scenarios: who exists at first, as JSON documents (docs/scenarios.md describes them).

Built-in ones lie beside this module, one's own in the data directory's ``scenarios/``.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import (
    AccessKey,
    Account,
    Behaviour,
    OidcProvider,
    PasswordPolicy,
    PermissionStatement,
    Principal,
    Role,
    SamlPrivateKey,
    SamlProvider,
)
from builderid.models import Profile
from mfa.models import Device
from signin.control import scenario_accounts, scenario_builder_ids, scenario_directories
from signin.control.documents import (
    Columns,
    ScenarioInvalid,
    check_unique,
    read_choices,
    read_list,
    read_object,
)
from signin.control.hashes import BUILTIN, HASHES
from signin.control.models import LoadedScenario
from signin.control.scenario_accounts import AccountContent
from signin.control.scenario_builder_ids import BuilderIdContent
from signin.control.scenario_directories import DirectoryContent
from signin.kernel import clock
from signin.kernel.errors import Refusal
from signin.logins.models import LoginPermission

MODES: Columns = {
    **scenario_accounts.MODES,
    "used_email": ("used_email_mode", Behaviour.UsedEmailMode),
}


class ScenarioUnknown(Refusal):
    """No scenario has this name."""

    def __init__(self, name: str) -> None:
        known = ", ".join(names())
        super().__init__(name)
        self.message = f"There is no scenario “{name}”. Known scenarios: {known}."


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
    accounts: list[AccountContent]
    directories: list[DirectoryContent]
    builder_ids: list[BuilderIdContent]

    @property
    def devices(self) -> list[Device]:
        """Everybody's devices."""
        parts: list[AccountContent | DirectoryContent | BuilderIdContent]
        parts = [*self.accounts, *self.directories, *self.builder_ids]
        return [device for part in parts for device in part.devices]

    @property
    def roles(self) -> list[Role]:
        """The roles of all accounts, those that directories have there among them."""
        parts: list[AccountContent | DirectoryContent] = [*self.accounts, *self.directories]
        return [role for part in parts for role in part.roles]


def names() -> list[str]:
    """Return the names of all scenarios."""
    return sorted(
        {path.stem for folder in _folders() for path in folder.glob("*.json")} - {HASHES.stem}
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
    name = scenario.name
    document = read_object(
        scenario.document,
        name,
        optional={"title", "sign_in", "accounts", "directories", "builder_ids"},
    )
    behaviour = _behaviour(document.get("sign_in", {}), f"{name}.sign_in")
    accounts = [
        scenario_accounts.read(entry, f"accounts[{number}]", behaviour)
        for number, entry in enumerate(read_list(document, "accounts", name))
    ]
    by_id = {each.account.pk: each.account for each in accounts}
    for number, each in enumerate(accounts):
        managed_by = each.account.management_account_id
        if managed_by is not None and managed_by not in by_id:
            place = f"accounts[{number}].management_account"
            raise ScenarioInvalid(place, f"not there: {managed_by}")
        if managed_by and by_id[managed_by].partition != each.account.partition:
            place = f"accounts[{number}].management_account"
            raise ScenarioInvalid(place, f"of another partition: {managed_by}")
    directories = [
        scenario_directories.read(entry, f"directories[{number}]", by_id)
        for number, entry in enumerate(read_list(document, "directories", name))
    ]
    builder_ids = [
        scenario_builder_ids.read(entry, f"builder_ids[{number}]")
        for number, entry in enumerate(read_list(document, "builder_ids", name))
    ]
    content = Content(name, behaviour, accounts, directories, builder_ids)
    _check_unique(content)
    return content


def store(content: Content) -> None:
    """Fill empty tables."""
    with transaction.atomic():
        content.behaviour.save()
        accounts = content.accounts
        Account.objects.bulk_create(part.account for part in accounts)
        PasswordPolicy.objects.bulk_create(part.policy for part in accounts if part.policy)
        Principal.objects.bulk_create(person for part in accounts for person in part.people)
        for directory in content.directories:
            scenario_directories.store(directory)
        Principal.objects.bulk_create(each.person for each in content.builder_ids)
        Profile.objects.bulk_create(each.profile for each in content.builder_ids)
        Device.objects.bulk_create(content.devices)
        LoginPermission.objects.bulk_create(
            permission for part in accounts for permission in part.login_permissions
        )
        AccessKey.objects.bulk_create(key for part in accounts for key in part.access_keys)
        Role.objects.bulk_create(content.roles)
        SamlProvider.objects.bulk_create(each for part in accounts for each in part.saml_providers)
        SamlPrivateKey.objects.bulk_create(key for part in accounts for key in part.private_keys)
        OidcProvider.objects.bulk_create(each for part in accounts for each in part.oidc_providers)
        PermissionStatement.objects.bulk_create(
            each for part in accounts for each in part.statements
        )
        LoadedScenario.objects.create(name=content.name, loaded_at=clock.now())


def _folders() -> list[Path]:
    return [settings.SIGNIN_DATA_DIR / "scenarios", BUILTIN]


def _behaviour(sign_in: object, where: str) -> Behaviour:
    modes = read_object(sign_in, where, optional={"captcha", "code", "used_email"})
    return Behaviour(**read_choices(modes, where, MODES))


def _check_unique(content: Content) -> None:
    """Refuse names that are there twice where they have to be one in the whole scenario."""
    accounts = [part.account for part in content.accounts]
    people = [person for part in content.accounts for person in part.people]
    directories = [part.directory for part in content.directories]
    names: list[tuple[str, ...]] = [("account", account.id) for account in accounts]
    names += [("alias", account.alias) for account in accounts if account.alias]
    names += [(person.kind, person.realm, person.folded) for person in people]
    names += [("role", role.account_id, role.folded) for role in content.roles]
    names += [("device", device.serial_number) for device in content.devices]
    names += [("access key", key.pk) for part in content.accounts for key in part.access_keys]
    names += [(each.arn,) for part in content.accounts for each in part.saml_providers]
    names += [("uuid", each.uuid) for part in content.accounts for each in part.saml_providers]
    names += [(each.arn,) for part in content.accounts for each in part.oidc_providers]
    check_unique(names, "accounts")
    names = [("directory", directory.id) for directory in directories]
    names += [("subdomain", each.subdomain) for each in directories if each.subdomain]
    check_unique(names, "directories")
    names = [("e-mail", each.person.folded) for each in content.builder_ids]
    check_unique(names, "builder_ids")
