"""Passkeys and security keys in Chromium, with authenticators that the browser emulates."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.looking import look_at
from tests.e2e.people import sign_in_as_iam_user
from tests.e2e.signed_in import as_zhang
from tests.server import Server

PASSKEY = {"transport": "internal", "hasResidentKey": True, "isUserVerified": True}
SECURITY_KEY = {"transport": "usb", "hasResidentKey": False, "isUserVerified": True}


@dataclass
class Key:
    """One authenticator that the browser has."""

    cdp: CDPSession
    id: str

    def credentials(self) -> list[dict[str, Any]]:
        """Return what the authenticator keeps."""
        found = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        credentials: list[dict[str, Any]] = found["credentials"]
        return credentials

    def put(self, credential: dict[str, Any]) -> None:
        """Put a credential into the authenticator, as a copy of a key would have it."""
        self.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})
        self.cdp.send(
            "WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential}
        )

    def verifies(self, is_verified: bool) -> None:
        """Let the authenticator verify its user, or not."""
        self.cdp.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": self.id, "isUserVerified": is_verified},
        )


@pytest.fixture
def cdp(page: Page) -> Iterator[CDPSession]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    yield session
    session.detach()


def add_key(cdp: CDPSession, kind: dict[str, Any]) -> Key:
    """Plug an authenticator in."""
    options = {
        "protocol": "ctap2",
        "hasUserVerification": True,
        "automaticPresenceSimulation": True,
        **kind,
    }
    added = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Key(cdp, added["authenticatorId"])


def register(page: Page, server: Server, name: str = "key") -> None:
    """Register what is plugged in, by somebody who is signed in."""
    page.goto(server.address("console.aws.amazon.com", "/iam/mfa/new"))
    page.get_by_label("Name of the device").fill(name)
    page.get_by_label("Passkey or security key").check()
    page.get_by_role("button", name="Next").click()
    page.locator("#passkey_button").click()
    expect(page.locator("#device-registered")).to_be_visible()


def sign_out(page: Page) -> None:
    """Sign out in the console's menu."""
    page.locator("#signed-in-as").click()
    page.locator("#sign_out_button").click()
    expect(page.locator("#public-console")).to_be_visible()


def asked(page: Page, server: Server) -> None:
    """Go to the page that asks zhang for the key."""
    sign_in_as_iam_user(page, server, "example-corp", "zhang", "Zhang-demo-1")
    expect(page.locator("form[data-step=mfa-passkey]")).to_be_visible()


def use(page: Page) -> None:
    """Press the button that asks the browser for the key."""
    page.locator("#passkey_button").click()


