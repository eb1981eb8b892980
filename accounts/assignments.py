"""Who may work as what in which account: the assignments of a directory's users and groups."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from accounts import roles
from accounts.models import Account, Assignment, Group, PermissionSet, Principal, Role
from signin.kernel.prepared import Given, Prepared

MOST_WORDS = 8  # of what somebody searches for; each makes the query longer


@dataclass(frozen=True)
class Grant:
    """A permission set that somebody has in an account."""

    account: Account
    permission_set: PermissionSet
    role_id: int | None  # of the role there, if it was made already


def of(user: Principal) -> QuerySet[Assignment]:
    """Return the assignments of a user, their own and their groups', in active accounts.

    The groups are read at once: a database that does not know yet how many there are would look
    for them again and again.
    """
    return _of(user, list(_groups_of(user)))


def _groups_of(user: "Principal | Given") -> "QuerySet[Group, int]":
    return Group.objects.filter(members=user).order_by().values_list("pk", flat=True)


def _of(
    user: "Principal | Given", groups: "list[int] | QuerySet[Group, int]"
) -> QuerySet[Assignment]:
    # Theirs are looked up first: by what they are assigned to there may be a million.
    own = Assignment.objects.filter(user=user).order_by().values("pk")
    theirs = own.union(Assignment.objects.filter(group__in=groups).order_by().values("pk"))
    return Assignment.objects.filter(pk__in=theirs, account__state=Account.State.ACTIVE).order_by()


def _with_role(user: Given, account: Given, name: Given) -> QuerySet[Assignment]:
    role = Role.objects.filter(
        permission_set=OuterRef("permission_set"), account=OuterRef("account")
    )
    return (
        _of(user, _groups_of(user))
        .filter(account=account, permission_set__name=name)
        .select_related("account", "permission_set__directory")
        .annotate(role_id=Subquery(role.order_by().values("pk")[:1]))
    )


_NAMED = Prepared(_with_role, user=BigIntegerField(), account=CharField(), name=CharField())


def find(user: Principal, account_id: str, permission_set: str) -> Grant | None:
    """Return what a user has in an account by the name of the permission set, if anything."""
    found: Any = _NAMED.find(user=user.pk, account=account_id, name=permission_set)
    return Grant(found.account, found.permission_set, found.role_id) if found else None


def accounts_of(user: Principal, words: str = "") -> QuerySet[Account]:
    """Return the accounts in which a user has something, by name, with ``root_email`` of each.

    Of ``words`` each has to stand somewhere: in the name, the number (with hyphens or without),
    the e-mail address or the name of a permission set that the user has there.
    """
    root_users = Principal.objects.filter(kind=Principal.Kind.ROOT_USER, account=OuterRef("pk"))
    theirs = of(user)
    found = Account.objects.filter(pk__in=theirs.values("account")).annotate(
        root_email=Subquery(root_users.values("username")[:1])
    )
    for word in words.split()[:MOST_WORDS]:
        with_it = theirs.filter(permission_set__name__icontains=word).values("account")
        found = found.filter(
            Q(name__icontains=word)
            | Q(pk__contains=word.replace("-", "") or word)
            | Q(root_email__icontains=word)
            | Q(pk__in=with_it)
        )
    return found.order_by(Lower("name"), "pk")


def permission_sets_in(
    user: Principal, accounts: Iterable[Account]
) -> dict[str, list[PermissionSet]]:
    """Return what a user has in each of these accounts, by name; what comes twice is one."""
    there = of(user).filter(account__in=[account.pk for account in accounts])
    found: dict[str, dict[str, PermissionSet]] = defaultdict(dict)
    for each in there.select_related("permission_set"):
        found[each.account_id][each.permission_set.name] = each.permission_set
    return {
        account_id: sorted(sets.values(), key=lambda each: each.name.casefold())
        for account_id, sets in found.items()
    }


def grant(assignment: Assignment) -> None:
    """Store an assignment; the first one in an account makes the role there."""
    with transaction.atomic():
        assignment.save()
        roles.provision(assignment.permission_set, assignment.account)


def revoke(assignments: Iterable[Assignment]) -> None:
    """Delete assignments; the last one in an account takes the role with it."""
    with transaction.atomic():
        gone = list(assignments)
        Assignment.objects.filter(pk__in=[each.pk for each in gone]).delete()
        pairs: dict[tuple[int, str], Assignment] = {
            (each.permission_set_id, each.account_id): each for each in gone
        }
        for each in pairs.values():
            roles.withdraw(each.permission_set, each.account)


def revoke_all(owner: Principal | Group) -> None:
    """Delete all assignments of a user's own, or of a group."""
    revoke(owner.assignments.select_related("permission_set", "account"))
