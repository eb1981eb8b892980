"""When something of our own breaks: nobody gets in by it, and nothing is told but a number."""

import re
import socket

import pytest
from django.test import Client
from pytest_socket import SocketConnectBlockedError

from accounts import backends, lockout
from accounts.models import Session
from signin.control import api
from tests.browser import SIGNIN
from tests.walks import ACCOUNT_PAGE, ZHANG

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


class Broken(Exception):
    """Nobody expects this one."""


def breaks(*arguments, **options):
    raise Broken("the secret reason")


@pytest.mark.requirement("S-110")
@pytest.mark.parametrize(
    ("module", "name"), [(backends.passwords, "is_right"), (lockout, "admit"), (lockout, "_count")]
)
def test_a_check_that_breaks_lets_nobody_in(browser, monkeypatch, module, name):
    browser.visit(ACCOUNT_PAGE)
    monkeypatch.setattr(module, name, breaks)
    with pytest.raises(Broken):
        browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert not Session.objects.exists()


@pytest.mark.requirement("S-058")
def test_the_page_for_our_mistakes_tells_a_number_and_no_more(monkeypatch, caplog):
    monkeypatch.setattr("signin.console.signin_views.remembered.read", breaks)
    client = Client(raise_request_exception=False)
    challenge = "x" * 43
    answer = client.get(
        f"/oauth?code_challenge={challenge}", headers={"host": SIGNIN.split("/")[2]}
    )
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "Local emulator, not AWS" in page
    number = re.search(r"<code>([0-9a-f]{12})</code>", page)
    assert number
    assert number[1] in caplog.text
    for secret in ("Traceback", "secret reason", "Broken", "SIGNIN_", ".py"):
        assert secret not in page


@pytest.mark.requirement("S-058")
def test_the_control_api_tells_a_number_and_no_more(monkeypatch, caplog):
    monkeypatch.setattr(api.clock, "state", breaks)
    answer = Client().get("/control/v1/clock", headers={"host": "localhost:8000"})
    assert answer.status_code == 500
    problem = answer.json()
    assert re.search(r"number [0-9a-f]{12}\.", problem["error"])
    assert "secret reason" not in answer.content.decode()
    assert "secret reason" in caplog.text


@pytest.mark.requirement("S-113")
def test_no_test_reaches_beyond_this_machine():
    with (
        socket.socket() as wire,
        pytest.warns(UserWarning, match="192.0.2.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        wire.connect(("192.0.2.1", 80))
