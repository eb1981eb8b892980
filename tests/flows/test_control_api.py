"""The control API, as a test suite uses it."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Account, Principal, Session
from signin.captcha import challenges
from signin.control import operators
from signin.events.models import Event
from signin.flow.models import Attempt
from signin.kernel import clock
from signin.mailbox.models import Message
from signin.phones import calls
from tests.walks import MAILED, ROOT, name_root, sign_in_as_iam_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_demo(demo):
    return demo


def test_health_names_the_scenario_and_the_time(control, in_demo):
    clock.freeze(datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC))
    assert control("GET", "/health") == (
        200,
        {"status": "ok", "scenario": "demo", "time": "2026-05-04T03:02:01Z"},
    )


def test_the_description_is_openapi(control, in_demo):
    status, schema = control("GET", "/openapi.json")
    assert status == 200
    assert schema["openapi"].startswith("3.")
    assert set(schema["paths"]) >= {
        f"/control/v1{path}"
        for path in ("/health", "/reset", "/messages", "/messages/wait", "/events", "/clock")
    }
    for methods in schema["paths"].values():
        for operation in methods.values():
            assert operation["summary"]


def test_a_message_is_there_with_its_code(control, browser, in_demo):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    query = f"?to={MAILED[0].upper()}&kind=verification-code&timeout=0"
    status, message = control("GET", f"/messages/wait{query}")
    assert status == 200
    assert set(message) >= {"id", "to", "kind", "subject", "text", "code", "link"}
    assert message["code"] == Message.objects.get().code
    assert message["link"] is None
    assert control("GET", f"/messages?to={MAILED[0]}")[1] == [message]
    assert control("GET", "/messages?to=other@example.com")[1] == []


def test_waiting_for_a_message_that_doesn_t_come_says_what_to_do(control, in_demo):
    status, problem = control("GET", "/messages/wait?to=nobody@example.com&timeout=0.1")
    assert status == 404
    assert "0.1 seconds" in problem["error"]
    assert "/control/v1/messages" in problem["next"]


def test_after_means_messages_not_seen_yet_oldest_first(control, browser, in_demo):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    _, first = control("GET", "/messages/wait?timeout=0")
    assert control("GET", f"/messages/wait?after={first['id']}&timeout=0")[0] == 404
    browser.submit(button="act=resend")
    browser.submit(button="act=resend")
    _, second = control("GET", f"/messages/wait?after={first['id']}&timeout=0")
    assert second["id"] == first["id"] + 1


def test_a_captcha_s_answer_while_it_waits_for_one(control, browser, in_demo):
    name_root(browser, ROOT[0])
    shown = browser.value_of("captcha_id")
    assert control("GET", f"/captchas/{shown}") == (200, {"answer": challenges.answer_to(shown)})
    browser.submit(captcha=challenges.answer_to(shown))
    assert browser.step == "password"
    status, problem = control("GET", f"/captchas/{shown}")
    assert status == 404
    assert problem["next"]
    assert control("GET", "/captchas/unknown")[0] == 404


def test_events_by_name_and_account(control, browser, in_demo):
    sign_in_as_iam_user(browser, password="wrong").submit(password="Zhang-demo-1")
    _, everything = control("GET", "/events")
    assert [each["responseElements"]["ConsoleLogin"] for each in everything["Records"]] == [
        "Success",
        "Failure",
    ]
    assert len(control("GET", "/events?limit=1")[1]["Records"]) == 1
    assert control("GET", "/events?account=666677778888")[1] == {"Records": []}
    assert len(control("GET", "/events?name=ConsoleLogin")[1]["Records"]) == 2


def test_events_as_a_log_file_oldest_first(browser, in_demo):
    sign_in_as_iam_user(browser, password="wrong").submit(password="Zhang-demo-1")
    answer = Client().get("/control/v1/events.json.gz", headers={"host": "localhost:8000"})
    records = json.loads(gzip.decompress(answer.content))["Records"]
    assert [each["responseElements"]["ConsoleLogin"] for each in records] == ["Failure", "Success"]


def test_the_clock_can_be_frozen_moved_and_let_go(control, in_demo):
    moment = "2030-01-01T00:00:00Z"
    frozen = {"now": moment, "frozen": True, "offset_seconds": 0.0}
    assert control("PUT", "/clock", {"freeze": moment}) == (200, frozen)
    assert control("GET", "/clock") == (200, frozen)
    assert control("PUT", "/clock", {"advance_seconds": 90})[1]["now"] == "2030-01-01T00:01:30Z"
    assert control("PUT", "/clock", {"reset": True})[1]["frozen"] is False
    assert control("PUT", "/clock", {"advance_seconds": 3600})[1]["offset_seconds"] == 3600.0
    assert control("PUT", "/clock", {"freeze": "now"})[1]["frozen"] is True


@pytest.mark.requirement("S-039")
def test_sessions_obey_the_clock(control, browser, in_demo):
    sign_in_as_iam_user(browser)
    control("PUT", "/clock", {"advance_seconds": 12 * 60 * 60})
    assert browser.visit("/console/home").status == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/clock", {}),
        ("PUT", "/clock", {"advance_seconds": "60"}),
        ("PUT", "/clock", {"advance_seconds": -1}),
        ("PUT", "/clock", {"advance_seconds": True}),
        ("PUT", "/clock", {"advance_seconds": 1.5}),
        ("PUT", "/clock", {"advance_seconds": 10**12}),
        ("PUT", "/clock", {"freeze": "2030-01-01T00:00:00"}),
        ("PUT", "/clock", {"freeze": True}),
        ("PUT", "/clock", {"freeze": "tomorrow"}),
        ("PUT", "/clock", {"reset": "yes"}),
        ("PUT", "/clock", {"halt": True}),
        ("PUT", "/clock", []),
        ("POST", "/reset", {"scenario": 1}),
        ("POST", "/reset", {"name": "demo"}),
        ("GET", "/messages?limit=0", None),
        ("GET", "/messages/wait?timeout=31", None),
        ("GET", "/messages/wait?timeout=x", None),
        ("GET", "/events?limit=x", None),
    ],
)
def test_bad_input_is_refused_by_name(control, in_demo, method, path, body):
    status, problem = control(method, path, body)
    assert status == 422
    assert problem["error"]
    assert problem["next"]
    assert clock.state().frozen_at is None


def test_unknown_calls_say_where_the_description_is(control, in_demo):
    for method, path in (("GET", "/nothing"), ("POST", "/messages/1/read")):
        status, problem = control(method, path)
        assert status == 404
        assert "openapi.json" in problem["next"]


def test_malformed_json_is_an_error_of_the_same_shape(in_demo):
    answer = Client().generic(
        "PUT",
        "/control/v1/clock",
        "{",
        content_type="application/json",
        headers={"host": "localhost:8000"},
    )
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error", "next"}


def test_a_method_that_a_call_lacks_is_an_error_of_the_same_shape(control, in_demo):
    status, problem = control("DELETE", "/clock")
    assert status == 405
    assert "GET" in problem["next"]


def test_the_clock_stays_in_the_time_that_can_be_reckoned_with(control, in_demo):
    for body in ({"freeze": "9999-12-31T23:59:59Z"}, {"freeze": "0001-01-01T00:00:00+14:00"}):
        status, problem = control("PUT", "/clock", body)
        assert status == 422
        assert "1970 to 8999" in problem["error"]
    for _ in range(30):
        status, _ = control("PUT", "/clock", {"advance_seconds": 10**10})
    assert status == 422
    assert control("GET", "/clock")[0] == 200


def test_failed_tries_can_be_forgotten(control, browser, in_demo):
    for _ in range(11):
        sign_in_as_iam_user(browser, password="wrong")
    assert browser.status == 429
    assert control("DELETE", "/lockouts") == (200, {"released": 2})
    assert sign_in_as_iam_user(browser).signed_in_as


@pytest.mark.django_db(transaction=True)
class TestReset:
    """Resets replace the whole database, so they run outside a test's own transaction."""

    def test_everything_but_the_operators_goes_back(self, control, browser, in_demo):
        password = operators.create()
        sign_in_as_iam_user(browser)
        Account.objects.filter(id="111122223333").update(name="Changed")
        Principal.objects.filter(username="zhang").delete()
        clock.advance(timedelta(days=3))
        assert control("POST", "/reset") == (200, {"scenario": "demo"})
        assert Account.objects.get(id="111122223333").name == "Example Corp"
        assert not Session.objects.exists()
        assert not Event.objects.exists()
        assert clock.state().offset == timedelta(0)
        operator = Principal.objects.get_by_natural_key("operator")
        assert operator.check_password(password)
        assert browser.visit("/console/home").status == 401
        assert sign_in_as_iam_user(browser).signed_in_as

    def test_another_scenario_can_be_named(self, control, in_demo):
        assert control("POST", "/reset", {"scenario": "empty"}) == (200, {"scenario": "empty"})
        assert not Account.objects.exists()
        assert control("POST", "/reset")[1] == {"scenario": "empty"}
        assert control("POST", "/reset", {"scenario": "demo"})[0] == 200
        assert Account.objects.count() == 8

    def test_an_unknown_scenario_is_refused_and_changes_nothing(self, control, in_demo):
        status, problem = control("POST", "/reset", {"scenario": "../../etc/passwd"})
        assert status == 404
        assert "demo, empty" in problem["error"]
        assert Account.objects.count() == 8

    def test_a_mistake_in_a_scenario_is_named_with_its_place(self, control, in_demo, settings):
        folder = settings.SIGNIN_DATA_DIR / "scenarios"
        folder.mkdir(exist_ok=True)
        wrong = folder / "wrong.json"
        wrong.write_text('{"accounts": [{"id": "12", "name": "Too short"}]}')
        try:
            status, problem = control("POST", "/reset", {"scenario": "wrong"})
        finally:
            wrong.unlink()
        assert status == 400
        assert problem["error"].startswith("accounts[0].id: ")
        assert Account.objects.count() == 8
        assert control("GET", "/health")[1]["scenario"] == "demo"

    def test_dates_are_counted_from_the_reset(self, control, in_demo):
        control("POST", "/reset")
        closed = Account.objects.get(id="123456789012")
        assert abs(clock.now() - closed.closed_at - timedelta(days=10)) < timedelta(minutes=1)
        assert closed.expires_at - closed.closed_at == timedelta(days=90)

    def test_ids_are_the_same_after_every_reset(self, control, in_demo):
        before = Principal.objects.get(username="zhang").unique_id
        control("POST", "/reset", {"scenario": "empty"})
        control("POST", "/reset", {"scenario": "demo"})
        assert Principal.objects.get(username="zhang").unique_id == before


def test_keys_pressed_on_a_phone_answer_its_call(control, in_demo):
    attempt = Attempt.begin(flow="root-user", flow_key="key", facts={})
    digits = calls.ring("+1-555-0101", attempt=attempt)
    wrong = "000000" if digits != "000000" else "111111"
    path = "/phone/+1-555-0101/keys"
    assert control("POST", path, {"keys": wrong}) == (200, {"answered": False})
    assert control("POST", "/phone/%2B15550101/keys", {"keys": digits}) == (200, {"answered": True})
    status, problem = control("POST", path, {"keys": digits})
    assert status == 404
    assert problem["error"] == "No call waits at +1-555-0101."
    assert "sign-in page" in problem["next"]


@pytest.mark.parametrize(
    "body", [{}, {"keys": "12345"}, {"keys": "1234567"}, {"keys": "１２３４５６"}, {"keys": 123456}]
)
def test_keys_are_six_digits(control, in_demo, body):
    assert control("POST", "/phone/+15550101/keys", body)[0] == 422
