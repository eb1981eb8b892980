"""Coming to the console from a broker, with a sign-in token."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from accounts import sessions, states
from accounts.models import Account, Principal, Session
from signin.events.models import Event
from signin.federation.models import SigninToken
from signin.flow.models import Attempt
from signin.kernel import clock
from tests.brokers import (
    AGENT,
    FEDERATION,
    ask,
    federated_keys,
    login_url,
    role_keys,
    session_of,
    token_for,
    zhang,
)
from tests.browser import CONSOLE, SIGNIN, address
from tests.flows.switch_walks import add_role
from tests.walks import EXAMPLE_CORP, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

VISITOR = "Audit/visitor @ 4444-5555-6666"
MARY = "mary @ example-corp"
REGIONAL = address("eu-west-2.signin.aws.amazon.com", "/federation")
OWN_PAGES = ["iam/password", "iam/mfa/new", "iam/access_keys/new", "account/", "account/password"]


def come(browser, keys=None, **options):
    return browser.visit(login_url(token_for(keys or role_keys()), **options))


def documents(name):
    return [event.document for event in Event.objects.filter(name=name).order_by("id")]


def living():
    return Session.objects.filter(ended_at=None, door=sessions.SIGNIN)


@pytest.mark.requirement("R-096", "S-105")
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_role_comes_to_the_page_that_the_broker_named(browser, method):
    answer = ask(session_of(role_keys()), method=method, SessionType="json")
    assert (answer.status, answer.kind) == (200, "application/json")
    assert {type(each) for each in json.loads(answer.text).values()} == {str}
    browser.visit(login_url(answer.token, to="https://console.aws.amazon.com/support/home?x=y"))
    assert browser.url == CONSOLE + "support/home"
    assert browser.signed_in_as == VISITOR
    assert "your session is called visitor" in browser.visit(CONSOLE + "console/home").words


@pytest.mark.requirement("R-096")
def test_a_session_may_be_written_as_python_shows_it(browser):
    answer = ask(repr(session_of(role_keys())))
    assert browser.visit(login_url(answer.token)).signed_in_as == VISITOR


@pytest.mark.requirement("R-096")
def test_addresses_need_neither_encoding_nor_an_order(browser):
    token = token_for(role_keys())
    destination = "https://console.aws.amazon.com/console/home?region=eu-central-1"
    browser.visit(
        f"{FEDERATION}?SigninToken={token}&Issuer=&Destination={destination}&Action=login"
    )
    assert browser.url == CONSOLE + "console/home?region=eu-central-1"
    assert "Frankfurt" in browser.words
    assert browser.signed_in_as == VISITOR


@pytest.mark.requirement("R-096")
def test_every_region_has_the_endpoint(browser):
    """Ask and sign in at a region's host, for the console of another one."""
    answer = ask(session_of(role_keys()), at=REGIONAL)
    to = "https://ap-south-1.console.aws.amazon.com/s3/home?region=ap-south-1"
    browser.visit(login_url(answer.token, to=to, at=REGIONAL))
    assert browser.url.startswith(address("ap-south-1.console.aws.amazon.com", "/console/home"))
    assert browser.signed_in_as == VISITOR
    assert browser.visit(CONSOLE).step  # other hosts know nothing of it


