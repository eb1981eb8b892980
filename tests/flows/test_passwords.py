"""IAM users and their passwords: due for a change, changed by themselves, about to expire."""

from datetime import timedelta

import pytest

from accounts import lockout, passwords
from accounts.models import Account, OldPassword, PasswordPolicy, Principal
from signin.events.models import Event
from signin.kernel import clock
from tests.browser import CONSOLE, address
from tests.walks import EXAMPLE_CORP, ZHANG, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

NEW = "Tidy-Kettle-88"
STARTER = ("new.starter", "Start-demo-1")
CREDENTIALS = CONSOLE + "iam/security_credentials"
OWN = CONSOLE + "iam/password"


def named(username):
    return Principal.objects.get(username=username)


def sign_in_at(browser, alias, username, password):
    browser.visit(address(f"{alias}.signin.aws.amazon.com", "/console"))
    return browser.submit(username=username, password=password)


def choose(browser, old, new=NEW, again=None, form=None):
    fields = {"password": old, "new_password": new, "confirm_password": again or new}
    return browser.submit(form, **fields)


def change_own(browser, old=ZHANG[1], new=NEW, again=None):
    browser.visit(OWN)
    return choose(browser, old, new, again, form="own-password")


def events(name):
    return [event.document for event in Event.objects.filter(name=name)]


