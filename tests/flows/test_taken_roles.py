"""What STS records of a role that the console takes for somebody."""

from datetime import timedelta

import pytest

from accounts.models import Principal
from signin.events.models import Event
from signin.kernel import clock
from tests.flows.portal_walks import (
    clear,
    enter_portal,
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
