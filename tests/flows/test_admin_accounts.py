"""The operator adds, changes, closes and deletes accounts at the admin site."""

from datetime import timedelta

import pytest

from accounts import lockout
from accounts.models import Account, Principal, Session
from signin.kernel import clock
from tests.browser import CONSOLE
from tests.flows.admin_walks import act, csrf, is_signed_in, named, page
from tests.walks import EXAMPLE_CORP, ROOT, sign_in_as_iam_user, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_accounts_are_listed_with_their_people_and_found_by_a_grouped_id(operator):
    operator.visit(page("account/"))
    assert "1111-2222-3333 Example Corp example-corp active root@example.com 4" in operator.words
    operator.visit(page("account/?q=6666-7777-8888"))
    assert "Example Mailed" in operator.words
    assert "Example Corp" not in operator.words
    operator.visit(page("account/?state=suspended"))
    assert "Example Suspended" in operator.words
    assert "Example Corp" not in operator.words


def test_an_account_is_added_without_an_alias_and_keeps_its_id(operator):
    new = {"id": "999900001111", "name": "New Corp", "state": "active", "captcha_mode": "always"}
    new |= {"root_mfa_mode": "optional", "partition": "aws-cn"}
    operator.visit(page("account/add/"))
    operator.submit("account_form", **new, email_code_mode="never")
    account = Account.objects.get(pk="999900001111")
    assert (account.alias, account.partition) == (None, "aws-cn")
    operator.visit(page("account/999900001111/change/"))
    assert 'name="id"' not in operator.text
    assert 'name="partition"' not in operator.text
    change = {"name": "Newer", "state": "active", "captcha_mode": "never", "id": "1" * 12}
    change |= {"root_mfa_mode": "optional"}
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
    new |= {"captcha_mode": "always", "email_code_mode": "never", "root_mfa_mode": "optional"}
    new |= {field: value}
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
    change = {"captcha_mode": "never", "email_code_mode": "never", "root_mfa_mode": "optional"}
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
    change = {"captcha_mode": "never", "email_code_mode": "never", "root_mfa_mode": "optional"}
    operator.submit("account_form", state="active", **change)
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
