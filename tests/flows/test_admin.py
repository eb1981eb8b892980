"""The operator at the admin site, through its pages."""

import re
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from django.contrib.admin.models import LogEntry

from accounts import lockout, passwords
from accounts.models import (
    Account,
    KnownBrowser,
    Lockout,
    PasswordPolicy,
    Principal,
    Session,
    VerificationCode,
)
from signin.control import operators
from signin.events.models import Event
from signin.flow.models import Attempt
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import CONSOLE, DESK
from tests.walks import (
    EXAMPLE_CORP,
    ROOT,
    SANDBOX,
    ZHANG,
    name_root,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ADMIN = DESK + "admin/"
NEW_PASSWORD = "A-new-password-7"


def page(path: str) -> str:
    """Return the address of a page about accounts and who is in them."""
    return f"{ADMIN}accounts/{path}"


def log_in(browser, username, password):
    return browser.visit(ADMIN).submit("login-form", username=username, password=password)


def act(browser, path, action, *chosen):
    """Choose rows of a list and do something with them."""
    browser.visit(page(path))
    return browser.submit("changelist-form", action=action, _selected_action=list(chosen))


def set_password(browser, person, password, **fields):
    kind = "rootuser" if person.kind == Principal.Kind.ROOT_USER else "iamuser"
    browser.visit(page(f"{kind}/{person.pk}/password/"))
    fields = {"new_password": password, "new_password_again": password, **fields}
    return browser.submit("password-form", **fields)


def named(username):
    return Principal.objects.get(folded=username)


def is_signed_in(browser):
    return browser.visit(CONSOLE + "console/home").signed_in_as is not None


@pytest.fixture
def operator(new_browser):
    """Return a browser in which the operator is logged in."""
    browser = new_browser()
    log_in(browser, operators.NAME, operators.create())
    assert browser.url == ADMIN
    return browser


@pytest.mark.requirement("S-111")
def test_the_operator_logs_in_with_the_password_made_at_the_first_start(browser):
    password = operators.create()
    log_in(browser, operators.NAME, "not " + password)
    assert "Please enter the correct" in browser.words
    log_in(browser, operators.NAME, password)
    assert browser.url == ADMIN
    assert "Lockouts" in browser.words
    assert "Groups" not in browser.words


@pytest.mark.requirement("S-011", "S-012", "S-014")
def test_after_ten_wrong_passwords_the_operator_waits_even_with_the_right_one(browser):
    password = operators.create()
    for name in ["operator", "OPERATOR "] * 5:
        log_in(browser, name, "wrong")
        assert "Please enter the correct" in browser.words
    log_in(browser, operators.NAME, password)
    assert "Too many tries" in browser.words
    clock.advance(timedelta(seconds=61))
    assert log_in(browser, operators.NAME, password).url == ADMIN


@pytest.mark.requirement("S-005", "S-008", "S-012")
def test_the_operators_own_password_is_changed_with_the_present_one_only(new_browser):
    password = operators.create()
    operator = log_in(new_browser(), operators.NAME, password)
    elsewhere = log_in(new_browser(), operators.NAME, password)
    composed, decomposed = "Pass-caf\u00e9-7", "Pass-cafe\u0301-7"

    def change(old):
        operator.visit(ADMIN + "password_change/")
        fields = {"old_password": old, "new_password1": decomposed, "new_password2": decomposed}
        return operator.post(operator.url, {**fields, **csrf(operator)})

    assert "was entered incorrectly" in change("wrong").words
    assert "Your password was changed" in change(password).words
    assert operator.visit(ADMIN).url == ADMIN
    assert elsewhere.visit(ADMIN).url.startswith(ADMIN + "login/")
    assert log_in(elsewhere, operators.NAME, composed).url == ADMIN
    for _ in range(10):
        change("wrong")
    assert "Too many tries" in change(composed).words


@pytest.mark.parametrize("person", [ROOT, ZHANG])
def test_only_operators_get_in(browser, person):
    operators.create()
    log_in(browser, *person)
    assert "Please enter the correct" in browser.words
    assert browser.visit(page("account/")).url.startswith(ADMIN + "login/")


def test_accounts_are_listed_with_their_people_and_found_by_a_grouped_id(operator):
    operator.visit(page("account/"))
    assert "1111-2222-3333 Example Corp example-corp active root@example.com 4" in operator.words
    operator.visit(page("account/?q=4444-5555-6666"))
    assert "Example Sandbox" in operator.words
    assert "Example Corp" not in operator.words
    operator.visit(page("account/?state=suspended"))
    assert "Example Suspended" in operator.words
    assert "Example Corp" not in operator.words


def test_the_form_of_a_user_offers_accounts(operator):
    query = "app_label=accounts&model_name=iamuser&field_name=account&term=4444-5555-6666"
    operator.visit(f"{ADMIN}autocomplete/?{query}")
    assert operator.page.json()["results"] == [
        {"id": "444455556666", "text": "Example Sandbox (4444-5555-6666)"}
    ]


def test_an_account_is_added_without_an_alias_and_keeps_its_id(operator):
    new = {"id": "999900001111", "name": "New Corp", "state": "active", "captcha_mode": "always"}
    operator.visit(page("account/add/"))
    operator.submit("account_form", **new, email_code_mode="never")
    account = Account.objects.get(pk="999900001111")
    assert account.alias is None
    operator.visit(page("account/999900001111/change/"))
    assert 'name="id"' not in operator.text
    change = {"name": "Newer", "state": "active", "captcha_mode": "never", "id": "1" * 12}
    operator.submit("account_form", **change, email_code_mode="never")
    account.refresh_from_db()
    assert (account.name, account.captcha_mode) == ("Newer", "never")


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("alias", "123456789012", "not twelve digits"),
        ("alias", "eu-west-1", "region's name"),
        ("alias", "Example", "lower-case letters"),
        ("alias", "example-corp", "already exists"),
        ("name", "Société", "without accents"),
        ("name", "x" * 51, "at most 50 characters"),
        ("id", "12345", "Twelve digits"),
        ("id", EXAMPLE_CORP, "already exists"),
    ],
)
def test_an_account_that_can_not_be_is_refused(operator, field, value, problem):
    new = {"id": "999900001111", "name": "New Corp", "alias": "new-corp", "state": "active"}
    new |= {"captcha_mode": "always", "email_code_mode": "never", field: value}
    operator.visit(page("account/add/")).submit("account_form", **new)
    assert problem in operator.words
    assert not Account.objects.filter(name="New Corp", pk="999900001111").exists()


