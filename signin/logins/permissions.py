"""Who may let command lines in."""

from accounts.models import Account, Session, TemporaryCredentials
from accounts.signers import Signer
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


def manages_console_access(signer: Signer) -> bool:
    """Return whether whoever signs may say who signs in to their account's console, and from where.

    A federated user may not, nor whoever acts as a member account's root user: that is for a task.
    """
    issued = signer.temporary
    if signer.is_federated or (issued and issued.kind == TemporaryCredentials.Kind.ROOT):
        return False
    if signer.is_root:
        return True
    permissions = LoginPermission.objects.values_list("manages_console_access", flat=True)
    role = signer.role
    found = (
        permissions.filter(role=role) if role else permissions.filter(principal=signer.principal)
    )
    return found.first() is not False