class TestBeforeTheConsoleOpens:
    @pytest.mark.requirement("R-083", "S-010")
    def test_a_given_password_is_replaced_before_the_console_opens(self, browser):
        sign_in_as_iam_user(browser, *STARTER)
        assert browser.step == "new-password"
        assert browser.signed_in_as is None
        choose(browser, STARTER[1])
        assert browser.signed_in_as == "new.starter @ example-corp"
        browser.submit("sign-out")
        assert "didn't match" in sign_in_as_iam_user(browser, *STARTER).alert
        assert browser.submit(password=NEW).signed_in_as

    @pytest.mark.requirement("S-007")
    def test_the_page_has_the_rules_and_masked_fields_for_password_managers(self, browser):
        sign_in_as_iam_user(browser, *STARTER)
        for rule in ("length", "classes", "names", "leaked", "reused"):
            assert f'data-rule="{rule}"' in browser.text
        assert browser.text.count('autocomplete="new-password"') == 2
        assert browser.text.count('autocomplete="current-password"') == 1
        assert browser.text.count('type="password"') == 3
        assert browser.value_of("username") == "new.starter"

    @pytest.mark.requirement("S-002", "S-003", "S-009", "S-010")
    @pytest.mark.parametrize(
        ("new", "again", "field", "says"),
        [
            ("", "", "new_password", "Type the new password"),
            (NEW, "Tidy-Kettle-89", "confirm_password", "not the same"),
            ("Ab1", "Ab1", "new_password", "8 to 128 characters"),
            ("x" * 129, "x" * 129, "new_password", "longer than 128"),
            ("tidykettle", "tidykettle", "new_password", "3 of these four"),
            ("Passw0rd1", "Passw0rd1", "new_password", "leaks"),
            ("New.Starter-1", "New.Starter-1", "new_password", "Leave out the names"),
            (STARTER[1], STARTER[1], "new_password", "Use another one than"),
        ],
    )
    def test_what_can_not_be_is_named_and_nothing_is_stored(self, browser, new, again, field, says):
        sign_in_as_iam_user(browser, *STARTER)
        choose(browser, STARTER[1], new, again)
        assert browser.step == "new-password"
        assert says in browser.error_of(field)
        assert new not in browser.text or not new
        starter = named("new.starter")
        assert passwords.is_right(starter, STARTER[1])
        assert starter.must_change_password
        assert not OldPassword.objects.exists()
        assert not [each for each in events("ChangePassword") if "errorCode" not in each]

    def test_all_that_is_wrong_is_said_at_once(self, browser):
        sign_in_at(browser, "example-strict", "expired.user", "Expired-demo-1")
        choose(browser, "Expired-demo-1", "short")
        error = browser.error_of("new_password")
        for says in ("12 to 128", "upper-case", "a digit", "a symbol"):
            assert says in error
        assert "lower-case" not in error

    @pytest.mark.requirement("S-005", "S-012")
    def test_a_wrong_old_password_counts_as_a_failed_sign_in(self, browser):
        sign_in_as_iam_user(browser, *STARTER)
        choose(browser, "wrong")
        assert "not the password that you have now" in browser.error_of("password")
        identity = ("iam", EXAMPLE_CORP, "new.starter")
        assert lockout.failures_of(identity) == 1
        assert [each["errorMessage"] for each in events("ConsoleLogin")] == [
            "Failed authentication"
        ]
        while browser.status != 429:
            choose(browser, "wrong")
        assert lockout.failures_of(identity) == 10
        assert choose(browser, STARTER[1]).status == 429
        assert named("new.starter").must_change_password

    @pytest.mark.requirement("R-233")
    def test_without_permission_somebody_is_stuck_until_the_administrator_acts(self, browser):
        sign_in_at(browser, "example-strict", "stuck.user", "wrong")
        assert "didn't match" in browser.alert
        browser.submit(password="Stuck-demo-1")
        assert "you may not change your password" in browser.alert
        assert browser.step == "iam-user"
        Principal.objects.filter(username="stuck.user").update(may_change_password=None)
        assert browser.submit(password="Stuck-demo-1").step == "new-password"
        PasswordPolicy.objects.update(users_may_change=False)
        choose(browser, "Stuck-demo-1")
        assert "you may not change your password" in browser.alert
        assert passwords.is_right(named("stuck.user"), "Stuck-demo-1")

    def test_an_account_suspended_meanwhile_keeps_the_console_shut(self, browser):
        sign_in_as_iam_user(browser, *STARTER)
        Account.objects.filter(id=EXAMPLE_CORP).update(state="suspended")
        assert "is suspended" in choose(browser, STARTER[1]).alert
        assert browser.signed_in_as is None

    def test_an_expired_password_is_renewed_and_then_good_for_its_whole_time(self, browser):
        sign_in_at(browser, "example-strict", "expired.user", "Expired-demo-1")
        assert browser.step == "new-password"
        assert "has expired" in browser.words
        choose(browser, "Expired-demo-1")
        assert browser.signed_in_as == "expired.user @ example-strict"
        assert 'id="password-expires"' not in browser.text
        expected = named("expired.user").password_changed_at + timedelta(days=90)
        assert passwords.expires_at(named("expired.user")) == expected

    def test_with_hard_expiry_only_the_administrator_can_help(self, browser):
        sign_in_at(browser, "example-hard", "hard.expired", "wrong")
        assert "didn't match" in browser.alert
        browser.submit(password="Hard-demo-1")
        assert "Ask your administrator" in browser.alert
        assert browser.step == "iam-user"
        passwords.replace(named("hard.expired"), NEW)
        assert browser.submit(password=NEW).signed_in_as

    def test_a_password_expires_at_the_door_to_the_second(self, new_browser):
        clock.freeze()
        PasswordPolicy.objects.create(account_id=EXAMPLE_CORP, max_age_days=1)
        Principal.objects.filter(username="zhang").update(password_changed_at=clock.now())
        clock.advance(timedelta(days=1, seconds=-1))
        assert sign_in_as_iam_user(new_browser()).signed_in_as
        clock.advance(timedelta(seconds=1))
        assert sign_in_as_iam_user(new_browser()).step == "new-password"

    def test_a_stricter_policy_leaves_passwords_good_that_are_in_use(self, browser):
        PasswordPolicy.objects.create(account_id=EXAMPLE_CORP, minimum_length=40)
        assert sign_in_as_iam_user(browser).signed_in_as

    @pytest.mark.requirement("R-232")
    def test_the_sign_in_page_says_who_helps_with_a_forgotten_password(self, browser):
        browser.visit(address("example-corp.signin.aws.amazon.com", "/console"))
        assert "only an administrator of your account" in browser.words


