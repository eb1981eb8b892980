"""Sign-in tokens: for which credentials there are some, and what they are good for."""

import json
from datetime import timedelta

import pytest

from accounts import access_keys, credentials, sessions, states
from accounts.models import Session, TemporaryCredentials
from signin import naming
from signin.console import destinations
from signin.control import sweep
from signin.events.models import Event
from signin.federation import requests, tokens
from signin.federation.errors import CredentialsRefused, SignInInvalid, SigninTokenOver
from signin.federation.models import SigninToken
from signin.kernel import clock
from signin.kernel.errors import Refusal
from tests.brokers import federated_keys, role, role_keys, session_of, zhang
from tests.directories import DESK_BROWSER as CHROMIUM
from tests.unit.test_parallel import THREADS, at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HOUR = timedelta(hours=1)


def read(session, **fields):
    session = session if isinstance(session, str) else json.dumps(session)
    lists = {name: [value] for name, value in fields.items()}
    return requests.token_request({"Session": [session], **lists})


def issue(keys, seconds="", **changed):
    asked = read(session_of(keys, **changed), SessionDuration=seconds)
    return tokens.issue(asked, browser=CHROMIUM)


def use(token):
    found = SigninToken.objects.select_related("credentials").get(
        digest=tokens.find(token, browser=CHROMIUM).digest
    )
    return use_row(found)


def use_row(found):
    return tokens.use(
        found, issuer="", destination="x", browser=CHROMIUM, host="console", challenge="y"
    )


def lasts(token):
    return use(token).expires_at - clock.now()


@pytest.mark.requirement("S-104")
def test_a_session_is_read_as_json_and_as_python_shows_it():
    told = session_of(role_keys())
    for written in (json.dumps(told), json.dumps(told, indent=2), repr(told), f" {told!r}\n"):
        asked = read(written)
        assert asked.access_key_id == told["sessionId"]
        assert asked.secret_access_key == told["sessionKey"]
        assert asked.session_token == told["sessionToken"]
        assert told["sessionKey"] not in repr(asked)


@pytest.mark.requirement("S-104")
@pytest.mark.parametrize(
    "written",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "1" * 5000,
        "[" * 8000,
        "{" * 8000,
        '{"sessionId": 1, "sessionKey": 2, "sessionToken": 3}',
        "{'sessionId': __import__('os').getcwd()}",
        "{'sessionId': 'ASIA' 'X'}",
        "{'sessionId': 'A\\x41'}",
        "x" * 9000,
    ],
)
def test_what_is_no_session_is_refused(written):
    with pytest.raises(CredentialsRefused):
        read(written)


@pytest.mark.requirement("S-104")
@pytest.mark.parametrize("name", ["sessionId", "sessionKey", "sessionToken"])
@pytest.mark.parametrize("value", [None, "", "\x00" * 20, "x" * 5000, ["ASIA"], "ASIA\ud800" * 5])
def test_every_member_has_to_be_there_and_of_its_form(name, value):
    with pytest.raises(CredentialsRefused):
        read(session_of(role_keys(), **{name: value}))


@pytest.mark.requirement("S-104")
@pytest.mark.parametrize("seconds", ["899", "43201", "-900", "900.0", "1e4", "٩٠٠", "x", "9" * 30])
def test_a_length_that_no_session_can_have_is_refused(seconds):
    with pytest.raises(CredentialsRefused):
        issue(role_keys(), seconds)


@pytest.mark.requirement("S-104")
def test_a_field_that_is_there_twice_is_refused():
    session = json.dumps(session_of(role_keys()))
    for fields in (
        {"Session": [session, session]},
        {"Session": [session], "SessionDuration": ["900", "43200"]},
    ):
        with pytest.raises(CredentialsRefused):
            requests.token_request(fields)


@pytest.mark.requirement("S-104")
@pytest.mark.parametrize(
    ("seconds", "expected"), [("900", timedelta(minutes=15)), ("43200", 12 * HOUR)]
)
def test_a_role_s_session_lasts_as_long_as_was_asked_for(seconds, expected):
    clock.freeze()
    assert lasts(issue(role_keys(seconds=1800), seconds)) == expected


