"""The roles that a browser remembers, so that one click switches to them again.

The cookie is its person's, named by ARN: to anybody else it says nothing. It proves nothing
either: each switch is judged as if it were typed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.core import signing
from django.http import HttpRequest, HttpResponse

from signin.http import ROLES_COOKIE, cookie, set_cookie

SALT = "signin.console.role_history"
LIFETIME = 365 * 24 * 60 * 60  # seconds
MOST_ROLES = 5


@dataclass(frozen=True)
class RecentRole:
    """A role as somebody switched to it: its account's ID, its path and name, and its look."""

    account: str
    role: str
    display_name: str
    color: str

    @property
    def which(self) -> tuple[str, str]:
        """Account and role, without the look."""
        return self.account, self.role

    @property
    def shown_name(self) -> str:
        """What somebody called it, or its name and account."""
        return self.display_name or f"{self.role} @ {self.account}"


@dataclass(frozen=True)
class History:
    """What the cookie says: the roles, newest first, and whether its person saw the explanation."""

    is_explained: bool = False
    roles: Sequence[RecentRole] = ()


def read(request: HttpRequest, *, arn: str) -> History:
    """Return what this browser remembers of somebody."""
    try:
        kept = signing.loads(cookie(request, ROLES_COOKIE), salt=SALT)
    except signing.BadSignature:
        return History()
    if kept["arn"] != arn:
        return History()
    return History(is_explained=True, roles=[RecentRole(**each) for each in kept["roles"]])


def keep(
    request: HttpRequest, response: HttpResponse, *, arn: str, newest: RecentRole | None = None
) -> None:
    """Let the browser remember that somebody saw the explanation, and a role if there is one."""
    roles = list(read(request, arn=arn).roles)
    if newest:
        others = [
            each for each in roles if (each.account, each.role) != (newest.account, newest.role)
        ]
        roles = [newest, *others][:MOST_ROLES]
    kept = {"arn": arn, "roles": [asdict(each) for each in roles]}
    value = signing.dumps(kept, salt=SALT, compress=True)
    set_cookie(response, ROLES_COOKIE, value, max_age=LIFETIME)