class TestAtTheConsole:
    @pytest.mark.requirement("R-233", "S-029")
    def test_an_iam_user_changes_the_password_and_is_told_so(self, browser):
        sign_in_as_iam_user(browser)
        assert 'href="/iam/password"' in browser.visit(CREDENTIALS).text
        change_own(browser)
        assert browser.url.startswith(CREDENTIALS)
        assert 'id="password-changed"' in browser.text
        assert passwords.is_right(named("zhang"), NEW)
        assert 'id="password-changed"' not in browser.visit(CREDENTIALS).text
        clock.advance(timedelta(minutes=2))
        browser.visit(CREDENTIALS + "?password_changed")
        assert 'id="password-changed"' not in browser.text

    @pytest.mark.requirement("S-029", "S-035")
    def test_this_session_goes_on_with_another_key_and_all_others_end(self, new_browser):
        here, there = sign_in_as_iam_user(new_browser()), sign_in_as_iam_user(new_browser())
        old_key = here.cookie("vestibule-console", CONSOLE)
        change_own(here)
        assert here.visit(CREDENTIALS).signed_in_as
        assert there.visit(CREDENTIALS).status == 401
        thief = new_browser().visit(CONSOLE)
        new_key = here.cookie("vestibule-console", CONSOLE)
        assert new_key != old_key
        thief.cookies["console.aws.amazon.com.localhost:8000"]["vestibule-console"] = old_key
        assert thief.visit(CREDENTIALS).status == 401
        here.visit(CREDENTIALS).submit("sign-out")
        assert here.visit(CREDENTIALS).signed_in_as is None

    @pytest.mark.requirement("S-005", "S-009")
    @pytest.mark.parametrize(
        ("fields", "field", "says"),
        [
            ({"old": "wrong"}, "password", "not the password that you have now"),
            ({"old": ""}, "password", "Type your password"),
            ({"again": "Other-Kettle-88"}, "confirm_password", "not the same"),
            ({"new": "short"}, "new_password", "8 to 128"),
            ({"new": ZHANG[1]}, "new_password", "Leave out"),
        ],
    )
    def test_each_refusal_has_its_own_text_at_its_field(self, browser, fields, field, says):
        sign_in_as_iam_user(browser)
        change_own(browser, **fields)
        assert browser.status == 200
        assert says in browser.error_of(field)
        assert passwords.is_right(named("zhang"), ZHANG[1])
        assert browser.visit(CREDENTIALS).signed_in_as

    @pytest.mark.requirement("S-004")
    def test_remembered_passwords_are_refused_and_older_ones_are_not(self, browser):
        PasswordPolicy.objects.create(account_id=EXAMPLE_CORP, reuse_prevention=2)
        sign_in_as_iam_user(browser)
        current = ZHANG[1]
        for number in (1, 2, 3):
            change_own(browser, old=current, new=f"{NEW}-{number}")
            current = f"{NEW}-{number}"
        change_own(browser, old=current, new=f"{NEW}-2")
        assert "your last 2 passwords" in browser.error_of("new_password")
        change_own(browser, old=current, new=f"{NEW}-1")
        assert 'id="password-changed"' in browser.text

    @pytest.mark.requirement("S-005", "S-012")
    def test_guessing_the_current_password_is_throttled(self, browser):
        sign_in_as_iam_user(browser)
        for _ in range(lockout.IDENTITY.failures):
            change_own(browser, old="wrong")
        change_own(browser)
        assert browser.status == 429
        assert int(browser.page.headers["Retry-After"]) <= 60
        assert "Too many tries" in browser.alert
        assert passwords.is_right(named("zhang"), ZHANG[1])

    @pytest.mark.requirement("R-233")
    def test_without_permission_there_is_no_form_and_a_sent_one_does_nothing(self, browser):
        sign_in_as_iam_user(browser)
        secret = browser.visit(OWN).text.split('csrfmiddlewaretoken" value="')[1].split('"')[0]
        Principal.objects.filter(username="zhang").update(may_change_password=False)
        assert 'href="/iam/password"' not in browser.visit(CREDENTIALS).text
        assert 'id="may-not-change"' in browser.visit(OWN).text
        assert 'name="new_password"' not in browser.text
        sent = {"password": ZHANG[1], "new_password": NEW, "confirm_password": NEW}
        browser.post(OWN, {**sent, "csrfmiddlewaretoken": secret})
        assert 'id="may-not-change"' in browser.text
        assert passwords.is_right(named("zhang"), ZHANG[1])

    def test_a_form_without_its_secret_changes_nothing(self, browser):
        sign_in_as_iam_user(browser)
        sent = {"password": ZHANG[1], "new_password": NEW, "confirm_password": NEW}
        assert browser.post(OWN, sent).status == 403
        assert passwords.is_right(named("zhang"), ZHANG[1])

    def test_whoever_is_not_signed_in_signs_in_and_gets_there(self, browser):
        browser.visit(OWN).submit(user_type="iam", account="example-corp")
        browser.submit(username=ZHANG[0], password=ZHANG[1])
        assert browser.url == OWN


