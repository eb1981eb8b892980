"""Who may let command lines in."""

from accounts.models import Account, Session
from signin.logins.models import LoginPermission


def is_permitted(session: Session) -> bool:
    """Return whether somebody may, as themselves or as a role; in an active account only.

    A federated user may not: a program would work as whoever vouched for them.
    """
    principal, role = session.principal, session.role
    account = role.account if role else principal.account
    if account is None or account.state != Account.State.ACTIVE or session.is_federated:
        return False
    if role is None and principal.is_root:
        return True
    permissions = LoginPermission.objects.values_list("is_allowed", flat=True)
    found = permissions.filter(role=role) if role else permissions.filter(principal=principal)
    return found.first() is not False