@pytest.mark.requirement("S-104")
@pytest.mark.parametrize(
    "fields",
    [
        {"Action": ""},
        {"Action": "GetSigninToken"},
        {"Session": ""},
        {"Session": "<script>canary</script>"},
        {"SessionDuration": "canary"},
        {"SessionDuration": "43201"},
        {"SessionDuration": "900", "Session": "federated"},
        {"filler": "canary" * 20_000},
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_refused_has_one_answer_that_tells_nothing(fields, method):
    if fields.get("Session") == "federated":
        fields = fields | {"Session": json.dumps(session_of(federated_keys()))}
    session = fields.get("Session", session_of(role_keys()))
    more = {name: value for name, value in fields.items() if name != "Session"}
    answer = ask(session, method=method, **more)
    assert (answer.status, answer.kind) == (400, "text/plain")
    assert answer.text == "The request was refused.\n"
    assert not SigninToken.objects.exists()


@pytest.mark.requirement("S-104")
def test_other_methods_are_refused():
    assert ask(session_of(role_keys()), method="put").status == 405
    assert ask(session_of(role_keys()), method="head").status == 405


@pytest.mark.requirement("S-105")
def test_a_token_opens_one_browser_only(browser, new_browser):
    url = login_url(token_for(role_keys()))
    browser.visit(url)
    other = new_browser().visit(url)
    assert other.status == 400
    assert "You were not signed in" in other.words
    assert other.visit(CONSOLE).step
    assert browser.visit(CONSOLE).signed_in_as == VISITOR


@pytest.mark.requirement("S-105")
def test_looking_at_an_address_uses_nothing_up(browser, new_browser):
    """Open the address as a program does that scans mails: it follows no redirect."""
    url = login_url(token_for(role_keys()))
    scanner = new_browser()
    for _ in range(3):
        assert scanner._request("GET", url, None, {}).status_code == 302
    assert browser.visit(url).signed_in_as == VISITOR


@pytest.mark.requirement("S-105", "S-050")
@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"token": "x" * 43}, "The sign-in token was used already"),
        ({"token": "<b>"}, "Something in the address is missing"),
        ({"to": ""}, "Something in the address is missing"),
        ({"to": "https://example.com/"}, "does not lead to a page of the console"),
        ({"to": "https://signin.aws.amazon.com/"}, "does not lead to a page of the console"),
    ],
)
def test_an_address_that_is_not_right_is_told_and_leads_nowhere(browser, changed, problem):
    token = token_for(role_keys())
    asked = {"token": token, **changed}
    browser.visit(login_url(asked.pop("token"), **asked))
    assert browser.status == 400
    assert problem in browser.words
    assert browser.url.startswith(FEDERATION)
    assert not living().exists()
    assert "<b>" not in browser.page.content.decode().partition("<main")[2]


@pytest.mark.requirement("S-105")
def test_who_is_signed_in_as_somebody_else_is_asked_before(browser):
    """Come as a role where zhang is signed in: nothing changes but by the button."""
    sign_in_as_iam_user(browser)
    come(browser)
    assert browser.status == 409
    assert "Signed in now zhang" in browser.words
    assert "The address is for Audit/visitor" in browser.words
    question = browser.url
    assert browser.visit(CONSOLE).signed_in_as.startswith("zhang")
    browser.visit(question).submit("replace-session", button="decision=replace")
    assert browser.url == CONSOLE + "console/home"
    assert browser.signed_in_as == VISITOR
    assert [each.role.name for each in living()] == ["Audit"]


@pytest.mark.requirement("S-105")
def test_who_is_signed_in_at_another_sign_in_host_is_asked_too(browser):
    """Sign in by way of a region's host, so that the global one knows nothing of it."""
    sign_in_as_iam_user(browser)
    come(browser, at=REGIONAL)
    assert browser.status == 409
    assert browser.url.startswith(address("eu-west-2.signin.aws.amazon.com"))
    assert "Signed in now zhang" in browser.words
    browser.submit("replace-session", button="decision=replace")
    assert browser.signed_in_as == VISITOR
    assert [each.role.name for each in living()] == ["Audit"]


@pytest.mark.requirement("S-105", "S-098")
def test_no_request_but_that_of_the_page_s_form_replaces_anybody(browser, new_browser):
    """Send the form without its secret, without the shown session, and from another site."""
    sign_in_as_iam_user(browser)
    question = come(browser).url
    fields = {"decision": "replace", "sessions": str(living().get().pk)}
    assert browser.post(question, fields).status == 403
    fields["csrfmiddlewaretoken"] = browser.visit(question).text.partition(
        'csrfmiddlewaretoken" value="'
    )[2][:64]
    cross_site = browser.post(question, fields, **{"Sec-Fetch-Site": "cross-site"})
    assert cross_site.status == 403
    fields["sessions"] = "another"
    assert browser.post(question, fields).status == 409
    stranger = new_browser().visit(question)
    assert stranger.status == 410
    assert browser.visit(CONSOLE).signed_in_as.startswith("zhang")


@pytest.mark.requirement("S-105")
def test_whoever_comes_as_who_they_are_is_not_asked(browser):
    come(browser)
    assert come(browser).signed_in_as == VISITOR
    assert living().count() == 1
    come(browser, role_keys(session_name="another"))
    assert browser.status == 409


