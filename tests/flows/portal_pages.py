"""The pages of Identity Center and of its administration, each by the way that leads to it."""

import re
from collections.abc import Callable

from accounts import recovery, verifications
from accounts.models import Application, Group, PermissionSet
from mfa import devices
from signin.control import operators
from signin.faults import faults
from signin.faults.faults import Kind
from signin.mailbox.models import Message
from tests import saml_applications
from tests.browser import DESK, Browser, address
from tests.portal_walks import (
    CHOSEN,
    DIRECTORY,
    JANE,
    NEW_HIRE,
    NIKKI,
    PLATFORM,
    PORTAL,
    name_user,
    pass_captcha,
    settings_are,
    sign_in,
    user,
)

Walk = Callable[[Browser], Browser]

ROLE = "?account_id=111122223333&role_name=ReadOnlyAccess"


def wanting(**settings: object) -> None:
    """Let the directory ask for a device."""
    settings_are(mfa_mode="always-on", **settings)


def recovering(browser: Browser) -> Browser:
    """Ask for a new password."""
    name_user(browser, JANE[0])
    return browser.visit(re.search(r'href="([^"]+/recovery)"', browser.text)[1])


def reset(browser: Browser) -> Browser:
    """Follow the link for a new password."""
    recovery.send_to(user(JANE[0]))
    return browser.visit(Message.objects.latest("id").link)


def invited(browser: Browser) -> Browser:
    """Follow an invitation."""
    from_scenario = browser.visit(DESK).text
    return browser.visit(re.search(r'href="([^"]+/platform/invitation[^"]*)"', from_scenario)[1])


def verifying(browser: Browser) -> Browser:
    """Follow a link that confirms an address."""
    verifications.send(user("invited"))
    return browser.visit(Message.objects.latest("id").link)


def coded(browser: Browser) -> Browser:
    """Have a code mailed at sign-in."""
    settings_are(email_code_mode="always")
    return sign_in(browser)


def blocked(browser: Browser) -> Browser:
    """Be kept out without a device."""
    wanting(no_device_mode="block")
    return sign_in(browser)


def enrolling(browser: Browser, kind: str = "") -> Browser:
    """Have to register a device at sign-in."""
    wanting(no_device_mode="register")
    sign_in(browser)
    return browser.submit(device_kind=kind) if kind else browser


def in_trouble(browser: Browser) -> Browser:
    """Say that the device is not at hand."""
    return sign_in(browser, *NIKKI).submit(button="act=trouble")


def connected(browser: Browser, **settings: object) -> Browser:
    """Name a user of a connected Active Directory."""
    source = {"identity_source": "ad-connector", "domain": "corp.example.com"}
    settings_are(**source, **settings)
    return browser.visit(PORTAL)


def at_portal(browser: Browser, path: str = "") -> Browser:
    """Be signed in, at a page of the portal."""
    return sign_in(browser).visit(PORTAL + path)


def own_device(browser: Browser, path: str = "") -> Browser:
    """Open the page of one's own device."""
    settings_are(mfa_mode="never")
    [device] = devices.of(user(NIKKI[0]))
    return sign_in(browser, *NIKKI).visit(f"{PORTAL}mfa/{device.pk}{path}")


def applications(browser: Browser) -> Browser:
    """Open the list of applications; how they are described is the scenario's."""
    Application.objects.update(description="社内の Wiki")
    return at_portal(browser, "applications")


def echo(browser: Browser, service: str = "assertion") -> Browser:
    """Come from the scenario's SAML application with a question."""
    app = Application.objects.get(name="Example Echo")
    return sign_in(browser).visit(asked_by(app, service))


def unassigned(browser: Browser) -> Browser:
    """Come from a SAML application that nobody has."""
    home = Application.objects.get(name="Example Echo").directory
    app = Application.objects.create(directory=home, **saml_applications.SAML | {"name": "社内"})
    return sign_in(browser).visit(asked_by(app))


def asked_by(app: Application, service: str = "assertion") -> str:
    """Return where an application sends people."""
    return saml_applications.address(
        app, saml_applications.question(service, issuer=app.audience), service=service
    )


