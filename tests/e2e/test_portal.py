"""The access portal in a real browser: how it looks, bookmarks behind the #, copying."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.looking import look_at
from tests.server import Server

pytestmark = pytest.mark.browser

FILL = (
    "from tests.flows.portal_people import open_session, people;"
    "print(*(open_session(each)[0] for each in people()))"
)
HOST = "testing-corp.awsapps.com"
KEYS = "/start/access-keys?account_id=111122223333&role_name=ReadOnly"
BOOKMARK = "#/console?account_id=111122223333&role_name=ReadOnly"
PAGES = {
    "accounts": "/start/",
    "nothing-found": "/start/?search=zzz",
    "applications": "/start/applications",
    "keys": KEYS,
    "role-gone": "/start/access-keys",
}


@pytest.fixture
def cookies(context: BrowserContext, server: Server) -> tuple[str, str]:
    """Return the keys of two people who are signed in at a portal."""
    has_something, new = server.run(FILL).split()
    return has_something, new


def take(page: Page, server: Server, key: str) -> None:
    """Give a browser somebody's cookie."""
    cookie = {"name": "vestibule-portal", "value": key, "url": server.address(HOST)}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


@pytest.fixture
def mary(page: Page, server: Server, cookies: tuple[str, str]) -> Page:
    """Return a page of somebody with an account and an application."""
    take(page, server, cookies[0])
    return page


def test_every_page_fits_and_axe_finds_nothing(
    page: Page, server: Server, cookies: tuple[str, str], request: pytest.FixtureRequest
) -> None:
    axe = Axe()
    take(page, server, cookies[0])
    for name, path in PAGES.items():
        page.goto(server.address(HOST, path))
        look_at(page, axe, request, f"portal-{name}")
    page.goto(server.address(HOST, KEYS))
    page.locator("#get_keys_button").click()
    look_at(page, axe, request, "portal-keys-got")
    take(page, server, cookies[1])
    for path in ("/start/", "/start/applications"):
        page.goto(server.address(HOST, path))
        look_at(page, axe, request, f"portal-none{path.replace('/', '-')}")


def test_a_bookmark_behind_the_sign_leads_to_the_console(mary: Page, server: Server) -> None:
    bookmark = f"{BOOKMARK}&destination=/iam%3Fx%3D1%26y&evil=1"
    with mary.expect_request("**/start/console?*") as asked:
        mary.goto(server.address(HOST, f"/start{bookmark}"))
    query = "account_id=111122223333&role_name=ReadOnly&destination=%2Fiam%3Fx%3D1%26y"
    assert asked.value.url == server.address(HOST, f"/start/console?{query}")


def test_a_bookmark_of_a_tab_leads_there(mary: Page, server: Server) -> None:
    mary.goto(server.address(HOST, "/start/#/?tab=accounts"))
    expect(mary.locator("#account-111122223333")).to_be_visible()
    mary.goto("about:blank")
    mary.goto(server.address(HOST, "/start/#/?tab=applications"))
    expect(mary).to_have_url(server.address(HOST, "/start/applications"))


def test_other_fragments_are_left_alone(mary: Page, server: Server) -> None:
    for fragment in ("#content", "#__proto__", "#/?tab=constructor", "#//evil.example/", "#/"):
        mary.goto("about:blank")
        mary.goto(server.address(HOST, f"/start/{fragment}"))
        mary.wait_for_load_state("networkidle")
        assert mary.url == server.address(HOST, f"/start/{fragment}")


def test_a_bookmark_survives_the_end_of_the_session(mary: Page, server: Server) -> None:
    take(mary, server, "dead")
    mary.goto(server.address(HOST, f"/start/{BOOKMARK}"))
    expect(mary.locator("#session-over")).to_be_visible()
    again = server.address(HOST, f"/start/{BOOKMARK}")
    expect(mary.locator("#go-on")).to_have_attribute("href", again)
    mary.locator(".skip").focus()
    mary.keyboard.press("Enter")
    expect(mary.locator("#go-on")).to_have_attribute("href", again)


def test_a_block_is_copied_as_it_stands(mary: Page, server: Server) -> None:
    mary.context.grant_permissions(["clipboard-read", "clipboard-write"])
    mary.goto(server.address(HOST, KEYS))
    mary.locator("#get_keys_button").click()
    button = mary.get_by_role("button", name="Copy environment variables")
    button.click()
    expect(mary.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    copied = mary.evaluate("navigator.clipboard.readText()")
    assert copied == mary.locator("#environment_unix").text_content()
    assert copied.startswith('export AWS_ACCESS_KEY_ID="ASIA')


def test_only_the_lines_of_the_chosen_system_are_shown(mary: Page, server: Server) -> None:
    mary.goto(server.address(HOST, KEYS))
    mary.locator("#get_keys_button").click()
    systems = ("unix", "windows", "powershell")
    for system in systems:
        mary.locator(f"#system_{system}").check()
        shown = [each for each in systems if mary.locator(f"#environment_{each}").is_visible()]
        assert shown == [system]
        expect(mary.locator("figcaption code:visible")).to_have_count(1)


def test_the_list_opens_by_keyboard(mary: Page, server: Server) -> None:
    mary.goto(server.address(HOST))
    summary = mary.locator("#account-111122223333 > summary")
    link = mary.get_by_role("link", name="ReadOnly", exact=True)
    expect(link).to_be_visible()
    summary.focus()
    mary.keyboard.press("Enter")
    expect(link).to_be_hidden()
    mary.keyboard.press("Enter")
    expect(link).to_be_visible()
