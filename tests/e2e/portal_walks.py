"""The ways to the pages of Identity Center, in Chromium."""

import http.client
import json
from collections.abc import Callable
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.e2e import signed_in
from tests.e2e.device_walks import WRONG, code
from tests.e2e.people import type_characters
from tests.server import Server

HOST = "example-corp.awsapps.com"
DIRECTORY = "d-1234567890"
JANE = ("jane_doe", "Jane-portal-1")
NIKKI = ("nikki_wolf", "Nikki-portal-1")
CHOSEN = "Chosen-myself-7"


def settings_are(server: Server, **settings: object) -> None:
    """Change how the users of the directory sign in."""
    server.control("PATCH", f"/directories/{DIRECTORY}/settings", settings)


def name_user(page: Page, server: Server, username: str, path: str = "/start/") -> None:
    """Open the portal, and say who signs in."""
    page.goto(server.address(HOST, path))
    page.get_by_label("User name").fill(username)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("form[data-step=portal-password]")).to_be_visible()


def sign_in(page: Page, server: Server, who: tuple[str, str] = JANE, path: str = "/start/") -> None:
    """Type user name and password."""
    name_user(page, server, who[0], path)
    page.get_by_label("Password", exact=True).fill(who[1])
    page.locator("#signin_button").click()


def type_code(page: Page, server: Server) -> None:
    """Type the code of Nikki's device."""
    page.get_by_label("Code of your device").fill(code(server, NIKKI[0]))
    page.locator("#verify_button").click()


def at_portal(page: Page, server: Server, path: str = "/start/") -> None:
    """Be signed in as Jane, at one of the portal's pages."""
    signed_in.at_portal(page, server, server.address(HOST, path), JANE)


def at_devices(page: Page, server: Server) -> None:
    """Be signed in as Nikki, at the list of her devices."""
    shown = code(server, NIKKI[0])
    signed_in.at_portal(page, server, server.address(HOST, "/start/mfa"), NIKKI, shown)
    expect(page.locator("#devices")).to_be_visible()


def wrong(page: Page, server: Server) -> None:
    """Type a wrong password."""
    sign_in(page, server, (JANE[0], "wrong"))
    expect(page.locator("#alert")).to_be_visible()


def mailed_code(page: Page, server: Server) -> None:
    """Go to the page that asks for a mailed code."""
    settings_are(server, code="always")
    sign_in(page, server)
    expect(page.locator("form[data-step=portal-code]")).to_be_visible()


def blocked(page: Page, server: Server) -> None:
    """Go to the page of those who can't get in without a device."""
    settings_are(server, mfa="always-on", no_device="block")
    sign_in(page, server)
    expect(page.locator("#blocked-without-device")).to_be_visible()


def enrol(page: Page, server: Server, kind: str = "") -> None:
    """Have to register a device, of a kind if one is named."""
    settings_are(server, mfa="always-on", no_device="register")
    sign_in(page, server)
    expect(page.locator("form[data-step=choose-device-kind]")).to_be_visible()
    if kind:
        page.locator(f"#device_kind_{kind}").check()
        page.get_by_role("button", name="Next").click()
        expect(page.locator("#assign_button, #passkey_button")).to_be_visible()


def new_password(page: Page, server: Server, chosen: str = "") -> None:
    """Exchange a one-time password for one's own."""
    sign_in(page, server, ("new_hire", "Once-only-1"))
    expect(page.locator("form[data-step=portal-new-password]")).to_be_visible()
    if chosen:
        choose(page, chosen)


def choose(page: Page, password: str) -> None:
    """Type a new password, twice."""
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("New password again").fill(password)
    page.locator("#set_password_button").click()


def ask_for_recovery(page: Page, server: Server) -> None:
    """Go to the page that sends a link for a new password."""
    name_user(page, server, JANE[0])
    page.locator("#forgot-password").click()
    expect(page.locator("form[data-step=portal-recovery]")).to_be_visible()


def mailed_link(page: Page, server: Server) -> str:
    """Have a link for a new password mailed, and return it."""
    ask_for_recovery(page, server)
    type_characters(page, server)
    page.locator("#next_button").click()
    expect(page.locator("#recovery-sent")).to_be_visible()
    return str(server.control("GET", "/messages/wait?kind=portal-password-reset")["link"])


def reset_password(page: Page, server: Server, chosen: str = "") -> None:
    """Follow the link, and set a password if one is named."""
    page.goto(mailed_link(page, server))
    if chosen:
        choose(page, chosen)


