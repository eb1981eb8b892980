"""The operator makes roles that people of the console can switch to."""

import pytest

from accounts.models import PermissionSet, Role, RoleSwitch
from tests.browser import CONSOLE
from tests.flows.admin_walks import page
from tests.flows.portal_walks import clear, directory
from tests.walks import EXAMPLE_CORP, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

SANDBOX = "444455556666"
ZHANG = f"arn:aws:iam::{EXAMPLE_CORP}:user/zhang"
NEW = {
    "account": SANDBOX,
    "path": "/team/",
    "name": "Audit",
    "trusts": f"{ZHANG}\n\n arn:aws:iam::222233334444:root \n{ZHANG}",
    "external_id": "",
    "session_seconds": "7200",
}


@pytest.fixture(autouse=True)
def nothing_else(demo):
    """Leave no role but those that the operator makes."""
    clear()


def add(operator, **fields):
    return operator.visit(page("role/add/")).submit("role_form", **{**NEW, **fields})


def test_a_role_that_the_operator_makes_can_be_switched_to(operator, browser):
    add(operator)
    role = Role.objects.get()
    assert role.trusts == [ZHANG, "arn:aws:iam::222233334444:root"]
    assert (role.path, role.session_seconds) == ("/team/", 7200)
    assert role.unique_id.startswith("AROA")
    sign_in_as_iam_user(browser)
    browser.visit(CONSOLE + "switch-role").submit("switch-role-understood", "act=understood")
    browser.submit("switch-role-form", account=SANDBOX, role="team/Audit")
    assert browser.signed_in_as == "Audit/zhang @ 4444-5555-6666"


def test_a_role_keeps_its_arn_and_trusts_whom_the_operator_says(operator):
    add(operator)
    role = Role.objects.get()
    operator.visit(page(f"role/{role.pk}/change/"))
    assert role.arn in operator.words
    assert 'name="name"' not in operator.text
    assert ZHANG in operator.text
    operator.submit("role_form", trusts="", session_seconds="3600", name="Other")
    role.refresh_from_db()
    assert (role.name, role.trusts, role.session_seconds) == ("Audit", [], 3600)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"trusts": "everybody"}, "not the ARN"),
        ({"trusts": "*"}, "not the ARN"),
        ({"trusts": "arn:aws:iam::1:root"}, "not the ARN"),
        ({"trusts": "arn:aws:sts::444455556666:assumed-role/Audit/zhang"}, "not the ARN"),
        ({"name": "two words"}, "without blanks"),
        ({"name": "AWSReservedSSO_Audit"}, "Only Identity Center"),
        ({"name": "x" * 60, "path": "/team/"}, "up to 64 characters"),
        ({"path": "team"}, "begins and ends with /"),
        ({"path": "/aws-reserved/x/"}, "AWS's own"),
        ({"session_seconds": "60"}, "greater than or equal to 3600"),
        ({"session_seconds": "50000"}, "less than or equal to 43200"),
    ],
)
def test_a_role_that_can_not_be_is_refused(operator, fields, problem):
    add(operator, **fields)
    assert problem in operator.words
    assert not Role.objects.exists()


def test_an_account_has_a_role_name_once_in_whichever_capitals(operator):
    add(operator)
    add(operator, name="AUDIT", path="/")
    assert "has a role of this name" in operator.words
    assert Role.objects.count() == 1


def test_roles_of_permission_sets_are_not_the_operator_s_to_change(operator):
    permission_set = PermissionSet.objects.create(directory=directory(), name="Gone")
    made = Role.objects.create(
        account_id=SANDBOX,
        name="AWSReservedSSO_Gone_0123456789abcdef",
        permission_set=permission_set,
    )
    assert made.name not in operator.visit(page("role/")).words
    operator.visit(page(f"role/{made.pk}/change/"))
    assert 'id="role_form"' not in operator.text


def test_a_deleted_role_takes_its_switches_with_it(operator, browser):
    add(operator)
    sign_in_as_iam_user(browser)
    browser.visit(CONSOLE + "switch-role").submit("switch-role-understood", "act=understood")
    browser.submit("switch-role-form", account=SANDBOX, role="team/Audit")
    operator.visit(page(f"role/{Role.objects.get().pk}/delete/"))
    token = operator.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    operator.post(operator.url, {"csrfmiddlewaretoken": token, "post": "yes"})
    assert not Role.objects.exists()
    assert not RoleSwitch.objects.exists()
    assert browser.visit("/console/home").signed_in_as == "zhang @ example-corp"