@pytest.mark.requirement("S-104")
def test_without_a_length_a_session_lasts_as_long_as_the_credentials():
    clock.freeze()
    token = issue(role_keys(seconds=1800))
    clock.advance(timedelta(minutes=10))
    assert lasts(token) == timedelta(minutes=20)
    assert lasts(issue(federated_keys(seconds=36 * 3600))) == 36 * HOUR


@pytest.mark.requirement("S-104")
def test_of_which_credentials_the_length_can_t_be_chosen():
    """The length is refused for federated users, chains of roles and logins; without it they go."""
    session = Session.objects.create(
        door=sessions.SIGNIN,
        host="signin",
        principal=zhang(),
        role=role(),
        ip="127.0.0.1",
        created_at=clock.now(),
        expires_at=clock.now() + HOUR,
    )
    login = credentials.issue_for_login(session, seconds=900, mfa_authenticated=False)
    for keys in (federated_keys(), role_keys(is_chained=True), login):
        with pytest.raises(CredentialsRefused):
            issue(keys, "900")
        assert use(issue(keys))


@pytest.mark.requirement("S-104")
def test_wrong_credentials_give_no_token():
    keys, other = role_keys(), role_keys()
    for changed in (
        {"sessionId": "ASIANOBODYATALLEXAMP"},
        {"sessionId": other.access_key_id},
        {"sessionKey": other.secret_access_key},
        {"sessionToken": other.session_token},
        {"sessionToken": keys.session_token[:-1]},
    ):
        with pytest.raises(CredentialsRefused):
            issue(keys, **changed)
    assert not SigninToken.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.requirement("S-104")
def test_credentials_that_are_over_give_no_token():
    keys = role_keys(seconds=900)
    clock.advance(timedelta(seconds=900))
    with pytest.raises(CredentialsRefused):
        issue(keys)
    keys = role_keys()
    credentials.revoke_all(zhang())
    with pytest.raises(CredentialsRefused):
        issue(keys)
    keys = role_keys()
    states.enter(role().account, "suspended")
    with pytest.raises(CredentialsRefused):
        issue(keys)


@pytest.mark.requirement("S-104")
def test_a_user_s_own_credentials_give_no_token():
    own = credentials.issue_for_session(zhang(), seconds=900, mfa_authenticated=True)
    long_term = access_keys.create(zhang())
    session = Session.objects.create(
        door=sessions.SIGNIN,
        host="signin",
        principal=zhang(),
        ip="127.0.0.1",
        created_at=clock.now(),
        expires_at=clock.now() + HOUR,
    )
    login = credentials.issue_for_login(session, seconds=900, mfa_authenticated=True)
    for keys in (own, login):
        with pytest.raises(CredentialsRefused):
            issue(keys)
    told = session_of(
        long_term,
        sessionId=long_term.access_key.access_key_id,
        sessionToken=own.session_token,
    )
    with pytest.raises(CredentialsRefused):
        tokens.issue(read(told), browser=CHROMIUM)


@pytest.mark.requirement("S-105")
def test_a_token_is_good_once_and_stored_as_a_digest_only():
    token = issue(role_keys())
    assert token not in repr(list(SigninToken.objects.values()))
    use(token)
    with pytest.raises(SigninTokenOver):
        use(token)
    assert [
        event.outcome for event in Event.objects.filter(name="ConsoleLogin").order_by("id")
    ] == [
        "Success",
        "Failure",
    ]


@pytest.mark.requirement("S-105")
def test_a_token_is_good_for_fifteen_minutes():
    clock.freeze()
    token = issue(role_keys())
    clock.advance(timedelta(minutes=15) - timedelta(seconds=1))
    assert tokens.find(token, browser=CHROMIUM)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(SigninTokenOver):
        tokens.find(token, browser=CHROMIUM)
    sweep.expired()
    assert not SigninToken.objects.exists()


@pytest.mark.requirement("S-105")
def test_a_token_dies_with_its_credentials():
    """Give a token out, then revoke, delete or suspend what is behind it."""
    token = issue(role_keys())
    credentials.revoke_all(zhang())
    with pytest.raises(SigninTokenOver):
        use(token)
    token = issue(role_keys())
    TemporaryCredentials.objects.all().delete()
    with pytest.raises(SigninTokenOver):
        use(token)
    token = issue(role_keys(), "43200")
    states.enter(role().account, "suspended")
    with pytest.raises(SigninTokenOver):
        use(token)