def invited(page: Page, server: Server, chosen: str = "") -> None:
    """Follow an invitation, and choose a password if one is named."""
    [user] = server.control("GET", "/principals?username=invited")
    server.control("POST", f"/principals/{user['id']}/invitation")
    mail = server.control("GET", "/messages/wait?kind=invitation")
    page.goto(str(mail["link"]))
    if chosen:
        choose(page, chosen)


def asked_for_address(page: Page, server: Server) -> None:
    """Follow a link that confirms an address."""
    [user] = server.control("GET", "/principals?username=invited")
    server.control("POST", f"/principals/{user['id']}/email-verification")
    mail = server.control("GET", "/messages/wait?kind=email-verification")
    page.goto(str(mail["link"]))
    expect(page.locator("#portal-verify-email")).to_be_visible()


def address_confirmed(page: Page, server: Server) -> None:
    """Confirm an address."""
    asked_for_address(page, server)
    page.locator("#confirm_button").click()
    expect(page.locator("#email-verified")).to_be_visible()


def of_company(page: Page, server: Server, username: str = "") -> None:
    """Sign in where the directory is a company's own, with a long domain."""
    user = {"name": "ana", "email": "ana@example.com", "password": "Ana-portal-1"}
    directory = {
        "id": DIRECTORY,
        "account": "111122223333",
        "identity_source": "ad-connector",
        "domain": "corporate-headquarters.europe.example.com",
        "sign_in": {"mfa": "never"} if not username else {},
        "users": [user],
    }
    account = {"id": "111122223333", "name": "Example Corp"}
    scenarios = server.data / "scenarios"
    scenarios.mkdir(exist_ok=True)
    document = {"accounts": [account], "directories": [directory]}
    (scenarios / "company.json").write_text(json.dumps(document))
    server.control("POST", "/reset", {"scenario": "company"})
    page.goto(server.address(f"{DIRECTORY}.awsapps.com", "/start"))
    if username:
        page.get_by_label("User name").fill(username)
        page.get_by_role("button", name="Next").click()
        expect(page.locator("#password-of-company")).to_be_visible()


def no_recovery(page: Page, server: Server) -> None:
    """Look for a new password where a company keeps them."""
    of_company(page, server, "CORPORATE-HEADQUARTERS\\ana")
    page.goto(f"{page.url}/recovery")
    expect(page.locator("#no-recovery")).to_be_visible()


def own_device(page: Page, server: Server) -> None:
    """Open the page of Nikki's device."""
    at_devices(page, server)
    page.get_by_role("link", name="authenticator").click()
    expect(page.locator("#device")).to_be_visible()


def wrong_code(page: Page, server: Server) -> None:
    """Type wrong codes until the page offers to resynchronise."""
    sign_in(page, server, NIKKI)
    for _ in range(2):
        page.get_by_label("Code of your device").fill(WRONG)
        page.locator("#verify_button").click()
        expect(page.locator("#alert")).to_be_visible()


def in_trouble(page: Page, server: Server) -> None:
    """Say that the device is lost."""
    sign_in(page, server, NIKKI)
    page.locator("#trouble_button").click()
    expect(page.locator("form[data-step=lost-device]")).to_be_visible()


def failing(page: Page, server: Server) -> None:
    """Run into a fault."""
    server.control("PUT", "/faults/clock-skew", {"times": 1})
    sign_in(page, server)
    expect(page.locator("#us-not-you")).to_be_visible()


def on_platform(path: str) -> Callable[[Page, Server], None]:
    """Return a walk to a page of the sign-in host."""

    def walk(page: Page, server: Server) -> None:
        page.goto(server.address("us-east-1.signin.aws", path))

    return walk


def begin_program(server: Server) -> dict[str, str]:
    """Have a program begin to wait, and return what it gets."""
    scopes = ["sso:account:access"]
    client = call(
        server,
        "/client/register",
        {"clientName": "my-cli", "clientType": "public", "scopes": scopes},
    )
    proof = {name: client[name] for name in ("clientId", "clientSecret")}
    start_url = "https://d-1234567890.awsapps.com/start"
    return call(server, "/device_authorization", {**proof, "startUrl": start_url})


