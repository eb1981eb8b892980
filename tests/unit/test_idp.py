"""The key of the built-in identity provider, and the questions that are sent to providers."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from signin.federation import authn_requests, idp, idp_keys
from signin.federation.authn_requests import Question
from signin.federation.errors import QuestionInvalid
from signin.kernel import clock, jws


@pytest.fixture
def installation(settings, tmp_path):
    """Have a data directory in which nothing was made yet."""
    settings.SIGNIN_DATA_DIR = tmp_path
    return tmp_path


class TestTheKey:
    def test_is_its_owner_s_alone(self, installation):
        idp_keys.stored()
        assert [path.name for path in installation.iterdir()] == ["identity_provider.pem"]
        assert (installation / "identity_provider.pem").stat().st_mode & 0o777 == 0o600

    def test_is_made_once_however_many_ask_at_once(self, installation):
        with ThreadPoolExecutor(8) as pool:
            stored = set(pool.map(lambda _: idp_keys.stored(), range(8)))
        assert len(stored) == 1
        assert len(list(installation.iterdir())) == 1

    def test_is_another_one_in_another_installation(self, settings, tmp_path):
        found = set()
        for name in "ab":
            settings.SIGNIN_DATA_DIR = tmp_path / name
            settings.SIGNIN_DATA_DIR.mkdir()
            found.add(idp_keys.stored())
        assert len(found) == 2

    def test_has_a_certificate_that_says_what_it_is_and_lasts(self):
        der = base64.b64decode(idp_keys.identity().certificate)
        certificate = x509.load_der_x509_certificate(der)
        assert "NOT FOR PRODUCTION" in certificate.subject.rfc4514_string()
        assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        left = certificate.not_valid_after_utc - clock.machine_now()
        assert left > timedelta(days=3000)

    def test_is_not_in_what_is_shown_of_it(self):
        shown = repr(idp_keys.identity())
        assert "PRIVATE" not in shown


class TestAToken:
    def test_is_signed_with_the_key_that_the_provider_tells(self):
        clock.freeze()
        token = idp.token("sam", "sts.amazonaws.com", {"email": "sam@example.com"})
        signed, _, signature = token.rpartition(".")
        jws.check(signed, signature, idp.keys()["keys"][0])
        header, claims = (jws.read(part) for part in signed.split("."))
        assert header["kid"] == idp.keys()["keys"][0]["kid"]
        assert claims["iss"] == "http://idp.localhost:8000"
        assert (claims["sub"], claims["aud"]) == ("sam", "sts.amazonaws.com")
        assert claims["email"] == "sam@example.com"
        assert claims["exp"] - claims["iat"] == 3600

    def test_says_whatever_a_test_wants(self):
        claims = jws.read(idp.token("sam", "x", {"exp": 1, "sub": "eve"}).split(".")[1])
        assert (claims["exp"], claims["sub"]) == (1, "eve")


class TestAQuestion:
    @given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"]), max_size=50))
    def test_is_read_as_it_was_written(self, name):
        issuer = f"https://example.com/{name.strip()}x"
        asked = Question("_1", issuer, "https://example.com/acs?a=1&b=2")
        url = authn_requests.address(asked, to="https://idp.example.com/sso")
        packed = parse_qs(urlsplit(url).query)["SAMLRequest"][0]
        assert authn_requests.read(packed, is_deflated=True) == asked

    def test_keeps_the_query_of_the_provider_s_address(self):
        url = authn_requests.address(Question("_1", "x", "y"), to="https://example.com/sso?id=7")
        assert url.startswith("https://example.com/sso?id=7&SAMLRequest=")

    @pytest.mark.requirement("S-086")
    @given(st.binary(max_size=200))
    def test_that_is_anything_else_is_refused(self, octets):
        encoded = base64.b64encode(octets).decode()
        for is_deflated in (True, False):
            with pytest.raises(QuestionInvalid):
                authn_requests.read(encoded, is_deflated=is_deflated)
