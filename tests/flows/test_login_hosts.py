"""Letting a command line in at the sign-in host of its region, and by the others' names."""

from urllib.parse import urlencode

import pytest

from accounts.models import Session
from signin.events.models import Event
from signin.logins.models import LoginRequest
from tests.browser import SIGNIN, address
from tests.flows.login_walks import allow
from tests.programs import Program
from tests.walks import ZHANG, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

REGION = address("eu-central-1.signin.aws.amazon.com")
DUAL_STACK = address("signin.eu-central-1.api.aws")


def sign_in(browser):
    """Sign in where a program's request led somebody whom nobody knows."""
    assert browser.step == "user-type"
    browser.submit(user_type="iam", account="example-corp")
    return browser.submit(username=ZHANG[0], password=ZHANG[1])


def region_of_event():
    return Event.objects.filter(name="AuthorizeOAuth2Access").latest("id").document["awsRegion"]


@pytest.mark.parametrize("endpoint", [REGION, DUAL_STACK, SIGNIN])
@pytest.mark.parametrize("remote", [False, True])
def test_who_is_signed_in_at_the_console_is_asked_at_once(browser, endpoint, remote):
    sign_in_as_iam_user(browser)
    program = Program(endpoint=endpoint, remote=remote)
    browser.visit(program.address())
    assert browser.url.startswith(SIGNIN + "v1/authorize/")
    assert program.redeem(program.code_of(allow(browser))).status == 200


@pytest.mark.parametrize("endpoint", [REGION, DUAL_STACK])
@pytest.mark.parametrize("remote", [False, True])
def test_who_is_signed_in_nowhere_signs_in_in_the_region(browser, endpoint, remote):
    program = Program(endpoint=endpoint, remote=remote)
    sign_in(browser.visit(program.address()))
    assert browser.url.startswith(REGION + "v1/authorize/")
    assert program.redeem(program.code_of(allow(browser))).status == 200
    assert region_of_event() == "eu-central-1"
    assert Session.objects.get(door="signin").host == REGION.split("/")[2]
    # And is asked there from now on.
    again = Program(endpoint=endpoint)
    browser.visit(again.address())
    assert browser.url.startswith(REGION + "v1/authorize/")
    assert again.redeem(again.code_of(allow(browser))).status == 200


@pytest.mark.parametrize("host", [REGION, SIGNIN, DUAL_STACK])
@pytest.mark.parametrize("via", ["", "global", "eu-central-1", "us-east-1", "cn-north-1", "//x"])
def test_wherever_an_address_says_it_comes_from_there_is_an_end(browser, host, via):
    browser.visit(f"{Program(endpoint=host).address()}&{urlencode({'via': via})}")
    assert browser.step == "user-type"
    assert LoginRequest.objects.count() == 1


def test_a_request_that_is_not_as_it_has_to_be_is_refused_where_it_ends(browser):
    browser.visit(Program(endpoint=DUAL_STACK).address(scope="email"))
    assert 'id="login-refused"' in browser.text
    assert browser.url.startswith(REGION + "v1/authorize?")
    assert not LoginRequest.objects.exists()
