"""The sign-in events, field by field."""

import re
from datetime import UTC, datetime

import pytest

from signin.events import shapes
from signin.events.models import Event
from signin.kernel import clock
from tests.browser import CONSOLE, address
from tests.walks import (
    EXAMPLE_CORP,
    MAILED,
    name_root,
    newest_code,
    pass_captcha,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

MOMENT = datetime(2026, 3, 1, 9, 0, 0, 999_999, tzinfo=UTC)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")


def newest():
    return Event.objects.latest("id").document


def envelope(host, **more):
    """Return what every console sign-in event says."""
    return {
        "eventVersion": "1.08",
        "eventTime": "2026-03-01T09:00:00Z",
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "a browser",
        "requestParameters": None,
        "additionalEventData": {
            "LoginTo": CONSOLE + "console/home",
            "MobileVersion": "No",
            "MFAUsed": "No",
        },
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": EXAMPLE_CORP,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "none",
            "cipherSuite": "none",
            "clientProvidedHostHeader": host,
        },
        **more,
    }


@pytest.mark.requirement("S-108")
def test_an_iam_user_s_success(browser):
    clock.freeze(MOMENT)
    sign_in_as_iam_user(browser)
    event = newest()
    assert UUID.match(event.pop("eventID"))
    assert re.match(r"AIDA[A-Z2-7]{10}EXAMPLE\Z", event["userIdentity"].pop("principalId"))
    assert event == envelope(
        "signin.aws.amazon.com.localhost:8000",
        userIdentity={
            "type": "IAMUser",
            "arn": "arn:aws:iam::111122223333:user/zhang",
            "accountId": EXAMPLE_CORP,
            "userName": "zhang",
        },
        responseElements={"ConsoleLogin": "Success"},
    )


def test_an_iam_user_s_failure_has_no_arn_and_an_empty_access_key(browser):
    clock.freeze(MOMENT)
    sign_in_as_iam_user(browser, password="wrong")
    event = newest()
    event.pop("eventID")
    event["userIdentity"].pop("principalId")
    assert event == envelope(
        "signin.aws.amazon.com.localhost:8000",
        userIdentity={
            "type": "IAMUser",
            "accountId": EXAMPLE_CORP,
            "accessKeyId": "",
            "userName": "zhang",
        },
        responseElements={"ConsoleLogin": "Failure"},
        errorMessage="Failed authentication",
    )


def test_an_unknown_iam_user_is_masked(browser):
    clock.freeze(MOMENT)
    sign_in_as_iam_user(browser, "My-Password-1", "wrong")
    event = newest()
    event.pop("eventID")
    assert event == envelope(
        "signin.aws.amazon.com.localhost:8000",
        userIdentity={
            "type": "IAMUser",
            "accountId": EXAMPLE_CORP,
            "accessKeyId": "",
            "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
        },
        responseElements={"ConsoleLogin": "Failure"},
        errorMessage="No username found in supplied account",
    )
    assert "My-Password-1" not in str(Event.objects.values_list())


@pytest.mark.parametrize("outcome", ["Success", "Failure"])
def test_a_root_user_s_events_name_the_account_either_way(browser, outcome):
    clock.freeze(MOMENT)
    password = "Root-demo-1" if outcome == "Success" else "wrong"
    sign_in_as_root(browser, "root@example.com", password)
    event = newest()
    event.pop("eventID")
    expected = envelope(
        "signin.aws.amazon.com.localhost:8000",
        userIdentity={
            "type": "Root",
            "principalId": EXAMPLE_CORP,
            "arn": "arn:aws:iam::111122223333:root",
            "accountId": EXAMPLE_CORP,
            "accessKeyId": "",
        },
        responseElements={"ConsoleLogin": outcome},
    )
    if outcome == "Failure":
        expected["errorMessage"] = "Failed authentication"
    assert event == expected


def test_an_email_that_no_root_user_has_belongs_to_no_account(browser):
    name_root(browser, "nobody@example.com")
    pass_captcha(browser).submit(password="wrong")
    event = newest()
    assert event["recipientAccountId"] == ""
    assert event["userIdentity"] == {
        "type": "Root",
        "accountId": "",
        "accessKeyId": "",
        "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
    }
    assert "nobody" not in str(event)


@pytest.mark.parametrize(
    ("host", "kind", "region"),
    [
        ("", "iam", "us-east-1"),
        ("eu-west-1.", "iam", "eu-west-1"),
        ("ap-northeast-1.", "iam", "ap-northeast-1"),
        ("eu-west-1.", "root", "us-east-1"),
    ],
)
def test_the_region_is_the_sign_in_host_s_but_root_s_is_always_the_same(
    browser, host, kind, region
):
    browser.visit(address(f"{host}console.aws.amazon.com", "/console/home"))
    if kind == "iam":
        browser.submit(user_type="iam", account="example-corp")
        browser.submit(username="zhang", password="Zhang-demo-1")
    else:
        browser.submit(user_type="root", email=MAILED[0]).submit(password=MAILED[1])
        browser.submit(code=newest_code(MAILED[0]))
    assert browser.signed_in_as
    assert newest()["awsRegion"] == region


def test_a_remembered_alias_moves_a_global_sign_in_to_another_region(browser):
    sign_in_as_iam_user(browser, remember_account="on").submit("sign-out")
    assert newest()["awsRegion"] == "us-east-1"
    sign_in_as_iam_user(browser)
    assert newest()["awsRegion"] == "us-east-2"


def test_the_page_first_asked_for_is_named(browser):
    browser.visit(CONSOLE + "support/home").submit(user_type="iam", account="example-corp")
    browser.submit(username="zhang", password="Zhang-demo-1")
    assert newest()["additionalEventData"]["LoginTo"] == CONSOLE + "support/home"


def test_a_telephone_s_browser_is_told_from_others(new_browser):
    sign_in_as_iam_user(new_browser(agent="Mozilla/5.0 (Android 15; Mobile; rv:140.0)"))
    assert newest()["additionalEventData"]["MobileVersion"] == "Yes"


@pytest.mark.requirement("S-109", "S-034")
def test_a_hostile_user_agent_is_cut_and_stays_one_line(new_browser):
    browser = new_browser(agent='x\x1b[31m","a":"' + "y" * 5000)
    sign_in_as_iam_user(browser)
    event = Event.objects.latest("id")
    assert len(event.document["userAgent"]) == 1024
    assert set(event.document["userIdentity"]) == {
        "type",
        "principalId",
        "arn",
        "accountId",
        "userName",
    }


@pytest.mark.requirement("S-108")
def test_each_refused_code_is_a_failure_and_the_right_one_the_only_success(browser):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    assert not Event.objects.exists()
    code = newest_code(MAILED[0])
    wrong = "000000" if code != "000000" else "111111"
    browser.submit(code=wrong).submit(code=wrong).submit(code=code)
    outcomes = [event.outcome for event in Event.objects.order_by("id")]
    assert outcomes == ["Failure", "Failure", "Success"]


@pytest.mark.parametrize("hour", range(24))
def test_times_of_answers_are_spelled(hour):
    moment = datetime(2031, hour % 12 + 1, hour + 1, hour, 5, 9, tzinfo=UTC)
    assert shapes.spelled(moment) == f"{moment:%b %-d, %Y %-I:%M:%S %p}"