def events(server: Server, name: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = server.control("GET", f"/events?name={name}")["Records"]
    return records


@pytest.mark.browser
@pytest.mark.requirement("R-163", "R-166", "S-072", "S-074")
@pytest.mark.parametrize("kind", [PASSKEY, SECURITY_KEY], ids=["passkey", "security key"])
def test_it_is_registered_and_signs_somebody_in(
    page: Page, server: Server, cdp: CDPSession, kind: dict[str, Any]
) -> None:
    key = add_key(cdp, kind)
    as_zhang(page, server)
    register(page, server)
    [credential] = key.credentials()
    assert credential["rpId"] == "amazon.com.localhost"
    sign_out(page)
    asked(page, server)
    use(page)
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")
    [signed_in] = events(server, "ConsoleLogin")[:1]
    identifier = signed_in["additionalEventData"]["MFAIdentifier"]
    assert identifier.startswith("arn:aws:iam::111122223333:u2f/user/zhang/key-")
    assert events(server, "CheckMfa")[0]["additionalEventData"] == {"MfaType": "U2F MFA"}


@pytest.mark.browser
@pytest.mark.requirement("S-075")
def test_without_verification_of_its_user_nobody_gets_in(
    page: Page, server: Server, cdp: CDPSession
) -> None:
    key = add_key(cdp, PASSKEY)
    as_zhang(page, server)
    register(page, server)
    sign_out(page)
    asked(page, server)
    key.verifies(False)
    use(page)
    expect(page.locator("#passkey-failed")).to_be_visible()
    key.verifies(True)
    use(page)
    expect(page.locator("#signed-in-as")).to_be_visible()


@pytest.mark.browser
@pytest.mark.requirement("S-077")
def test_a_copy_whose_counter_stays_behind_is_refused(
    page: Page, server: Server, cdp: CDPSession
) -> None:
    key = add_key(cdp, SECURITY_KEY)
    as_zhang(page, server)
    register(page, server)
    [copy] = key.credentials()
    sign_out(page)
    asked(page, server)
    use(page)
    expect(page.locator("#signed-in-as")).to_be_visible()
    sign_out(page)
    asked(page, server)
    key.put({**copy, "signCount": 0})
    use(page)
    expect(page.locator("#alert")).to_contain_text("could not prove")
    assert events(server, "ConsoleLogin")[0]["errorMessage"] == "Failed authentication"


@pytest.mark.browser
@pytest.mark.requirement("S-072", "S-073")
def test_an_answer_for_another_page_or_used_before_is_refused(
    page: Page, server: Server, cdp: CDPSession
) -> None:
    key = add_key(cdp, PASSKEY)
    as_zhang(page, server)
    register(page, server)
    sign_out(page)
    asked(page, server)
    options = json.loads(page.locator("#id_credential").get_attribute("data-options") or "")
    shown = page.url
    # The right key signs the right challenge, but for a page at another host of this server.
    page.goto(server.address("aws.amazon.com", "/console/"))
    foreign = page.evaluate(
        """async (options) => {
            const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
            const credential = await navigator.credentials
                .get({ publicKey: { ...publicKey, rpId: undefined } })
                .catch((problem) => problem.name);
            return typeof credential == "string" ? credential : credential.toJSON();
        }""",
        options,
    )
    assert foreign == "NotAllowedError"  # it belongs to amazon.com.localhost
    page.goto(server.address("console.aws.amazon.com", "/console/no-such-page"))
    other_host = page.evaluate(
        """async (options) => {
            const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
            return (await navigator.credentials.get({ publicKey })).toJSON();
        }""",
        options,
    )
    page.goto(shown)
    send(page, other_host)
    expect(page.locator("#alert")).to_contain_text("could not prove")
    assert page.locator("#signed-in-as").count() == 0
    # The challenge of that page is used up, whatever became of the answer.
    renewed = json.loads(page.locator("#id_credential").get_attribute("data-options") or "")
    assert renewed["challenge"] != options["challenge"]
    use(page)
    expect(page.locator("#signed-in-as")).to_be_visible()
    assert len(key.credentials()) == 1


def send(page: Page, answer: object) -> None:
    """Send an answer that the page did not ask for."""
    page.evaluate(
        """(answer) => {
            const field = document.getElementById("id_credential");
            field.value = JSON.stringify(answer);
            field.form.submit();
        }""",
        answer,
    )


@pytest.mark.browser
@pytest.mark.requirement("S-078")
def test_the_same_key_is_not_registered_twice(page: Page, server: Server, cdp: CDPSession) -> None:
    add_key(cdp, PASSKEY)
    as_zhang(page, server)
    register(page, server)
    page.goto(server.address("console.aws.amazon.com", "/iam/mfa/new"))
    page.get_by_label("Name of the device").fill("again")
    page.get_by_label("Passkey or security key").check()
    page.get_by_role("button", name="Next").click()
    page.locator("#passkey_button").click()
    expect(page.locator("#passkey-failed")).to_be_visible()


@pytest.mark.browser
def test_the_page_that_asks_for_it_fits_and_axe_finds_nothing(
    page: Page, server: Server, cdp: CDPSession, request: pytest.FixtureRequest
) -> None:
    add_key(cdp, PASSKEY)
    as_zhang(page, server)
    register(page, server)
    sign_out(page)
    asked(page, server)
    look_at(page, Axe(), request, "mfa-passkey")


@pytest.mark.browser
def test_it_takes_the_keyboard_alone(page: Page, server: Server, cdp: CDPSession) -> None:
    add_key(cdp, PASSKEY)
    as_zhang(page, server)
    register(page, server)
    sign_out(page)
    asked(page, server)
    page.locator("#passkey_button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#signed-in-as")).to_be_visible()


@pytest.mark.browser
@pytest.mark.requirement("S-061")
def test_a_code_takes_no_waiting_where_the_server_is_asked_for_it(
    page: Page, server: Server
) -> None:
    sign_in_as_iam_user(page, server, "example-corp", "jane.doe", "Jane-demo-1")
    [jane] = server.control("GET", "/principals?username=jane.doe&realm=111122223333")
    [phone] = server.control("GET", f"/principals/{jane['id']}/devices")
    shown = server.control("GET", f"/devices/{phone['id']}/code")
    page.get_by_label("Code of your device").fill(shown["code"])
    page.locator("#verify_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text("jane.doe")
