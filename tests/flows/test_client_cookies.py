"""The cookies that extensions and tools know: read as they read them, and worth nothing else."""

import base64
import json
import re
from datetime import timedelta
from urllib.parse import unquote, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.test import Client

from accounts import sessions
from signin import client_cookies
from signin.console import told_cookies
from signin.kernel import clock, jws
from tests import devices
from tests.brokers import federated_keys, login_url, token_for
from tests.browser import CONSOLE, SIGNIN, Browser
from tests.flows import multi_session_walks, switch_walks
from tests.portal_walks import JANE, PORTAL, is_at_portal, sign_in
from tests.walks import EXAMPLE_CORP, ROOT, sign_in_as_iam_user, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

OURS = re.compile(r"vestibule-|__Host-vestibule-")


def read_by_scripts(browser: Browser, host: str = CONSOLE) -> str:
    """Return what ``document.cookie`` is at a host."""
    jar = browser.cookies[urlsplit(host).netloc]
    return "; ".join(f"{m.key}={m.coded_value}" for m in jar.values() if not m["httponly"])


def user_info(browser: Browser, host: str = CONSOLE) -> dict[str, str]:
    """Return what content scripts make of it: split, decoded, parsed."""
    value = f"; {read_by_scripts(browser, host)}".split("; aws-userInfo=")[1].split(";")[0]
    return json.loads(unquote(value))


def names(browser: Browser, host: str) -> set[str]:
    jar = browser.cookies.get(urlsplit(host).netloc, {})
    return {name for name in jar if not OURS.match(name)}


@pytest.mark.requirement("S-036", "S-037")
class TestAtTheConsole:
    def test_of_an_iam_user(self, browser):
        sign_in_as_iam_user(browser)
        told = user_info(browser)
        assert list(told) == ["arn", "alias", "username", "keybase", "issuer", "signinType"]
        assert told["arn"] == f"arn:aws:iam::{EXAMPLE_CORP}:user/zhang"
        assert told["alias"] == "example-corp"
        assert unquote(told["username"]) == "zhang"
        assert len(base64.b64decode(told["keybase"])) == 32
        assert told["issuer"] == SIGNIN + "signin"
        assert told["signinType"] == "PUBLIC"

    def test_of_a_root_user(self, browser):
        sign_in_as_root(browser, *ROOT)
        told = user_info(browser)
        assert told["arn"] == f"arn:aws:iam::{EXAMPLE_CORP}:root"
        assert told["alias"] == ""
        assert unquote(told["username"]) == "Example Corp"

    def test_of_a_role_of_the_portal(self, browser):
        sign_in(browser, *JANE)
        browser.visit(f"console?account_id={EXAMPLE_CORP}&role_name=ReadOnlyAccess")
        told, arn = user_info(browser), f"arn:aws:sts::{EXAMPLE_CORP}:assumed-role/"
        assert told["arn"].startswith(arn + "AWSReservedSSO_ReadOnlyAccess_")
        assert re.fullmatch(r"assumed-role/AWSReservedSSO_\w+/jane_doe", unquote(told["username"]))

    def test_of_a_federated_user_with_the_broker_s_page(self, browser):
        issuer = "https://idp.example/start/#/saml"
        browser.visit(login_url(token_for(federated_keys()), issuer=issuer))
        told = user_info(browser)
        assert told["arn"] == f"arn:aws:sts::{EXAMPLE_CORP}:federated-user/mary"
        assert unquote(told["username"]) == "federated-user/mary"
        assert unquote(told["issuer"]) == issuer

    def test_it_changes_with_a_switch_and_back(self, browser):
        switch_walks.add_role("Look")
        sign_in_as_iam_user(browser)
        switch_walks.understand(browser)
        switch_walks.switch(browser, "Look")
        assert user_info(browser)["arn"] == (
            f"arn:aws:sts::{switch_walks.SANDBOX}:assumed-role/Look/zhang"
        )
        browser.submit("leave-role")
        assert user_info(browser)["arn"].endswith(":user/zhang")

    def test_it_changes_with_the_end_of_a_switch(self, browser):
        switch_walks.add_role("Look")
        sign_in_as_iam_user(browser)
        switch_walks.understand(browser)
        switch_walks.switch(browser, "Look")
        clock.advance(timedelta(hours=1, seconds=1))
        browser.visit("/console/home")
        assert user_info(browser)["arn"].endswith(":user/zhang")

    def test_each_of_several_sessions_has_its_own(self, browser):
        multi_session_walks.both(browser)
        browser.visit(multi_session_walks.link(browser, "session-1"))
        there = [host for host in browser.cookies if re.match(r"\d{12}-", host)]
        told = {user_info(browser, f"http://{host}/")["arn"] for host in there}
        assert len(there) >= 2
        assert len(told) == 2

    def test_it_is_signed_as_well(self, browser):
        sign_in_as_iam_user(browser)
        value = browser.cookie(client_cookies.SIGNED_USER_INFO, CONSOLE)
        header, claims, signature = value.split(".")
        assert jws.read(header)["alg"] == "ES384"
        assert jws.read(header)["typ"] == "JWS"
        assert jws.read(header)["keyRegion"] == "us-east-1"
        told = user_info(browser)
        assert jws.read(claims) == {
            "sub": told["alias"],
            "signinType": "PUBLIC",
            "iss": told["issuer"],
            "keybase": told["keybase"],
            "arn": told["arn"],
            "username": told["username"],
        }
        assert proves(f"{header}.{claims}", signature)
        assert not proves(f"{header}.{claims}x", signature)

    def test_a_device_is_told(self, browser, new_browser):
        sign_in_as_iam_user(browser)
        assert client_cookies.MFA_ENTERED not in names(browser, CONSOLE)
        other = sign_in_as_iam_user(new_browser(), *devices.JANE)
        other.submit(code=devices.code_of())
        assert other.cookie(client_cookies.MFA_ENTERED, CONSOLE) == "true"
        assert names(other, CONSOLE) == set(client_cookies.OF_CONSOLES)

    def test_what_opens_the_console_at_aws_opens_nothing(self, browser):
        sign_in_as_iam_user(browser)
        known = set(client_cookies.OF_CONSOLES) - {client_cookies.MFA_ENTERED}
        assert names(browser, CONSOLE) == known
        thief = Browser()
        for name in known:
            for ours in ("vestibule-console", "vestibule-signin", name):
                for host in (CONSOLE, SIGNIN):
                    thief.visit(host)
                    jar = thief.cookies[urlsplit(host).netloc]
                    jar[ours] = browser.cookie(name, CONSOLE)
            assert thief.visit(CONSOLE + "console/home").signed_in_as is None

    def test_no_secret_of_ours_is_in_them(self, browser):
        sign_in_as_iam_user(browser)
        jars = browser.cookies.values()
        told = "".join(m.value for jar in jars for m in jar.values() if not OURS.match(m.key))
        ours = [m.value for jar in jars for m in jar.values() if OURS.match(m.key)]
        assert ours
        assert not [secret for secret in ours if secret in told]

    def test_they_are_gone_after_the_sign_out(self, browser):
        sign_in_as_iam_user(browser).submit("sign-out")
        assert not names(browser, CONSOLE)

    def test_they_are_gone_when_the_session_is_over(self, browser):
        sign_in_as_iam_user(browser)
        clock.advance(sessions.CONSOLE_LIFETIME)
        assert browser.visit(CONSOLE + "console/home").status == 401
        assert not names(browser, CONSOLE)

    def test_they_are_given_once_and_not_with_each_page(self, browser):
        sign_in_as_iam_user(browser)
        before = browser.cookie(client_cookies.CREDENTIALS, CONSOLE)
        browser.visit("/support/home")
        assert browser.cookie(client_cookies.CREDENTIALS, CONSOLE) == before

    def test_the_longest_ones_fit(self, browser):
        issuer = "https://idp.example/" + "%E3%81%82" * 111
        browser.visit(login_url(token_for(federated_keys()), issuer=issuer))
        for jar in browser.cookies.values():
            for morsel in jar.values():
                assert len(morsel.OutputString()) < 4096, morsel.key
        assert user_info(browser)["issuer"] == ""


