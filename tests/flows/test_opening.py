"""Somebody opens an account, and is its root user from then on."""

import re
from datetime import timedelta

import pytest

from accounts.models import Account, Behaviour, KnownBrowser, Opening, Principal, Session
from signin.events.models import Event
from signin.flow.models import Attempt
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import CONSOLE, SIGNIN, address
from tests.flows.opening_walks import (
    EMAIL,
    PASSWORD,
    PHONE,
    choose,
    open_whole,
    root_users,
    up_to_the_phone,
    verify,
)
from tests.walks import (
    ACCOUNT_PAGE,
    MAILED,
    ROOT,
    handle_of,
    name_root,
    newest_code,
    open_account,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def follow(browser, link):
    """Follow the link with this id."""
    target = re.search(rf'href="([^"]*)" id="{link}"', browser.text)[1]
    return browser.visit(target.replace("&amp;", "&"))


# The way.


@pytest.mark.requirement("R-008", "R-014", "R-060")
def test_email_code_password_and_phone_make_an_account_and_sign_in(browser):
    open_account(browser, EMAIL, "  New & Co ")
    assert browser.step == "opening-code"
    assert EMAIL in browser.words
    assert browser.submit(code=newest_code(EMAIL)).step == "opening-password"
    assert choose(browser).step == "contact-phone"
    browser.submit(phone=f" {PHONE} ")
    assert browser.signed_in_as.startswith("New & Co")
    assert EMAIL in browser.words
    account = Account.objects.get(name="New & Co")
    assert re.fullmatch(r"[0-9]{12}", account.id)
    assert (account.state, account.phone) == ("active", PHONE)
    assert account.grouped_id in browser.words
    assert not Opening.objects.exists()


@pytest.mark.requirement("R-014")
def test_the_root_user_signs_in_with_what_was_chosen(browser, new_browser):
    open_whole(browser)
    there = sign_in_as_root(new_browser(agent="another"), EMAIL, PASSWORD)
    assert there.signed_in_as.startswith("New Account")
    root_user = Principal.objects.get(username=EMAIL)
    assert root_user.unique_id == root_user.account_id
    assert root_user.password_changed_at


def test_the_account_takes_the_scenario_s_checks(browser):
    Behaviour.objects.update(captcha_mode="after-failures", email_code_mode="always")
    open_whole(browser)
    account = Account.objects.get(name="New Account")
    assert (account.captcha_mode, account.email_code_mode) == ("after-failures", "always")


@pytest.mark.parametrize("known_before", [False, True])
def test_the_browser_is_known_from_then_on(browser, known_before):
    Behaviour.objects.update(captcha_mode="never", email_code_mode="new-browser")
    if known_before:
        sign_in_as_root(browser, *MAILED).submit("sign-out")
    open_whole(browser).submit("sign-out")
    assert KnownBrowser.objects.filter(principal__username=EMAIL).count() == 1
    assert name_root(browser, EMAIL).submit(password=PASSWORD).signed_in_as


def test_the_sign_in_is_recorded_as_the_root_user_s(browser):
    open_whole(browser)
    [event] = Event.objects.all()
    account = Account.objects.get(name="New Account")
    assert event.name == "ConsoleLogin"
    assert event.document["responseElements"] == {"ConsoleLogin": "Success"}
    assert event.document["userIdentity"]["arn"] == f"arn:aws:iam::{account.id}:root"
    assert Session.objects.filter(door="signin").get().factors == ["password", "email-code"]


def test_two_mails_come_one_with_a_code_and_one_with_the_number(browser):
    open_whole(browser)
    notice, code = Message.objects.filter(recipient=EMAIL).order_by("-id")
    account = Account.objects.get(name="New Account")
    assert (code.kind, code.sender) == ("opening-code", "no-reply@verify.signin.aws.localhost")
    assert "New Account" not in code.text  # it may be anybody's text to a stranger
    assert (notice.kind, notice.sender) == ("account-opened", "no-reply@signin.aws.localhost")
    assert account.grouped_id in notice.text
    assert account.grouped_id in notice.html
    assert notice.code == ""
    assert PASSWORD not in notice.text


# Where it begins and ends.


@pytest.mark.requirement("R-006")
def test_the_first_page_and_the_password_page_lead_there_and_back(browser):
    follow(browser.visit(CONSOLE), "create-account")
    assert browser.step == "open-account"
    assert follow(browser, "cancel_button").step == "user-type"
    browser.submit(user_type="root", email=MAILED[0])
    assert follow(browser, "create-account").step == "open-account"
    assert follow(browser, "cancel_button").step == "password"
    browser.submit(password=MAILED[1]).submit(code=newest_code(MAILED[0]))
    assert browser.signed_in_as


@pytest.mark.requirement("R-006")
@pytest.mark.parametrize("place", [address("aws.amazon.com", "/console/"), "help/ways-to-sign-in"])
def test_the_public_page_and_the_help_lead_there_as_well(browser, place):
    browser.visit(SIGNIN).visit(place if place.startswith("http") else SIGNIN + place)
    assert follow(browser, "create-account").step == "open-account"
    assert follow(browser, "cancel_button").step == "user-type"


def test_the_page_that_was_asked_for_opens_at_the_end(browser):
    follow(browser.visit(CONSOLE + "iam/security_credentials"), "create-account")
    browser.submit(email=EMAIL, account_name="New Account").submit(code=newest_code(EMAIL))
    choose(browser).submit(phone=PHONE)
    assert browser.url == CONSOLE + "iam/security_credentials"
    assert EMAIL in browser.words


def test_a_regional_host_leads_to_its_own_console(browser):
    browser.visit(address("eu-west-1.signin.aws.amazon.com", "/open-account"))
    browser.submit(email=EMAIL, account_name="New Account").submit(code=newest_code(EMAIL))
    choose(browser).submit(phone=PHONE)
    assert browser.url == address("eu-west-1.console.aws.amazon.com", "/console/home")


@pytest.mark.requirement("S-050")
def test_an_opening_leads_to_pages_of_the_console_only(browser):
    challenge = "x" * 43
    browser.visit(f"{SIGNIN}open-account?code_challenge={challenge}&redirect_uri=http://evil.test/")
    assert browser.step == "open-account"
    assert Attempt.objects.get().facts["destination"] == CONSOLE + "console/home"


def test_who_is_signed_in_may_open_another_account_which_takes_the_place(browser, new_browser):
    sign_in_as_iam_user(browser)
    old = dict(browser.cookies["console.aws.amazon.com.localhost:8000"])
    assert open_whole(browser).signed_in_as.startswith("New Account")
    thief = new_browser()
    thief.visit(CONSOLE)
    thief.cookies["console.aws.amazon.com.localhost:8000"]["vestibule-console"] = old[
        "vestibule-console"
    ].value
    assert thief.visit(CONSOLE + "console/home").status == 401


def test_another_address_begins_anew_and_keeps_the_way_back(browser):
    follow(browser.visit(CONSOLE), "create-account")
    browser.submit(email="typo@example.com", account_name="New Account")
    assert follow(browser, "other-email").step == "open-account"
    assert browser.submit(email=EMAIL, account_name="New Account").step == "opening-code"
    assert EMAIL in browser.words
    assert follow(browser, "back-to-sign-in").step == "user-type"


def test_an_opening_begins_at_an_attempt_of_this_browser_only(browser, new_browser):
    handle = handle_of(browser.visit(ACCOUNT_PAGE))
    assert new_browser().visit(f"{SIGNIN}signin/{handle}/open-account").status == 410
    assert browser.visit(f"{SIGNIN}signin/nothing/open-account").status == 410
    assert browser.visit(f"{SIGNIN}signin/{handle}/open-account").step == "open-account"


# What is typed.


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("", "Type the e-mail address"),
        ("nobody", "Type the whole address"),
        ("a@b.c", "6 to 64 characters"),
        ("x" * 53 + "@example.com", "6 to 64 characters"),
        ("a b@example.com", "Type the whole address"),
        ("new@example.com\r\nBcc: all@example.com", "Type the whole address"),
    ],
)
@pytest.mark.requirement("S-034")
def test_an_address_that_can_t_be_is_refused(browser, email, says):
    assert says in open_account(browser, email).error_of("email")
    assert browser.step == "open-account"
    assert not Message.objects.exists()