@pytest.mark.requirement("S-105")
def test_a_token_that_is_over_when_the_button_is_pressed_replaces_nobody(browser):
    sign_in_as_iam_user(browser)
    come(browser)
    clock.advance(timedelta(minutes=14))
    SigninToken.objects.update(expires_at=clock.now())
    browser.submit("replace-session", button="decision=replace")
    assert browser.status == 400
    assert browser.visit(CONSOLE).signed_in_as.startswith("zhang")


@pytest.mark.requirement("S-105", "S-035")
def test_an_attempt_of_another_browser_opens_nothing(browser, new_browser):
    """Hand the second address of the way on to somebody else, as a thief of it would."""
    first = browser._request("GET", login_url(token_for(role_keys())), None, {})
    second = browser._request("GET", first.headers["Location"], None, {})
    thief = new_browser().visit(second.headers["Location"])
    assert thief.status == 410
    assert new_browser().visit(first.headers["Location"]).status == 410
    assert thief.visit(SIGNIN + "federation/session?attempt=%00").status == 410
    assert browser.visit(second.headers["Location"]).signed_in_as == VISITOR
    assert Attempt.objects.filter(flow="federation", closed_at=None).count() == 0


@pytest.mark.requirement("R-096", "S-045")
def test_a_federated_user_is_not_whoever_vouched_for_them(browser):
    """See the pages of a federated user: none of the IAM user's own is there."""
    come(browser, federated_keys())
    assert browser.signed_in_as == MARY
    assert "You are signed in as the federated user mary" in browser.words
    assert 'href="/switch-role"' not in browser.text
    browser.visit(CONSOLE + "iam/security_credentials")
    assert "arn:aws:sts::111122223333:federated-user/mary" in browser.words
    assert "A federated user has neither password nor devices here" in browser.words
    for page in OWN_PAGES:
        assert browser.visit(CONSOLE + page).status == 404, page
    add_role("Open", trusts=[f"arn:aws:iam::{EXAMPLE_CORP}:root"])
    browser.visit(CONSOLE + "switch-role")
    assert "A federated user can't switch roles" in browser.words


@pytest.mark.requirement("R-096", "S-045")
def test_a_federated_user_of_a_root_user_is_no_root_user(browser):
    root_user = Principal.objects.get(username="root@example.com")
    come(browser, federated_keys("boss", of=root_user))
    assert browser.signed_in_as == "boss @ example-corp"
    assert browser.visit(CONSOLE + "account/").status == 404
    states.enter(Account.objects.get(pk=EXAMPLE_CORP), "suspended")
    assert browser.visit(CONSOLE).status == 401


@pytest.mark.requirement("S-045")
def test_a_federated_user_lets_no_program_in(browser):
    come(browser, federated_keys())
    asked = {
        "response_type": "code",
        "client_id": "arn:aws:signin:::devtools/same-device",
        "redirect_uri": "http://127.0.0.1:36071/oauth/callback",
        "state": "11111111-2222-4333-8444-555555555555",
        "code_challenge_method": "SHA-256",
        "code_challenge": "x" * 43,
        "scope": "openid",
    }
    browser.visit(f"{SIGNIN}v1/authorize?{urlencode(asked)}")
    assert browser.status == 403
    assert "You can't let programs in" in browser.words
    assert "Federated user" in browser.words


@pytest.mark.requirement("R-096")
def test_a_role_of_a_broker_switches_to_a_role_that_trusts_it(browser):
    add_role("Next", account_id=EXAMPLE_CORP, trusts=["arn:aws:iam::444455556666:root"])
    come(browser)
    browser.visit(CONSOLE + "switch-role").submit(
        "switch-role-understood", "act=understood"
    ).submit("switch-role-form", account=EXAMPLE_CORP, role="Next")
    assert browser.signed_in_as == "Next/visitor @ example-corp"
    [switched] = documents("SwitchRole")
    assert switched["additionalEventData"]["SwitchFrom"].endswith(":assumed-role/Audit/visitor")


