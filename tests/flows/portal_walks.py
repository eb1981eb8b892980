"""People of a directory, signed in at their portal; and the way from there to the console."""

from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from django.db.models import QuerySet

from accounts import sessions
from accounts.models import (
    Account,
    Assignment,
    Directory,
    DirectoryProfile,
    PermissionSet,
    Principal,
    Role,
    Session,
)
from signin.kernel import clock, entropy
from tests.browser import Browser, address
from tests.walks import EXAMPLE_CORP

DIRECTORY = "d-9067f00d01"
SANDBOX = "444455556666"
PORTAL = address(f"{DIRECTORY}.awsapps.com")
REGION = "eu-central-1"


@dataclass(frozen=True)
class Person:
    """Somebody of the directory, and the session at the portal."""

    user: Principal
    session: Session


def clear() -> None:
    """Take away the scenario's own directories and roles: these tests count theirs."""
    Principal.objects.filter(kind=Principal.Kind.DIRECTORY_USER).delete()
    Directory.objects.all().delete()
    Role.objects.all().delete()


def directory() -> Directory:
    """Return the directory, with two permission sets; made the first time."""
    made, is_new = Directory.objects.get_or_create(
        pk=DIRECTORY, defaults={"account_id": EXAMPLE_CORP, "region": REGION}
    )
    if is_new:
        PermissionSet.objects.create(directory=made, name="Developers", session_minutes=120)
        PermissionSet.objects.create(directory=made, name="Audit", relay_state="/support/home")
    return made


def join(username: str = "jane_doe") -> Principal:
    """Return a new user of the directory who is assigned to two roles in the sandbox."""
    home = directory()
    user = Principal(kind=Principal.Kind.DIRECTORY_USER, realm=home.pk, username=username)
    user.set_unusable_password()
    user.save()
    DirectoryProfile.objects.create(
        principal=user, directory=home, email=f"{username}@example.com", display_name="Jane Doe"
    )
    for permission_set in home.permission_sets.all():
        Assignment.objects.create(
            permission_set=permission_set, account=Account.objects.get(pk=SANDBOX), user=user
        )
    return user


def enter_portal(
    browser: Browser, user: Principal | None = None, *, factors: tuple[str, ...] = ("password",)
) -> Person:
    """Give a browser a living session at the portal, as a sign-in there does."""
    user = user or join()
    key, now = entropy.token(), clock.now()
    session = Session.objects.create(
        door=sessions.PORTAL,
        host=urlsplit(PORTAL).netloc,
        key_digest=entropy.digest(key),
        principal=user,
        factors=list(factors),
        ip=browser.ip,
        user_agent="a browser",
        created_at=now,
        expires_at=now + timedelta(hours=8),
    )
    jar = browser.cookies.setdefault(urlsplit(PORTAL).netloc, SimpleCookie())
    jar["vestibule-portal"] = key
    return Person(user, session)


def role_link(role: str = "Developers", account: str = SANDBOX, **more: str) -> str:
    """Return the portal's link that opens a role."""
    query = {"account_id": account, "role_name": role, **more}
    return f"{PORTAL}start/console?{urlencode(query)}"


def open_role(browser: Browser, role: str = "Developers", **more: str) -> Browser:
    """Sign a browser in at the portal, and open a role from there."""
    enter_portal(browser)
    return browser.visit(role_link(role, **more))


def role_of(permission_set: str = "Developers") -> Role:
    """Return the role that was made of a permission set."""
    return Role.objects.get(permission_set__name=permission_set)


def living(door: str) -> QuerySet[Session]:
    """Return the sessions of a door that somebody has."""
    return Session.objects.filter(door=door, ended_at=None, key_digest__isnull=False)


def query_of(url: str) -> dict[str, str]:
    """Return what an address says in its query."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
