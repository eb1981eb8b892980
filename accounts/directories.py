"""Directories and who is in them."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Directory, DirectoryProfile, Principal
from accounts.models.directories import DIRECTORY_ID_ALPHABET
from accounts.models.principals import fold
from signin.kernel import clock, entropy

PORTALS = ".awsapps.com"


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
    """Return the directory whose portal has this name: its ID or its subdomain."""
    found = Directory.objects.select_related("account")
    return found.filter(Q(pk=name) | Q(subdomain=name)).first()


def find_by_start_url(url: str) -> Directory | None:
    """Return the directory that a program means: its portal's address is AWS's, or the one here.

    Where there is one directory only, any other address means it: some programs are told this
    server's bare address.
    """
    try:
        hostname = urlsplit(url).hostname or ""
    except ValueError:
        return None
    hostname = hostname.removesuffix(f".{settings.SIGNIN_SUFFIX}")
    if hostname.endswith(PORTALS):
        return find_by_portal(hostname.removesuffix(PORTALS))
    first_two = Directory.objects.all()[:2]
    return first_two[0] if len(first_two) == 1 else None


def find_user(directory: Directory, username: str) -> Principal | None:
    """Return the user of this name in a directory, disabled or not."""
    users = Principal.objects.select_related("profile__directory__account")
    return users.filter(
        kind=Principal.Kind.DIRECTORY_USER, realm=directory.pk, folded=fold(username)
    ).first()


def get(directory_id: str) -> Directory:
    """Return a directory that is known to be there."""
    return Directory.objects.get(pk=directory_id)


def use_up_one_time(user: Principal) -> bool:
    """Use up the one-time password of a user; False if it was used, or is too old."""
    living = DirectoryProfile.objects.filter(pk=user.pk, one_time_until__gt=clock.now())
    return bool(living.update(one_time_until=None))
