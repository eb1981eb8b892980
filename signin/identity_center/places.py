"""Where somebody may work, with the addresses that lead there: the rows of the Accounts tab."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from accounts import assignments
from accounts.models import Account, PermissionSet, Principal
from signin import hosts

CONSOLE = "/start/console"


@dataclass(frozen=True)
class Way:
    """A permission set that somebody has in an account, and what they can do with it."""

    permission_set: PermissionSet
    console: str
    keys: str
    address: str  # of the console link, to be kept as a bookmark


@dataclass(frozen=True)
class Place:
    """An account, and the ways into it."""

    account: Account
    ways: list[Way]


def of(user: Principal, accounts: Iterable[Account], *, portal: str) -> list[Place]:
    """Return these accounts with what a user has in each."""
    accounts = list(accounts)
    there = assignments.permission_sets_in(user, accounts)
    return [
        Place(account, [_way(account, each, portal) for each in there.get(account.pk, [])])
        for account in accounts
    ]


def keys_url(account_id: str, role_name: str) -> str:
    """Return the path of the page that gives access keys of a role."""
    return f"{reverse('portal-keys')}?{urlencode(_query(account_id, role_name))}"


def _way(account: Account, permission_set: PermissionSet, portal: str) -> Way:
    query = _query(account.pk, permission_set.name)
    return Way(
        permission_set=permission_set,
        console=f"{CONSOLE}?{urlencode(query)}",
        keys=keys_url(account.pk, permission_set.name),
        address=hosts.url("portal", CONSOLE, query, **hosts.portal_named(portal)),
    )


def _query(account_id: str, role_name: str) -> dict[str, str]:
    return {"account_id": account_id, "role_name": role_name}
