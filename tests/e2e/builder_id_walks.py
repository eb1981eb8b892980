"""The ways to the pages of Builder IDs, in Chromium."""

from collections.abc import Callable
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.e2e.people import type_characters
from tests.e2e.portal_walks import call
from tests.server import Server

HOST = "view.awsapps.com"
PLATFORM = "us-east-1.signin.aws"
START_URL = "https://view.awsapps.com/start"
DEV = ("dev@example.com", "Builder-demo-1")
NEW = ("new.builder@example.com", "Build-myself-7")
SCOPES = ["codewhisperer:completions", "codecatalyst:read_write"]


def start(page: Page, server: Server, path: str = "/start/") -> None:
    """Open the start page, which leads to the sign-in."""
    page.goto(server.address(HOST, path))


def name(page: Page, server: Server, email: str = DEV[0], path: str = "/start/") -> None:
    """Say who signs in."""
    start(page, server, path)
    page.get_by_label("E-mail address").fill(email)
    page.locator("#next_button").click()


def sign_in(page: Page, server: Server, password: str = DEV[1], path: str = "/start/") -> None:
    """Sign in with e-mail and password."""
    name(page, server, path=path)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("#signin_button").click()


def signed_in(page: Page, server: Server) -> None:
    """Be at the start page."""
    sign_in(page, server)
    expect(page.locator("section#builder-id")).to_be_visible()
    page.locator("#signed-in-as").click()


def with_device(page: Page, server: Server) -> None:
    """Be asked for a device."""
    [dev] = server.control("GET", "/builder_ids")
    server.control("POST", f"/principals/{dev['id']}/devices", {"name": "phone"})
    sign_in(page, server)
    expect(page.locator("form[data-step=mfa-code]")).to_be_visible()


def in_trouble(page: Page, server: Server) -> None:
    """Say that the device is not at hand."""
    with_device(page, server)
    page.locator("#trouble_button").click()
    expect(page.locator("#no-way-around")).to_be_visible()


def ask_for_recovery(page: Page, server: Server) -> None:
    """Go to the page that sends a link for a new password."""
    name(page, server)
    page.locator("#forgot-password").click()
    expect(page.locator("form[data-step=builder-id-recovery]")).to_be_visible()


def mailed_link(page: Page, server: Server) -> str:
    """Have a link for a new password mailed, and return it."""
    ask_for_recovery(page, server)
    type_characters(page, server)
    page.locator("#next_button").click()
    expect(page.locator("#recovery-sent")).to_be_visible()
    return str(server.control("GET", "/messages/wait?kind=builder-id-password-reset")["link"])


def reset_password(page: Page, server: Server, chosen: str = "") -> None:
    """Follow the link, and set a password if one is named."""
    page.goto(mailed_link(page, server))
    if chosen:
        type_twice(page, chosen)
        page.locator("#set_password_button").click()


def type_twice(page: Page, password: str) -> None:
    """Type a new password, twice."""
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("New password again").fill(password)


def new_email(page: Page, server: Server, email: str = "") -> None:
    """Begin to create a Builder ID, with an address if one is named."""
    start(page, server)
    page.locator("#create-builder-id").click()
    expect(page.locator("form[data-step=builder-id-new-email]")).to_be_visible()
    if email:
        page.get_by_label("E-mail address").fill(email)
        page.locator("#next_button").click()


def new_name(page: Page, server: Server, full_name: str = "") -> None:
    """Go to the page for the name, and type one if one is named."""
    new_email(page, server, NEW[0])
    expect(page.locator("form[data-step=builder-id-name]")).to_be_visible()
    if full_name:
        page.get_by_label("Your name").fill(full_name)
        page.locator("#next_button").click()
        expect(page.locator("form[data-step=builder-id-code]")).to_be_visible()


def type_mailed_code(page: Page, server: Server) -> None:
    """Type the digits that were mailed."""
    mail = server.control("GET", f"/messages/wait?to={NEW[0]}&kind=builder-id-code")
    page.get_by_label("Verification code").fill(str(mail["code"]))
    page.locator("#verify_button").click()
    expect(page.locator("form[data-step=builder-id-new-password]")).to_be_visible()


def new_password(page: Page, server: Server, chosen: str = "") -> None:
    """Go to the page for the password, and choose one if one is named."""
    new_name(page, server, "Ana Silva")
    type_mailed_code(page, server)
    if chosen:
        type_twice(page, chosen)
        page.locator("#create_button").click()


