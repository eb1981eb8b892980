"""Access keys of a role: got with a button, shown once, good for the programs that read them."""

import re
from datetime import timedelta

import botocore.session
import pytest
from botocore.credentials import EnvProvider

from accounts import assignments, credentials
from accounts.models import Account, Assignment, Group, TemporaryCredentials
from signin.events.models import Event
from signin.kernel import clock
from tests.browser import Browser
from tests.flows.portal_people import (
    OWNER,
    PORTAL,
    account,
    assign,
    directory,
    group,
    keys_page,
    permission_set,
    signed_in,
    user,
)

pytestmark = pytest.mark.django_db

ELEMENT = r'<(?:pre|code) id="{}"[^>]*>(.*?)</(?:pre|code)>'
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"


@pytest.fixture
def owner():
    return account()


@pytest.fixture
def home(owner):
    return directory(owner)


@pytest.fixture
def mary(home, owner):
    mary = user(home)
    assign(mary, owner, permission_set(home, session_minutes=90))
    return mary


@pytest.fixture
def browser(mary):
    return signed_in(mary)


@pytest.fixture
def got(browser):
    """Return a browser that shows keys."""
    return browser.visit(keys_page()).submit("get-keys")


def shown(browser, element):
    """Return the text of an element, as its copy button copies it."""
    found = re.search(ELEMENT.format(element), browser.text, re.DOTALL)
    assert found, browser.words
    return found[1]


def values(browser):
    names = ("access-key-id", "secret-access-key", "session-token")
    return tuple(shown(browser, name) for name in names)


class TestTheButton:
    @pytest.mark.requirement("R-097", "R-104")
    def test_it_gives_keys_that_are_good(self, got, mary):
        key_id, secret, token = values(got)
        found = credentials.find(key_id, token)
        assert credentials.secret_of(found) == secret
        assert found.principal == mary
        assert found.role.name.startswith("AWSReservedSSO_ReadOnly_")

    def test_looking_at_the_page_issues_nothing(self, browser):
        assert browser.visit(keys_page()).status == 200
        assert "ReadOnly @ Example Corp 1111-2222-3333" in browser.words
        assert not TemporaryCredentials.objects.exists()
        assert not Event.objects.exists()

    def test_they_are_shown_once(self, got):
        key_id, secret, token = values(got)
        again = got.visit(keys_page())
        assert not [value for value in (key_id, secret, token) if value in again.text]

    def test_new_ones_leave_the_earlier_ones_alone(self, got):
        earlier = values(got)
        later = values(got.submit("get-keys"))
        assert not set(earlier) & set(later)
        assert credentials.find(earlier[0], earlier[2])

    @pytest.mark.requirement("R-099")
    def test_they_are_good_as_long_as_the_permission_set_says(self, browser):
        clock.freeze()
        browser.visit(keys_page()).submit("get-keys")
        until = clock.now() + timedelta(minutes=90)
        said = f"Good for 90 minutes, until {until:%Y-%m-%d %H:%M:%S} UTC"
        assert said in re.sub(r"\s+", " ", browser.words)
        assert TemporaryCredentials.objects.get().expires_at == until

    def test_a_form_without_its_secret_gives_none(self, browser):
        browser.visit(keys_page())
        assert browser.post(keys_page(), {}).status == 403
        assert not TemporaryCredentials.objects.exists()

    def test_they_are_kept_in_no_cache_and_no_event(self, got):
        assert got.page.headers["Cache-Control"] == "no-store"
        _, secret, token = values(got)
        [event] = Event.objects.all()
        assert secret not in str(event.document)
        assert token not in str(event.document)
        assert event.document["eventName"] == "Federate"
        assert event.document["serviceEventDetails"] == {
            "role_name": "ReadOnly",
            "account_id": OWNER,
        }

    def test_nothing_of_them_is_logged(self, browser, caplog):
        caplog.set_level("DEBUG")
        browser.visit(keys_page()).submit("get-keys")
        assert not [value for value in values(browser) if value in caplog.text]