def shown(browser: Browser) -> Browser:
    """Look at what the scenario's SAML application is told."""
    app = Application.objects.get(name="Example Echo")
    return at_portal(browser, f"applications/{app.instance_id}?show=assertion")


def keys(browser: Browser) -> Browser:
    """Get access keys."""
    return at_portal(browser, f"access-keys{ROLE}").submit("get-keys")


def as_operator(browser: Browser, path: str) -> Browser:
    """Open a page of the admin site."""
    browser.visit(DESK + "admin/")
    browser.submit("login-form", username=operators.NAME, password=operators.create())
    return browser.visit(f"{DESK}admin/{path}")


def of_user(browser: Browser, path: str, name: str = "invited") -> Browser:
    """Open a page about a user in the admin site."""
    return as_operator(browser, f"accounts/directoryuser/{user(name).pk}/{path}")


def new_app(browser: Browser) -> Browser:
    """Open the page that registers an authenticator app for a user."""
    return as_operator(browser, f"mfa/device/new-app/{user(JANE[0]).pk}/")


def of_device(browser: Browser, path: str) -> Browser:
    """Open a page about a device in the admin site."""
    [device] = devices.of(user(NIKKI[0]))
    return as_operator(browser, f"mfa/device/{device.pk}/{path}")


def one_time(browser: Browser) -> Browser:
    """Make a one-time password in the admin site."""
    of_user(browser, "access/")
    return browser.submit("one-time-password-form", button="act=one-time-password")


def failing(browser: Browser) -> Browser:
    """Run into a fault."""
    faults.arm(Kind.INSTANCE_SETUP, 1)
    return name_user(browser, JANE[0])


