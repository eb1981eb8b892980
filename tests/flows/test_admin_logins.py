"""Logins of command lines in the admin site, and who may let programs in."""

import pytest

from accounts.models import Principal, Role
from signin.logins.models import Login, LoginPermission
from tests.browser import DESK
from tests.flows.admin_walks import ADMIN
from tests.programs import Program, let_in
from tests.walks import sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

LOGINS = f"{ADMIN}logins/login/"
PERMISSIONS = f"{ADMIN}logins/loginpermission/"


@pytest.fixture
def program(browser):
    found = Program()
    let_in(sign_in_as_iam_user(browser), found)
    return found


def test_a_login_is_listed_without_its_secrets(operator, program):
    login = Login.objects.get()
    for path in (LOGINS, f"{LOGINS}{login.pk}/change/"):
        operator.visit(path)
        assert "zhang" in operator.words
        for secret in (login.token_digest, login.thumbprint, login.request.code_digest):
            assert secret not in operator.text


def test_a_revoked_login_gets_nothing_more(operator, program):
    login = Login.objects.get()
    operator.visit(LOGINS)
    operator.submit("changelist-form", action="revoke", _selected_action=str(login.pk))
    assert "1 login is revoked." in operator.words
    assert program.refresh().error[2] == "TOKEN_EXPIRED"


def test_the_operator_says_who_may(operator, program):
    zhang = Principal.objects.get(username="zhang")
    operator.visit(f"{PERMISSIONS}add/")
    operator.submit("loginpermission_form", principal=str(zhang.pk), role="")
    assert program.refresh().error[2] == "INSUFFICIENT_PERMISSIONS"
    permission = LoginPermission.objects.get(principal=zhang)
    assert "zhang" in operator.visit(PERMISSIONS).words
    operator.visit(f"{PERMISSIONS}{permission.pk}/change/")
    operator.submit("loginpermission_form", is_allowed="on")
    assert program.refresh().status == 200


def test_it_is_an_iam_user_or_a_role(operator):
    zhang, role = Principal.objects.get(username="zhang"), Role.objects.get(name="Audit")
    root = Principal.objects.get(username="root@example.com")
    before = LoginPermission.objects.count()
    for fields in (
        {"principal": "", "role": ""},
        {"principal": str(zhang.pk), "role": str(role.pk)},
        {"principal": str(root.pk), "role": ""},
    ):
        operator.visit(f"{PERMISSIONS}add/").submit("loginpermission_form", **fields)
        assert "errorlist" in operator.text, fields
    assert LoginPermission.objects.count() == before
    operator.visit(f"{PERMISSIONS}add/")
    operator.submit("loginpermission_form", principal="", role=str(role.pk))
    assert LoginPermission.objects.get(role=role)
    assert f"{role} @ 4444-5555-6666" in operator.visit(PERMISSIONS).words


def test_the_desk_leads_there(operator):
    assert "loginpermission" in operator.visit(DESK + "admin/").text
