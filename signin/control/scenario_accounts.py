"""The accounts of a scenario's document: their checks, their people, their roles."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
from accounts.models.roles import HOUR, TRUSTED, role_id
from mfa.models import Device
from signin.control import (
    identifiers,
    scenario_console_access,
    scenario_people,
    scenario_providers,
)
from signin.control.documents import (
    Columns,
    ScenarioInvalid,
    check_row,
    read_choices,
    read_days_ago,
    read_flag,
    read_list,
    read_number,
    read_object,
    read_text,
)
from signin.kernel import arns
from signin.logins.models import LoginPermission

# The members of ``sign_in``: their columns, and what they can be.
MODES: Columns = {
    "captcha": ("captcha_mode", Account.CaptchaMode),
    "code": ("email_code_mode", Account.EmailCodeMode),
}


@dataclass
class AccountContent:
    """What a document says of one account, as rows that are not stored yet."""

    account: Account
    policy: PasswordPolicy | None = None
    people: list[Principal] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    access_keys: list[AccessKey] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    login_permissions: list[LoginPermission] = field(default_factory=list)
    saml_providers: list[SamlProvider] = field(default_factory=list)
    private_keys: list[SamlPrivateKey] = field(default_factory=list)
    oidc_providers: list[OidcProvider] = field(default_factory=list)
    statements: list[PermissionStatement] = field(default_factory=list)

    def add(
        self, person: Principal, devices: list[Device], access_keys: Sequence[AccessKey] = ()
    ) -> None:
        """Add somebody with their devices and their access keys."""
        self.people.append(person)
        self.devices += devices
        self.access_keys += access_keys


def read(entry: object, where: str, behaviour: Behaviour) -> AccountContent:
    """Return what an entry of ``accounts`` says, or raise ScenarioInvalid."""
    fields = read_object(
        entry,
        where,
        required={"id", "name"},
        optional={
            "alias",
            "partition",
            "phone",
            "management_account",
            "state",
            "closed_days_ago",
            "sign_in",
            "password_policy",
            "root_mfa",
            "root",
            "users",
            "roles",
            "saml_providers",
            "oidc_providers",
            "issues_web_identity_tokens",
            "console_access",
        },
    )
    content = AccountContent(_account(fields, where, behaviour))
    if "password_policy" in fields:
        policy = fields["password_policy"]
        content.policy = _policy(policy, f"{where}.password_policy", content.account)
    if "root" in fields:
        root = scenario_people.read_root_user(fields["root"], f"{where}.root", content.account)
        content.add(*root)
    for number, user in enumerate(read_list(fields, "users", where)):
        place = f"{where}.users[{number}]"
        person, devices, keys = scenario_people.read_iam_user(user, place, content.account)
        content.add(person, devices, keys)
        content.login_permissions += scenario_people.read_login_permissions(user, place, person)
    for number, role in enumerate(read_list(fields, "roles", where)):
        content.roles.append(_role(role, f"{where}.roles[{number}]", content.account))
    for provider, private_keys in scenario_providers.read_saml(fields, where, content.account):
        content.saml_providers.append(provider)
        content.private_keys += private_keys
    if "console_access" in fields:
        place = f"{where}.console_access"
        entry = fields["console_access"]
        content.statements = scenario_console_access.read(entry, place, content.account)
    content.oidc_providers = scenario_providers.read_oidc(fields, where, content.account)
    return content


def _account(fields: Mapping[str, Any], where: str, behaviour: Behaviour) -> Account:
    place = f"{where}.sign_in"
    sign_in = read_object(fields.get("sign_in", {}), place, optional={"captcha", "code"})
    modes = {
        "captcha_mode": behaviour.captcha_mode,
        "email_code_mode": behaviour.email_code_mode,
        **read_choices(sign_in, place, MODES),
    }
    account = Account(
        id=read_text(fields, "id", where),
        name=read_text(fields, "name", where),
        alias=read_text(fields, "alias", where) or None,
        partition=read_text(fields, "partition", where) or Account.Partition.AWS,
        phone=read_text(fields, "phone", where),
        state=read_text(fields, "state", where) or Account.State.ACTIVE,
        **modes,
    )
    if account.state == Account.State.CLOSED:
        account.close(read_days_ago(fields, "closed_days_ago", where))
    if "management_account" in fields:
        account.management_account_id = read_text(fields, "management_account", where)
    if "root_mfa" in fields:
        account.root_mfa_mode = read_text(fields, "root_mfa", where)
    account.issues_web_identity_tokens = (
        read_flag(fields, "issues_web_identity_tokens", where) is True
    )
    check_row(account, where, {"root_mfa_mode": "root_mfa"})
    return account


def _role(entry: object, where: str, account: Account) -> Role:
    fields = read_object(
        entry,
        where,
        required={"name"},
        optional={"path", "trusts", "subjects", "external_id", "session_seconds"},
    )
    name, seconds = read_text(fields, "name", where), read_number(fields, "session_seconds", where)
    role = Role(
        account=account,
        name=name,
        path=read_text(fields, "path", where) or "/",
        trusts=[
            _trusted(each, f"{where}.trusts[{number}]", account)
            for number, each in enumerate(read_list(fields, "trusts", where))
        ],
        subjects=read_list(fields, "subjects", where),
        external_id=read_text(fields, "external_id", where),
        session_seconds=HOUR if seconds is None else seconds,
        unique_id=role_id(identifiers.middle(account.id, "role", name)),
    )
    role.complete()
    check_row(role, where)
    return role


def _trusted(entry: object, where: str, account: Account) -> str:
    """Return the ARN of somebody trusted; an account's ID stands for everybody in it.

    Whoever is trusted is in the same partition.
    """
    if not isinstance(entry, str):
        raise ScenarioInvalid(where, "a text is needed here")
    if re.fullmatch(r"[0-9]{12}", entry):
        return arns.root_user(account.partition, entry)
    if not re.fullmatch(TRUSTED, entry):
        raise ScenarioInvalid(
            where, "an account's ID, or the ARN of a root user, a user, a role or a provider"
        )
    if not entry.startswith(f"arn:{account.partition}:"):
        raise ScenarioInvalid(where, f"an ARN of the account's partition, {account.partition}")
    return entry


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
    for name in fields:
        if name in numbers:
            read_number(fields, name, where)
        else:
            read_flag(fields, name, where)
    policy = PasswordPolicy(account=account, **fields)
    check_row(policy, where)
    return policy