@pytest.mark.requirement("S-044")
def test_closing_suspending_and_reopening_set_the_dates_and_end_iam_users_sessions(
    operator, new_browser
):
    clock.freeze()
    zhang = sign_in_as_iam_user(new_browser())
    root_user = sign_in_as_root(new_browser(), *ROOT)
    account = Account.objects.get(pk=EXAMPLE_CORP)

    act(operator, "account/", "suspend", EXAMPLE_CORP)
    assert "1 account is now: suspended." in operator.words
    account.refresh_from_db()
    assert (account.state, account.closed_at, account.expires_at) == ("suspended", None, None)
    assert not is_signed_in(zhang)
    assert root_user.visit(CONSOLE + "console/home").status == 200
    assert Session.objects.filter(principal=named(ROOT[0]), ended_at=None).exists()

    act(operator, "account/", "close", EXAMPLE_CORP)
    account.refresh_from_db()
    assert (account.state, account.closed_at) == ("closed", clock.now())
    assert account.expires_at == clock.now() + timedelta(days=90)

    act(operator, "account/", "make_active", EXAMPLE_CORP)
    act(operator, "account/", "suspend", EXAMPLE_CORP)
    assert "No selected account is in a state for that." in operator.words
    act(operator, "account/", "reopen", EXAMPLE_CORP)
    account.refresh_from_db()
    assert (account.state, account.closed_at, account.expires_at) == ("active", None, None)
    assert sign_in_as_iam_user(zhang).signed_in_as


def test_a_state_chosen_in_the_form_sets_the_dates_too(operator):
    clock.freeze()
    change = {"captcha_mode": "never", "email_code_mode": "never"}
    account = Account.objects.get(pk=EXAMPLE_CORP)
    for state, closed_at in [("closed", clock.now()), ("suspended", None), ("active", None)]:
        operator.visit(page(f"account/{EXAMPLE_CORP}/change/"))
        operator.submit("account_form", state=state, **change)
        account.refresh_from_db()
        assert (account.state, account.closed_at) == (state, closed_at)
        assert bool(account.expires_at) == bool(closed_at)


