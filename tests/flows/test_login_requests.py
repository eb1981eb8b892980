"""Requests of programs to be let in that are not as they have to be."""

from urllib.parse import parse_qs, urlsplit

import pytest

from signin.logins.models import LoginRequest
from tests.browser import SIGNIN
from tests.flows.login_walks import allow
from tests.programs import CALLBACK, CROSS_DEVICE, Program
from tests.walks import (
    sign_in_as_iam_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def program():
    return Program()


@pytest.fixture
def remote():
    return Program(remote=True)


@pytest.fixture
def zhang(browser):
    return sign_in_as_iam_user(browser)


@pytest.mark.requirement("S-050", "S-100")
class TestARequestThatIsNotRight:
    @pytest.mark.parametrize(
        "changes",
        [
            {"client_id": None},
            {"client_id": "arn:aws:signin:::console/canvas"},
            {"client_id": CROSS_DEVICE},  # whose answer never goes to a port
            {"redirect_uri": None},
            {"redirect_uri": ""},
            {"redirect_uri": "https://127.0.0.1:43279/oauth/callback"},
            {"redirect_uri": "http://127.0.0.1:43279/oauth/callback/.."},
            {"redirect_uri": "http://127.0.0.1:43279/oauth/callback?a=b"},
            {"redirect_uri": "http://127.0.0.1:43279/oauth/callback#a"},
            {"redirect_uri": "http://127.0.0.1:43279/oauth/callback\r\nSet-Cookie: a=b"},
            {"redirect_uri": "http://127.0.0.1:43279/oauth/callback\n"},
            {"redirect_uri": "http://127.0.0.1:99999/oauth/callback"},
            {"redirect_uri": "http://127.0.0.1.evil.example/oauth/callback"},
            {"redirect_uri": "http://127.0.0.1:1@evil.example/oauth/callback"},
            {"redirect_uri": "http://localhost.evil/oauth/callback"},
            {"redirect_uri": "http://evil.example/oauth/callback"},
            {"redirect_uri": "//evil.example/oauth/callback"},
            {"redirect_uri": "javascript:alert(1)"},
            {"redirect_uri": SIGNIN + "v1/sessions/confirmation"},
            {"response_type": None},
            {"response_type": "token"},
            {"scope": None},
            {"scope": "openid email"},
            {"state": None},
            {"state": ""},
            {"state": "x" * 513},
            {"state": "a\nb"},
            {"code_challenge": None},
            {"code_challenge": "x" * 42},
            {"code_challenge": "x" * 44},
            {"code_challenge": "!" * 43},
            {"code_challenge_method": None},
            {"code_challenge_method": "S256"},
            {"code_challenge_method": "plain"},
        ],
    )
    def test_is_answered_with_a_page_and_never_elsewhere(self, zhang, program, changes):
        url = program.address(**changes)
        zhang.visit(url)
        assert (zhang.status, zhang.trail) == (400, [url])
        assert 'id="login-refused"' in zhang.text
        assert not LoginRequest.objects.exists()

    @pytest.mark.parametrize(
        "redirect_uri",
        [
            CALLBACK,
            "http://evil.example/v1/sessions/confirmation",
            "http://signin.aws.amazon.com.localhost:8001/v1/sessions/confirmation",
            "http://console.aws.amazon.com.localhost:8000/v1/sessions/confirmation",
            SIGNIN + "v1/sessions/confirmation/",
            SIGNIN + "v1/sessions/confirmation?a=b",
            SIGNIN + "v1/sessions/confirmation#a",
            SIGNIN + "v1/authorize",
        ],
    )
    def test_of_another_device_leads_to_our_own_page_only(self, zhang, remote, redirect_uri):
        zhang.visit(remote.address(redirect_uri=redirect_uri))
        assert zhang.status == 400

    def test_has_each_parameter_once(self, zhang, program):
        assert zhang.visit(f"{program.address()}&state=other").status == 400
        assert zhang.visit(f"{program.address()}&redirect_uri={CALLBACK}").status == 400

    def test_may_have_the_padding_of_its_challenge(self, zhang, program):
        challenge = parse_qs(urlsplit(program.address()).query)["code_challenge"][0]
        allow(zhang.visit(program.address(code_challenge=f"{challenge}=")))
        assert program.redeem(program.code_of(zhang)).status == 200

    def test_is_not_sent_as_a_form(self, zhang, program):
        assert zhang.post(program.address(), {}).status in {403, 405}