@pytest.mark.parametrize("name", ["", "x" * 51, "Käse", "a\tb", "a\r\nSubject: b"])
@pytest.mark.requirement("S-034")
def test_an_account_name_that_can_t_be_is_refused(browser, name):
    assert open_account(browser, EMAIL, name).error_of("account_name")
    assert not Message.objects.exists()


@pytest.mark.parametrize("name", ["x", "x" * 50, "<b>{{ 7 }}</b> \"&'"])
def test_a_name_of_printable_characters_is_taken_as_it_is(browser, name):
    open_account(browser, EMAIL, name).submit(code=newest_code(EMAIL))
    assert EMAIL in choose(browser).submit(phone=PHONE).words
    assert Account.objects.filter(name=name).exists()


@pytest.mark.parametrize(
    "phone", ["", "12345", "1" * 21, "call me", "555+0100", "(------)", "+٣٣٣٣٣٣"]
)
def test_a_phone_number_that_can_t_be_is_refused(browser, phone):
    assert up_to_the_phone(browser).submit(phone=phone).error_of("phone")
    assert browser.step == "contact-phone"


@pytest.mark.parametrize("phone", ["555010", "+49 (30) 1234-5678", "1" * 20])
def test_a_phone_number_of_digits_blanks_hyphens_and_brackets_is_taken(browser, phone):
    assert up_to_the_phone(browser).submit(phone=phone).signed_in_as
    assert Account.objects.get(name="New Account").phone == phone


@pytest.mark.requirement("S-001", "S-002", "S-003")
@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("Ab1", "8 to 128 characters"),
        ("Aa1-" * 33, "128 characters"),
        ("onlyletters", "3 of these four"),
        ("Password1", "leaks"),
        ("My-Aws-pass-1", "Leave out the names"),
        ("New@example.com1", "Leave out the names"),
        ("New Account-1", "Leave out the names"),
    ],
)
def test_a_poor_password_is_refused_with_the_reason(browser, password, says):
    assert says in choose(verify(browser), password).error_of("new_password")
    assert browser.step == "opening-password"
    assert not Opening.objects.exists()