@pytest.mark.requirement("R-237")
def test_an_account_closed_for_good_is_not_reopened(operator):
    clock.advance(timedelta(days=81))  # it was closed ten days ago
    act(operator, "account/", "reopen", "123456789012")
    assert "No selected account is in a state for that." in operator.words
    operator.visit(page("account/123456789012/change/"))
    operator.submit("account_form", state="active", captcha_mode="never", email_code_mode="never")
    assert "closed for good" in operator.words
    assert Account.objects.get(pk="123456789012").state == "closed"


@pytest.mark.requirement("S-044")
def test_a_deleted_account_takes_its_people_and_their_sessions_along(operator, new_browser):
    zhang = sign_in_as_iam_user(new_browser())
    lockout.admit(("somebody",), ip="127.0.0.1", principal=named("zhang"))
    operator.visit(page(f"account/{EXAMPLE_CORP}/delete/"))
    assert "Are you sure" in operator.words
    operator.post(operator.url, {"post": "yes", **csrf(operator)})
    assert not Account.objects.filter(pk=EXAMPLE_CORP).exists()
    assert not Principal.objects.filter(username="zhang").exists()
    assert not is_signed_in(zhang)


@pytest.mark.requirement("R-078", "S-059")
def test_a_new_iam_user_signs_in_and_the_form_chooses_no_kind(operator, new_browser):
    operator.visit(page(f"iamuser/add/?account={EXAMPLE_CORP}"))
    more = {"kind": "operator", "realm": "", "unique_id": "AIDAx", "is_staff": "on"}
    new = {"username": "New.User", "account": EXAMPLE_CORP, **more}
    operator.submit(
        "iamuser_form", **new, new_password=NEW_PASSWORD, new_password_again=NEW_PASSWORD
    )
    assert "was added successfully" in operator.words
    person = named("new.user")
    assert (person.kind, person.realm) == (Principal.Kind.IAM_USER, EXAMPLE_CORP)
    assert person.unique_id.endswith("EXAMPLE")
    assert sign_in_as_iam_user(new_browser(), "new.user", NEW_PASSWORD).signed_in_as


def test_an_iam_user_may_have_no_console_access_or_have_to_change_the_password(operator):
    for name, password in [("no.password", ""), ("must.change", NEW_PASSWORD)]:
        operator.visit(page("iamuser/add/"))
        passwords = {"new_password": password, "new_password_again": password}
        new = {"username": name, "account": EXAMPLE_CORP, "must_change_password": "on"}
        operator.submit("iamuser_form", **new, **passwords)
    assert not named("no.password").has_usable_password()
    assert not named("no.password").must_change_password
    assert named("must.change").must_change_password


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"username": "ZHANG"}, "Another IAM user of this account has this name"),
        ({"username": "two words"}, "no blanks"),
        ({"username": "x" * 65}, "up to 64"),
        ({"account": ""}, "This field is required"),
        ({"new_password_again": "other"}, "not the same"),
        ({"new_password_again": ""}, "not the same"),
        ({"new_password": "x" * 129, "new_password_again": "x" * 129}, "128 characters"),
    ],
)
@pytest.mark.requirement("S-001", "S-009")
def test_an_iam_user_that_can_not_be_is_refused(operator, fields, problem):
    operator.visit(page("iamuser/add/"))
    new = {"username": "new.user", "account": EXAMPLE_CORP}
    passwords = {"new_password": NEW_PASSWORD, "new_password_again": NEW_PASSWORD}
    operator.submit("iamuser_form", **(new | passwords | fields))
    assert problem in operator.words
    assert Principal.objects.filter(kind="iam-user", account=EXAMPLE_CORP).count() == 4


def test_a_name_may_return_in_another_account_and_in_other_capitals(operator):
    operator.visit(page("iamuser/add/"))
    operator.submit("iamuser_form", username="zhang", account="444455556666")
    assert Principal.objects.filter(folded="zhang").count() == 2
    zhang = Principal.objects.get(folded="zhang", account=EXAMPLE_CORP)
    operator.visit(page(f"iamuser/{zhang.pk}/change/"))
    operator.submit("iamuser_form", username="Zhang", account="444455556666")
    zhang.refresh_from_db()
    assert (zhang.username, zhang.account_id) == ("Zhang", EXAMPLE_CORP)