@pytest.mark.requirement("R-096")
def test_the_session_ends_when_it_should(browser):
    """Ask for a quarter of an hour, and come again when it is over: the page leads back."""
    clock.freeze()
    token = ask(session_of(role_keys()), SessionDuration="900").token
    browser.visit(login_url(token, issuer="https://broker.example.com/start?a=b"))
    clock.advance(timedelta(seconds=899))
    assert browser.visit(CONSOLE).signed_in_as == VISITOR
    clock.advance(timedelta(seconds=1))
    browser.visit(CONSOLE)
    assert browser.status == 401
    assert "https://broker.example.com/start?a=b" in browser.words
    assert '<a href="https://broker.example.com' not in browser.text


@pytest.mark.requirement("R-096", "S-050")
def test_the_way_back_is_a_link_where_it_leads_to_what_is_emulated(browser):
    clock.freeze()
    come(browser, role_keys(seconds=900), issuer="https://d-1234567890.awsapps.com/start")
    clock.advance(timedelta(seconds=900))
    browser.visit(CONSOLE)
    link = 'href="http://d-1234567890.awsapps.com.localhost:8000/start" id="issuer"'
    assert link in browser.text


@pytest.mark.requirement("R-096")
def test_a_session_of_a_day_and_a_half_outlives_the_console_s_cookie(browser):
    """Cookies of the console last twelve hours; then the sign-in host hands over anew."""
    clock.freeze()
    come(browser, federated_keys(seconds=36 * 3600))
    clock.advance(timedelta(hours=35))
    browser.cookies["console.aws.amazon.com.localhost:8000"].clear()
    assert browser.visit(CONSOLE).signed_in_as == MARY


@pytest.mark.requirement("S-108")
def test_events_tell_of_token_and_sign_in(browser):
    """Read both events of a role's session, and what they don't tell."""
    keys = role_keys(mfa_authenticated=True)
    token = token_for(keys)
    browser.visit(login_url(token, at=FEDERATION))
    [given], [signed_in] = documents("GetSigninToken"), documents("ConsoleLogin")
    for event in (given, signed_in):
        assert event["eventType"] == "AwsConsoleSignIn"
        assert event["eventSource"] == "signin.amazonaws.com"
        assert event["recipientAccountId"] == "444455556666"
        identity = event["userIdentity"]
        assert identity["type"] == "AssumedRole"
        assert identity["arn"] == "arn:aws:sts::444455556666:assumed-role/Audit/visitor"
        assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"
        assert identity["sessionContext"]["sessionIssuer"]["userName"] == "Audit"
        assert event["additionalEventData"]["MFAUsed"] == "No"
        for secret in (token, keys.secret_access_key, keys.session_token):
            assert secret not in json.dumps(event)
    assert given["userIdentity"]["accessKeyId"] == keys.access_key_id
    assert given["userAgent"] == AGENT
    assert given["responseElements"]["GetSigninToken"] == "Success"
    assert given["responseElements"]["credentials"]["accessKeyId"].startswith("ASIA")
    assert signed_in["responseElements"] == {"ConsoleLogin": "Success"}
    assert signed_in["additionalEventData"]["LoginTo"] == CONSOLE + "console/home"
    assert "accessKeyId" not in signed_in["userIdentity"]


@pytest.mark.requirement("S-108")
def test_events_tell_of_a_federated_user_and_of_refusals(browser):
    keys = federated_keys()
    ask(session_of(keys), SessionDuration="900")
    come(browser, keys)
    refused, _ = documents("GetSigninToken")
    assert refused["responseElements"] == {"GetSigninToken": "Failure"}
    assert refused["errorMessage"] == "Failed authentication"
    [signed_in] = documents("ConsoleLogin")
    identity = signed_in["userIdentity"]
    assert identity["type"] == "FederatedUser"
    assert identity["principalId"] == f"{EXAMPLE_CORP}:mary"
    assert identity["arn"] == "arn:aws:sts::111122223333:federated-user/mary"
    assert signed_in["recipientAccountId"] == EXAMPLE_CORP


@pytest.mark.requirement("S-018")
def test_a_new_password_of_whoever_vouched_ends_it_all(browser):
    come(browser, federated_keys())
    sessions.end_all(zhang())
    assert browser.visit(CONSOLE).status == 401