@pytest.mark.requirement("S-105")
@pytest.mark.parametrize("token", ["", "x", "x" * 200, "a b", "ü" * 43])
def test_a_tampered_token_is_refused(token):
    def find():
        asked = requests.sign_in({"SigninToken": [token], "Destination": ["x"]})
        return tokens.find(asked.token, browser=CHROMIUM)

    with pytest.raises(Refusal):
        find()


@pytest.mark.requirement("S-105")
def test_an_address_that_says_something_twice_is_refused():
    good = {"SigninToken": ["x"], "Destination": ["y"], "Issuer": ["z"]}
    assert requests.sign_in(good)
    for name in good:
        with pytest.raises(SignInInvalid):
            requests.sign_in(good | {name: ["1", "2"]})


@pytest.mark.requirement("S-105")
@pytest.mark.parametrize(
    ("issuer", "kept"),
    [
        ("https://broker.example.com/start?a=b", True),
        ("http://localhost:9000/", True),
        ("aws-vault", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://me@broker.example.com/", False),
        ("https://broker.example.com/<b>", False),
        ("https://broker.example.com/a b", False),
        ("https://", False),
        ("https://[", False),
        ("//broker.example.com/", False),
        (f"https://broker.example.com/{'x' * 1024}", False),
    ],
)
def test_only_an_address_of_the_web_is_kept_as_issuer(issuer, kept):
    asked = {"SigninToken": ["x"], "Destination": ["y"], "Issuer": [issuer]}
    assert requests.sign_in(asked).issuer == (issuer if kept else "")


LOCAL = "http://console.aws.amazon.com.localhost:8000"


@pytest.mark.requirement("S-050", "S-105")
@pytest.mark.parametrize(
    ("destination", "page"),
    [
        ("https://console.aws.amazon.com/", f"{LOCAL}/console/home"),
        ("https://console.aws.amazon.com", f"{LOCAL}/console/home"),
        (
            "https://console.aws.amazon.com/console/home?region=eu-west-2",
            f"{LOCAL}/console/home?region=eu-west-2",
        ),
        (
            "https://eu-west-2.console.aws.amazon.com/s3/home?region=eu-west-2#x",
            "http://eu-west-2.console.aws.amazon.com.localhost:8000/console/home?region=eu-west-2",
        ),
        (f"{LOCAL}/support/home?a=b", f"{LOCAL}/support/home"),
        ("https://console.aws.amazon.com/console/sign-out", f"{LOCAL}/console/home"),
        ("http://console.aws.amazon.com/", None),
        ("https://console.aws.amazon.com:8443/", None),
        ("https://console.aws.amazon.com.example.com/", None),
        ("https://console.aws.amazon.com@example.com/", None),
        ("https://example.com/?https://console.aws.amazon.com/", None),
        ("https://signin.aws.amazon.com/oauth", None),
        ("http://localhost:8000/", None),
        ("//console.aws.amazon.com/", None),
        ("https:\\\\console.aws.amazon.com/", None),
        ("/console/home", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_a_destination_is_a_page_of_the_console_or_none(destination, page):
    assert destinations.of_console(destination) == page


@pytest.mark.requirement("S-050")
def test_behind_the_gateway_a_destination_keeps_its_real_name():
    with naming.seen_as(naming.REAL):
        real = "https://console.aws.amazon.com/console/home"
        assert destinations.of_console(real) == real
        assert destinations.of_console(f"{LOCAL}/console/home") is None


@pytest.mark.requirement("S-047", "S-105")
@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_token_at_once_one_is_signed_in():
    issue(role_keys())
    found = SigninToken.objects.select_related("credentials").get()
    results = at_once(lambda: use_row(found))
    assert sum(not isinstance(each, Refusal) for each in results) == 1
    assert sum(isinstance(each, SigninTokenOver) for each in results) == THREADS - 1
    assert Session.objects.filter(door=sessions.SIGNIN).count() == 1
    assert Event.objects.filter(name="ConsoleLogin").count() == 1
