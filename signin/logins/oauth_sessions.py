"""Logins of command lines as the service's API calls them: sessions, each with an ARN.

One that is over by itself is not there any more; one that was revoked, or whose browser signed out,
is told as revoked until then.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.identities import original
from accounts.models import Account, Principal, Role
from accounts.signers import Signer
from signin import hosts
from signin.events import shapes
from signin.kernel import arns, clock, partitions
from signin.logins import chains
from signin.logins.errors import SessionUnknown
from signin.logins.models import Login

ACTIVE = "ACTIVE"
REVOKED = "REVOKED"
_RELATED = ("session__principal__account", "session__role__account")


@dataclass(frozen=True)
class Wanted:
    """Which sessions are wanted: of whom, in which state, of which program, begun when."""

    principal_arn: str  # of one of the account, or with ``*`` in place of the name: of all
    status: str = ""
    client: str = ""
    issued_after: datetime | None = None
    issued_before: datetime | None = None


def everybody(account: Account) -> str:
    """Return what stands for all principals of an account."""
    return partitions.get(account.partition).arn("iam", "", account.id, "*")


def owner_of(signer: Signer) -> str:
    """Return the ARN by which sessions name whoever signs: of a role's session it is the role's."""
    if signer.role:
        return _role_arn(signer.role)
    return signer.arn if signer.is_federated else signer.principal.arn


def principal_of(login: Login) -> str:
    """Return the ARN of whose session it is; a role's is written without its path."""
    role = login.session.role
    return _role_arn(role) if role else login.session.principal.arn


def status_of(login: Login) -> str:
    """Return whether a session can be refreshed."""
    return REVOKED if login.revoked_at or login.session.ended_at else ACTIVE


def arn_of(login: Login) -> str:
    """Return the ARN of a session."""
    account = original(login.session).account
    return arns.signin_session(account.partition, region_of(login), account.id, str(login.pk))


def region_of(login: Login) -> str:
    """Return the region in which a session began."""
    found = hosts.find(login.session.host.partition(":")[0])
    home = shapes.root_region(original(login.session).account.partition)
    return found[1].get("region", home) if found else home


def page(
    account: Account, wanted: Wanted, *, most: int, after: str = ""
) -> tuple[list[Login], str]:
    """Return some of the sessions that are wanted, the newest first, and where the next begin."""
    found = _selected(account, wanted)
    if after:
        known = _by_id(account, after)
        earlier = Q(started_at__lt=known.started_at)
        found = found.filter(earlier | Q(started_at=known.started_at, pk__lt=known.pk))
    logins = list(found.order_by("-started_at", "-pk")[: most + 1])
    return logins[:most], logins[most - 1].pk.hex if len(logins) > most else ""


def find(account: Account, arn: str, *, principal_arn: str) -> Login:
    """Return a session by its ARN, or raise SessionUnknown; so of those of somebody else."""
    login = _by_id(account, arn.rpartition("/")[2])
    is_own = principal_arn in {everybody(account), principal_of(login)}
    if not is_own or arn_of(login) != arn:
        raise SessionUnknown
    return login


def revoke(login: Login) -> None:
    """End a session; one that is over already stays so."""
    chains.revoke(Login.objects.filter(pk=login.pk))


def _role_arn(role: Role) -> str:
    return arns.role(role.account.partition, role.account_id, "/", role.name)


def _of(account: Account) -> QuerySet[Login]:
    own = Q(role=None, principal__account=account) | Q(role__account=account)
    living = Login.objects.filter(own, expires_at__gt=clock.now())
    return living.select_related(*_RELATED)


def _selected(account: Account, wanted: Wanted) -> QuerySet[Login]:
    found = _of(account)
    if wanted.principal_arn != everybody(account):
        kind, _, name = wanted.principal_arn.partition(f":{account.id}:")[2].partition("/")
        if kind == "role":
            found = found.filter(role__name=name)
        elif kind == "user":
            found = found.filter(role=None, principal__username=name)
        else:  # federated users let no program in
            root_user = {"principal__kind": Principal.Kind.ROOT_USER}
            found = found.filter(role=None, **root_user) if kind == "root" else found.none()
    is_revoked = Q(revoked_at__isnull=False) | Q(session__ended_at__isnull=False)
    if wanted.status:
        found = found.filter(is_revoked if wanted.status == REVOKED else ~is_revoked)
    if wanted.client:
        found = found.filter(client=wanted.client)
    if wanted.issued_after:
        found = found.filter(started_at__gte=wanted.issued_after)
    if wanted.issued_before:
        found = found.filter(started_at__lt=wanted.issued_before)
    return found


def _by_id(account: Account, login_id: str) -> Login:
    try:
        found = _of(account).filter(pk=uuid.UUID(login_id)).first()
    except ValueError as error:
        raise SessionUnknown from error
    if found is None:
        raise SessionUnknown
    return found
