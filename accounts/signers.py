"""Who signs the calls of an API: whoever stands behind an access key."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import CharField
from django.utils.functional import cached_property  # without a lock, which takes longer

from accounts import credentials as credentials_
from accounts.access_keys import PREFIX
from accounts.models import AccessKey, Account, Principal, Role, TemporaryCredentials
from signin.kernel import arns, clock, entropy, partitions
from signin.kernel.prepared import Prepared

Kind = TemporaryCredentials.Kind

_KEYS = Prepared(
    lambda key: AccessKey.objects.select_related("principal__account").filter(pk=key),
    key=CharField(),
)
_ISSUED = Prepared(
    lambda key: TemporaryCredentials.objects.select_related(
        "principal__account", "role__account"
    ).filter(pk=key),
    key=CharField(),
)


@dataclass(frozen=True)
class Signer:
    """Whoever signs with some credentials: an IAM user, a root user, a role, a federated user.

    Whether the credentials are still good is another question; ``find`` leaves it open.
    """

    credentials: AccessKey | TemporaryCredentials

    @cached_property
    def temporary(self) -> TemporaryCredentials | None:
        """The credentials, if they have an end."""
        found = self.credentials
        return found if isinstance(found, TemporaryCredentials) else None

    @property
    def access_key_id(self) -> str:
        """The ID of the key, by which requests name their signer."""
        return self.credentials.access_key_id

    @property
    def secret(self) -> str:
        """The secret access key."""
        return credentials_.secret_of(self.credentials)

    @cached_property
    def principal(self) -> Principal:
        """Whoever the credentials were made for; behind a role, whoever took it."""
        return self.credentials.principal

    @cached_property
    def role(self) -> Role | None:
        """The role that they work as, if they do."""
        return self.temporary.role if self.temporary else None

    @cached_property
    def account(self) -> Account:
        """The account in which they work."""
        return self.role.account if self.role else cast(Account, self.principal.account)

    @cached_property
    def account_id(self) -> str:
        """The ID of that account."""
        return self.role.account_id if self.role else self.principal.account_id or ""

    @property
    def arn(self) -> str:
        """The ARN of who signs; of a role and of a federated user it is the session's."""
        return self.temporary.arn if self.temporary else self.principal.arn

    @property
    def name(self) -> str:
        """The name as pages show it; of a role with the name of its session."""
        if self.temporary is None or not (self.is_role or self.is_federated):
            return self.principal.username
        session_name = self.temporary.session_name
        return f"{self.role.name}/{session_name}" if self.role else session_name

    @property
    def user_id(self) -> str:
        """The unique ID of who signs."""
        return self.temporary.user_id if self.temporary else self.principal.unique_id

    @property
    def is_long_term(self) -> bool:
        """Whether the credentials have no end."""
        return self.temporary is None

    @property
    def is_role(self) -> bool:
        """Whether it is a session of a role."""
        return self.role is not None

    @property
    def is_federated(self) -> bool:
        """Whether it is a federated user, for whom somebody vouched."""
        return self.temporary is not None and self.temporary.kind == Kind.FEDERATION

    @property
    def is_root(self) -> bool:
        """Whether it is the root user of the account."""
        return self.principal.is_root and not self.is_role and not self.is_federated

    @property
    def mfa_authenticated(self) -> bool | None:
        """Whether a device stands behind it; unknown of credentials that nobody asked for it."""
        return self.temporary.mfa_authenticated if self.temporary else None

    @property
    def is_chained(self) -> bool:
        """Whether it is a role that a role took."""
        return bool(self.temporary and self.temporary.is_chained)

    @property
    def source_identity(self) -> str:
        """Who was said to be behind it all when the first role was taken."""
        return self.temporary.source_identity if self.temporary else ""

    @property
    def passed_on_tags(self) -> dict[str, str]:
        """The session tags that the sessions of the next roles get, too."""
        if self.temporary is None:
            return {}
        tags = self.temporary.tags
        return {name: tags[name] for name in self.temporary.transitive_tags if name in tags}

    @property
    def trusted_as(self) -> frozenset[str]:
        """The ARNs by which a role can trust it; no role trusts a root user or a federated one."""
        if self.is_root or self.is_federated:
            return frozenset()
        own = [self.role.arn, self.arn] if self.role else [self.principal.arn]
        return frozenset([*own, arns.root_user(self.account.partition, self.account_id)])

    @property
    def began_at(self) -> datetime | None:
        """When the credentials were issued, if they have an end."""
        return self.temporary.issued_at if self.temporary else None

    @property
    def is_switched_off(self) -> bool:
        """Whether the credentials are deactivated or revoked."""
        found = self.credentials
        return not found.is_active if isinstance(found, AccessKey) else found.revoked_at is not None

    @property
    def is_over(self) -> bool:
        """Whether the time of the credentials is over."""
        return self.temporary is not None and self.temporary.expires_at <= clock.now()

    @property
    def is_of_active_account(self) -> bool:
        """Whether the account is neither suspended nor closed."""
        return self.account.state == Account.State.ACTIVE

    def has_token(self, session_token: str) -> bool:
        """Return whether this is the session token; of credentials without an end there is none."""
        if self.temporary is None:
            return not session_token
        return entropy.same(entropy.digest(session_token), self.temporary.token_digest)


def find(access_key_id: str) -> Signer | None:
    """Return whoever has an access key in the partition that was asked; it is one query."""
    found: AccessKey | TemporaryCredentials | None
    if access_key_id.startswith(PREFIX):
        found = _KEYS.find(key=access_key_id)
    else:
        found = _ISSUED.find(key=access_key_id)
    signer = Signer(found) if found else None
    return signer if signer and partitions.is_known_here(signer.account.partition) else None
