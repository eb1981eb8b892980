"""Logins of command lines: from a code to credentials, and how they end."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from accounts import credentials, passwords, sessions
from accounts.models import Account, Principal, Role, Session, TemporaryCredentials
from signin import hosts
from signin.control import sweep
from signin.control.documents import ScenarioInvalid
from signin.control.scenarios import Scenario, read
from signin.http import Browser
from signin.kernel import clock, derived
from signin.logins import chains, identity_tokens, requests
from signin.logins.chains import Asking
from signin.logins.errors import (
    CodeOver,
    GrantInvalid,
    LoginOver,
    LoginRequestOver,
    NotPermitted,
    PasswordChanged,
)
from signin.logins.models import Client, DpopProof, Login, LoginPermission, LoginRequest
from tests.unit.test_parallel import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo")]

HOST = "signin.aws.amazon.com.localhost:8000"
CALLBACK = "http://127.0.0.1:43279/oauth/callback"
VERIFIER = "v" * 43
BROWSER = Browser(ip="127.0.0.1", user_agent="", host=HOST, region=None, device_key="")
ASKING = Asking(Client.SAME_DEVICE, "thumbprint", BROWSER)


def session_of(username="zhang", *, role=None, factors=("password",)):
    """Open a session at the sign-in host, and return it."""
    signed_in = sessions.open_for(
        Principal.objects.get(username=username),
        browser=BROWSER,
        factors=factors,
        host=HOST,
        challenge="",
        role=role,
    )
    found = sessions.find(signed_in.key, door=sessions.SIGNIN, host=HOST)
    assert found
    return found


def asked(client=Client.SAME_DEVICE):
    """Return a request that waits for its answer."""
    redirect_uri = {
        Client.SAME_DEVICE: CALLBACK,
        Client.CROSS_DEVICE: hosts.url("signin", requests.CONFIRMATION),
    }[client]
    query = {
        "response_type": "code",
        "client_id": client,
        "state": "state",
        "code_challenge_method": "SHA-256",
        "scope": "openid",
        "redirect_uri": redirect_uri,
        "code_challenge": sessions.challenge_of(VERIFIER),
    }
    return requests.begin(query, host=HOST, flow_key="key")


def allow(session, client=Client.SAME_DEVICE):
    return requests.allow(asked(client), session, browser=BROWSER)


def redeem(code, asking=ASKING, *, verifier=VERIFIER, redirect_uri=CALLBACK):
    return chains.redeem(code, asking, verifier=verifier, redirect_uri=redirect_uri)


def log_in(session):
    return redeem(allow(session))


def read_token(token):
    header, claims, signature = token.split(".")
    return [
        json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims)
    ], signature


class TestCredentials:
    def test_are_the_users_for_fifteen_minutes(self):
        clock.freeze()
        issued = log_in(session_of())
        assert issued.seconds == 900
        found = credentials.find(issued.keys.access_key_id, issued.keys.session_token)
        assert found.kind == TemporaryCredentials.Kind.LOGIN
        assert found.arn == "arn:aws:iam::111122223333:user/zhang"
        assert found.expires_at == clock.now() + timedelta(minutes=15)
        assert credentials.secret_of(found) == issued.keys.secret_access_key
        assert found.mfa_authenticated is False

    def test_are_the_root_users(self):
        issued = log_in(session_of("root@example.com"))
        found = TemporaryCredentials.objects.get(pk=issued.keys.access_key_id)
        assert found.arn == "arn:aws:iam::111122223333:root"

    def test_are_the_roles(self):
        role = Role.objects.get(name="Audit")
        issued = log_in(session_of("jane_doe", role=role))
        found = TemporaryCredentials.objects.get(pk=issued.keys.access_key_id)
        assert found.arn == f"arn:aws:sts::444455556666:assumed-role/{role.name}/jane_doe"
        [_, claims], _ = read_token(issued.identity_token)
        assert claims["sub"] == found.arn

    def test_say_that_a_device_proved_the_sign_in(self):
        issued = log_in(session_of(factors=["password", "totp"]))
        found = TemporaryCredentials.objects.get(pk=issued.keys.access_key_id)
        assert found.mfa_authenticated is True

    def test_are_kept_without_their_secrets(self):
        issued = log_in(session_of())
        stored = str(list(TemporaryCredentials.objects.values()) + list(Login.objects.values()))
        for secret in (
            issued.refresh_token,
            issued.keys.secret_access_key,
            issued.keys.session_token,
        ):
            assert secret not in stored
            assert secret not in repr(issued)


class TestTheIdentityToken:
    def test_says_who_let_the_program_in(self, settings):
        clock.freeze()
        issued = log_in(session_of())
        [header, claims], signature = read_token(issued.identity_token)
        now = int(clock.now().timestamp())
        assert header == {"typ": "JWT", "alg": "ES256"}
        assert claims == {
            "iss": "http://signin.aws.amazon.com.localhost:8000",
            "sub": "arn:aws:iam::111122223333:user/zhang",
            "aud": Client.SAME_DEVICE,
            "iat": now,
            "exp": now + 900,
        }
        octets = base64.urlsafe_b64decode(signature + "==")
        r, s = (int.from_bytes(half, "big") for half in (octets[:32], octets[32:]))
        secret = derived.signing_key(settings.SECRET_KEY, identity_tokens.PURPOSE)
        public = ec.derive_private_key(secret, ec.SECP256R1()).public_key()
        signed = issued.identity_token.rpartition(".")[0].encode()
        public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))

    def test_another_installation_or_purpose_has_another_key(self, settings):
        purpose = identity_tokens.PURPOSE
        one = derived.signing_key(settings.SECRET_KEY, purpose)
        assert derived.signing_key("another installation's", purpose) != one
        assert derived.signing_key(settings.SECRET_KEY, b"another") != one

    def test_comes_once(self):
        issued = log_in(session_of())
        assert not chains.refresh(issued.refresh_token, ASKING).identity_token


@pytest.mark.requirement("S-100")
class TestACode:
    def test_is_used_once_and_ends_what_it_was_good_for_if_it_comes_again(self):
        code = allow(session_of())
        issued = redeem(code)
        assert chains.refresh(issued.refresh_token, ASKING)
        with pytest.raises(CodeOver):
            redeem(code)
        with pytest.raises(LoginOver):
            chains.refresh(issued.refresh_token, ASKING)

    @pytest.mark.requirement("S-047")
    def test_is_used_once_by_many_at_once(self):
        code = allow(session_of())
        results = at_once(lambda: redeem(code), 4)
        assert len([each for each in results if not isinstance(each, CodeOver)]) == 1
        assert Login.objects.count() == TemporaryCredentials.objects.count() == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"verifier": "w" * 43},
            {"verifier": sessions.challenge_of(VERIFIER)},  # as if the method were plain
            {"redirect_uri": CALLBACK.replace("43279", "43280")},
            {"redirect_uri": ""},
            {"asking": Asking(Client.CROSS_DEVICE, "thumbprint", BROWSER)},
        ],
    )
    def test_is_the_programs_own(self, wrong):
        code = allow(session_of())
        with pytest.raises(GrantInvalid):
            redeem(code, **wrong)
        assert redeem(code)

    def test_is_good_for_a_minute(self):
        clock.freeze()
        code = allow(session_of())
        clock.advance(timedelta(seconds=60))
        with pytest.raises(CodeOver):
            redeem(code)

    def test_that_is_carried_is_good_for_ten_minutes(self):
        clock.freeze()
        asking = Asking(Client.CROSS_DEVICE, "thumbprint", BROWSER)
        redirect_uri = hosts.url("signin", requests.CONFIRMATION)
        late, later = (allow(session_of(), Client.CROSS_DEVICE) for _ in range(2))
        clock.advance(timedelta(seconds=599))
        assert redeem(late, asking, redirect_uri=redirect_uri)
        clock.advance(timedelta(seconds=1))
        with pytest.raises(CodeOver):
            redeem(later, asking, redirect_uri=redirect_uri)

    def test_outlasts_the_request_that_it_answers(self):
        asking = Asking(Client.CROSS_DEVICE, "thumbprint", BROWSER)
        request, session = asked(Client.CROSS_DEVICE), session_of()
        clock.advance(timedelta(minutes=9))
        code = requests.allow(request, session, browser=BROWSER)
        clock.advance(timedelta(minutes=9))
        sweep.expired()
        assert redeem(code, asking, redirect_uri=hosts.url("signin", requests.CONFIRMATION))

    def test_that_was_never_given_out_is_over(self):
        for code in ("", "nothing", "x" * 512):
            with pytest.raises(CodeOver):
                redeem(code)

    def test_is_over_with_the_session(self):
        session = session_of()
        code = allow(session)
        sessions.end(session)
        with pytest.raises(CodeOver):
            redeem(code)

    def test_is_over_without_the_permission(self):
        session = session_of()
        code = allow(session)
        LoginPermission.objects.create(principal=session.principal)
        with pytest.raises(NotPermitted):
            redeem(code)

    def test_is_over_with_another_password(self):
        session = session_of()
        code = allow(session)
        passwords.replace(session.principal, "Another-demo-9")
        with pytest.raises(PasswordChanged):
            redeem(code)


class TestARequest:
    def test_has_one_answer_of_many_at_once(self):
        request, session = asked(), session_of()
        results = at_once(lambda: requests.allow(request, session, browser=BROWSER), 4)
        assert len([each for each in results if isinstance(each, str)]) == 1
        with pytest.raises(LoginRequestOver):
            requests.deny(request)

    def test_that_was_denied_is_over(self):
        request = asked()
        requests.deny(request)
        with pytest.raises(LoginRequestOver):
            requests.allow(request, session_of(), browser=BROWSER)
        assert requests.find(request.handle, host=HOST, flow_key="key") is None


class TestALogin:
    def test_gives_new_credentials_for_one_token_any_number_of_times(self):
        issued = log_in(session_of())
        again = at_once(lambda: chains.refresh(issued.refresh_token, ASKING), 4)
        assert {each.refresh_token for each in again} == {issued.refresh_token}
        assert len({each.keys.access_key_id for each in [issued, *again]}) == 5

    def test_is_worth_nothing_with_another_key(self):
        issued = log_in(session_of())
        with pytest.raises(GrantInvalid):
            chains.refresh(issued.refresh_token, Asking(Client.SAME_DEVICE, "other", BROWSER))
        with pytest.raises(GrantInvalid):
            chains.refresh(issued.refresh_token, Asking(Client.CROSS_DEVICE, "thumbprint", BROWSER))
        assert chains.refresh(issued.refresh_token, ASKING)

    def test_ends_after_twelve_hours_and_its_credentials_with_it(self):
        clock.freeze()
        issued = log_in(session_of())
        clock.advance(timedelta(hours=11, minutes=50))
        assert chains.refresh(issued.refresh_token, ASKING).seconds == 600
        clock.advance(timedelta(minutes=10))
        with pytest.raises(LoginOver):
            chains.refresh(issued.refresh_token, ASKING)

    def test_ends_with_the_session(self):
        clock.freeze()
        session = session_of()
        clock.advance(timedelta(hours=11))
        issued = log_in(session)
        clock.advance(timedelta(minutes=59, seconds=59))
        assert chains.refresh(issued.refresh_token, ASKING).seconds == 1
        clock.advance(timedelta(seconds=1))
        with pytest.raises(LoginOver):
            chains.refresh(issued.refresh_token, ASKING)

    def test_ends_with_the_sign_out(self):
        session = session_of()
        issued = log_in(session)
        sessions.end(session)
        with pytest.raises(LoginOver):
            chains.refresh(issued.refresh_token, ASKING)

    def test_ends_with_the_password(self):
        session = session_of()
        issued = log_in(session)
        passwords.replace(session.principal, "Another-demo-9", keeps=session)
        with pytest.raises(PasswordChanged):
            chains.refresh(issued.refresh_token, ASKING)

    def test_ends_with_the_permission_and_goes_on_with_it(self):
        session = session_of()
        issued = log_in(session)
        permission = LoginPermission.objects.create(principal=session.principal)
        with pytest.raises(NotPermitted):
            chains.refresh(issued.refresh_token, ASKING)
        permission.is_allowed = True
        permission.save()
        assert chains.refresh(issued.refresh_token, ASKING)

    def test_ends_while_the_account_is_suspended(self):
        session = session_of()
        issued = log_in(session)
        Account.objects.filter(pk="111122223333").update(state=Account.State.SUSPENDED)
        with pytest.raises(NotPermitted):
            chains.refresh(issued.refresh_token, ASKING)

    def test_ends_with_the_user(self):
        session = session_of()
        issued = log_in(session)
        session.principal.delete()
        with pytest.raises(LoginOver):
            chains.refresh(issued.refresh_token, ASKING)

    def test_ends_when_it_is_revoked(self):
        issued = log_in(session_of())
        assert chains.revoke(Login.objects.all()) == 1
        assert chains.revoke(Login.objects.all()) == 0
        with pytest.raises(LoginOver):
            chains.refresh(issued.refresh_token, ASKING)

    def test_is_swept_away_with_all_else_that_is_over(self):
        log_in(session_of())
        asked()
        DpopProof.objects.create(digest="x", expires_at=clock.now())
        clock.advance(timedelta(hours=13))
        sweep.expired()
        for model in (Login, LoginRequest, DpopProof):
            assert not model.objects.exists(), model
        assert Session.objects.exists()


def test_a_scenario_says_who_may():
    def permissions(**member):
        user = {"name": "zhang", **member}
        account = {"id": "111122223333", "name": "Example", "users": [user]}
        document = json.dumps({"accounts": [account]})
        return read(Scenario("own", document)).accounts[0].login_permissions

    assert permissions() == []
    assert [each.is_allowed for each in permissions(may_use_aws_login=False)] == [False]
    with pytest.raises(ScenarioInvalid):
        permissions(may_use_aws_login="no")
