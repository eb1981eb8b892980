"""Directories and who is in them.

A door finds directories of its own partition only.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet

from accounts.models import Directory, DirectoryProfile, Principal
from accounts.models.directories import DIRECTORY_ID_ALPHABET
from accounts.models.principals import fold
from signin import hosts
from signin.kernel import clock, entropy, partitions
from signin.kernel.prepared import Prepared

PORTALS = ".awsapps.com"
INSTANCES = "instances"  # the door where an instance is named by the path
SHARED = "start"  # the doors where a portal is named by the path, as outside of ``aws``
SHARED_PATH = re.compile(r"/directory/([a-z0-9-]{1,63})/?")

_BY_ID = Prepared(lambda key: Directory.objects.filter(pk=key), key=CharField())
_NAMED = Prepared(
    lambda name: Directory.objects.select_related("account").filter(Q(pk=name) | Q(subdomain=name)),
    name=CharField(),
)
_INSTANCE = Prepared(
    lambda instance: Directory.objects.select_related("account").filter(instance_id=instance),
    instance=CharField(),
)
_ONE = Prepared(
    lambda: Directory.objects.annotate(
        is_alone=~Exists(Directory.objects.exclude(pk=OuterRef("pk")))
    )
)


def new_id() -> str:
    """Return an ID for a new directory."""
    return f"d-{entropy.text(10, DIRECTORY_ID_ALPHABET)}"


def users_of(directory: Directory) -> QuerySet[Principal]:
    """Return the users of a directory, disabled or not."""
    return Principal.objects.filter(kind=Principal.Kind.DIRECTORY_USER, realm=directory.pk)


def delete(directories: Iterable[Directory]) -> None:
    """Delete directories with their users, who are principals of their own."""
    with transaction.atomic():
        for directory in directories:
            users_of(directory).delete()
            directory.delete()


def find_by_portal(name: str) -> Directory | None:
    """Return the directory whose portal has this name; a regional one has its instance's ID."""
    instance, dot, region = name.partition(".")
    if not dot:
        return _known(_NAMED.find(name=name))
    directory = find_by_instance(instance)
    return directory if directory and region in directory.regions else None


def find_by_instance(instance_id: str) -> Directory | None:
    """Return the directory of an instance of Identity Center, by an ID as somebody wrote it."""
    if not re.fullmatch(hosts.INSTANCE, instance_id):
        return None
    return _known(_INSTANCE.find(instance=instance_id))


def find_by_start_url(url: str) -> Directory | None:
    """Return the directory that a program means: its portal's address is AWS's, or the one here.

    Where there is one directory only, any other address means it: some programs are told this
    server's bare address.
    """
    if (named := _named_in(url)) is None:
        return None
    hostname, path = named
    if portal := _portal_at(hostname):
        return find_by_portal(portal)
    host, _ = hosts.find_real(hostname) or (None, {})
    if host and host.door == INSTANCES:
        return find_by_instance(path.strip("/"))
    if host and host.door == SHARED:
        shared = SHARED_PATH.fullmatch(path)
        found = find_by_portal(shared[1]) if shared else None
        return found if found and found.partition is host.partition else None
    one: Any = _ONE.find()
    return _known(one) if one and one.is_alone else None


def portal_in(url: str) -> str:
    """Return which portal an address names, AWS's or the one here; nothing for other addresses."""
    named = _named_in(url)
    return _portal_at(named[0]) if named else ""


def name_meant(directory: Directory, typed: str) -> str:
    """Return the user name that somebody means, as names are compared.

    Of Active Directory there are three forms: the name alone, ``DOMAIN\\name`` and ``name@domain``.
    Whatever else stands there is a name that nobody has.
    """
    name = fold(typed)
    if not directory.domain:
        return name
    before, backslash, after = name.partition("\\")
    if backslash and before in _domains(directory):
        return after
    before, _at, after = name.rpartition("@")
    return before if after == directory.domain else name


def takes(directory: Directory, typed: str) -> bool:
    """Return whether a user name counts in the form in which it was typed."""
    before, backslash, _after = fold(typed).partition("\\")
    return not directory.asks_for_domain or (bool(backslash) and before in _domains(directory))


def in_form(directory: Directory, username: str) -> str:
    """Return the name of a user in a form that counts."""
    return f"{directory.short_domain}\\{username}" if directory.asks_for_domain else username


def find_user(directory: Directory, typed: str) -> Principal | None:
    """Return the user in a directory whom somebody means, disabled or not."""
    # With the invitation, because looking for it later would be work for some users only.
    users = Principal.objects.select_related("profile__directory__account", "invitation")
    return users.filter(
        kind=Principal.Kind.DIRECTORY_USER,
        realm=directory.pk,
        folded=name_meant(directory, typed),
    ).first()


def get(directory_id: str) -> Directory:
    """Return a directory that is known to be there."""
    if (found := _BY_ID.find(key=directory_id)) is None:
        raise Directory.DoesNotExist
    return found


def use_up_one_time(user: Principal) -> bool:
    """Use up the one-time password of a user; False if it was used, or is too old.

    What is known already takes no further query, so that it is as much work as a wrong password.
    """
    until = user.profile.one_time_until
    if until is None or until <= clock.now():
        return False
    living = DirectoryProfile.objects.filter(pk=user.pk, one_time_until__gt=clock.now())
    return bool(living.update(one_time_until=None))


def _known(directory: Directory | None) -> Directory | None:
    is_known = directory and partitions.is_known_here(directory.partition.id)
    return directory if is_known else None


def _named_in(url: str) -> tuple[str, str] | None:
    """Return the real host name that an address has or means, and its path."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").removesuffix(f".{settings.SIGNIN_SUFFIX}"), parts.path
    except ValueError:
        return None


def _portal_at(hostname: str) -> str:
    host, values = hosts.find_real(hostname) or (None, {})
    if host and host.door == SHARED:
        return ""
    if hostname.endswith(PORTALS):
        return hostname.removesuffix(PORTALS)
    return hosts.portal_name(values) if "instance" in values else ""


def _domains(directory: Directory) -> set[str]:
    return {directory.domain, fold(directory.short_domain)}
