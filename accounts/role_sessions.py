"""Sessions of roles that programs ask for: who gets one, how long it lasts, what it passes on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField

from accounts import credentials
from accounts.credentials import Keys
from accounts.errors import RoleRefused, SessionTooLong, SourceIdentityFixed, TagFixed
from accounts.models import Account, Principal, Role
from accounts.models.principals import fold
from accounts.models.roles import HOUR, NAME, ROLE_NAME
from accounts.signers import Signer
from signin.kernel import arns, entropy, partitions
from signin.kernel.prepared import Prepared

SHORTEST = 900  # seconds
LONGEST_CHAINED = HOUR  # for whoever works as a role already
MOST_TAGS = 50
SESSION_NAME = rf"{NAME}{{2,64}}"
SOURCE_IDENTITY = rf"(?!(?i:aws:)){NAME}{{2,64}}"
TAG_KEY = r"(?!(?i:aws:))[\w .:/=+@-]{1,128}"
TAG_VALUE = r"[\w .:/=+@-]{0,256}"
ROLE_ARN = re.compile(
    rf"arn:(?P<partition>{partitions.ID}):iam::(?P<account>[0-9]{{12}}):role(?P<path>/(?:[!-~]+/)?)(?P<name>{ROLE_NAME})"
)
_ROLES = Prepared(
    lambda account, path, name: Role.objects.filter(account=account, path=path, name=name),
    account=CharField(),
    path=CharField(),
    name=CharField(),
)


_ACCOUNT: Any = Role._meta.get_field("account")


@dataclass(frozen=True)
class Wish:
    """What somebody says who wants to work as a role."""

    role_arn: str
    session_name: str
    seconds: int | None = None
    external_id: str = ""
    source_identity: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tags: Sequence[str] = ()


def admit(signer: Signer, wish: Wish) -> Role:
    """Return the role that somebody may work as, or raise why not.

    Nobody can tell whether the role is unknown or only not for them: both are RoleRefused. What
    they ask for besides raises SessionTooLong, SourceIdentityFixed or TagFixed.
    """
    role = _find(wish.role_arn)
    if role is None or not _trusts(role, signer, wish):
        raise RoleRefused
    if wish.seconds and wish.seconds > longest(role, signer):
        raise SessionTooLong
    if wish.source_identity and signer.source_identity not in {"", wish.source_identity}:
        raise SourceIdentityFixed
    passed_on = {fold(name) for name in signer.passed_on_tags}
    if any(fold(name) in passed_on for name in wish.tags):
        raise TagFixed
    return role


def admit_federated(provider_arn: str, subject: str, wish: Wish) -> Role:
    """Return the role that somebody may work as for whom an identity provider vouches.

    Raises RoleRefused, whether the role is unknown or only not for them, or SessionTooLong. A
    provider is of one account, and opens roles of that account only (S-092).
    """
    role = _find(wish.role_arn)
    if role is None or not _trusts_provider(role, provider_arn, subject, wish.role_arn):
        raise RoleRefused
    if wish.seconds and wish.seconds > role.session_seconds:
        raise SessionTooLong
    return role


def begin_federated(
    principal: Principal, role: Role, wish: Wish, *, seconds: int | None = None
) -> Keys:
    """Return credentials of a session of a role that a federated identity was admitted to.

    ``seconds`` is for a session that ends before what is asked for.
    """
    return credentials.issue_for_role(
        principal,
        role,
        session_name=wish.session_name,
        seconds=seconds or wish.seconds or HOUR,
        source_identity=wish.source_identity,
        tags=wish.tags,
        transitive_tags=wish.transitive_tags,
    )


def begin(signer: Signer, role: Role, wish: Wish, *, mfa_authenticated: bool) -> Keys:
    """Return credentials of a session of a role that somebody was admitted to."""
    passed_on = signer.passed_on_tags
    return credentials.issue_for_role(
        signer.principal,
        role,
        session_name=wish.session_name,
        seconds=wish.seconds or min(HOUR, longest(role, signer)),
        mfa_authenticated=mfa_authenticated,
        is_chained=signer.is_role,
        source_identity=wish.source_identity or signer.source_identity,
        tags={**passed_on, **wish.tags},
        transitive_tags=[*passed_on, *wish.transitive_tags],
    )


def longest(role: Role, signer: Signer) -> int:
    """Return how many seconds somebody's session of a role lasts at most."""
    return min(role.session_seconds, LONGEST_CHAINED) if signer.is_role else role.session_seconds


def _find(arn: str) -> Role | None:
    parts = ROLE_ARN.fullmatch(arn)
    if parts is None:
        return None
    return _ROLES.find(account=parts["account"], path=parts["path"], name=parts["name"])


def _trusts(role: Role, signer: Signer, wish: Wish) -> bool:
    return (
        role.permission_set_id is None
        and not signer.trusted_as.isdisjoint(role.trusts)
        and (not role.external_id or entropy.same(role.external_id, wish.external_id))
        and _account(role, signer).state == Account.State.ACTIVE
        # No role of another partition can be taken, whatever it trusts.
        and role.account.partition == signer.account.partition
        and role.arn == wish.role_arn
    )


def _trusts_provider(role: Role, provider_arn: str, subject: str, role_arn: str) -> bool:
    return (
        role.permission_set_id is None
        and provider_arn in role.trusts
        and arns.account_of(provider_arn) == role.account_id
        and (not role.subjects or any(_matches(subject, each) for each in role.subjects))
        and role.account.state == Account.State.ACTIVE
        and partitions.is_known_here(role.account.partition)
        and role.arn == role_arn
    )


def _matches(subject: str, pattern: str) -> bool:
    """Return whether a subject is as a pattern has it, in which * and ? stand for others."""
    parts = (".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern)
    return re.fullmatch("".join(parts), subject, re.DOTALL) is not None


def _account(role: Role, signer: Signer) -> Account:
    """Return a role's account; the signer's own is known, and most roles are of it."""
    if role.account_id == signer.account_id:
        _ACCOUNT.set_cached_value(role, signer.account)  # `role.account =` looks at more
    return role.account