@pytest.mark.requirement("R-236")
def test_an_email_and_an_account_have_one_root_user_at_most(operator):
    Account.objects.create(id="999900001111", name="No Owner")
    for account, email, problem in [
        ("999900001111", "Root@Example.COM", "Another root user has this e-mail address"),
        (EXAMPLE_CORP, "second@example.com", "has a root user already"),
        ("999900001111", "no address", "Type the whole address"),
    ]:
        operator.visit(page("rootuser/add/"))
        operator.submit("rootuser_form", account=account, username=email)
        assert problem in operator.words
    operator.submit("rootuser_form", account="999900001111", username="root+tag@example.com")
    assert named("root+tag@example.com").kind == Principal.Kind.ROOT_USER


@pytest.mark.requirement("S-006", "S-029", "S-044")
def test_a_new_password_works_and_signs_the_user_out_everywhere(operator, new_browser):
    zhang = sign_in_as_iam_user(new_browser())
    set_password(operator, named("zhang"), NEW_PASSWORD)
    assert "A new password is set for zhang" in operator.words
    assert not is_signed_in(zhang)
    assert not sign_in_as_iam_user(zhang).signed_in_as
    assert sign_in_as_iam_user(zhang, "zhang", NEW_PASSWORD).signed_in_as
    operator.visit(page(f"iamuser/{named('zhang').pk}/history/"))
    assert "A new password is set for zhang" in operator.words
    assert NEW_PASSWORD not in operator.text
    assert NEW_PASSWORD not in str(list(LogEntry.objects.values()))


@pytest.mark.requirement("S-068")
def test_a_new_password_of_a_root_user_forgets_known_browsers(operator, new_browser):
    root_user = sign_in_as_root(new_browser(), *SANDBOX).submit("sign-out")
    set_password(operator, named(SANDBOX[0]), NEW_PASSWORD)
    name_root(root_user, SANDBOX[0]).submit(password=NEW_PASSWORD)
    assert root_user.step == "email-code"


@pytest.mark.requirement("S-007", "S-009")
def test_a_password_is_typed_twice_into_masked_fields(operator):
    zhang = named("zhang")
    set_password(operator, zhang, NEW_PASSWORD, new_password_again="another")
    assert "not the same as the password above" in operator.words
    assert NEW_PASSWORD not in operator.text
    fields = re.findall(r'<input type="password"[^>]*>', operator.text)
    assert len(fields) == 2
    assert all('autocomplete="new-password"' in field for field in fields)
    assert named("zhang").password == zhang.password


def test_the_operator_can_demand_a_password_of_the_users_own(operator, new_browser):
    set_password(operator, named("zhang"), NEW_PASSWORD, must_change_password="on")
    browser = sign_in_as_iam_user(new_browser(), "zhang", NEW_PASSWORD)
    assert browser.step == "new-password"


def test_a_password_that_is_made_up_is_shown_once_and_stored_nowhere(operator, new_browser):
    set_password(operator, named("zhang"), "", autogenerate="on", must_change_password="on")
    made_up = re.search(r'id="made-up-password">(.*?)</code>', operator.text)[1]
    assert passwords.is_right(named("zhang"), made_up)
    assert made_up not in operator.visit(ADMIN).text
    assert made_up not in str([event.document for event in Event.objects.all()])
    browser = sign_in_as_iam_user(new_browser(), "zhang", made_up)
    assert browser.step == "new-password"


@pytest.mark.parametrize(("password", "autogenerate"), [("", None), (NEW_PASSWORD, "on")])
def test_a_password_is_either_typed_or_made_up(operator, password, autogenerate):
    set_password(operator, named("zhang"), password, autogenerate=autogenerate)
    assert "Type a password, or have one made up" in operator.words
    assert passwords.is_right(named("zhang"), ZHANG[1])


@pytest.mark.requirement("R-233")
def test_the_operator_says_who_may_change_their_own_password(operator):
    operator.visit(page(f"iamuser/{named('zhang').pk}/change/"))
    operator.submit("iamuser_form", may_change_password="false")
    assert named("zhang").may_change_password is False


