"""The operator adds and changes IAM users and root users at the admin site."""

import pytest

from accounts.models import Account, Principal
from tests.flows.admin_walks import ADMIN, NEW_PASSWORD, named, page
from tests.walks import EXAMPLE_CORP, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_the_form_of_a_user_offers_accounts(operator):
    query = "app_label=accounts&model_name=iamuser&field_name=account&term=6666-7777-8888"
    operator.visit(f"{ADMIN}autocomplete/?{query}")
    assert operator.page.json()["results"] == [
        {"id": "666677778888", "text": "Example Mailed (6666-7777-8888)"}
    ]


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
    operator.submit("iamuser_form", username="zhang", account="666677778888")
    assert Principal.objects.filter(folded="zhang").count() == 2
    zhang = Principal.objects.get(folded="zhang", account=EXAMPLE_CORP)
    operator.visit(page(f"iamuser/{zhang.pk}/change/"))
    operator.submit("iamuser_form", username="Zhang", account="666677778888")
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
