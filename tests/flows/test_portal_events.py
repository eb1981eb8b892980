"""What the log says of sign-ins to a portal."""

import json

import pytest

from signin.events.models import Event
from tests.portal_walks import (
    CHOSEN,
    DIRECTORY,
    DISABLED,
    JANE,
    NEW_HIRE,
    PORTAL,
    name_user,
    newest_mail,
    settings_are,
    sign_in,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
ACCOUNT = "111122223333"


def recorded():
    """Return all events, oldest first."""
    return [event.document for event in Event.objects.order_by("id")]


def told():
    """Return names, factors and outcomes of all events of sign-ins."""
    return [
        (
            each["eventName"],
            each["additionalEventData"]["CredentialType"],
            each["serviceEventDetails"][each["eventName"]],
        )
        for each in recorded()
        if each["eventSource"] == "signin.amazonaws.com"
    ]


ASKED = ("CredentialChallenge", "PASSWORD", "Success")
PROVED = ("CredentialVerification", "PASSWORD", "Success")
FAILED = ("CredentialVerification", "PASSWORD", "Failure")


def test_a_password_alone(browser):
    sign_in(browser)
    assert told() == [ASKED, PROVED, ("UserAuthentication", "PASSWORD", "Success")]
    documents = recorded()
    assert [each["eventName"] for each in documents][3:] == ["Authenticate"]
    workflows = {each["additionalEventData"]["AuthWorkflowID"] for each in documents[:3]}
    assert len(workflows) == 1
    for each in documents:
        assert each["eventType"] == "AwsServiceEvent"
        assert each["recipientAccountId"] == ACCOUNT
        assert each["awsRegion"] == "us-east-1"
        assert each["eventVersion"] == "1.08"
        assert each["readOnly"] is False
        assert each["responseElements"] is None
    assert documents[1]["requestID"] == documents[2]["requestID"] != documents[0]["requestID"]
    assert documents[2]["additionalEventData"]["LoginTo"] == PORTAL
    assert documents[3]["eventSource"] == "sso.amazonaws.com"


def test_users_are_named_as_since_2025(browser):
    sign_in(browser)
    profile = user(JANE[0]).profile
    identity = {
        "type": "IdentityCenterUser",
        "accountId": ACCOUNT,
        "onBehalfOf": {
            "userId": profile.user_id,
            "identityStoreArn": f"arn:aws:identitystore::{ACCOUNT}:identitystore/{DIRECTORY}",
        },
    }
    *of_sign_in, of_portal = recorded()
    assert [each["userIdentity"] for each in of_sign_in] == [identity] * 3
    session = user(JANE[0]).sessions.get(door="portal")
    assert of_portal["userIdentity"] == {**identity, "credentialId": str(session.parent_id)}
    named = [each["additionalEventData"].get("UserName") for each in of_sign_in]
    assert named == [JANE[0], None, None]


def test_users_are_named_as_before_where_the_directory_says_so(browser):
    settings_are(event_identity="legacy")
    sign_in(browser)
    for each in recorded():
        assert each["userIdentity"] == {
            "type": "Unknown",
            "principalId": ACCOUNT,
            "arn": "",
            "accountId": ACCOUNT,
            "accessKeyId": "",
            "userName": JANE[0],
        }


@pytest.mark.requirement("S-022")
def test_a_wrong_password_and_nothing_more(browser):
    sign_in(browser, JANE[0], "wrong")
    assert told() == [ASKED, FAILED]
    assert len(recorded()) == 2


@pytest.mark.parametrize("shape", ["2025", "legacy"])
def test_a_name_that_nobody_has_is_masked(browser, shape):
    settings_are(event_identity=shape)
    sign_in(browser, "my-secret-password", "wrong")
    assert told() == [ASKED, FAILED]
    assert "my-secret" not in json.dumps(recorded())
    assert HIDDEN in json.dumps(recorded()[0]["userIdentity"])


def test_a_disabled_user_fails_like_a_wrong_password(browser):
    sign_in(browser, *DISABLED)
    assert told() == [ASKED, FAILED]


def test_a_throttled_try_is_a_failure(browser):
    name_user(browser, JANE[0])
    for _ in range(11):
        browser.submit(password="wrong")
    assert told() == [ASKED] + [FAILED] * 11


def test_a_mailed_code_is_one_more_factor(browser):
    settings_are(email_code_mode="always")
    sign_in(browser)
    browser.submit(code="000000x")
    browser.submit(code=newest_mail("jane_doe@example.com", "portal-code").code)
    assert told() == [
        ASKED,
        PROVED,
        ("CredentialChallenge", "EMAIL_OTP", "Success"),
        ("CredentialVerification", "EMAIL_OTP", "Success"),
        ("UserAuthentication", "PASSWORD,EMAIL_OTP", "Success"),
    ]
    documents = recorded()
    assert documents[1]["requestID"] == documents[2]["requestID"]
    assert documents[3]["requestID"] == documents[4]["requestID"] != documents[1]["requestID"]


def test_a_one_time_password_that_is_exchanged(browser):
    sign_in(browser, *NEW_HIRE)
    browser.submit(new_password=CHOSEN, confirm_password=CHOSEN)
    assert "UpdatePassword" in [each["eventName"] for each in recorded()]
    update = next(each for each in recorded() if each["eventName"] == "UpdatePassword")
    assert update["eventSource"] == "sso-directory.amazonaws.com"
    assert update["eventType"] == "AwsApiCall"
    assert told()[-1] == ("UserAuthentication", "PASSWORD", "Success")


def test_each_sign_in_is_a_workflow_of_its_own(browser, new_browser):
    sign_in(browser)
    sign_in(new_browser())
    done = [each for each in recorded() if each["eventName"] == "UserAuthentication"]
    assert len({each["additionalEventData"]["AuthWorkflowID"] for each in done}) == 2


def test_signing_out_is_recorded(browser):
    sign_in(browser)
    browser.submit("sign-out")
    assert recorded()[-1]["eventName"] == "Logout"


def test_no_secret_is_in_the_log(browser):
    settings_are(email_code_mode="always")
    sign_in(browser)
    code = newest_mail("jane_doe@example.com", "portal-code").code
    browser.submit(code=code)
    log = json.dumps(recorded())
    key = browser.cookie("vestibule-portal", PORTAL)
    for secret in (JANE[1], f'"{code}"', key):
        assert secret not in log