def test_what_an_operator_does_to_passwords_is_in_the_account_s_events(operator):
    operator.visit(page("iamuser/add/"))
    new = {"username": "new.user", "account": EXAMPLE_CORP, "must_change_password": "on"}
    typed = {"new_password": NEW_PASSWORD, "new_password_again": NEW_PASSWORD}
    operator.submit("iamuser_form", **new, **typed)
    set_password(operator, named("new.user"), "Another-kettle-7")
    operator.visit(page(f"iamuser/{named('new.user').pk}/change/"))
    operator.submit("iamuser_form", must_change_password="on")
    act(operator, "iamuser/", "take_console_access_away", named("new.user").pk)
    set_password(operator, named(ROOT[0]), NEW_PASSWORD)
    recorded = [event.document for event in Event.objects.order_by("id")]
    assert [(each["eventName"], each["requestParameters"]) for each in recorded] == [
        ("CreateLoginProfile", {"userName": "new.user", "passwordResetRequired": True}),
        ("UpdateLoginProfile", {"userName": "new.user", "passwordResetRequired": False}),
        ("UpdateLoginProfile", {"userName": "new.user", "passwordResetRequired": True}),
        ("DeleteLoginProfile", {"userName": "new.user"}),
    ]
    profile = recorded[0]["responseElements"]["loginProfile"]
    assert profile["userName"] == "new.user"
    assert {each["userIdentity"]["type"] for each in recorded} == {"Root"}
    assert {each["recipientAccountId"] for each in recorded} == {EXAMPLE_CORP}
    assert NEW_PASSWORD not in str(recorded)


def test_a_policy_is_given_to_an_account_changed_and_taken_away(operator):
    operator.visit(page("passwordpolicy/add/"))
    operator.submit("passwordpolicy_form", account=EXAMPLE_CORP, minimum_length="5")
    assert "greater than or equal to 6" in operator.words
    operator.submit("passwordpolicy_form", account=EXAMPLE_CORP, hard_expiry="on")
    assert "after how many days" in operator.words
    operator.visit(page("passwordpolicy/add/"))
    operator.submit(
        "passwordpolicy_form", account=EXAMPLE_CORP, minimum_length="14", max_age_days="60"
    )
    policy = Account.objects.get(id=EXAMPLE_CORP).password_policy
    assert (policy.minimum_length, policy.max_age_days) == (14, 60)
    operator.visit(page(f"passwordpolicy/{EXAMPLE_CORP}/change/"))
    operator.submit("passwordpolicy_form", reuse_prevention="3", users_may_change=None)
    operator.visit(page(f"passwordpolicy/{EXAMPLE_CORP}/delete/"))
    operator.post(operator.url, {"post": "yes", **csrf(operator)})
    assert not PasswordPolicy.objects.filter(account=EXAMPLE_CORP).exists()
    recorded = [event.document for event in Event.objects.order_by("id")]
    assert [each["eventName"] for each in recorded] == [
        "UpdateAccountPasswordPolicy",
        "UpdateAccountPasswordPolicy",
        "DeleteAccountPasswordPolicy",
    ]
    assert {each["userAgent"] for each in recorded} == {"console.amazonaws.com"}
    assert recorded[1]["requestParameters"] == {
        "minimumPasswordLength": 14,
        "requireSymbols": False,
        "requireNumbers": False,
        "requireUppercaseCharacters": False,
        "requireLowercaseCharacters": False,
        "allowUsersToChangePassword": False,
        "hardExpiry": False,
        "maxPasswordAge": 60,
        "passwordReusePrevention": 3,
    }


def test_console_access_is_taken_away_by_a_button_and_for_many_at_once(operator, new_browser):
    zhang = sign_in_as_iam_user(new_browser())
    operator.visit(page(f"iamuser/{named('zhang').pk}/password/"))
    operator.submit("take-away-form")
    assert not named("zhang").has_usable_password()
    assert not is_signed_in(zhang)
    act(operator, "iamuser/", "take_console_access_away", str(named("jane.doe").pk))
    assert not named("jane.doe").has_usable_password()
    assert named("new.starter").has_usable_password()


def test_a_password_page_of_nobody_or_of_another_kind_is_not_there(operator):
    for path in ["iamuser/0/password/", f"iamuser/{named(ROOT[0]).pk}/password/"]:
        assert operator.visit(page(path)).status == 404