def proves(signed: str, signature: str) -> bool:
    """Return whether a signature is by the key that is told."""
    key, octets = told_cookies.public_key(), jws.decode(signature)
    x, y = (int.from_bytes(jws.decode(key[name]), "big") for name in ("x", "y"))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP384R1()).public_key()
    r, s = (int.from_bytes(half, "big") for half in (octets[:48], octets[48:]))
    try:
        public.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA384()))
    except InvalidSignature:
        return False
    return True


class TestAtTheSignInHost:
    def test_a_remembered_account_is_told(self, browser):
        sign_in_as_iam_user(browser, remember_account="on").submit("sign-out")
        assert browser.cookie(client_cookies.REMEMBER_ACCOUNT, SIGNIN) == "true"
        assert browser.cookie(client_cookies.ACCOUNT_ALIAS, SIGNIN) == "example-corp"

    def test_one_that_is_not_remembered_is_not_told(self, browser):
        sign_in_as_iam_user(browser, remember_account=None)
        assert browser.cookie(client_cookies.REMEMBER_ACCOUNT, SIGNIN) == "false"
        assert names(browser, SIGNIN) == {client_cookies.REMEMBER_ACCOUNT}

    def test_it_is_forgotten_with_ours(self, browser):
        sign_in_as_iam_user(browser, remember_account="on").submit("sign-out")
        browser.visit(CONSOLE + "console/home?different_account=1")
        assert not names(browser, SIGNIN)


@pytest.mark.requirement("S-103")
class TestAtThePortal:
    def test_the_token_is_gone_after_the_sign_out(self, browser):
        assert is_at_portal(sign_in(browser, *JANE))
        assert names(browser, PORTAL) == {client_cookies.PORTAL_TOKEN}
        browser.submit("sign-out")
        assert not names(browser, PORTAL)

    def test_the_token_opens_the_portal_s_api_and_ends_with_the_session(self, browser):
        sign_in(browser, *JANE)
        token = browser.cookie(client_cookies.PORTAL_TOKEN, PORTAL)
        assert listed(token).status_code == 200
        assert listed(token[:-1] + ("A" if token[-1] != "A" else "B")).status_code == 401
        browser.submit("sign-out")
        assert listed(token).status_code == 401

    def test_the_token_opens_no_page(self, browser):
        sign_in(browser, *JANE)
        thief = Browser().visit(PORTAL)
        jar = thief.cookies[urlsplit(PORTAL).netloc]
        for name in ("vestibule-portal", client_cookies.PORTAL_TOKEN):
            jar[name] = browser.cookie(client_cookies.PORTAL_TOKEN, PORTAL)
        assert not is_at_portal(thief.visit(PORTAL))


def listed(token: str):
    return Client().get(
        "/assignment/accounts",
        headers={
            "host": "portal.sso.us-east-1.amazonaws.com.localhost:8000",
            "x-amz-sso_bearer_token": token,
        },
    )
