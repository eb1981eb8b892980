"""The directories of a scenario's document: their settings, who is in them, who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from accounts import invitations, roles
from accounts.directory_users import ONE_TIME_LIFETIME
from accounts.models import (
    Account,
    Application,
    Assignment,
    Directory,
    DirectoryIdentityProvider,
    DirectoryProfile,
    Group,
    PermissionSet,
    Principal,
    Role,
    TrustedTokenIssuer,
)
from accounts.models.roles import role_id
from mfa.models import Device
from signin.control import identifiers, scenario_applications, scenario_providers
from signin.control.documents import (
    Columns,
    ScenarioInvalid,
    check_row,
    check_unique,
    read_choices,
    read_entries,
    read_flag,
    read_flags,
    read_list,
    read_number,
    read_object,
    read_reference,
    read_references,
    read_text,
)
from signin.control.scenario_people import add_password, read_devices
from signin.kernel import clock, partitions

MOST_APPS = 2  # authenticator apps that a user of a directory can have

# The members of ``sign_in`` and some others: their columns, and what they can be.
SIGN_IN_MODES: Columns = {
    "mfa": ("mfa_mode", Directory.MfaMode),
    "no_device": ("no_device_mode", Directory.NoDeviceMode),
    "code": ("email_code_mode", Directory.EmailCodeMode),
}
SIGN_IN_FLAGS = {
    "apps": "allows_apps",
    "passkeys": "allows_passkeys",
    "users_manage_devices": "users_manage_devices",
    "skips_consent": "skips_consent",
    "mails_one_time_passwords": "mails_one_time_passwords",
}
SOURCES: Columns = {"identity_source": ("identity_source", Directory.IdentitySource)}
FLAGS = {"extended_sessions": "extended_sessions"}
MINUTES = ("session_minutes", "background_minutes")
MODES: Columns = {
    "disabling": ("disabling_mode", Directory.DisablingMode),
    "event_identity": ("event_identity", Directory.EventIdentity),
}


@dataclass
class DirectoryContent:
    """What a document says of one directory, as rows that are not stored yet."""

    directory: Directory
    people: list[Principal] = field(default_factory=list)
    profiles: list[DirectoryProfile] = field(default_factory=list)
    invited: list[Principal] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    permission_sets: list[PermissionSet] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    identity_provider: DirectoryIdentityProvider | None = None
    token_issuers: list[TrustedTokenIssuer] = field(default_factory=list)
    links: list[Model] = field(default_factory=list)  # members of groups, users of applications

    def users_in(self, fields: Mapping[str, Any], name: str, where: str) -> list[Principal]:
        """Return the users that a list names."""
        return read_references(fields, name, where, {each.username: each for each in self.people})

    def groups_in(self, fields: Mapping[str, Any], where: str) -> list[Group]:
        """Return the groups that the list ``groups`` names."""
        return read_references(fields, "groups", where, {each.name: each for each in self.groups})


def read(entry: object, where: str, accounts: Mapping[str, Account]) -> DirectoryContent:
    """Return what an entry of ``directories`` says, or raise ScenarioInvalid."""
    fields = read_object(
        entry,
        where,
        required={"id", "account"},
        optional={
            "region",
            "additional_regions",
            "subdomain",
            "identity_source",
            "domain",
            "sign_in",
            "session_minutes",
            "background_minutes",
            "extended_sessions",
            "disabling",
            "event_identity",
            "users",
            "groups",
            "permission_sets",
            "assignments",
            "applications",
            "identity_provider",
            "trusted_token_issuers",
        },
    )
    content = DirectoryContent(_directory(fields, where, accounts))
    content.identity_provider = scenario_providers.read_identity_provider(
        fields, where, content.directory
    )
    content.token_issuers = scenario_providers.read_token_issuers(fields, where, content.directory)
    for user, place in read_entries(fields, "users", where):
        _add_user(content, user, place)
    for group, place in read_entries(fields, "groups", where):
        _add_group(content, group, place)
    for permission_set, place in read_entries(fields, "permission_sets", where):
        _add_permission_set(content, permission_set, place)
    for assignment, place in read_entries(fields, "assignments", where):
        _add_assignments(content, assignment, place, accounts)
    for application, place in read_entries(fields, "applications", where):
        _add_application(content, application, place)
    _check_unique(content, where)
    return content


def store(content: DirectoryContent) -> None:
    """Fill empty tables; devices and roles are stored with those of others."""
    content.directory.save(force_insert=True)
    if content.identity_provider:
        content.identity_provider.save(force_insert=True)
    TrustedTokenIssuer.objects.bulk_create(content.token_issuers)
    Principal.objects.bulk_create(content.people)
    DirectoryProfile.objects.bulk_create(content.profiles)
    Group.objects.bulk_create(content.groups)
    PermissionSet.objects.bulk_create(content.permission_sets)
    Assignment.objects.bulk_create(content.assignments)
    Application.objects.bulk_create(content.applications)
    links: list[type[Model]] = [
        Group.members.through,
        Application.users.through,
        Application.groups.through,
    ]
    for table in links:
        table._default_manager.bulk_create(
            link for link in content.links if isinstance(link, table)
        )
    for user in content.invited:
        # No mail: the desk shows the link, and the mailbox of a scenario is empty.
        invitations.issue(user, identifiers.invitation(user.profile.user_id))


def _directory(fields: Mapping[str, Any], where: str, accounts: Mapping[str, Account]) -> Directory:
    place = f"{where}.sign_in"
    sign_in = read_object(
        fields.get("sign_in", {}),
        place,
        optional={
            "mfa",
            "no_device",
            "code",
            "apps",
            "passkeys",
            "users_manage_devices",
            "skips_consent",
            "mails_one_time_passwords",
        },
    )
    directory = Directory(
        id=read_text(fields, "id", where),
        account=read_reference(fields, "account", where, accounts),
        subdomain=read_text(fields, "subdomain", where) or None,
        domain=read_text(fields, "domain", where),
        **read_choices(fields, where, SOURCES),
        **read_choices(sign_in, place, SIGN_IN_MODES),
        **read_flags(sign_in, place, SIGN_IN_FLAGS),
        **read_flags(fields, where, FLAGS),
        **read_choices(fields, where, MODES),
    )
    directory.region = partitions.get(directory.account.partition).home
    if "region" in fields:
        directory.region = read_text(fields, "region", where)
    directory.instance_id = identifiers.instance_id(directory.id)
    directory.additional_regions = read_list(fields, "additional_regions", where)
    for column in MINUTES:
        if (minutes := read_number(fields, column, where)) is not None:
            setattr(directory, column, minutes)
    check_row(directory, where, {"allows_apps": "sign_in.apps"})
    return directory


def _add_user(content: DirectoryContent, entry: object, where: str) -> None:
    fields = read_object(
        entry,
        where,
        required={"name", "email"},
        optional={
            "display_name",
            "given_name",
            "family_name",
            "password",
            "one_time_password",
            "password_set_days_ago",
            "enabled",
            "invited",
            "email_verified",
            "devices",
        },
    )
    begins_with = [
        name for name in ("password", "one_time_password", "invited") if fields.get(name)
    ]
    if len(begins_with) > 1:
        raise ScenarioInvalid(where, f"only one of them: {', '.join(begins_with)}")
    # A connected Active Directory's password stands in for the company's own; a provider has none.
    possible = [[]] if content.directory.is_external else [[], ["password"]]
    if not content.directory.keeps_passwords and begins_with not in possible:
        raise ScenarioInvalid(f"{where}.{begins_with[0]}", "the passwords are kept elsewhere")
    is_one_time = "one_time_password" in begins_with
    name = read_text(fields, "name", where)
    user = Principal(
        kind=Principal.Kind.DIRECTORY_USER,
        realm=content.directory.id,
        username=name,
        must_change_password=is_one_time,
    )
    add_password(user, fields, where, "one_time_password" if is_one_time else "password")
    check_row(user, where, {"username": "name"})
    content.people.append(user)
    content.profiles.append(_profile(user, content.directory, fields, where))
    content.devices += read_devices(user, fields, where, kinds=[Device.Kind.TOTP], most=MOST_APPS)
    if read_flag(fields, "invited", where):
        content.invited.append(user)


def _profile(
    user: Principal, directory: Directory, fields: Mapping[str, Any], where: str
) -> DirectoryProfile:
    now = clock.now()
    is_verified = read_flag(fields, "email_verified", where)
    if is_verified is None:
        is_verified = not fields.get("invited")
    profile = DirectoryProfile(
        principal=user,
        directory=directory,
        user_id=identifiers.user_id(directory.id, user.folded),
        email=read_text(fields, "email", where),
        given_name=read_text(fields, "given_name", where),
        family_name=read_text(fields, "family_name", where),
        display_name=read_text(fields, "display_name", where),
        is_enabled=read_flag(fields, "enabled", where) is not False,
        email_verified_at=now if is_verified else None,
        one_time_until=now + ONE_TIME_LIFETIME if user.must_change_password else None,
    )
    profile.complete()
    check_row(profile, where)
    return profile


def _add_group(content: DirectoryContent, entry: object, where: str) -> None:
    fields = read_object(entry, where, required={"name"}, optional={"description", "members"})
    group = Group(
        directory=content.directory,
        name=read_text(fields, "name", where),
        description=read_text(fields, "description", where),
    )
    check_row(group, where)
    content.groups.append(group)
    content.links += [
        Group.members.through(group=group, principal=member)
        for member in content.users_in(fields, "members", where)
    ]


def _add_permission_set(content: DirectoryContent, entry: object, where: str) -> None:
    fields = read_object(
        entry,
        where,
        required={"name"},
        optional={"description", "session_minutes", "relay_state"},
    )
    permission_set = PermissionSet(
        directory=content.directory,
        name=read_text(fields, "name", where),
        description=read_text(fields, "description", where),
        relay_state=read_text(fields, "relay_state", where),
    )
    if (minutes := read_number(fields, "session_minutes", where)) is not None:
        permission_set.session_minutes = minutes
    check_row(permission_set, where)
    content.permission_sets.append(permission_set)


def _add_assignments(
    content: DirectoryContent, entry: object, where: str, accounts: Mapping[str, Account]
) -> None:
    fields = read_object(
        entry,
        where,
        required={"permission_set", "accounts"},
        optional={"users", "groups"},
    )
    by_name = {each.name: each for each in content.permission_sets}
    permission_set = read_reference(fields, "permission_set", where, by_name)
    users = content.users_in(fields, "users", where)
    groups = content.groups_in(fields, where)
    for account in read_references(fields, "accounts", where, accounts):
        if account.partition != content.directory.account.partition:
            problem = f"{account.id} is of another partition than the directory's account"
            raise ScenarioInvalid(f"{where}.accounts", problem)
        own = [Assignment(permission_set=permission_set, account=account, user=u) for u in users]
        own += [Assignment(permission_set=permission_set, account=account, group=g) for g in groups]
        content.assignments += own
        is_there = any(
            role.permission_set is permission_set and role.account == account
            for role in content.roles
        )
        if own and not is_there:
            content.roles.append(_reserved_role(permission_set, account))


def _reserved_role(permission_set: PermissionSet, account: Account) -> Role:
    names = (permission_set.directory.id, permission_set.name, account.id)
    role = roles.reserved(permission_set, account, suffix=identifiers.hexadecimal(*names))
    role.unique_id = role_id(identifiers.middle(*names))
    role.complete()
    return role


def _add_application(content: DirectoryContent, entry: object, where: str) -> None:
    fields = read_object(
        entry,
        where,
        required={"name"},
        optional={"description", "enabled", "start_url", "saml", "users", "groups"},
    )
    application = scenario_applications.read(fields, where, content.directory)
    content.applications.append(application)
    content.links += [
        Application.users.through(application=application, principal=user)
        for user in content.users_in(fields, "users", where)
    ]
    content.links += [
        Application.groups.through(application=application, group=group)
        for group in content.groups_in(fields, where)
    ]


def _check_unique(content: DirectoryContent, where: str) -> None:
    """Refuse names that are there twice where they have to be one in the directory."""
    names: list[tuple[str, ...]] = [("user", user.folded) for user in content.people]
    names += [("email", profile.folded_email) for profile in content.profiles]
    names += [("group", group.name) for group in content.groups]
    names += [("permission set", each.name) for each in content.permission_sets]
    names += [("application", application.name) for application in content.applications]
    names += [_name_of(assignment) for assignment in content.assignments]
    check_unique(names, where)


def _name_of(assignment: Assignment) -> tuple[str, ...]:
    what = ("assignment", assignment.permission_set.name, assignment.account_id)
    if assignment.user:
        return (*what, "user", assignment.user.username)
    return (*what, "group", str(assignment.group))
