"""What STS records of a role that the console or the portal takes for somebody."""

import base64
import hashlib
from datetime import timedelta

import pytest

from accounts.models import Principal, Session
from signin.events.models import Event
from signin.kernel import clock
from tests import saml
from tests.browser import CONSOLE, address
from tests.console_access import OUTSIDE, control, is_denied
from tests.flows.portal_walks import (
    REGION,
    clear,
    directory,
    enter_portal,
    open_role,
    role_link,
    role_of,
)
from tests.flows.saml_walks import send
from tests.flows.switch_walks import CORP, SANDBOX, ZHANGS_ARN, add_role, switch, understand
from tests.saml_roles import answer, make_provider, make_role
from tests.walks import EXAMPLE_CORP, sign_in_as_iam_user

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("demo"),
    pytest.mark.requirement("S-108"),
]


@pytest.fixture(autouse=True)
def nothing_else(demo):
    """Leave no directory and no role but those of this module, and stop the clock."""
    clear()
    clock.freeze()


def recorded(*names):
    found = Event.objects.filter(name__in=names).order_by("id")
    return [event.document for event in found]


def names():
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def session_context(role, *, mfa="false"):
    return {
        "sessionIssuer": {
            "type": "Role",
            "principalId": role.unique_id,
            "arn": role.arn,
            "accountId": role.account_id,
            "userName": role.name,
        },
        "webIdFederationData": {},
        "attributes": {"creationDate": clock.written(clock.now()), "mfaAuthenticated": mfa},
    }


def qualifier_of(issuer, account, name):
    return base64.b64encode(hashlib.sha1(f"{issuer}{account}/{name}".encode()).digest()).decode()


class TestASwitch:
    def test_it_is_recorded_in_both_accounts(self, browser):
        audit, began_at = add_role(), clock.written(clock.now())
        zhang = Principal.objects.get(account=EXAMPLE_CORP, username="zhang")
        understand(sign_in_as_iam_user(browser))
        clock.advance(timedelta(minutes=5))
        switch(browser)
        here, there = recorded("AssumeRole")
        assert here["userIdentity"] == {
            "type": "IAMUser",
            "principalId": zhang.unique_id,
            "arn": ZHANGS_ARN,
            "accountId": EXAMPLE_CORP,
            "userName": "zhang",
            "sessionContext": {
                "attributes": {"creationDate": began_at, "mfaAuthenticated": "false"}
            },
        }
        assert there["userIdentity"] == {
            "type": "AWSAccount",
            "principalId": zhang.unique_id,
            "accountId": EXAMPLE_CORP,
        }
        assert here["recipientAccountId"] == EXAMPLE_CORP
        assert there["recipientAccountId"] == SANDBOX
        assert here["sharedEventID"] == there["sharedEventID"]
        assert here["requestID"] == there["requestID"]
        assert here["eventID"] != there["eventID"]
        for each in (here, there):
            assert each["eventSource"] == "sts.amazonaws.com"
            assert each["eventType"] == "AwsApiCall"
            assert each["readOnly"] is True
            assert each["userAgent"] == "signin.amazonaws.com"
            assert each["sourceIPAddress"] == "127.0.0.1"
            assert each["awsRegion"] == "us-east-1"
            assert each["requestParameters"] == {"roleArn": audit.arn, "roleSessionName": "zhang"}
            assert each["responseElements"] == {
                "assumedRoleUser": {
                    "assumedRoleId": f"{audit.unique_id}:zhang",
                    "arn": f"arn:aws:sts::{SANDBOX}:assumed-role/Audit/zhang",
                }
            }
        assert names() == ["ConsoleLogin", "AssumeRole", "AssumeRole", "SwitchRole"]

    def test_within_an_account_there_is_one_record(self, browser):
        add_role("Own", account_id=EXAMPLE_CORP)
        switch(understand(sign_in_as_iam_user(browser)), "Own", EXAMPLE_CORP)
        [only] = recorded("AssumeRole")
        assert only["recipientAccountId"] == EXAMPLE_CORP
        assert only["userIdentity"]["arn"] == ZHANGS_ARN
        assert "sharedEventID" not in only

    def test_each_switch_has_ids_of_its_own_and_names_who_signed_in(self, browser):
        add_role()
        add_role("Second")
        switch(switch(understand(sign_in_as_iam_user(browser))), "Second")
        here, _, again, _ = recorded("AssumeRole")
        assert again["userIdentity"]["arn"] == ZHANGS_ARN
        assert here["sharedEventID"] != again["sharedEventID"]
        assert here["requestID"] != again["requestID"]

    def test_going_back_takes_no_role(self, browser):
        add_role()
        switch(understand(sign_in_as_iam_user(browser)))
        Event.objects.all().delete()
        browser.submit("leave-role")
        assert names() == ["ExitRole"]

    def test_one_that_is_refused_is_recorded_nowhere(self, browser):
        add_role(trusts=[])
        switch(understand(sign_in_as_iam_user(browser)))
        assert names() == ["ConsoleLogin"]

    @pytest.mark.parametrize(
        ("factors", "mfa"), [(("password",), "false"), (("password", "totp"), "true")]
    )
    def test_a_role_of_the_portal_is_named_with_its_session(self, browser, factors, mfa):
        enter_portal(browser, factors=factors)
        browser.visit(role_link())
        developers = role_of()
        read = add_role("Read", account_id=EXAMPLE_CORP, trusts=[developers.arn])
        switch(understand(browser), "Read", EXAMPLE_CORP)
        here, there = recorded("AssumeRole")
        assert here["recipientAccountId"] == SANDBOX
        assert here["userIdentity"] == {
            "type": "AssumedRole",
            "principalId": f"{developers.unique_id}:jane_doe",
            "arn": f"arn:aws:sts::{SANDBOX}:assumed-role/{developers.name}/jane_doe",
            "accountId": SANDBOX,
            "sessionContext": session_context(developers, mfa=mfa),
        }
        assert there["recipientAccountId"] == EXAMPLE_CORP
        assert there["userIdentity"]["principalId"] == f"{developers.unique_id}:jane_doe"
        assert there["requestParameters"]["roleArn"] == read.arn

    def test_a_role_of_a_provider_is_named_with_its_session(self, browser):
        provider = make_provider()
        role = make_role("Federated", provider)
        add_role(trusts=[CORP])
        send(browser, answer((role, provider))).submit("saml_form")
        switch(understand(browser))
        here, _ = recorded("AssumeRole")
        assert here["userIdentity"]["principalId"] == f"{role.unique_id}:zhang@example.com"
        assert here["userIdentity"]["sessionContext"] == session_context(role)


