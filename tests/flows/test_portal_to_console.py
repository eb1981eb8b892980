"""The whole way of a person of the demo scenario: the portal's sign-in, its list, the console."""

import html
import re

import pytest

from tests.browser import CONSOLE, address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

PORTAL = address("example-corp.awsapps.com", "/start/")


@pytest.mark.requirement("R-096", "R-216")
def test_somebody_signs_in_at_the_portal_and_opens_a_role_of_the_list(browser):
    browser.visit(PORTAL).submit(username="jane_doe")
    browser.submit(password="Jane-portal-1")
    assert browser.url == PORTAL
    links = [html.unescape(found) for found in re.findall(r'href="([^"]*)"', browser.text)]
    [sandbox] = [link for link in links if "/console?" in link and "444455556666" in link]
    browser.visit(sandbox)
    assert browser.url == CONSOLE + "console/home"
    assert re.fullmatch(
        r"AWSReservedSSO_ReadOnlyAccess_[0-9a-f]{16}/jane_doe @ 4444-5555-6666",
        browser.signed_in_as,
    )


@pytest.mark.requirement("R-096")
def test_a_kept_link_to_a_role_asks_for_the_sign_in_first(browser):
    browser.visit(f"{PORTAL}console?account_id=444455556666&role_name=ReadOnlyAccess")
    browser.submit(username="jane_doe").submit(password="Jane-portal-1")
    assert "AWSReservedSSO_ReadOnlyAccess_" in browser.signed_in_as
