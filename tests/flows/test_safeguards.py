"""What keeps the emulator on its own machine and unmistakable, whatever page is asked for."""

import re

import pytest
from django.db import connection
from django.test import Client

from accounts import permission_statements
from accounts.models import Account
from signin import hosts
from signin.captcha.models import Captcha
from signin.console.signin_views import HELP_PAGES
from tests.browser import CONSOLE, DESK, SIGNIN, Browser, address
from tests.console_access import OUTSIDE, control
from tests.flows import (
    account_walks,
    builder_id_pages,
    federation_walks,
    idp_walks,
    login_walks,
    multi_session_walks,
    portal_pages,
    portal_people,
    saml_walks,
)
from tests.flows.lost_device_walks import follow, in_trouble, mailed, up_to_the_call
from tests.flows.opening_walks import (
    EMAIL,
    choose,
    taken_meanwhile,
    up_to_the_phone,
    verify,
)
from tests.walks import (
    ACCOUNT_PAGE,
    EXAMPLE_CORP,
    MAILED,
    ROOT,
    ask_for_recovery,
    mailed_link,
    name_root,
    newest_code,
    open_account,
    pass_captcha,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

BANNER = {"en": "Local emulator, not AWS", "ja": "AWS ではありません"}


def every_page() -> list[tuple[str, Browser]]:
    """Return every kind of page there is, each in a browser that shows it."""
    pages: dict[str, Browser] = {}

    def keep(name: str, browser: Browser) -> Browser:
        pages[name] = browser
        return browser

    keep("user type", Browser().visit(CONSOLE))
    keep("user type, wrong", Browser().visit(CONSOLE).submit(user_type="root", email="x"))
    keep("captcha", name_root(Browser(), ROOT[0]))
    keep("captcha, wrong", name_root(Browser(), ROOT[0]).submit(captcha="zzz"))
    keep("password", pass_captcha(name_root(Browser(), ROOT[0])))
    keep("password, wrong", pass_captcha(name_root(Browser(), ROOT[0])).submit(password="wrong"))
    keep("recovery", ask_for_recovery(Browser(), MAILED[0]))
    keep("recovery, sent", pass_captcha(ask_for_recovery(Browser(), MAILED[0])))
    keep("reset password", Browser().visit(mailed_link(Browser(), MAILED[0])))
    keep("password set", Browser().visit(SIGNIN + "recovery/done"))
    keep("link over", Browser().visit(SIGNIN + "recovery"))
    keep("sign out first", sign_in_as_iam_user(Browser()).visit(SIGNIN + "recovery"))
    keep("mailed code", name_root(Browser(), MAILED[0]).submit(password=MAILED[1]))
    keep("new account", Browser().visit(SIGNIN + "open-account"))
    keep("new account, wrong", open_account(Browser(), "x"))
    keep("new account, code", open_account(Browser(), EMAIL))
    keep("new account, password", verify(Browser()))
    keep("new account, phone", up_to_the_phone(Browser()))
    keep("address taken", taken_meanwhile(Browser()))
    keep("lost device", in_trouble(Browser()))
    keep("link for a lost device", Browser().visit(mailed(in_trouble(Browser()))))
    keep("link confirmed", follow(Browser(), mailed(in_trouble(Browser()))))
    keep("call", up_to_the_call(Browser()).submit(button="act=call"))
    keep("link for a lost device over", Browser().visit(SIGNIN + "lost-device"))
    keep("IAM user", Browser().visit(ACCOUNT_PAGE))
    keep("new password", sign_in_as_iam_user(Browser(), "new.starter", "Start-demo-1"))
    for path in (
        "/console/home",
        "/iam/security_credentials",
        "/iam/access_keys/new",
        "/iam/access_keys/AKIAZHANGDEMOEXAMPLE",
        "/iam/password",
        "/support/home",
    ):
        keep(path, sign_in_as_iam_user(Browser()).visit(path))
    for name, walk in account_walks.PAGES.items():
        if "saved" not in name and "closed" not in name:  # these would change it for the next ones
            keep(name, walk(Browser()))
    keep("suspended", sign_in_as_root(Browser(), "suspended@example.com", "Suspended-demo-1"))
    keep("closed", sign_in_as_root(Browser(), "closed@example.com", "Closed-demo-1"))
    keep("public", Browser().visit(address("aws.amazon.com", "/console/")))
    keep("session over", with_dead_session())
    keep("attempt over", Browser().visit(SIGNIN + "signin/nothing"))
    keep("console access denied", refused_from_here(Browser()))
    keep("hand-off failed", Browser().visit(CONSOLE + "console/auth?code=x"))
    keep("stale form", Browser().post(SIGNIN + "signin/nothing", {}))
    keep("no such page", Browser().visit(SIGNIN + "nothing"))
    keep("no such host", Browser().visit(address("s3.amazonaws.com")))
    keep("another site", Browser().post(SIGNIN, {}, **{"Sec-Fetch-Site": "cross-site"}))
    keep("not this machine", Browser(ip="10.0.0.7").visit(CONSOLE))
    for name in sorted(HELP_PAGES):
        keep(f"help: {name}", Browser().visit(f"{SIGNIN}help/{name}"))
    for name, browser in login_walks.every_page().items():
        keep(f"aws login: {name}", browser)
    for name, browser in federation_walks.every_page().items():
        keep(f"federation: {name}", browser)
    for name, browser in saml_walks.every_page().items():
        keep(f"saml: {name}", browser)
    for name, browser in idp_walks.every_page().items():
        keep(f"identity provider: {name}", browser)
    for name, browser in multi_session_walks.every_page().items():
        keep(f"multi-session: {name}", browser)
    for name, browser in portal_people.every_page().items():
        keep(f"portal: {name}", browser)
    for name in portal_pages.PLAIN:
        keep(name, portal_pages.PAGES[name](Browser()))
    for name, (walk, *_) in portal_pages.ERRORS.items():
        keep(name, walk(Browser()))
    for name in builder_id_pages.PLAIN:
        keep(name, builder_id_pages.PAGES[name](Browser()))
    for name, (walk, *_) in builder_id_pages.ERRORS.items():
        if "taken" not in name:  # it would change it for the next ones
            keep(name, walk(Browser()))
    for path in ("", "mailbox/", "events/", "control/", "admin/login/", "mailbox/1", "phone/"):
        keep(f"desk: {path}", Browser().visit(DESK + path))
    for path in ("incidents/", "connect/"):
        keep(f"desk: {path}", Browser().visit(DESK + path))
    return list(pages.items())


def refused_from_here(browser: Browser) -> Browser:
    control(source_ip=OUTSIDE)
    pass_captcha(name_root(browser, ROOT[0]))
    permission_statements.clear(Account.objects.get(pk=EXAMPLE_CORP))
    return browser


def with_dead_session() -> Browser:
    browser = sign_in_as_iam_user(Browser())
    browser.cookies["console.aws.amazon.com.localhost:8000"]["vestibule-console"] = "dead"
    return browser.visit("/console/home")


@pytest.fixture
def pages():
    found = every_page()
    assert len(found) > 30
    return found


@pytest.mark.requirement("S-051", "S-052", "S-053", "S-054")
def test_every_page_has_the_banner_and_the_headers(pages):
    for name, browser in pages:
        headers = browser.page.headers
        assert headers["Content-Type"].startswith("text/html"), name
        assert BANNER["en"] in browser.words, name
        assert browser.text.count('id="emulator-banner"') == 1, name
        title = re.search(r"<title>(.*?)</title>", browser.text, re.DOTALL)[1]
        assert title.strip().endswith("Vestibule emulator"), (name, title)
        assert headers["Cache-Control"] in ("no-store",) or "no-store" in headers["Cache-Control"]
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert headers["X-Frame-Options"] == "DENY", name
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", name
        assert headers["Referrer-Policy"] == "same-origin", name
        assert "noindex" in headers["X-Robots-Tag"], name
        policy = headers["Content-Security-Policy"]
        for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert rule in policy, name
        # A program may listen on any port of this machine; nothing else is any.
        assert not re.search(r"unsafe|(?<!//127\.0\.0\.1:)(?<!//localhost:)[*];", policy), name


def test_every_page_keeps_to_the_policy(pages):
    for name, browser in pages:
        assert not re.search(r"<script(?![^>]*\bsrc=)", browser.text), name
        assert not re.search(r"<style|\sstyle=|\son\w+=", browser.text), name
        for url in re.findall(r'(?:src|href|action)="([^"#]+)"', browser.text):
            local = url.startswith(("/", "?", "data:")) or hosts.find_url(url)
            assert local or not re.match(r"\w+:", url), (name, url)
        assert "og:" not in browser.text, name


def test_japanese_pages_have_the_banner_too(settings):
    settings.LANGUAGE_CODE = "en"
    browser = Browser(language="ja").visit(CONSOLE)
    assert BANNER["ja"] in browser.words
    browser = Browser(language="ja").visit(address("s3.amazonaws.com"))
    assert BANNER["ja"] in browser.words


@pytest.mark.requirement("S-024")
@pytest.mark.parametrize(
    "host",
    [
        "console.aws.amazon.com",
        "signin.aws.amazon.com",
        "evil.example",
        "localhost.evil.example",
        "console.aws.amazon.com.localhost.evil.example",
        "evil.localhost",
        "console.aws.amazon.com@evil.localhost",
        "a b",
        "",
        "192.168.0.1",
    ],
)
def test_a_host_that_no_row_claims_gets_421(host):
    answer = Client().get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "console.aws.amazon.com.localhost:8000" in answer.content.decode()


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]", "LOCALHOST.:8000"],
)
def test_the_desk_answers_at_the_loopback_s_names(host):
    assert Client().get("/control/v1/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("address_", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_the_loopback_is_let_in(address_):
    answer = Client().get("/", headers={"host": "localhost:8000"}, REMOTE_ADDR=address_)
    assert answer.status_code == 200


@pytest.mark.parametrize("address_", ["10.0.0.1", "192.168.1.1", "8.8.8.8", "fe80::1", "", "x"])
@pytest.mark.parametrize("header", [{}, {"x-forwarded-for": "127.0.0.1"}])
def test_everybody_else_is_not_whatever_the_headers_say(address_, header):
    answer = Client().get("/", headers={"host": "localhost:8000"} | header, REMOTE_ADDR=address_)
    assert answer.status_code == 403


@pytest.mark.requirement("S-024")
def test_forwarded_hosts_are_not_believed():
    answer = Client().get(
        "/",
        headers={
            "host": "console.aws.amazon.com.localhost:8000",
            "x-forwarded-host": "evil.example",
            "forwarded": "host=evil.example",
        },
        follow=False,
    )
    assert "evil" not in answer.headers["Location"]
    assert answer.status_code == 302


@pytest.mark.requirement("S-055")
def test_no_other_origin_may_read_anything():
    for path in ("/", "/control/v1/health", "/control/v1/messages"):
        answer = Client().get(
            path, headers={"host": "localhost:8000", "origin": "http://evil.example"}
        )
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    "foreign",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://localhost:3000"},
        {"origin": "http://evil.localhost:8000"},
        {"origin": "null"},
    ],
)
def test_a_foreign_page_can_t_steer_the_control_api(foreign):
    answer = Client().post(
        "/control/v1/reset",
        headers={"host": "localhost:8000"} | foreign,
        content_type="text/plain",
    )
    assert answer.status_code == 403


