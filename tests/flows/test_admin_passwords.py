"""The operator sets passwords and their policies at the admin site."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from accounts import passwords
from accounts.models import Account, PasswordPolicy
from signin.events.models import Event
from tests.flows.admin_walks import (
    ADMIN,
    NEW_PASSWORD,
    act,
    csrf,
    is_signed_in,
    named,
    page,
    set_password,
)
from tests.walks import (
    EXAMPLE_CORP,
    MAILED,
    ROOT,
    ZHANG,
    name_root,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


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
    root_user = sign_in_as_root(new_browser(), *MAILED).submit("sign-out")
    set_password(operator, named(MAILED[0]), NEW_PASSWORD)
    name_root(root_user, MAILED[0]).submit(password=NEW_PASSWORD)
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
