"""The operator logs in at the admin site and changes the password for it."""

from datetime import timedelta

import pytest

from signin.control import operators
from signin.kernel import clock
from tests.flows.admin_walks import ADMIN, csrf, log_in, page
from tests.walks import ROOT, ZHANG

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.requirement("S-111")
def test_the_operator_logs_in_with_the_password_made_at_the_first_start(browser):
    password = operators.create()
    log_in(browser, operators.NAME, "not " + password)
    assert "Please enter the correct" in browser.words
    log_in(browser, operators.NAME, password)
    assert browser.url == ADMIN
    assert "Lockouts" in browser.words
    assert "/admin/auth/" not in browser.text


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