@pytest.mark.requirement("S-001")
def test_a_long_password_counts_to_its_last_character(browser, new_browser):
    password = "Längst-1 " * 14
    choose(verify(browser), password).submit(phone=PHONE)
    there = new_browser(agent="another")
    assert not sign_in_as_root(there, EMAIL, password[:64]).signed_in_as
    assert there.step in ("password", "captcha")
    assert sign_in_as_root(there, EMAIL, password).signed_in_as


@pytest.mark.requirement("S-009", "S-007")
def test_two_passwords_that_differ_are_refused(browser):
    verify(browser)
    assert browser.text.count('autocomplete="new-password"') == 2
    assert "not the same" in choose(browser, PASSWORD, "Other-77").error_of("confirm_password")
    assert not Opening.objects.exists()


def test_the_rules_of_a_first_password_speak_of_no_earlier_one(browser):
    verify(browser)
    assert 'data-rule="length"' in browser.text
    assert 'data-rule="reused"' not in browser.text


# What can't be got around.


@pytest.mark.requirement("S-046")
@pytest.mark.parametrize("step", ["opening-password", "contact-phone"])
def test_a_step_can_t_be_reached_before_those_that_come_first(browser, step):
    open_account(browser, EMAIL)
    fields = {"new_password": PASSWORD, "confirm_password": PASSWORD, "phone": PHONE}
    browser.submit(step=step, **fields)
    assert browser.step == "opening-code"
    browser.submit(**fields, code="")
    assert browser.step == "opening-code"
    assert not Account.objects.filter(name="New Account").exists()


@pytest.mark.requirement("S-059")
def test_fields_that_a_form_doesn_t_have_change_nothing(browser):
    more = {
        "account_id": "111122223333",
        "id": "111122223333",
        "state": "closed",
        "kind": "operator",
    }
    browser.visit(f"{SIGNIN}open-account")
    browser.submit(email=EMAIL, account_name="New Account", **more)
    browser.submit(code=newest_code(EMAIL), **more)
    browser.submit(new_password=PASSWORD, confirm_password=PASSWORD, **more)
    browser.submit(phone=PHONE, **more)
    root_user = Principal.objects.get(username=EMAIL)
    assert (root_user.kind, root_user.account.state) == ("root-user", "active")
    assert root_user.account_id != "111122223333"


@pytest.mark.requirement("S-032")
def test_the_code_dies_with_a_newer_one_after_five_tries_and_ten_minutes(browser):
    clock.freeze()
    open_account(browser, EMAIL)
    first = newest_code(EMAIL)
    browser.submit(button="act=resend")
    if first != newest_code(EMAIL):
        assert "not the code" in browser.submit(code=first).error_of("code")
    wrong = "000000" if newest_code(EMAIL) != "000000" else "111111"
    for _ in range(5):
        browser.submit(code=wrong)
    assert "can't be used" in browser.submit(code=newest_code(EMAIL)).error_of("code")
    browser.submit(button="act=resend")
    clock.advance(timedelta(minutes=10))
    assert "can't be used" in browser.submit(code=newest_code(EMAIL)).error_of("code")
    browser.submit(button="act=resend")
    assert browser.submit(code=newest_code(EMAIL)).step == "opening-password"


@pytest.mark.requirement("S-032")
def test_a_code_is_good_for_its_own_attempt_only(browser, new_browser):
    open_account(browser, EMAIL)
    code = newest_code(EMAIL)
    other = open_account(new_browser(), EMAIL)
    if code != newest_code(EMAIL):
        assert other.submit(code=code).step == "opening-code"


@pytest.mark.requirement("S-032")
def test_wrong_codes_are_counted_over_all_attempts(browser, new_browser):
    statuses = set()
    for _ in range(3):
        there = open_account(new_browser(), EMAIL)
        wrong = "000000" if newest_code(EMAIL) != "000000" else "111111"
        statuses |= {there.submit(code=wrong).status for _ in range(5)}
    assert statuses == {200, 429}
    open_account(browser, EMAIL)
    assert browser.submit(code=newest_code(EMAIL)).status == 429


def test_the_finished_form_sent_again_makes_no_second_account(browser):
    up_to_the_phone(browser)
    url, token = browser.url, browser.cookie("vestibule-csrf", SIGNIN)
    browser.submit(phone=PHONE)
    before = root_users()
    browser.post(url, {"phone": PHONE, "csrfmiddlewaretoken": token})
    assert root_users() == before


def test_what_is_known_of_an_opening_is_no_secret(browser):
    up_to_the_phone(browser)
    facts = str(Attempt.objects.latest("begun_at").facts)
    assert PASSWORD not in facts
    assert "argon2" not in facts
    assert Opening.objects.get().encoded.startswith("argon2")
    Attempt.objects.all().delete()
    assert not Opening.objects.exists()
    assert ROOT[0] not in facts