PAGES: dict[str, Walk] = {
    "portal's user name": lambda browser: browser.visit(PORTAL),
    "portal's user name, with a domain": connected,
    "portal's user name, of a company": lambda browser: connected(browser, mfa_mode="never"),
    "portal's password": lambda browser: name_user(browser, JANE[0]),
    "portal's password, of a company": lambda browser: connected(browser).submit(username="x"),
    "portal's new password": lambda browser: sign_in(browser, *NEW_HIRE),
    "portal's mailed code": coded,
    "portal without a device": blocked,
    "portal's kinds of devices": enrolling,
    "portal's new app": lambda browser: enrolling(browser, "totp"),
    "portal's new key": lambda browser: enrolling(browser, "passkey"),
    "portal's code of a device": lambda browser: sign_in(browser, *NIKKI),
    "portal's trouble with a device": in_trouble,
    "portal's recovery": recovering,
    "portal's recovery, sent": lambda browser: pass_captcha(recovering(browser)),
    "portal's reset": reset,
    "portal's reset, done": lambda browser: reset(browser).submit(
        "reset-password", new_password=CHOSEN, confirm_password=CHOSEN
    ),
    "invitation": invited,
    "address to confirm": verifying,
    "address confirmed": lambda browser: verifying(browser).submit("verify-email"),
    "portal": at_portal,
    "portal, nothing found": lambda browser: at_portal(browser, "?search=zzz"),
    "portal's applications": applications,
    "portal's answer for an application": echo,
    "portal's answer, shown": shown,
    "application asks to sign out": lambda browser: echo(browser, "logout"),
    "access keys, asked for": lambda browser: at_portal(browser, f"access-keys{ROLE}"),
    "access keys": keys,
    "portal's devices, none": lambda browser: at_portal(browser, "mfa"),
    "portal's device": own_device,
    "portal's device, to remove": lambda browser: own_device(browser, "/remove"),
    "console as a role": lambda browser: at_portal(browser, f"console{ROLE}"),
    "directories": lambda browser: as_operator(browser, "accounts/directory/"),
    "directory": lambda browser: as_operator(browser, f"accounts/directory/{DIRECTORY}/change/"),
    "new directory": lambda browser: as_operator(browser, "accounts/directory/add/"),
    "directory users": lambda browser: as_operator(browser, "accounts/directoryuser/"),
    "new directory user": lambda browser: as_operator(browser, "accounts/directoryuser/add/"),
    "directory user": lambda browser: of_user(browser, "change/"),
    "access of a directory user": lambda browser: of_user(browser, "access/"),
    "access of a disabled user": lambda browser: of_user(browser, "access/", "disabled_user"),
    "one-time password": one_time,
    "address asked for": lambda browser: of_user(browser, "access/").submit(
        "verify-email-form", button="act=verify-email"
    ),
    "new app of a user": new_app,
    "new app of a user, shown": lambda browser: new_app(browser).submit("new-app-form"),
    "rename a device": lambda browser: of_device(browser, "rename/"),
    "device renamed": lambda browser: of_device(browser, "rename/").submit("rename-form"),
    "groups": lambda browser: as_operator(browser, "accounts/group/"),
    "group": lambda browser: as_operator(
        browser, f"accounts/group/{Group.objects.first().pk}/change/"
    ),
    "permission sets": lambda browser: as_operator(browser, "accounts/permissionset/"),
    "permission set": lambda browser: as_operator(
        browser, f"accounts/permissionset/{PermissionSet.objects.first().pk}/change/"
    ),
    "assignments": lambda browser: as_operator(browser, "accounts/assignment/"),
    "new assignment": lambda browser: as_operator(browser, "accounts/assignment/add/"),
    "applications": lambda browser: as_operator(browser, "accounts/application/"),
    "application": lambda browser: as_operator(
        browser, f"accounts/application/{Application.objects.first().pk}/change/"
    ),
    "roles": lambda browser: as_operator(browser, "accounts/role/"),
}
# Those of a sign-in that leave the directory as it is.
PLAIN = (
    "portal's user name",
    "portal's password",
    "portal's new password",
    "portal's code of a device",
    "portal's trouble with a device",
    "portal's recovery",
    "portal's recovery, sent",
    "portal's reset",
    "invitation",
    "address to confirm",
    "address confirmed",
    "portal's devices, none",
)
REFUSALS: dict[str, tuple[Walk, str]] = {
    "no name at the portal": (lambda browser: name_user(browser, ""), "ユーザー名を入力"),
    "wrong password at the portal": (
        lambda browser: sign_in(browser, JANE[0], "wrong"),
        "内容が一致しません",
    ),
    "poor password at the portal": (
        lambda browser: sign_in(browser, *NEW_HIRE).submit(
            new_password="short", confirm_password="short"
        ),
        "8～64 文字",
    ),
    "wrong mailed code at the portal": (
        lambda browser: coded(browser).submit(code="x"),
        "数字 6 桁",
    ),
    "blocked without a device": (lambda browser: blocked(browser).submit(), "登録済みのデバイス"),
}
ERRORS: dict[str, tuple[Walk, int, str]] = {
    "no such application": (unassigned, 404, "このアプリケーションは使えません"),
    "application's question over": (
        lambda browser: at_portal(browser, "saml"),
        400,
        "この要求は終わっています",
    ),
    "application's question refused": (
        lambda browser: browser.visit(
            address("portal.sso.us-east-1.amazonaws.com", "/saml/assertion/x?SAMLRequest=x")
        ),
        400,
        "ポータルはこの要求に応答できません",
    ),
    "no such portal": (
        lambda browser: browser.visit(address("nobody.awsapps.com", "/start")),
        404,
        "サブドメイン",
    ),
    "sign-in begins at the portal": (
        lambda browser: browser.visit(PLATFORM + "platform/login"),
        400,
        "ポータル",
    ),
    "portal's attempt over": (
        lambda browser: browser.visit(PLATFORM + "platform/login/nothing"),
        410,
        "このサインインは終了",
    ),
    "portal's link over": (
        lambda browser: browser.visit(PLATFORM + "platform/invitation"),
        410,
        "リンクはもう使えません",
    ),
    "portal's hand-off failed": (lambda browser: browser.visit(PORTAL + "auth"), 400, "ポータル"),
    "role gone": (
        lambda browser: at_portal(browser, "console?account_id=1&role_name=x"),
        404,
        "ロール",
    ),
    "no recovery here": (
        lambda browser: (
            connected(browser)
            .submit(username="x")
            .visit(re.search(r'action="([^"]+)"', browser.text)[1] + "/recovery")
        ),
        410,
        "ヘルプデスク",
    ),
    "us, not you": (failing, 503, "番号"),
}