@pytest.mark.requirement("S-037")
def test_cookies_are_host_only_http_only_and_say_samesite(browser):
    sign_in_as_root(browser, *MAILED)
    found = [morsel for jar in browser.cookies.values() for morsel in jar.values()]
    names = {morsel.key for morsel in found}
    assert names == {
        "vestibule-flow",
        "vestibule-csrf",
        "vestibule-signin",
        "vestibule-console",
        "vestibule-trusted-device",
        "aws-userInfo",
        "aws-userInfo-signed",
        "aws-creds",
        "JSESSIONID",
        "noflush_awsccs_sid",
        "aws-account-data",
    }
    for morsel in found:
        assert bool(morsel["httponly"]) is (morsel.key != "aws-userInfo"), morsel.key
        assert morsel["samesite"] in ("Lax", "Strict"), morsel.key
        assert morsel["path"] == "/", morsel.key
        assert not morsel["domain"], morsel.key
        assert len(morsel.OutputString()) < 4096


@pytest.mark.requirement("S-037")
def test_over_tls_cookies_are_secure_and_prefixed(settings, browser):
    settings.SIGNIN_SCHEME = "https"
    answer = Client().get(
        "/console/home", headers={"host": "console.aws.amazon.com.localhost:8000"}
    )
    flow = answer.cookies["__Host-vestibule-flow"]
    assert flow["secure"]