class TestAConsoleFromThePortal:
    def test_the_role_is_taken_in_the_member_account(self, browser):
        open_role(browser, destination=address(f"{REGION}.console.aws.amazon.com"))
        role, instance = role_of(), directory().instance_id.removeprefix("ssoins-")
        assert names() == ["Federate", "AssumeRoleWithSAML", "ConsoleLogin"]
        [told] = recorded("AssumeRoleWithSAML")
        name = f"AWSSSO_{instance}_DO_NOT_DELETE"
        named = base64.b64encode(f"{SANDBOX}_ins-{instance}".encode()).decode()
        portal = address(f"portal.sso.{REGION}.amazonaws.com", f"/saml/assertion/{named}")
        qualifier = qualifier_of(portal, SANDBOX, name)
        assert told["userIdentity"] == {
            "type": "SAMLUser",
            "principalId": f"{qualifier}:jane_doe",
            "userName": "jane_doe",
            "identityProvider": qualifier,
        }
        assert told["recipientAccountId"] == SANDBOX
        assert told["eventSource"] == "sts.amazonaws.com"
        assert told["eventType"] == "AwsApiCall"
        assert told["readOnly"] is True
        assert told["userAgent"] == "signin.amazonaws.com"
        assert told["sourceIPAddress"] == "127.0.0.1"
        assert told["awsRegion"] == REGION
        assert told["requestParameters"].pop("sAMLAssertionID").startswith("_")
        assert told["requestParameters"] == {
            "roleArn": role.arn,
            "principalArn": f"arn:aws:iam::{SANDBOX}:saml-provider/{name}",
            "durationSeconds": 7200,
        }
        assert told["responseElements"] == {
            "assumedRoleUser": {
                "assumedRoleId": f"{role.unique_id}:jane_doe",
                "arn": f"arn:aws:sts::{SANDBOX}:assumed-role/{role.name}/jane_doe",
            },
            "subject": "jane_doe",
            "subjectType": "persistent",
            "issuer": portal,
            "audience": address(f"{REGION}.signin.aws.amazon.com", "/saml"),
            "nameQualifier": qualifier,
        }

    def test_each_console_that_is_opened_is_recorded_once_with_an_id_of_its_own(self, browser):
        open_role(browser)
        browser.visit(CONSOLE + "support/home")
        browser.visit(role_link("Audit"))
        first, second = (each["requestParameters"] for each in recorded("AssumeRoleWithSAML"))
        assert first["roleArn"] != second["roleArn"]
        assert first["principalArn"] == second["principalArn"]
        assert first["sAMLAssertionID"] != second["sAMLAssertionID"]

    def test_somebody_whom_the_account_keeps_out_takes_no_role(self, browser):
        control(SANDBOX, source_ip="127.0.0.0/8")
        assert is_denied(open_role(browser))
        assert names() == ["Federate", "ConsoleLogin"]

    def test_the_event_knows_no_key_and_no_code(self, browser):
        open_role(browser)
        [told] = recorded("AssumeRoleWithSAML")
        jars = browser.cookies.values()
        keys = {each.value for jar in jars for each in jar.values()}
        kept = [*keys, *map(str, Session.objects.values_list("pk", flat=True))]
        assert not any(each in str(told) for each in kept if each)


