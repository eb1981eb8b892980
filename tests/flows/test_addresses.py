"""Every address of every door: none fails, whatever it is asked with."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from signin import hosts
from tests.browser import CONSOLE, DESK, SIGNIN, Browser, address
from tests.walks import (
    sign_in_as_iam_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_robots_are_turned_away():
    for url in (DESK, SIGNIN):
        browser = Browser().visit(url + "robots.txt")
        assert "Disallow: /" in browser.text


def test_every_url_of_every_door_answers_without_an_error(browser):
    """No path of the URL tables gives a server error to a stranger."""
    for host in [*hosts.HOSTS, *hosts.LOCAL.values()]:
        for path in paths(get_resolver(host.urlconf).url_patterns):
            name = host.name.format(
                region=host.partition.home if host.partition else "",
                account="example-corp",
                portal="example-corp",
                session="111122223333-ab12cd34",
                issuer="01234567-89ab-4cde-8f01-23456789abcd",
                instance="ssoins-0123456789abcdef",
            )
            assert browser.visit(address(name, path)).status < 500, path


def paths(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> list[str]:
    found: list[str] = []
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            if "admin" not in route:
                found += paths(each.url_patterns, route)
        else:
            found.append(re.sub(r"<[^>]*>", "1", route))
    return found


@pytest.mark.requirement("S-058")
@pytest.mark.parametrize(
    "address",
    [
        DESK + "control/v1/captchas/%00",
        SIGNIN + "signin/%00",
        SIGNIN + "captcha/%00.png",
        CONSOLE + "iam/mfa/new/%00",
    ],
)
def test_a_null_character_in_a_path_is_refused(browser, address):
    sign_in_as_iam_user(browser)
    assert browser.visit(address).status == 400
    assert "Local emulator, not AWS" in browser.words


@pytest.mark.requirement("S-058")
@pytest.mark.parametrize(
    "address",
    [
        "mailbox/?q=%00",
        "phone/?q=a%00b",
        "events/?name=%00&account=%00",
        "control/v1/principals?kind=%00&realm=%00&username=%00",
        "control/v1/messages?to=%00&kind=%00",
        "control/v1/events?name=%00&account=%00",
    ],
)
def test_a_search_leaves_null_characters_out(browser, address):
    assert browser.visit(DESK + address).status == 200
