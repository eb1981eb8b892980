"""No parameter makes the sign-in lead anywhere but to the console's own pages."""

from urllib.parse import quote, urlsplit

import pytest

from signin.console.destinations import allowed
from tests.browser import CONSOLE, address
from tests.walks import ACCOUNT_PAGE, ZHANG, sign_in_as_iam_user

HOME = CONSOLE + "console/home"
GOOD = [
    HOME,
    CONSOLE + "iam/security_credentials",
    CONSOLE + "support/home",
    address("eu-west-1.console.aws.amazon.com", "/console/home"),
]
EVIL = [
    "",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "https://evil.example/console/home",
    "http://evil.example:8000/console/home",
    "http://console.aws.amazon.com/console/home",
    "https://console.aws.amazon.com.localhost:8000/console/home",
    "http://console.aws.amazon.com.localhost/console/home",
    "http://console.aws.amazon.com.localhost:8001/console/home",
    "http://console.aws.amazon.com.localhost:8000@evil.example/console/home",
    "http://user@console.aws.amazon.com.localhost:8000/console/home",
    "http://user:password@console.aws.amazon.com.localhost:8000/console/home",
    "http://console.aws.amazon.com.localhost.evil.example:8000/console/home",
    "http://evil.localhost:8000/console/home",
    "http://localhost:8000/admin/",
    "http://signin.aws.amazon.com.localhost:8000/oauth",
    "http://console.aws.amazon.com.localhost:8000/console/auth",
    "http://console.aws.amazon.com.localhost:8000/console/sign-out",
    "http://console.aws.amazon.com.localhost:8000//evil.example",
    "http://console.aws.amazon.com.localhost:8000/%2f%2fevil.example",
    "http://console.aws.amazon.com.localhost:8000/nothing",
    "http://console.aws.amazon.com.localhost:8000\\@evil.example/console/home",
    "http://console.aws.amazon.com.localhost:8000/console/home\r\nSet-Cookie: a=b",
    "http://console.aws.amazon.com.localhost:8000/console/home\x00",
    "http://console.aws.amazon.com.localhost:port/console/home",
    "http://[console.aws.amazon.com.localhost]:8000/console/home",
    "http://ｃonsole.aws.amazon.com.localhost:8000/console/home",
    "http://cоnsole.aws.amazon.com.localhost:8000/console/home",
    "javascript:alert(1)",
    "data:text/html,hello",
    " javascript:alert(1)",
    "JaVaScRiPt://console.aws.amazon.com.localhost:8000/%0aalert(1)",
    quote(HOME, safe=""),
    quote(quote("//evil.example", safe=""), safe=""),
]


@pytest.mark.parametrize("url", GOOD)
def test_the_console_s_pages_are_allowed(url):
    assert allowed(url) == url


def test_another_spelling_of_the_host_is_put_right():
    assert allowed(HOME.replace("console.aws", "CONSOLE.aws").replace("t:", "t.:")) == HOME


@pytest.mark.requirement("S-050")
@pytest.mark.parametrize("url", EVIL)
def test_everything_else_becomes_the_console_home(url):
    assert allowed(url) == HOME


@pytest.mark.requirement("S-050")
@pytest.mark.django_db
@pytest.mark.parametrize("url", EVIL[1:])
def test_no_parameter_leads_a_signed_in_browser_elsewhere(demo, browser, url):
    browser.visit(ACCOUNT_PAGE)
    challenge = browser.url.split("code_challenge=")[1].split("&")[0]
    evil = quote(url, safe="")
    browser.visit(f"/oauth?redirect_uri={evil}&code_challenge={challenge}&account=example-corp")
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.url == HOME
    assert browser.signed_in_as
    code_url = browser.trail[1]
    browser.visit(code_url.split("destination=")[0] + f"destination={evil}")
    assert urlsplit(browser.url).netloc == urlsplit(CONSOLE).netloc


@pytest.mark.requirement("S-057")
@pytest.mark.django_db
def test_nothing_secret_stands_in_an_address_but_the_single_use_code(demo, browser):
    sign_in_as_iam_user(browser)
    keys = {browser.cookie("vestibule-console", CONSOLE), browser.cookie("vestibule-flow", CONSOLE)}
    assert not [url for url in browser.trail if any(key in url for key in keys)]