def test_ending_a_session_signs_that_browser_out(operator, new_browser):
    first, second = sign_in_as_iam_user(new_browser()), sign_in_as_iam_user(new_browser())
    operator.visit(page("session/?living=yes&door=console"))
    assert operator.words.count("zhang @ 1111-2222-3333") == 2
    session = Session.objects.filter(door="console").earliest("created_at")
    act(operator, "session/", "end", str(session.pk))
    assert not is_signed_in(first)
    assert is_signed_in(second)
    operator.visit(page("session/?living=no&door=console"))
    assert operator.words.count("zhang @ 1111-2222-3333") == 1


@pytest.mark.requirement("S-013")
def test_a_released_lockout_lets_the_user_in_again(operator, browser):
    for _ in range(10):
        sign_in_as_iam_user(browser, "zhang", "wrong")
    sign_in_as_iam_user(browser)
    assert "Too many tries" in browser.words
    operator.visit(page("lockout/?kind=identity"))
    assert "zhang @ 1111-2222-3333 10 10" in operator.words
    row = next(row for row in operator.text.split("<tr>") if "zhang" in row)
    stand_in = re.search(r'name="_selected_action" value="(\w+)"', row)
    act(operator, "lockout/", "release", stand_in[1])
    assert "1 lockout is released." in operator.words
    assert not Lockout.objects.filter(principal=named("zhang")).exists()
    assert sign_in_as_iam_user(browser).signed_in_as


@pytest.mark.requirement("S-108")
def test_events_are_neither_changed_nor_deleted(operator, new_browser):
    sign_in_as_iam_user(new_browser())
    event = Event.objects.get()
    shown = ADMIN + f"events/event/{event.pk}/"
    assert '"eventName": "ConsoleLogin"' in operator.visit(shown + "change/").text
    for answer in [
        operator.visit(ADMIN + "events/event/add/"),
        operator.visit(shown + "delete/"),
        operator.visit(shown + "change/").post(shown + "change/", csrf(operator)),
    ]:
        assert answer.status == 403
    operator.visit(ADMIN + "events/event/?name__exact=ConsoleLogin")
    assert 'value="delete_selected"' not in operator.text
    assert Event.objects.get() == event


def test_messages_and_known_browsers_can_be_deleted(operator, new_browser):
    sign_in_as_root(new_browser(), *SANDBOX)
    message, known = Message.objects.get(), KnownBrowser.objects.get()
    for path in [f"mailbox/message/{message.pk}", f"accounts/knownbrowser/{known.pk}"]:
        operator.visit(f"{ADMIN}{path}/delete/")
        operator.post(operator.url, {"post": "yes", **csrf(operator)})
    assert not Message.objects.exists()
    assert not KnownBrowser.objects.exists()


@pytest.mark.requirement("S-006", "S-107")
def test_no_page_of_the_admin_site_shows_a_hash_a_key_or_a_digest(operator, new_browser):
    sign_in_as_root(new_browser(), *SANDBOX)
    sign_in_as_iam_user(new_browser())
    sign_in_as_iam_user(new_browser(), "zhang", "wrong")
    name_root(new_browser(), ROOT[0])
    set_password(operator, named("zhang"), NEW_PASSWORD)
    secrets = ["argon2", *Lockout.objects.values_list("key", flat=True)]
    for model, *columns in [
        (Session, "key_digest", "handoff_digest"),
        (KnownBrowser, "key_digest"),
        (Attempt, "browser_digest"),
        (VerificationCode, "digest"),
        (Principal, "password"),
    ]:
        for row in model.objects.values_list(*columns):
            secrets += [value for value in row if value]
    seen = crawl(operator, ADMIN)
    assert len(seen) > 60
    for url, text in seen.items():
        assert not [secret for secret in secrets if secret in text], url


def crawl(browser, start):
    """Return every page that links lead to from the start, by address."""
    waiting, seen = [start], {}
    while waiting:
        url = waiting.pop()
        text = browser.visit(url).text
        assert browser.status == 200, url
        seen[url] = text
        for link in re.findall(r'href="([^"#]*)"', text):
            target = urljoin(browser.url, link)
            sorts = re.search(r"[?&](o|e|locale|_changelist_filters|_popup)=", target)
            if target.startswith(start) and not sorts and target not in {*seen, *waiting}:
                waiting.append(target)
    return seen


def csrf(browser):
    """Return the token that the page's forms carry."""
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.text)
    return {"csrfmiddlewaretoken": token[1] if token else ""}