@pytest.mark.requirement("S-006", "S-107")
def test_no_secret_stays_anywhere(browser, caplog, capsys):
    """Walk with telling secrets, then look for them in every table, log and answer."""
    secrets = {"Canary-wrong-1", MAILED[1], "Zhang-demo-1", "canary-captcha"}
    name_root(browser, MAILED[0]).submit(password="Canary-wrong-1").submit(password=MAILED[1])
    code = newest_code(MAILED[0])
    browser.submit(code="000000" if code != "000000" else "111111").submit(code=code)
    secrets.add(browser.cookie("vestibule-console", CONSOLE))
    secrets.add(browser.cookie("vestibule-signin", SIGNIN))
    secrets.add(browser.cookie("vestibule-flow", SIGNIN))
    sign_in_as_iam_user(Browser()).visit(CONSOLE + "iam/password")
    chooser = sign_in_as_iam_user(Browser(), "new.starter", "Start-demo-1")
    for new in ("Cnry-17", "Canary-Kettle-77"):
        fields = {"new_password": new, "confirm_password": new}
        chooser.submit(password="Start-demo-1", **fields)
        secrets.add(new)
    assert chooser.signed_in_as
    opener = verify(Browser())
    for new in ("Cnry-18", "Canary-Teapot-78"):
        choose(opener, new)
        secrets.add(new)
    assert opener.submit(phone="+1 555-0100").signed_in_as
    secrets.add("Start-demo-1")
    owner = account_walks.signed_in_as_owner(Browser())
    for new in ("Cnry-19", "Canary-Kettle-99"):
        account_walks.choose_password(owner, new=new)
        secrets.add(new)
    secrets.add(ROOT[1])
    other = name_root(Browser(), ROOT[0]).submit(captcha="canary-captcha")
    assert other.step == "captcha"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            stored = repr(cursor.fetchall())
            assert not [secret for secret in secrets if secret in stored], table
            assert code not in stored or table == "mailbox_message"
    said = caplog.text + "".join(capsys.readouterr())
    assert not [secret for secret in {*secrets, code} if secret in said]
    assert Captcha.objects.exists()