class TestTheBlocks:
    @pytest.mark.requirement("R-097")
    def test_botocore_reads_the_profile(self, got, tmp_path):
        file = tmp_path / "credentials"
        file.write_text(shown(got, "profile"))
        session = botocore.session.Session(profile=f"{OWNER}_ReadOnly")
        session.set_config_variable("credentials_file", str(file))
        session.set_config_variable("config_file", str(tmp_path / "config"))
        read = session.get_credentials()
        assert (read.access_key, read.secret_key, read.token) == values(got)

    def test_two_profiles_stand_in_one_file(self, browser, tmp_path, mary, home, owner):
        assign(mary, owner, permission_set(home, "a+b=c,d.e@f_g-h"))
        blocks = [
            shown(browser.visit(keys_page(role=role)).submit("get-keys"), "profile")
            for role in ("ReadOnly", "a+b=c,d.e@f_g-h")
        ]
        file = tmp_path / "credentials"
        file.write_text("".join(blocks))
        session = botocore.session.Session()
        session.set_config_variable("credentials_file", str(file))
        session.set_config_variable("config_file", str(tmp_path / "config"))
        assert session.available_profiles == [f"{OWNER}_ReadOnly", f"{OWNER}_a+b=c,d.e@f_g-h"]

    @pytest.mark.parametrize(
        ("element", "line"),
        [
            ("environment_unix", r'export (\w+)="([A-Za-z0-9+/]+)"'),
            ("environment_windows", r"SET (\w+)=([A-Za-z0-9+/]+)"),
            ("environment_powershell", r'\$Env:(\w+)="([A-Za-z0-9+/]+)"'),
        ],
    )
    def test_the_lines_set_what_botocore_reads(self, got, element, line):
        lines = shown(got, element).splitlines()
        environment = dict(re.fullmatch(line, each).groups() for each in lines)
        assert len(environment) == len(lines) == 3
        read = EnvProvider(environ=environment).load()
        assert (read.access_key, read.secret_key, read.token) == values(got)

    def test_every_copy_button_names_something_on_the_page(self, got):
        named = re.findall(r'data-copies="([\w-]+)"', got.text)
        assert len(named) == 9
        assert all(shown(got, each) for each in named)

    def test_the_way_for_programs_is_told(self, browser):
        browser.visit(keys_page())
        assert shown(browser, "sso-start-url") == f"{PORTAL}/start"
        assert shown(browser, "sso-region") == "eu-central-1"


@pytest.mark.parametrize(("agent", "system"), [(WINDOWS, "windows"), ("a browser", "unix")])
def test_the_system_is_guessed(mary, agent, system):
    browser = signed_in(mary, browser=Browser(agent=agent))
    browser.visit(keys_page()).submit("get-keys")
    assert re.findall(r'id="system_(\w+)" checked', browser.text) == [system]


class TestARoleThatIsGone:
    @pytest.fixture(autouse=True)
    def others(self, home, owner):
        other = user(home, "other")
        assign(other, owner, permission_set(home, "Admin"))
        assign(group(home, other), account("222222222222", "Theirs"), permission_set(home, "Dev"))

    @pytest.mark.requirement("S-060")
    @pytest.mark.parametrize(
        ("number", "role"),
        [
            (OWNER, "Admin"),
            ("222222222222", "Dev"),
            ("222222222222", "ReadOnly"),
            (OWNER, "readonly"),
            ("999999999999", "ReadOnly"),
            ("", ""),
            ("\x00", "\x00"),
        ],
    )
    def test_it_says_so_and_gives_nothing(self, browser, number, role):
        assert browser.visit(keys_page(number, role)).status == 404
        assert 'id="role-gone"' in browser.text
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.text)[1]
        sent = browser.post(keys_page(number, role), {"csrfmiddlewaretoken": token})
        assert sent.status == 404
        assert not TemporaryCredentials.objects.exists()

    def test_it_is_gone_between_the_page_and_the_button(self, browser):
        browser.visit(keys_page())
        Assignment.objects.all().delete()
        assert browser.submit("get-keys").status == 404

    def test_it_is_gone_for_who_left_the_group(self, home, mary):
        theirs = Group.objects.get()
        theirs.members.add(mary)
        browser = signed_in(mary)
        assert browser.visit(keys_page("222222222222", "Dev")).status == 200
        theirs.members.remove(mary)
        assert browser.visit(keys_page("222222222222", "Dev")).status == 404

    def test_it_is_gone_with_its_account(self, browser):
        Account.objects.update(state=Account.State.SUSPENDED)
        assert browser.visit(keys_page()).status == 404


def test_keys_of_a_user_can_be_revoked(got, mary):
    key_id, _, token = values(got)
    credentials.revoke_all(mary)
    assert credentials.find(key_id, token) is None
    assert assignments.find(mary, OWNER, "ReadOnly")


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(mary):
    browser = Browser().visit(keys_page())
    assert browser.url.startswith("http://eu-central-1.signin.aws.localhost:8000/platform/login?")
    assert "access-keys%3Faccount_id" in browser.url