def register(server: Server) -> dict[str, str]:
    """Register a program that asks for a Builder ID."""
    registered: dict[str, str] = call(
        server,
        "/client/register",
        {
            "clientName": "my-editor",
            "clientType": "public",
            "scopes": SCOPES,
            "grantTypes": [
                "authorization_code",
                "refresh_token",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "redirectUris": ["http://127.0.0.1/oauth/callback"],
            "issuerUrl": START_URL,
        },
    )
    return registered


def waiting(server: Server) -> dict[str, str]:
    """Let a program wait for somebody with a Builder ID."""
    client = register(server)
    proof = {"clientId": client["clientId"], "clientSecret": client["clientSecret"]}
    begun: dict[str, str] = call(server, "/device_authorization", {**proof, "startUrl": START_URL})
    return {**begun, **proof}


def call_for_tokens(server: Server, begun: dict[str, str]) -> dict[str, str]:
    """Ask for tokens as the program that waits."""
    asked = {name: begun[name] for name in ("clientId", "clientSecret", "deviceCode")}
    grant_type = "urn:ietf:params:oauth:grant-type:device_code"
    given: dict[str, str] = call(server, "/token", {**asked, "grantType": grant_type})
    return given


def let_device_in(page: Page, server: Server, button: str = "") -> None:
    """Be asked whether a program with a code is let in, and answer if a button is named."""
    begun = waiting(server)
    sign_in(page, server, path=f"/start/device?user_code={begun['userCode']}")
    expect(page.locator("#let-device-in")).to_be_visible()
    if button:
        page.locator(button).click()


def let_program_in(page: Page, server: Server) -> None:
    """Be asked whether a program on this machine is let in."""
    query = {
        "response_type": "code",
        "client_id": register(server)["clientId"],
        "redirect_uri": "http://127.0.0.1:9/oauth/callback",
        "state": "x",
        "code_challenge_method": "S256",
        "code_challenge": "x" * 43,
        "scopes": ",".join(SCOPES),
    }
    sign_in(page, server)
    page.goto(server.address("oidc.us-east-1.amazonaws.com", f"/authorize?{urlencode(query)}"))
    expect(page.locator("#let-program-in")).to_be_visible()


WALKS: dict[str, Callable[[Page, Server], object]] = {
    "builder-id-email": start,
    "builder-id-email-wrong": lambda page, server: name(page, server, "nobody"),
    "builder-id-password": name,
    "builder-id-password-wrong": lambda page, server: sign_in(page, server, "wrong"),
    "builder-id-mfa-code": with_device,
    "builder-id-mfa-trouble": in_trouble,
    "builder-id-start": signed_in,
    "builder-id-recovery": ask_for_recovery,
    "builder-id-recovery-sent": mailed_link,
    "builder-id-reset": reset_password,
    "builder-id-reset-wrong": lambda page, server: reset_password(page, server, "short"),
    "builder-id-reset-done": lambda page, server: reset_password(page, server, NEW[1]),
    "builder-id-link-over": lambda page, server: page.goto(
        server.address(PLATFORM, "/platform/builder-id/reset?token=nothing")
    ),
    "builder-id-new-email": new_email,
    "builder-id-new-email-wrong": lambda page, server: new_email(page, server, "nobody"),
    "builder-id-name": new_name,
    "builder-id-code": lambda page, server: new_name(page, server, "Ana Silva"),
    "builder-id-new-password": new_password,
    "builder-id-new-password-wrong": lambda page, server: new_password(page, server, "short"),
    "builder-id-captcha": lambda page, server: new_password(page, server, NEW[1]),
    "builder-id-let-in": let_device_in,
    "builder-id-allowed": lambda page, server: let_device_in(page, server, "#cli_login_button"),
    "builder-id-denied": lambda page, server: let_device_in(page, server, "#deny_button"),
    "builder-id-consent": let_program_in,
    "builder-id-handoff-failed": lambda page, server: start(page, server, "/start/auth"),
    "builder-id-attempt-over": lambda page, server: page.goto(
        server.address(PLATFORM, "/platform/login/nothing/sign-up")
    ),
    "builder-id-code-over": lambda page, server: sign_in(page, server, path="/start/device"),
}
