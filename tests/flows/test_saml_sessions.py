"""What somebody does who came to the console from an identity provider."""

import pytest

from accounts.models import Session
from signin.faults import faults
from signin.faults.models import Kind
from tests.browser import CONSOLE, address
from tests.flows.admin_walks import act, page
from tests.flows.saml_walks import FROM_IDP, is_refused, living, send
from tests.flows.switch_walks import understand
from tests.saml_roles import (
    ACCOUNT,
    answer,
    make_provider,
    make_role,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ZHANG = "Federated/zhang@example.com @ example-corp"


@pytest.fixture
def provider():
    return make_provider()


@pytest.fixture
def role(provider):
    return make_role("Federated", provider)


@pytest.mark.requirement("S-045")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("iam/security_credentials", 200),
        ("support/home", 200),
        ("switch-role", 200),
        ("iam/password", 404),
        ("iam/mfa/new", 404),
        ("account/", 404),
    ],
)
def test_somebody_who_came_by_saml_is_a_role_at_the_console(browser, role, provider, path, status):
    send(browser, answer((role, provider))).submit("saml_form")
    assert browser.visit(CONSOLE + path).status == status
    assert status == 404 or browser.signed_in_as == ZHANG


def test_a_role_that_came_by_saml_switches_to_another_one(browser, role, provider):
    audit = make_role("Switched", provider)
    audit.trusts = [role.arn]
    audit.save()
    send(browser, answer((role, provider))).submit("saml_form")
    understand(browser, f"?account={ACCOUNT}&roleName=Switched&displayName=Elsewhere")
    browser.submit("switch-role-form")
    assert browser.signed_in_as.startswith("Elsewhere")


def test_whoever_signs_out_is_signed_out(browser, role, provider):
    send(browser, answer((role, provider))).submit("saml_form")
    browser.submit("sign-out")
    assert not living().exists()
    assert browser.visit(CONSOLE).signed_in_as is None


def test_the_operator_sees_the_session_with_whom_the_provider_named(
    operator, browser, role, provider
):
    send(browser, answer((role, provider))).submit("saml_form")
    operator.visit(page("session/?living=yes&door=console"))
    assert operator.status == 200
    assert "zhang@example.com" in operator.words
    for session in Session.objects.all():
        assert operator.visit(page(f"session/{session.pk}/change/")).status == 200
    act(operator, "session/", "end", str(Session.objects.get(door="console").pk))
    assert browser.visit(CONSOLE).signed_in_as is None


@pytest.mark.requirement("S-049")
def test_only_the_endpoint_itself_takes_what_pages_of_others_post(browser):
    for path in ("/saml/session", "/saml/", "/samlx", "/federation/session"):
        browser.post(address("signin.aws.amazon.com", path), {}, **FROM_IDP)
        assert (browser.status, 'id="foreign-page"' in browser.text) == (403, True), path


def test_a_fault_that_is_armed_refuses_whoever_comes_next(browser, role, provider):
    faults.arm(Kind.IDENTITY_PROVIDER, 1)
    assert is_refused(send(browser, answer((role, provider))))
    assert send(browser, answer((role, provider))).status == 200
