"""Who may work as what in which account: the assignments of a directory's users and groups."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Account, Assignment, PermissionSet, Principal


@dataclass(frozen=True)
class Grant:
    """A permission set that somebody has in an account."""

    account: Account
    permission_set: PermissionSet


def of(user: Principal) -> QuerySet[Assignment]:
    """Return the assignments of a user, their own and their groups', in active accounts."""
    own = Q(user=user) | Q(group__members=user)
    return Assignment.objects.filter(own, account__state=Account.State.ACTIVE).order_by()


def find(user: Principal, account_id: str, permission_set: str) -> Grant | None:
    """Return what a user has in an account by the name of the permission set, if anything."""
    assignment = (
        of(user)
        .filter(account=account_id, permission_set__name=permission_set)
        .select_related("account", "permission_set__directory")
        .first()
    )
    return Grant(assignment.account, assignment.permission_set) if assignment else None
