"""Who may let command lines in."""

from accounts.models import Account, Principal, Role
from signin.logins.models import LoginPermission


def is_permitted(principal: Principal, role: Role | None) -> bool:
    """Return whether somebody may, as themselves or as a role; in an active account only."""
    account = role.account if role else principal.account
    if account is None or account.state != Account.State.ACTIVE:
        return False
    if role is None and principal.is_root:
        return True
    permissions = LoginPermission.objects.values_list("is_allowed", flat=True)
    found = permissions.filter(role=role) if role else permissions.filter(principal=principal)
    return found.first() is not False
