"""Accounts that say from where people may sign in to their consoles (newer behaviour C3)."""

from urllib.parse import urlencode

import pytest

from accounts import permission_statements, sessions
from accounts.models import Account, PermissionStatement, Principal, Role, Session
from signin.events.models import Event
from tests.brokers import federated_keys, login_url, role_keys, token_for
from tests.browser import CONSOLE, SIGNIN
from tests.console_access import DENIED, INSIDE, OUTSIDE, control, is_denied, outside
from tests.flows import saml_walks
from tests.flows.admin_directory_walks import confirm
from tests.flows.admin_walks import ADMIN, act
from tests.flows.login_walks import allow, deny
from tests.flows.portal_walks import clear, open_role, role_link
from tests.programs import CALLBACK, Program, let_in
from tests.saml_roles import answer, make_provider, make_role
from tests.walks import (
    EXAMPLE_CORP,
    ROOT,
    ZHANG,
    name_root,
    pass_captcha,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

SANDBOX = "444455556666"
ACCESS = f"/accounts/{EXAMPLE_CORP}/console_access"
STATEMENTS = f"{ADMIN}accounts/permissionstatement/"


def zhang():
    return Principal.objects.get(username="zhang")


def newest(name="ConsoleLogin"):
    return Event.objects.filter(name=name).latest("pk").document


def living():
    return Session.objects.filter(ended_at=None, door=sessions.SIGNIN)


def tells_of_denial(event, *, ip=OUTSIDE):
    return (
        event["errorCode"],
        event["errorMessage"],
        event["responseElements"],
        event["sourceIPAddress"],
    ) == ("AccessDenied", DENIED, {"ConsoleLogin": "Failure"}, ip)


class TestARootUser:
    def test_is_refused_before_the_password(self):
        control()
        browser = pass_captcha(name_root(outside(), ROOT[0]))
        assert is_denied(browser)
        assert 'type="password"' not in browser.text
        assert OUTSIDE in browser.words
        event = newest()
        assert tells_of_denial(event)
        assert event["userIdentity"]["type"] == "Root"
        assert event["recipientAccountId"] == EXAMPLE_CORP

    def test_signs_in_from_the_right_place(self, browser):
        control()
        assert sign_in_as_root(browser, *ROOT).signed_in_as

    def test_may_be_exempt(self):
        arn = f"arn:aws:iam::{EXAMPLE_CORP}:root"
        control(source_ip=INSIDE, excluded_principal=arn)
        assert sign_in_as_root(outside(), *ROOT).signed_in_as

    def test_who_has_the_page_already_proves_nothing(self, browser):
        pass_captcha(name_root(browser, ROOT[0]))
        control()
        browser.ip = OUTSIDE
        assert is_denied(browser.submit(password=ROOT[1]))
        assert not living().exists()
        browser.ip = INSIDE
        assert browser.visit(browser.url).step == "password"
        browser.ip = OUTSIDE
        assert is_denied(browser.submit(password="another-1"))

    def test_who_is_signed_in_is_asked_for_no_password_elsewhere(self, browser):
        sign_in_as_root(browser, *ROOT)
        control()
        browser.ip = OUTSIDE
        asked = {"prompt": "login", "redirect_uri": CONSOLE, "code_challenge": "c" * 43}
        browser.visit(f"{SIGNIN}oauth?{urlencode(asked)}")
        assert is_denied(browser)

    def test_an_e_mail_that_nobody_has_goes_on_to_the_password(self):
        control()
        browser = pass_captcha(name_root(outside(), "nobody@example.com"))
        assert browser.step == "password"


class TestAnIamUser:
    def test_can_t_tell_it_from_a_wrong_password(self, browser):
        wrong = sign_in_as_iam_user(browser, password="Wrong-demo-1").alert
        control()
        right = sign_in_as_iam_user(outside())
        assert (right.status, right.step, right.alert) == (200, "iam-user", wrong)
        event = newest()
        assert tells_of_denial(event)
        assert event["userIdentity"]["userName"] == "zhang"
        assert not living().exists()
        assert sign_in_as_iam_user(outside(), username="no.such").alert == wrong
        assert newest()["errorMessage"] == "No username found in supplied account"

    def test_signs_in_from_the_right_place(self, browser):
        control()
        assert sign_in_as_iam_user(browser).signed_in_as

    def test_may_be_exempt(self):
        control(source_ip=INSIDE, excluded_principal=zhang().arn)
        assert sign_in_as_iam_user(outside()).signed_in_as
        assert sign_in_as_iam_user(outside(), "jane.doe", "Jane-demo-1").step == "iam-user"

    def test_is_refused_after_the_proof_if_the_place_is_another_then(self, browser):
        sign_in_as_iam_user(browser, "new.starter", "Start-demo-1")
        assert browser.step == "new-password"
        control()
        browser.ip = OUTSIDE
        new = {"new_password": "Started-demo-2", "confirm_password": "Started-demo-2"}
        assert is_denied(browser.submit(password="Start-demo-1", **new))
        assert not living().exists()
        event = newest()
        assert tells_of_denial(event)
        assert event["userIdentity"]["arn"].endswith(":user/new.starter")

    def test_of_another_account_is_let_in(self):
        control(SANDBOX)
        assert sign_in_as_iam_user(outside()).signed_in_as

    def test_until_it_is_enabled_nothing_is_asked(self):
        control()
        account = Account.objects.get(pk=EXAMPLE_CORP)
        permission_statements.disable(account)
        assert sign_in_as_iam_user(outside()).signed_in_as

    def test_a_region_is_that_of_the_sign_in_host(self, browser):
        control(requested_region="eu-central-1")
        assert sign_in_as_iam_user(browser).step == "iam-user"
        browser.visit("http://eu-central-1.console.aws.amazon.com.localhost:8000/")
        browser.submit(user_type="iam", account="example-corp")
        browser.submit(username=ZHANG[0], password=ZHANG[1])
        assert browser.signed_in_as


def test_whoever_is_signed_in_gets_no_other_console_elsewhere(browser):
    sign_in_as_iam_user(browser)
    control()
    browser.ip = OUTSIDE
    assert browser.visit(CONSOLE + "console/home").signed_in_as  # what is open stays so
    browser.visit("http://eu-central-1.console.aws.amazon.com.localhost:8000/console/home?via=")
    assert is_denied(browser)
    assert tells_of_denial(newest())
    browser.ip = INSIDE
    browser.visit("http://eu-central-1.console.aws.amazon.com.localhost:8000/console/home?via=")
    assert browser.signed_in_as


class TestOthers:
    def test_a_role_of_a_broker(self):
        control(SANDBOX)
        address = login_url(token_for(role_keys()))
        browser = outside().visit(address)
        assert is_denied(browser)
        event = newest()
        assert tells_of_denial(event)
        assert event["userIdentity"]["arn"].endswith(":assumed-role/Audit/visitor")
        browser.ip = INSIDE
        assert browser.visit(address).signed_in_as  # the token is not used up

    def test_an_exempt_role_of_a_broker(self):
        role = Role.objects.get(name="Audit")
        control(SANDBOX, source_ip=INSIDE, excluded_principal=role.arn)
        assert outside().visit(login_url(token_for(role_keys()))).signed_in_as

    def test_a_federated_user(self):
        control()
        assert is_denied(outside().visit(login_url(token_for(federated_keys()))))
        arn = f"arn:aws:sts::{EXAMPLE_CORP}:federated-user/mary"
        PermissionStatement.objects.update(excluded_principal=arn)
        assert outside().visit(login_url(token_for(federated_keys()))).signed_in_as

    def test_somebody_who_comes_by_saml(self, browser):
        control()
        provider = make_provider()
        role = make_role("Visitors", provider)
        browser.ip = OUTSIDE
        saml_walks.send(browser, answer((role, provider)))
        assert is_denied(saml_walks.choose(browser, role))
        event = newest()
        assert tells_of_denial(event)
        assert event["additionalEventData"]["SamlProviderArn"] == provider.arn
        assert not living().filter(factors=["saml"]).exists()

    def test_from_the_portal_nobody_comes_from_a_network(self, browser):
        clear()
        control(SANDBOX, source_ip="127.0.0.0/8")
        open_role(browser)
        assert is_denied(browser)
        assert 'id="by-portal"' in browser.text
        assert tells_of_denial(newest(), ip=INSIDE)
        assert not living().exclude(role=None).exists()
        PermissionStatement.objects.all().delete()
        browser.visit(role_link("Developers"))
        assert "AWSReservedSSO_" in browser.signed_in_as


class TestAwsLogin:
    def test_somebody_lets_no_program_in_from_elsewhere(self, browser):
        sign_in_as_iam_user(browser)
        control()
        browser.ip = OUTSIDE
        program = Program()
        allow(browser.visit(program.address()))
        assert browser.status == 403
        assert 'id="login-not-from-here"' in browser.text
        event = newest("AuthorizeOAuth2Access")
        assert (event["errorCode"], event["errorMessage"]) == ("AccessDenied", DENIED)
        deny(browser)
        assert browser.url.startswith(f"{CALLBACK}?error=access_denied")

    def test_a_program_gets_no_credentials_elsewhere(self, browser):
        sign_in_as_iam_user(browser)
        program = Program()
        allow(browser.visit(program.address()))
        control(source_ip=OUTSIDE)
        refused = program.redeem(program.code_of(browser))
        assert refused.error == (403, "AccessDeniedException", "INSUFFICIENT_PERMISSIONS")
        event = newest("CreateOAuth2Token")
        assert (event["errorCode"], event["errorMessage"]) == ("AccessDenied", DENIED)

    def test_nor_new_ones(self, browser):
        program = Program()
        assert let_in(sign_in_as_iam_user(browser), program).status == 200
        control(source_ip=OUTSIDE)
        assert program.refresh().error[2] == "INSUFFICIENT_PERMISSIONS"
        permission_statements.clear(Account.objects.get(pk=EXAMPLE_CORP))
        assert program.refresh().status == 200


class TestTheWayOut:
    def test_the_control_api_shows_and_sets_and_clears_it(self, control):
        assert control("GET", ACCESS) == (200, {"enabled": False, "statements": []})
        body = {"enabled": True, "statements": [{"source_ip": INSIDE}]}
        status, told = control("PUT", ACCESS, body)
        assert (status, told["enabled"]) == (200, True)
        [statement] = told["statements"]
        assert statement["source_ip"] == INSIDE
        assert control("GET", ACCESS) == (200, told)
        assert is_denied(pass_captcha(name_root(outside(), ROOT[0])))
        assert control("PUT", ACCESS, {"enabled": False})[1]["statements"] == [statement]
        assert control("DELETE", ACCESS) == (200, {"enabled": False, "statements": []})

    def test_the_control_api_refuses_what_is_no_statement(self, control):
        for statements in ([{}], [{"source_ip": "x"}], [{"else": "x"}], [{"source_ip": "::1"}] * 2):
            body = {"enabled": True, "statements": statements}
            assert control("PUT", ACCESS, body)[0] == 422
        assert control("GET", "/accounts/999999999999/console_access")[0] == 404
        assert not PermissionStatement.objects.exists()

    def test_the_operator_shows_and_deletes_statements(self, operator):
        made = control()
        assert INSIDE in operator.visit(STATEMENTS).words
        confirm(act(operator, "permissionstatement/", "delete_selected", made))
        assert not PermissionStatement.objects.exists()

    def test_the_operator_lets_everybody_in_again(self, operator):
        control()
        operator.visit(f"{ADMIN}accounts/account/")
        operator.submit("changelist-form", action="let_everybody_in", _selected_action=EXAMPLE_CORP)
        assert "is open to everybody in it" in operator.words
        assert not PermissionStatement.objects.exists()
        assert sign_in_as_iam_user(outside()).signed_in_as

    def test_the_operator_adds_a_statement(self, operator):
        operator.visit(f"{STATEMENTS}add/")
        operator.submit("permissionstatement_form", account=EXAMPLE_CORP)
        assert "Give at least one condition." in operator.text
        operator.submit("permissionstatement_form", account=EXAMPLE_CORP, source_ip="nowhere")
        assert not PermissionStatement.objects.exists()
        operator.submit("permissionstatement_form", account=EXAMPLE_CORP, source_ip=INSIDE)
        made = PermissionStatement.objects.get()
        assert made.conditions == {"source_ip": INSIDE}


def test_the_page_is_in_japanese_too(japanese):
    control()
    japanese.ip = OUTSIDE
    pass_captcha(name_root(japanese, ROOT[0]))
    assert is_denied(japanese)
    assert "ここからはサインインできません" in japanese.words