class TestAConsoleFromAProvider:
    @pytest.mark.parametrize("seconds", [None, 1800])
    def test_the_role_is_taken_in_its_account(self, browser, seconds):
        provider = make_provider()
        role = make_role("Federated", provider)
        lasting = {f"{saml.ATTRIBUTES}SessionDuration": [str(seconds)]} if seconds else {}
        response = answer((role, provider), also=lasting)
        send(browser, response)
        assert not names()
        browser.submit("saml_form")
        assert names() == ["AssumeRoleWithSAML", "ConsoleLogin"]
        [told] = recorded("AssumeRoleWithSAML")
        qualifier = qualifier_of(saml.ENTITY_ID, EXAMPLE_CORP, "idp")
        assert told["userIdentity"] == {
            "type": "SAMLUser",
            "principalId": f"{qualifier}:zhang@example.com",
            "userName": "zhang@example.com",
            "identityProvider": qualifier,
        }
        assert told["recipientAccountId"] == EXAMPLE_CORP
        assert told["userAgent"] == "signin.amazonaws.com"
        assert told["awsRegion"] == "us-east-1"
        assert told["requestParameters"].pop("sAMLAssertionID")
        assert told["requestParameters"] == {
            "roleArn": role.arn,
            "principalArn": provider.arn,
            **({"durationSeconds": seconds} if seconds else {}),
        }
        assert told["responseElements"] == {
            "assumedRoleUser": {
                "assumedRoleId": f"{role.unique_id}:zhang@example.com",
                "arn": f"arn:aws:sts::{EXAMPLE_CORP}:assumed-role/Federated/zhang@example.com",
            },
            "subject": "zhang@example.com",
            "subjectType": saml.EMAIL,
            "issuer": saml.ENTITY_ID,
            "audience": saml.RECIPIENT,
            "nameQualifier": qualifier,
        }
        assert response[:200] not in str(told)

    def test_the_prefix_of_a_format_of_saml_2_is_left_out(self, browser):
        provider = make_provider()
        role = make_role("Federated", provider)
        transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
        send(browser, answer((role, provider), subject_format=transient)).submit("saml_form")
        [told] = recorded("AssumeRoleWithSAML")
        assert told["responseElements"]["subjectType"] == "transient"

    def test_somebody_whom_the_account_keeps_out_takes_no_role(self, browser):
        provider = make_provider()
        role = make_role("Federated", provider)
        control()
        browser.ip = OUTSIDE
        assert is_denied(send(browser, answer((role, provider))).submit("saml_form"))
        assert names() == ["ConsoleLogin"]

    def test_an_assertion_that_is_used_takes_no_role(self, browser, new_browser):
        provider = make_provider()
        role = make_role("Federated", provider)
        response = answer((role, provider))
        send(browser, response).submit("saml_form")
        send(new_browser(), response).submit("saml_form")
        assert names() == ["AssumeRoleWithSAML", "ConsoleLogin", "ConsoleLogin"]
