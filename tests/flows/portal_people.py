"""People of a directory, their roles and applications, and browsers signed in to the portal."""

from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from accounts import sessions
from accounts.applications import saml_url
from accounts.models import (
    Account,
    Application,
    Assignment,
    Directory,
    DirectoryProfile,
    Group,
    PermissionSet,
    Principal,
    Session,
)
from signin import hosts
from signin.http import PORTAL_COOKIE
from signin.kernel import clock, entropy
from tests.browser import Browser
from tests.saml_applications import address, question

REGION = "eu-central-1"
SUBDOMAIN = "testing-corp"  # the demo scenario has none of this name
PORTAL = hosts.origin("portal", portal=SUBDOMAIN)
ACCOUNTS = f"{PORTAL}/start/"
APPLICATIONS = f"{PORTAL}/start/applications"
OWNER = "111122223333"


def account(account_id: str = OWNER, name: str = "Example Corp", email: str = "") -> Account:
    """Make an account with its root user."""
    made = Account.objects.create(pk=account_id, name=name)
    Principal.objects.create(
        kind=Principal.Kind.ROOT_USER,
        account=made,
        username=email or f"root-{account_id}@example.com",
    )
    return made


def directory(owner: Account, **settings: object) -> Directory:
    """Make a directory that an account owns."""
    named = {"id": "d-7777777777", "region": REGION, "subdomain": SUBDOMAIN, **settings}
    return Directory.objects.create(account=owner, **named)


def user(of: Directory, username: str = "mary", **details: object) -> Principal:
    """Make a user of a directory."""
    made = Principal.objects.create(
        kind=Principal.Kind.DIRECTORY_USER, realm=of.pk, username=username
    )
    named = {"email": f"{username}@example.com", **details}
    DirectoryProfile.objects.create(principal=made, directory=of, **named)
    return made


def group(of: Directory, *members: Principal, name: str = "Developers") -> Group:
    """Make a group with members."""
    made = Group.objects.create(directory=of, name=name)
    made.members.set(members)
    return made


def permission_set(of: Directory, name: str = "ReadOnly", **settings: object) -> PermissionSet:
    """Make a permission set."""
    return PermissionSet.objects.create(directory=of, name=name, **settings)


def assign(who: Principal | Group, to: Account, what: PermissionSet) -> Assignment:
    """Give a user or a group a permission set in an account."""
    whose = {"group": who} if isinstance(who, Group) else {"user": who}
    return Assignment.objects.create(account=to, permission_set=what, **whose)


def application(of: Directory, *who: Principal | Group, **details: object) -> Application:
    """Make an application that users and groups may open."""
    named = {"name": "Wiki", "start_url": "https://wiki.example.com/start?x=1", **details}
    made = Application.objects.create(directory=of, **named)
    made.users.set(each for each in who if isinstance(each, Principal))
    made.groups.set(each for each in who if isinstance(each, Group))
    return made


def open_session(who: Principal, portal: str = PORTAL) -> tuple[str, Session]:
    """Sign somebody in at a portal; return the cookie's key, and the session."""
    key, now = entropy.token(), clock.now()
    session = Session.objects.create(
        door=sessions.PORTAL,
        host=urlsplit(portal).netloc,
        key_digest=entropy.digest(key),
        principal=who,
        ip="127.0.0.1",
        user_agent="a browser",
        created_at=now,
        expires_at=now + timedelta(hours=8),
    )
    return key, session


def signed_in(who: Principal, portal: str = PORTAL, browser: Browser | None = None) -> Browser:
    """Return a browser in which somebody is signed in at a portal."""
    browser = browser or Browser()
    key, session = open_session(who, portal)
    jar = browser.cookies.setdefault(session.host, SimpleCookie())
    jar[PORTAL_COOKIE] = key
    return browser


def keys_page(account_id: str = OWNER, role: str = "ReadOnly") -> str:
    """Return the address of the page that gives access keys of a role."""
    return f"{PORTAL}/start/access-keys?{urlencode({'account_id': account_id, 'role_name': role})}"


def people() -> tuple[Principal, Principal]:
    """Add a directory to the demo scenario: somebody who has something in it, somebody new."""
    owner = Account.objects.get(pk=OWNER)
    home = directory(owner)
    mary, new = user(home, display_name="Mary Major"), user(home, "new")
    assign(mary, owner, permission_set(home, description="Look at everything"))
    application(home, mary, description="All there is to know")
    return mary, new


def every_page() -> dict[str, Browser]:
    """Return a browser at each kind of page of a portal that somebody sees who is signed in."""
    mary, new = people()
    return {
        "accounts": signed_in(mary).visit(ACCOUNTS),
        "accounts, none": signed_in(new).visit(ACCOUNTS),
        "accounts, nothing found": signed_in(mary).visit(f"{ACCOUNTS}?search=zzz"),
        "applications": signed_in(mary).visit(APPLICATIONS),
        "applications, none": signed_in(new).visit(APPLICATIONS),
        "access keys": signed_in(mary).visit(keys_page()),
        "access keys, got": signed_in(mary).visit(keys_page()).submit("get-keys"),
        "role gone": signed_in(new).visit(keys_page()),
        **saml_pages(home=mary.profile.directory, mary=mary, new=new),
    }


def saml_pages(*, home: Directory, mary: Principal, new: Principal) -> dict[str, Browser]:
    """Return a browser at each kind of page of a SAML application, which takes answers here."""
    here = hosts.url("signin", "/saml")
    saml = {"start_url": "", "acs_url": here, "audience": "x", "logout_url": here}
    app = application(home, mary, name="Console", **saml)

    def came(browser: Browser, service: str = "assertion") -> Browser:
        return browser.visit(address(app, question(service, issuer="x"), service=service))

    return {
        "application answer": came(signed_in(mary)),
        "application answer, passive": Browser().visit(
            address(app, question(issuer="x", IsPassive="true"))
        ),
        "application gone": came(signed_in(new)),
        "application sign-out": came(signed_in(mary), "logout"),
        "application signed out": came(signed_in(mary), "logout").submit("confirm-sign-out"),
        "application question over": Browser().visit(f"{PORTAL}/start/saml/sign-out"),
        "application question refused": Browser().visit(saml_url(app, "logout")),
    }
