"""Who is acting in a session: somebody as themselves, or as a role."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from accounts.models import Account, Principal, Role, RoleSwitch, Session
from signin.kernel import arns, clock


@dataclass(frozen=True)
class Identity:
    """Whom somebody who is signed in works as now, in which account, and until when.

    Only a switch has a display name, a colour, and an original: who they are without it. Behind a
    federated user the principal is whoever vouched for them.
    """

    principal: Principal
    account: Account
    role: Role | None
    until: datetime
    session_name: str  # of a role's session or a federated user, or their own name
    is_federated: bool = False
    display_name: str = ""
    color: str = ""
    original: "Identity | None" = None

    @property
    def is_role(self) -> bool:
        """Whether somebody works as a role."""
        return self.role is not None

    @property
    def is_themselves(self) -> bool:
        """Whether it is a root user or an IAM user in person, neither a role nor federated."""
        return self.role is None and not self.is_federated

    @property
    def is_root(self) -> bool:
        """Whether it is the root user of the account."""
        return self.is_themselves and self.principal.is_root

    @property
    def name(self) -> str:
        """The name as pages show it; of a role with the name of its session."""
        return f"{self.role.name}/{self.session_name}" if self.role else self.session_name

    @property
    def shown_name(self) -> str:
        """What somebody called the switch, or the name."""
        return self.display_name or self.name

    @property
    def arn(self) -> str:
        """The ARN of who acts; of a role and of a federated user it is the session's."""
        if self.role:
            return self.role.session_arn(self.session_name)
        if self.is_federated:
            return arns.federated_user(self.account.partition, self.account.id, self.session_name)
        return self.principal.arn

    @property
    def trusted_as(self) -> frozenset[str]:
        """The ARNs by which a role can trust it: its own, and the account's for all who work there.

        A role is trusted by its own ARN, whichever session of it comes; no role trusts a federated
        user.
        """
        if self.is_federated:
            return frozenset()
        own = self.principal.arn if self.role is None else self.role.arn
        return frozenset({own, arns.root_user(self.account.partition, self.account.id)})


def acting(session: Session) -> Identity:
    """Return who is acting; a switch counts while it lasts and both accounts are active.

    It costs no query for a session that was found as its door finds it.
    """
    own = original(session)
    switch: RoleSwitch | None = getattr(sign_in_of(session), "switch", None)
    if switch is None or not _counts(switch, own):
        return own
    return Identity(
        principal=own.principal,
        account=switch.role.account,
        role=switch.role,
        until=min(switch.expires_at, own.until),
        session_name=own.session_name,
        display_name=switch.display_name,
        color=switch.color,
        original=own,
    )


def original(session: Session) -> Identity:
    """Return who signed in, whatever they switched to since."""
    role = session.role
    account = role.account if role else cast(Account, session.principal.account)
    return Identity(
        principal=session.principal,
        account=account,
        role=role,
        until=session.expires_at,
        session_name=session.session_name or session.principal.username,
        is_federated=session.is_federated,
    )


def sign_in_of(session: Session) -> Session:
    """Return the session at the sign-in host that a session came from."""
    return session.parent or session


def _counts(switch: RoleSwitch, own: Identity) -> bool:
    active = Account.State.ACTIVE
    return (
        switch.expires_at > clock.now()
        and switch.role.account.state == active
        and own.account.state == active
    )