class TestTheLastFifteenDays:
    @pytest.mark.parametrize(
        ("left", "is_told"),
        [
            (timedelta(days=15, seconds=1), False),
            (timedelta(days=15), True),
            (timedelta(seconds=1), True),
        ],
    )
    def test_the_console_says_until_when_the_password_is_good(self, browser, left, is_told):
        clock.freeze()
        PasswordPolicy.objects.create(account_id=EXAMPLE_CORP, max_age_days=90)
        changed_at = clock.now() - timedelta(days=90) + left
        Principal.objects.filter(username="zhang").update(password_changed_at=changed_at)
        sign_in_as_iam_user(browser)
        assert ('id="password-expires"' in browser.text) is is_told
        if is_told:
            assert f"good until {clock.now() + left:%Y-%m-%d %H:%M} UTC" in browser.words

    def test_in_the_demo_scenario_somebody_reads_it(self, browser):
        sign_in_at(browser, "example-strict", "expires.soon", "Soon-demo-1")
        assert 'id="password-expires"' in browser.text


class TestEvents:
    @pytest.mark.requirement("S-006")
    def test_a_change_is_an_api_call_without_secrets(self, browser):
        sign_in_as_iam_user(browser)
        change_own(browser)
        [event] = events("ChangePassword")
        assert event["eventSource"] == "iam.amazonaws.com"
        assert event["eventType"] == "AwsApiCall"
        assert event["userIdentity"]["arn"] == f"arn:aws:iam::{EXAMPLE_CORP}:user/zhang"
        assert event["awsRegion"] == "us-east-1"
        assert event["userAgent"] == "signin.amazonaws.com"
        assert event["requestParameters"] is event["responseElements"] is None
        assert len(event["requestID"]) == 36
        assert event["recipientAccountId"] == EXAMPLE_CORP
        assert "additionalEventData" not in event
        assert NEW not in str(event)

    @pytest.mark.requirement("S-006")
    @pytest.mark.parametrize(
        ("fields", "code", "message"),
        [
            ({"old": "wrong"}, "AccessDenied", "The old password is not right."),
            (
                {"new": "short"},
                "PasswordPolicyViolation",
                "The new password does not keep the policy.",
            ),
        ],
    )
    def test_a_refused_change_says_why_and_no_more(self, browser, fields, code, message):
        sign_in_as_iam_user(browser)
        change_own(browser, **fields)
        [event] = events("ChangePassword")
        assert (event["errorCode"], event["errorMessage"]) == (code, message)
        assert event["requestParameters"] is event["responseElements"] is None
        assert not [typed for typed in fields.values() if typed in str(event)]

    def test_a_throttled_change_is_recorded_as_well(self, browser):
        sign_in_as_iam_user(browser)
        for _ in range(lockout.IDENTITY.failures + 1):
            change_own(browser, old="wrong")
        assert browser.status == 429
        assert len(events("ChangePassword")) == lockout.IDENTITY.failures + 1

    def test_a_forced_change_is_recorded_before_the_sign_in(self, browser):
        sign_in_as_iam_user(browser, *STARTER)
        choose(browser, STARTER[1])
        names = list(Event.objects.order_by("id").values_list("name", flat=True))
        assert names == ["ChangePassword", "ConsoleLogin"]