def call(server: Server, path: str, body: object) -> dict[str, str]:
    """Call one of the APIs that programs use."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer: dict[str, str] = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def type_user_code(page: Page, server: Server) -> None:
    """Go to the page on which the code of a program is compared."""
    page.goto(begin_program(server)["verificationUriComplete"])
    expect(page.locator("#verification_code")).to_be_visible()


def unknown_code(page: Page, server: Server) -> None:
    """Type a code that no program shows."""
    page.goto(server.address("device.sso.us-east-1.amazonaws.com"))
    page.locator("#verification_code").fill("BBBB-BBBB")
    page.locator("#cli_verification_btn").click()
    expect(page.locator("#alert")).to_be_visible()


def let_device_in(page: Page, server: Server, decision: str = "") -> None:
    """Go to the page that asks whether a program is let in, and answer if a button is named."""
    type_user_code(page, server)
    page.locator("#cli_verification_btn").click()
    page.get_by_label("User name").fill(JANE[0])
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill(JANE[1])
    page.locator("#signin_button").click()
    expect(page.locator("#let-device-in")).to_be_visible()
    if decision:
        page.locator(decision).click()
        expect(page.locator("#device-allowed, #device-denied")).to_be_visible()


def let_program_in(page: Page, server: Server) -> None:
    """Go to the page that asks whether a program on this machine is let in."""
    client = call(
        server,
        "/client/register",
        {
            "clientName": "my-cli",
            "clientType": "public",
            "scopes": ["sso:account:access"],
            "grantTypes": ["authorization_code", "refresh_token"],
            "redirectUris": ["http://127.0.0.1/oauth/callback"],
            "issuerUrl": "https://d-1234567890.awsapps.com/start",
        },
    )
    query = {
        "response_type": "code",
        "client_id": client["clientId"],
        "redirect_uri": "http://127.0.0.1:9/oauth/callback",
        "state": "x",
        "code_challenge_method": "S256",
        "code_challenge": "x" * 43,
        "scopes": "sso:account:access",
    }
    at_portal(page, server)
    page.goto(server.address("oidc.us-east-1.amazonaws.com", f"/authorize?{urlencode(query)}"))
    expect(page.locator("#let-program-in")).to_be_visible()


WALKS: dict[str, Callable[[Page, Server], object]] = {
    "portal-username": lambda page, server: page.goto(server.address(HOST, "/start")),
    "portal-username-company": of_company,
    "portal-password-company": lambda page, server: of_company(page, server, "CORP\\ana"),
    "portal-no-recovery": no_recovery,
    "portal-password": lambda page, server: name_user(page, server, JANE[0]),
    "portal-password-wrong": wrong,
    "portal-new-password": new_password,
    "portal-new-password-wrong": lambda page, server: new_password(page, server, "short"),
    "portal-code": mailed_code,
    "portal-blocked": blocked,
    "portal-choose-kind": enrol,
    "portal-register-app": lambda page, server: enrol(page, server, "totp"),
    "portal-register-key": lambda page, server: enrol(page, server, "passkey"),
    "portal-mfa-code": lambda page, server: sign_in(page, server, NIKKI),
    "portal-mfa-wrong": wrong_code,
    "portal-mfa-trouble": in_trouble,
    "portal-recovery": ask_for_recovery,
    "portal-recovery-sent": mailed_link,
    "portal-reset": reset_password,
    "portal-reset-wrong": lambda page, server: reset_password(page, server, "short"),
    "portal-reset-done": lambda page, server: reset_password(page, server, CHOSEN),
    "portal-invitation": invited,
    "portal-invitation-wrong": lambda page, server: invited(page, server, "short"),
    "portal-verify-email": asked_for_address,
    "portal-email-verified": address_confirmed,
    "portal-link-over": on_platform("/platform/invitation?token=nothing"),
    "portal-attempt-over": on_platform("/platform/login/nothing"),
    "portal-begin": on_platform("/platform/login"),
    "portal-nowhere": lambda page, server: page.goto(
        server.address("nobody.awsapps.com", "/start")
    ),
    "portal-handoff-failed": lambda page, server: page.goto(server.address(HOST, "/start/auth")),
    "portal-devices": at_devices,
    "portal-device": own_device,
    "portal-no-devices": lambda page, server: at_portal(page, server, "/start/mfa"),
    "portal-us-not-you": failing,
    "program-code": type_user_code,
    "program-code-unknown": unknown_code,
    "program-let-in": let_device_in,
    "program-allowed": lambda page, server: let_device_in(page, server, "#cli_login_button"),
    "program-denied": lambda page, server: let_device_in(page, server, "#deny_button"),
    "program-code-over": lambda page, server: at_portal(page, server, "/start/device"),
    "program-consent": let_program_in,
    "program-consent-over": lambda page, server: at_portal(page, server, "/start/consent"),
}
