"""The doors and the people of a scenario, as the desk and the first start print them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import directories, invitations
from accounts.models import Account, Directory
from accounts.models.principals import fold
from signin import hosts
from signin.control import identifiers
from signin.control.scenarios import Scenario
from signin.kernel import partitions
from signin.kernel.partitions import AWS, OTHERS, Partition
from signin.oidc.realms import BUILDER_ID_REGION


@dataclass(frozen=True)
class Door:
    """Where one kind of person signs in."""

    name: str | Promise
    url: str
    who: str | Promise


@dataclass(frozen=True)
class Endpoint:
    """The address of a service that programs call, by the local form of its own name."""

    service: str
    url: str
    what_for: str | Promise


@dataclass(frozen=True)
class Key:
    """An access key that the document of a scenario tells."""

    account_id: str
    username: str
    access_key_id: str
    secret: str


@dataclass(frozen=True)
class Person:
    """Somebody whom the scenario made, with the password that its document tells.

    ``place`` is the account or the directory, or a dash; a one-time password is good for the first
    sign-in. Somebody who is invited has none: the URL is that of the invitation. Nor has whoever
    signs in at an external identity provider.
    """

    kind: str | Promise
    place: str
    name: str
    password: str
    url: str
    is_one_time: bool = False
    is_invited: bool = False
    is_external: bool = False


def doors() -> list[Door]:
    """Return the doors that are open."""
    return [
        Door(_("Console"), hosts.url("console"), _("root users and IAM users")),
        *(
            Door(
                _("Console"),
                hosts.url("console", "/", None, each),
                _("root users and IAM users of the partition %(id)s") % {"id": each.id},
            )
            for each in _elsewhere()
        ),
        Door(_("Public console page"), hosts.url("public", "/console/"), _("everybody")),
        *(
            Door(
                _("Access portal"),
                _portal(directory.portal_name),
                _("users of the directory %(id)s") % {"id": directory.id},
            )
            for directory in Directory.objects.all()
        ),
        Door(_("Builder ID"), hosts.url("builder-id", "/start/"), _("people with a Builder ID")),
        *(
            Door(
                _("Page for the code of a program"),
                hosts.url("device", region=region),
                _who_types_codes(region),
            )
            for region in _regions()
        ),
        Door(
            _("Test identity provider"),
            hosts.url("idp"),
            _("whoever a role or a directory lets in by it"),
        ),
    ]


def endpoints() -> list[Endpoint]:
    """Return the services that programs call, in the regions of directories and Builder IDs."""
    found: list[Endpoint] = []
    for region in _regions():
        found += [
            Endpoint("SSO-OIDC", hosts.origin("sso-oidc", region=region), _("letting programs in")),
            Endpoint(
                "SSO",
                hosts.origin("sso", region=region),
                _("accounts, roles and credentials of the access portal"),
            ),
        ]
    for each in _elsewhere():
        found += [
            Endpoint("STS", hosts.origin("sts", region=each.home), _("temporary credentials")),
            Endpoint(
                "Sign-In",
                hosts.origin("signin", region=each.home),
                _("aws login, with a session of the console"),
            ),
            Endpoint(
                "Federation",
                hosts.url("signin", "/federation", None, each),
                _("opening the console with temporary credentials"),
            ),
        ]
    return [
        *found,
        Endpoint("STS", hosts.origin("sts"), _("temporary credentials")),
        Endpoint("Sign-In", hosts.origin("signin"), _("aws login, with a session of the console")),
        Endpoint(
            "Federation",
            hosts.url("signin", "/federation"),
            _("opening the console with temporary credentials"),
        ),
    ]


def keys(scenario: Scenario) -> list[Key]:
    """Return the access keys whose secrets a scenario tells."""
    return [
        Key(account["id"], user["name"], key["access_key_id"], key["secret_access_key"])
        for account in scenario.document.get("accounts", [])
        for user in account.get("users", [])
        for key in user.get("access_keys", [])
    ]


def people(scenario: Scenario) -> list[Person]:
    """Return the people of a scenario who can sign in: by whatever they have, or somewhere else."""
    document = scenario.document
    accounts = {each["id"]: each for each in document.get("accounts", [])}
    found = [
        *(each for account in accounts.values() for each in _of_account(account)),
        *(
            each
            for entry in document.get("directories", [])
            for each in _of_directory(entry, _partition_of(accounts.get(entry["account"], {})))
        ),
        *(_builder_id(entry) for entry in document.get("builder_ids", [])),
    ]
    return [each for each in found if each.password or each.is_invited or each.is_external]


def _regions() -> list[str]:
    of_directories = {region for each in Directory.objects.all() for region in each.regions}
    return sorted({BUILDER_ID_REGION} | of_directories)


def _elsewhere() -> list[Partition]:
    """Return the partitions but ``aws`` in which there are accounts."""
    others = Account.objects.exclude(partition=AWS.id).order_by()
    there = set(others.values_list("partition", flat=True).distinct())
    return [each for each in OTHERS if each.id in there]


def _partition_of(account: dict[str, Any]) -> Partition:
    return partitions.get(account.get("partition", AWS.id))


def _who_types_codes(region: str) -> str | Promise:
    if region != BUILDER_ID_REGION:
        return _("users of directories in %(region)s") % {"region": region}
    return _("users of directories in %(region)s, people with a Builder ID") % {"region": region}


def _of_account(account: dict[str, Any]) -> Iterator[Person]:
    if root := account.get("root"):
        yield Person(
            kind=_("root user"),
            place=account["id"],
            name=root["email"],
            password=root.get("password", ""),
            url=hosts.url("console", "/", {"user_type": "root"}, _partition_of(account)),
        )
    name = account.get("alias") or account["id"]
    for user in account.get("users", []):
        yield Person(
            kind=_("IAM user"),
            place=account["id"],
            name=user["name"],
            password=user.get("password", ""),
            url=hosts.url("account", "/console", None, _partition_of(account), account=name),
        )


def _of_directory(directory: dict[str, Any], partition: Partition) -> Iterator[Person]:
    region = directory.get("region", partition.home)
    url = _portal(_meant(directory, region).portal_name)
    for user in directory.get("users", []):
        one_time, is_invited = user.get("one_time_password", ""), user.get("invited", False)
        yield Person(
            kind=_("Identity Center user"),
            place=directory["id"],
            name=_typed(directory, user["name"]),
            password=user.get("password") or one_time,
            url=_invitation(directory, user["name"], region) if is_invited else url,
            is_one_time=bool(one_time),
            is_invited=is_invited,
            is_external=directory.get("identity_source") == Directory.IdentitySource.EXTERNAL,
        )


def _builder_id(entry: dict[str, Any]) -> Person:
    return Person(
        kind=_("Builder ID"),
        place="–",
        name=entry["email"],
        password=entry.get("password", ""),
        url=hosts.url("builder-id", "/start/"),
    )


def _meant(directory: dict[str, Any], region: str) -> Directory:
    """Return a directory, with what its portal's name follows from."""
    return Directory(
        id=directory["id"],
        subdomain=directory.get("subdomain"),
        region=region,
        instance_id=identifiers.instance_id(directory["id"]),
    )


def _typed(directory: dict[str, Any], name: str) -> str:
    """Return the name in the form in which a directory takes it."""
    wanted = Directory(
        identity_source=directory.get("identity_source", ""),
        domain=directory.get("domain", ""),
        mfa_mode=directory.get("sign_in", {}).get("mfa", ""),
    )
    return directories.in_form(wanted, name)


def _invitation(directory: dict[str, Any], name: str, region: str) -> str:
    user_id = identifiers.user_id(directory["id"], fold(name))
    return invitations.link(identifiers.invitation(user_id), region)


def _portal(name: str) -> str:
    return hosts.url("portal", "/start/", **hosts.portal_named(name))
