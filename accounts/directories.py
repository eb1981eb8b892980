"""Directories and who is in them."""

from django.db.models import Q

from accounts.models import Directory, Principal
from accounts.models.principals import fold


def find_by_portal(name: str) -> Directory | None:
    """Return the directory whose portal has this name: its ID or its subdomain."""
    found = Directory.objects.select_related("account")
    return found.filter(Q(pk=name) | Q(subdomain=name)).first()


def find_user(directory: Directory, username: str) -> Principal | None:
    """Return the user of this name in a directory, disabled or not."""
    users = Principal.objects.select_related("profile__directory__account")
    return users.filter(
        kind=Principal.Kind.DIRECTORY_USER, realm=directory.pk, folded=fold(username)
    ).first()
