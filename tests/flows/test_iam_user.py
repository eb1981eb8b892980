"""Signing in as IAM user, through the pages."""

from datetime import timedelta

import pytest

from accounts import passwords
from accounts.models import Account, Principal
from signin.events.models import Event
from signin.kernel import clock
from tests.browser import CONSOLE, SIGNIN, address
from tests.walks import ACCOUNT_PAGE, EXAMPLE_CORP, ZHANG, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.requirement("R-029", "R-047", "R-062", "R-077", "R-082", "R-083", "R-085", "R-192")
def test_the_account_s_own_address_leads_to_its_page_with_the_account_filled_in(browser):
    browser.visit(ACCOUNT_PAGE)
    assert browser.step == "iam-user"
    assert browser.value_of("account") == "example-corp"
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.url == CONSOLE + "console/home"
    assert browser.signed_in_as == "zhang @ example-corp"


@pytest.mark.requirement("R-048", "R-212")
def test_the_account_s_number_works_as_sub_domain(browser):
    browser.visit(address(f"{EXAMPLE_CORP}.signin.aws.amazon.com", "/console"))
    assert browser.value_of("account") == EXAMPLE_CORP
    assert browser.submit(username=ZHANG[0], password=ZHANG[1]).signed_in_as


@pytest.mark.requirement("R-081", "R-009")
@pytest.mark.parametrize("account", ["111122223333", "1111-2222-3333", " Example-Corp "])
def test_the_main_page_leads_there_with_id_or_alias(browser, account):
    browser.visit(CONSOLE).submit(user_type="iam", account=account)
    assert browser.step == "iam-user"
    assert browser.value_of("account") == account.strip()
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.signed_in_as == "zhang @ example-corp"


@pytest.mark.requirement("R-204", "R-203")
def test_the_account_can_be_named_in_the_address(browser):
    browser.visit(CONSOLE + "?account=example-corp")
    assert browser.value_of("account") == "example-corp"
    browser.visit(SIGNIN + "console?account=111122223333")
    assert browser.value_of("account") == EXAMPLE_CORP


@pytest.mark.requirement("R-078", "R-079")
@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("a+=,.@_-Z9", True),
        ("someone@example.com", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("two words", False),
        ("ümlaut", False),
        ("semi;colon", False),
    ],
)
def test_user_names_have_letters_digits_and_a_few_signs(browser, name, good):
    if good:
        user = Principal(kind="iam-user", account_id=EXAMPLE_CORP, username=name)
        passwords.assign(user, "Long-enough-1")
        user.save()
    sign_in_as_iam_user(browser, name, "Long-enough-1")
    if good:
        assert browser.signed_in_as
    else:
        assert "64 letters" in browser.error_of("username")
        assert browser.value_of("username") == name
        assert browser.value_of("password") == ""


@pytest.mark.requirement("R-065", "R-082")
def test_a_browser_that_signed_in_as_iam_user_starts_there_next_time(browser):
    sign_in_as_iam_user(browser, remember_account="on").submit("sign-out")
    browser.visit(CONSOLE)
    assert browser.step == "iam-user"
    assert browser.value_of("account") == "example-corp"
    assert browser.value_of("username") == "zhang"
    assert browser.value_of("remember_account") == "on"


def test_without_the_tick_it_starts_there_but_knows_nothing(browser):
    browser.visit(CONSOLE).submit(user_type="iam", account="example-corp")
    browser.submit(username=ZHANG[0], password=ZHANG[1]).submit("sign-out")
    browser.visit(CONSOLE)
    assert browser.step == "iam-user"
    assert browser.value_of("account") == ""
    assert "example-corp" not in browser.text


@pytest.mark.requirement("R-065")
def test_the_way_back_to_the_root_user_s_page(browser):
    sign_in_as_iam_user(browser, remember_account="on").submit("sign-out")
    browser.visit(CONSOLE)
    browser.visit(link(browser, "root-user"))
    assert browser.step == "user-type"
    assert browser.visit(CONSOLE).step == "iam-user"


def test_signing_in_to_a_different_account_forgets_the_remembered_one(browser):
    sign_in_as_iam_user(browser, remember_account="on").submit("sign-out")
    browser.visit(CONSOLE)
    browser.visit(link(browser, "different-account"))
    assert browser.step == "user-type"
    assert browser.visit(CONSOLE).step == "user-type"


@pytest.mark.parametrize("cookie", ["garbage", "eyJhY2NvdW50IjoiPHNjcmlwdD4ifQ:x:y", ""])
def test_a_mangled_remembered_account_is_ignored(browser, cookie):
    browser.visit(CONSOLE)
    browser.cookies["signin.aws.amazon.com.localhost:8000"]["vestibule-remember-account"] = cookie
    assert browser.visit(CONSOLE).step == "user-type"


@pytest.mark.requirement("R-241", "S-020")
@pytest.mark.parametrize(("state", "says"), [("suspended", "suspended"), ("closed", "closed")])
def test_an_account_s_state_is_told_after_the_right_password_only(browser, state, says):
    account = Account.objects.get(id=EXAMPLE_CORP)
    account.state = state
    account.save()
    sign_in_as_iam_user(browser, password="wrong")
    assert "didn't match" in browser.alert
    browser.submit(password=ZHANG[1])
    assert says in browser.alert
    assert browser.signed_in_as is None
    outcomes = {event.outcome for event in Event.objects.all()}
    assert outcomes == {"Failure"}


def test_a_suspended_account_s_open_session_shows_that_page_only(browser):
    sign_in_as_iam_user(browser)
    Account.objects.filter(id=EXAMPLE_CORP).update(state="suspended")
    assert "is suspended" in browser.visit("/console/home").words


@pytest.mark.requirement("R-248", "R-033")
def test_people_of_other_doors_fail_at_the_console(browser):
    for kind in (
        Principal.Kind.DIRECTORY_USER,
        Principal.Kind.FEDERATED,
        Principal.Kind.BUILDER_ID,
    ):
        person = Principal(kind=kind, realm=EXAMPLE_CORP, username="jane@example.com")
        passwords.assign(person, "Jane-secret-1")
        person.save()
    sign_in_as_iam_user(browser, "jane@example.com", "Jane-secret-1")
    assert "didn't match" in browser.alert
    browser.visit(CONSOLE).submit(user_type="root", email="jane@example.com")
    assert browser.step == "captcha"


@pytest.mark.requirement("S-012")
def test_a_session_lasts_twelve_hours_to_the_second(browser):
    clock.freeze()
    sign_in_as_iam_user(browser)
    clock.advance(timedelta(hours=12, seconds=-1))
    assert browser.visit("/console/home").signed_in_as
    clock.advance(timedelta(seconds=1))
    browser.visit("/console/home")
    assert browser.status == 401
    assert "has ended" in browser.words


def link(browser, link_id):
    """Return where the link with this id leads."""
    return browser.text.split(f'id="{link_id}"')[0].rsplit('href="', 1)[1].split('"')[0]
