"""Letting a command line in: the pages of ``aws login``."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts import passwords
from accounts.models import (
    Account,
    Principal,
    Role,
    RoleSwitch,
    Session,
    TemporaryCredentials,
)
from signin.events.models import Event
from signin.kernel import clock
from signin.logins import requests
from signin.logins.models import LoginPermission, LoginRequest
from tests.browser import CONSOLE, DESK, SIGNIN, address
from tests.flows.login_walks import allow, deny
from tests.flows.portal_walks import clear, open_role
from tests.programs import CALLBACK, Program, let_in
from tests.walks import (
    EXAMPLE_CORP,
    MAILED,
    ZHANG,
    newest_code,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

REGION = address("eu-central-1.signin.aws.amazon.com")


@pytest.fixture
def program():
    return Program()


@pytest.fixture
def remote():
    return Program(remote=True)


@pytest.fixture
def zhang(browser):
    return sign_in_as_iam_user(browser)


def query_of(browser):
    return {name: values[0] for name, values in parse_qs(urlsplit(browser.url).query).items()}


def no_permission():
    LoginPermission.objects.create(principal=Principal.objects.get(username=ZHANG[0]))


def is_over(browser):
    return browser.status == 410 and 'id="login-over"' in browser.text


class TestTheChoice:
    def test_names_program_account_and_user(self, zhang, program):
        zhang.visit(program.address())
        assert zhang.status == 200
        assert 'id="login-choice"' in zhang.text
        for word in ("AWS CLI on this device", "zhang", "Example Corp", "1111-2222-3333"):
            assert word in zhang.words
        assert "other-device" not in zhang.text
        assert "code_challenge" not in zhang.url

    def test_of_another_device_warns(self, zhang, remote):
        zhang.visit(remote.address())
        assert 'id="other-device"' in zhang.text
        assert "AWS CLI on another device" in zhang.words

    def test_yes_leads_to_the_program_with_a_code(self, zhang, program):
        allow(zhang.visit(program.address()))
        assert set(query_of(zhang)) == {"code", "state"}
        assert program.code_of(zhang)
        assert program.redeem(program.code_of(zhang)).status == 200

    def test_no_leads_to_the_program_with_an_error(self, zhang, program):
        deny(zhang.visit(program.address()))
        assert zhang.url.startswith(f"{CALLBACK}?")
        assert query_of(zhang) == {"error": "access_denied", "state": program.state}

    def test_has_forms_that_may_lead_to_programs(self, zhang, program):
        policy = zhang.visit(program.address()).page.headers["Content-Security-Policy"]
        assert "http://127.0.0.1:*" in policy.split("form-action")[1]
        policy = zhang.visit(SIGNIN + "help/ways-to-sign-in").page.headers
        assert "127.0.0.1" not in policy["Content-Security-Policy"]

    def test_has_one_answer(self, zhang, program):
        page = zhang.visit(program.address()).url
        allow(zhang)
        assert is_over(zhang.visit(page))

    def test_takes_no_answer_without_a_decision(self, zhang, program):
        page = zhang.visit(program.address()).url
        zhang.submit("login-request")
        assert (zhang.url, zhang.status) == (page, 200)

    @pytest.mark.requirement("S-049")
    def test_takes_no_answer_without_the_forms_secret(self, zhang, program):
        page = zhang.visit(program.address()).url
        zhang.post(page, {"decision": "allow", "session": zhang.text.split('value="')[2]})
        assert zhang.status == 403
        assert not LoginRequest.objects.exclude(answered_at=None)

    def test_takes_no_answer_for_somebody_who_signed_in_meanwhile(
        self, zhang, program, new_browser
    ):
        zhang.visit(program.address())
        shown = zhang.page
        zhang.visit(zhang.text.split('id="another-user"')[0].rsplit('href="', 1)[1].split('"')[0])
        zhang.submit(user_type="iam", account="example-corp")
        zhang.submit(username="jane.doe", password="Jane-demo-1")
        page = zhang.url
        assert "jane.doe" in zhang.words
        zhang.page = shown
        allow(zhang)
        assert (zhang.url, zhang.status) == (page, 200)
        assert not LoginRequest.objects.exclude(answered_at=None)

    @pytest.mark.requirement("S-036")
    def test_is_for_the_browser_that_brought_it(self, zhang, program, new_browser):
        page = zhang.visit(program.address()).url
        other = sign_in_as_iam_user(new_browser())
        assert is_over(other.visit(page))

    def test_is_over_after_ten_minutes(self, zhang, program):
        page = zhang.visit(program.address()).url
        clock.advance(requests.LIFETIME)
        assert is_over(zhang.visit(page))

    def test_is_at_one_host(self, zhang, program):
        page = zhang.visit(program.address()).url
        assert is_over(zhang.visit(page.replace("/signin.", "/eu-central-1.signin.")))

    def test_knows_nothing_of_switched_roles(self, zhang, program):
        RoleSwitch.objects.create(
            session=Session.objects.get(door="signin"),
            role=Role.objects.exclude(account=EXAMPLE_CORP).first(),
            switched_at=clock.now(),
            expires_at=clock.now() + timedelta(hours=1),
        )
        zhang.visit(CONSOLE)
        assert 'id="original"' in zhang.text
        zhang.visit(program.address())
        assert "1111-2222-3333" in zhang.words
        answer = program.redeem(program.code_of(allow(zhang)))
        keys = TemporaryCredentials.objects.get(pk=answer.body["accessToken"]["accessKeyId"])
        assert (keys.account_id, keys.role) == (EXAMPLE_CORP, None)


class TestWithoutASession:
    def test_an_iam_user_signs_in_and_comes_back(self, browser, program):
        browser.visit(program.address())
        assert browser.step == "user-type"
        browser.submit(user_type="iam", account="example-corp")
        browser.submit(username=ZHANG[0], password=ZHANG[1])
        assert 'id="login-choice"' in browser.text
        assert browser.url.startswith(SIGNIN + "v1/authorize/")
        assert program.redeem(program.code_of(allow(browser))).status == 200

    def test_a_root_user_signs_in_and_comes_back(self, browser, program):
        browser.visit(program.address()).submit(user_type="root", email=MAILED[0])
        browser.submit(password=MAILED[1])
        browser.submit(code=newest_code(MAILED[0]))
        assert MAILED[0] in browser.words
        assert program.redeem(program.code_of(allow(browser))).status == 200

    def test_a_remembered_account_is_filled_in(self, browser, program):
        sign_in_as_iam_user(browser, remember_account="on").submit("sign-out")
        browser.visit(program.address())
        assert browser.value_of("account") == "example-corp"

    def test_starting_over_comes_back_too(self, browser, program):
        browser.visit(program.address()).submit(user_type="iam", account="example-corp")
        start_over = browser.text.split('id="different-account"')[0].rsplit('href="', 1)[1]
        browser.visit(start_over.split('"')[0])
        browser.submit(user_type="iam", account="example-corp")
        browser.submit(username=ZHANG[0], password=ZHANG[1])
        assert 'id="login-choice"' in browser.text

    def test_a_session_that_ended_is_none(self, zhang, program):
        page = zhang.visit(program.address()).url
        Session.objects.update(ended_at=clock.now())
        assert zhang.visit(page).step in {"user-type", "iam-user"}

    def test_the_sign_in_opens_no_console(self, browser, program):
        browser.visit(program.address()).submit(user_type="iam", account="example-corp")
        browser.submit(username=ZHANG[0], password=ZHANG[1])
        assert not Session.objects.filter(door="console").exists()

    @pytest.mark.requirement("S-050")
    @pytest.mark.parametrize(
        "page",
        [
            "http://evil.example/v1/authorize/x",
            REGION + "v1/authorize/x",
            SIGNIN + "v1/sessions/confirmation",
            SIGNIN + "help/support",
            DESK + "v1/authorize/x",
        ],
    )
    def test_no_other_page_of_the_sign_in_host_is_come_back_to(self, zhang, page):
        zhang.visit(f"{SIGNIN}oauth?redirect_uri={page}&code_challenge={'x' * 43}")
        assert not any(url.startswith(page) for url in zhang.trail)
        zhang.visit(f"{SIGNIN}oauth?redirect_uri={page}")
        assert not any(url.startswith(page) for url in zhang.trail)


class TestAnotherUser:
    def test_takes_the_place_of_the_session(self, zhang, program):
        zhang.visit(program.address())
        zhang.visit(zhang.text.split('id="another-user"')[0].rsplit('href="', 1)[1].split('"')[0])
        assert zhang.step == "user-type"
        zhang.submit(user_type="root", email=MAILED[0]).submit(password=MAILED[1])
        zhang.submit(code=newest_code(MAILED[0]))
        assert MAILED[0] in zhang.words
        assert 'id="login-choice"' in zhang.text


class TestAnotherDevice:
    def test_gets_a_code_that_somebody_pastes(self, zhang, remote):
        allow(zhang.visit(remote.address()))
        assert 'id="login-confirmation"' in zhang.text
        assert zhang.url.startswith(SIGNIN + "v1/sessions/confirmation?")
        assert remote.redeem(remote.code_of(zhang)).status == 200

    def test_shows_the_code_until_it_is_used(self, zhang, remote):
        page = allow(zhang.visit(remote.address())).url
        assert zhang.visit(page).status == 200
        remote.redeem(remote.code_of(zhang))
        assert is_over(zhang.visit(page))

    def test_shows_the_code_for_ten_minutes(self, zhang, remote):
        page = allow(zhang.visit(remote.address())).url
        clock.advance(timedelta(minutes=10))
        assert is_over(zhang.visit(page))

    @pytest.mark.requirement("S-036")
    def test_shows_the_code_to_nobody_else(self, zhang, remote, new_browser):
        page = allow(zhang.visit(remote.address())).url
        assert is_over(sign_in_as_iam_user(new_browser()).visit(page))
        assert is_over(zhang.visit(page.replace(remote.state, "other")))
        assert is_over(zhang.visit(SIGNIN + "v1/sessions/confirmation?code=x&state=y"))
        assert is_over(zhang.visit(SIGNIN + "v1/sessions/confirmation"))

    def test_shows_no_code_of_a_program_on_this_device(self, zhang, program):
        code = program.code_of(allow(zhang.visit(program.address())))
        query = f"code={code}&state={program.state}"
        assert is_over(zhang.visit(f"{SIGNIN}v1/sessions/confirmation?{query}"))

    def test_a_no_shows_no_code(self, zhang, remote):
        deny(zhang.visit(remote.address()))
        assert 'id="login-denied"' in zhang.text
        assert query_of(zhang) == {"error": "access_denied", "state": remote.state}

    def test_may_know_only_the_address_of_the_desk(self, zhang):
        remote = Program(endpoint="http://127.0.0.1:8000", remote=True)
        allow(zhang.visit(remote.address()))
        assert remote.redeem(remote.code_of(zhang)).status == 200


class TestWhereTheProgramIs:
    def test_the_desk_leads_to_the_sign_in_host(self, zhang):
        for endpoint in ("http://127.0.0.1:8000", "http://localhost:8000"):
            program = Program(endpoint=endpoint)
            zhang.visit(program.address())
            assert zhang.url.startswith(SIGNIN + "v1/authorize/")
            assert program.redeem(program.code_of(allow(zhang))).status == 200
        assert 'id="login-refused"' in zhang.visit("http://127.0.0.1:8000/v1/authorize").text


class TestARole:
    @pytest.fixture
    def jane(self, browser):
        clear()
        return open_role(browser)

    def test_of_the_portal_lets_a_program_in_as_the_role(self, jane):
        program = Program()
        jane.visit(program.address())
        assert "jane_doe" in jane.words
        assert "4444-5555-6666" in jane.words
        assert program.redeem(program.code_of(allow(jane))).status == 200

    def test_may_lack_the_permission(self, jane):
        session = Session.objects.filter(door="signin", role__isnull=False).get()
        LoginPermission.objects.create(role=session.role)
        jane.visit(Program().address())
        assert (jane.status, 'id="login-not-permitted"' in jane.text) == (403, True)


class TestWithoutPermission:
    def test_a_page_says_so_and_tells_the_program(self, zhang, program):
        no_permission()
        zhang.visit(program.address())
        assert zhang.status == 403
        assert "INSUFFICIENT_PERMISSIONS" in zhang.words
        assert "decision" in zhang.text
        deny(zhang)
        assert query_of(zhang) == {"error": "access_denied", "state": program.state}

    def test_a_yes_that_comes_too_late_is_refused_and_recorded(self, zhang, program):
        zhang.visit(program.address())
        no_permission()
        allow(zhang)
        assert (zhang.status, 'id="login-not-permitted"' in zhang.text) == (403, True)
        event = Event.objects.get(name="AuthorizeOAuth2Access").document
        assert event["errorCode"] == "AccessDenied"
        assert event["responseElements"] is None
        assert not LoginRequest.objects.exclude(answered_at=None)

    def test_the_scenario_says_who(self, browser, program):
        browser.visit(program.address()).submit(user_type="iam", account="example-strict")
        browser.submit(username="expires.soon", password="Soon-demo-1")
        assert 'id="login-not-permitted"' in browser.text

    def test_root_users_need_none(self, browser, program):
        sign_in_as_root(browser, *MAILED)
        root = Principal.objects.get(username=MAILED[0])
        LoginPermission.objects.create(principal=root)
        assert 'id="login-choice"' in browser.visit(program.address()).text

    def test_a_suspended_account_lets_nothing_in(self, zhang, program):
        Account.objects.filter(pk=EXAMPLE_CORP).update(state=Account.State.SUSPENDED)
        assert zhang.visit(program.address()).status == 403

    def test_a_stored_permission_may_allow_it(self, zhang, program):
        zhang_ = Principal.objects.get(username=ZHANG[0])
        LoginPermission.objects.create(principal=zhang_, is_allowed=True)
        assert zhang.visit(program.address()).status == 200


@pytest.mark.requirement("S-107")
def test_what_is_recorded_has_no_secret(zhang, program):
    answer = let_in(zhang, program)
    [said] = Event.objects.filter(name="AuthorizeOAuth2Access")
    assert said.account_id == EXAMPLE_CORP
    assert said.document["userIdentity"]["userName"] == "zhang"
    assert said.document["eventSource"] == "signin.amazonaws.com"
    assert said.document["requestParameters"]["clientId"] == program.client
    [got] = Event.objects.filter(name="CreateOAuth2Token")
    assert got.account_id == EXAMPLE_CORP
    assert got.document["userAgent"] == "aws-cli/2.38.1"
    keys = answer.body["accessToken"]
    assert got.document["responseElements"]["accessKeyId"] == keys["accessKeyId"]
    recorded = str(said.document) + str(got.document)
    for secret in (
        program.code_of(zhang),
        program.refresh_token,
        keys["secretAccessKey"],
        keys["sessionToken"],
        answer.body["idToken"],
        "v" * 64,
    ):
        assert secret not in recorded


def test_a_new_password_ends_what_waits_for_the_program(zhang, program):
    allow(zhang.visit(program.address()))
    code = program.code_of(zhang)
    passwords.replace(Principal.objects.get(username=ZHANG[0]), "Another-demo-9")
    assert program.redeem(code).error == (403, "AccessDeniedException", "USER_CREDENTIALS_CHANGED")
