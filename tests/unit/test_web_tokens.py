"""Tokens of other issuers: each check by itself, and where keys may come from."""

import json
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from accounts.models import OidcProvider
from signin.federation import issuer_keys, web_tokens
from signin.federation.token_errors import (
    KeysUnreachable,
    TokenAlgorithmRefused,
    TokenAudienceWrong,
    TokenEarly,
    TokenExpired,
    TokenIssuerUnknown,
    TokenKeyUnknown,
    TokenMalformed,
    TokenSignatureWrong,
    TokenSubjectUnusable,
    TokenTimesUnusable,
)
from signin.kernel import clock
from tests import issuers
from tests.dpop import dumped
from tests.issuers import AUDIENCE, DISCOVERY, URL, key, key_of, key_set, token


@pytest.fixture(autouse=True)
def nothing_kept():
    issuer_keys._kept.clear()
    yield
    clock.reset()


def provider(*keys, **columns):
    return OidcProvider(**{"url": URL, "keys": key_set(*keys), **columns})


def check(said, issuer=None, audiences=(AUDIENCE,)):
    return web_tokens.check(said, issuer or provider(), audiences)


class TestSignatures:
    @pytest.mark.parametrize(
        "algorithm",
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
    )
    def test_an_issuer_s_own_key_is_good(self, algorithm):
        found = check(token(algorithm=algorithm), provider(key_of(algorithm)))
        assert (found.issuer, found.subject, found.audience) == (URL, "somebody", AUDIENCE)
        assert found.claims["iss"] == URL

    def test_who_issued_it_can_be_asked_before(self):
        assert web_tokens.issuer_of(token()) == URL
        for issuer in (None, 7, [URL], "https://a\0b", "https://\ud800"):
            with pytest.raises(TokenMalformed):
                web_tokens.issuer_of(token(iss=issuer))

    @pytest.mark.requirement("S-083")
    @pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
    def test_a_shared_secret_proves_nothing(self, algorithm):
        said = token(key("oct"), algorithm=algorithm)
        secret = {"keys": [key("oct").as_dict(private=True)]}
        with pytest.raises(TokenAlgorithmRefused):
            check(said, provider(keys=secret))

    @pytest.mark.requirement("S-083")
    @pytest.mark.parametrize("algorithm", ["none", "None", "RS1", "EdDSA", "ES256K", "", None, 7])
    def test_other_algorithms_are_refused(self, algorithm):
        header, claims, _ = token().split(".")
        header = dumped({"alg": algorithm, "kid": "one"})
        for signature in ("", "AAAA"):
            with pytest.raises(TokenAlgorithmRefused):
                check(f"{header}.{claims}.{signature}")

    def test_what_is_critical_is_not_passed_over(self):
        with pytest.raises(TokenAlgorithmRefused):
            check(token(header={"crit": ["b64"], "b64": True}))

    def test_what_else_a_header_says_makes_no_difference(self):
        assert check(token(header={"nonce": "n", "x5t": "thumbprint"}))

    @pytest.mark.requirement("S-084")
    def test_a_key_that_comes_along_counts_for_nothing(self):
        own = key("RSA", "another")
        with pytest.raises(TokenSignatureWrong):
            check(token(own, header={"jwk": own.as_dict(private=False), "kid": "one"}))

    @pytest.mark.parametrize("changed", [{"sub": "root"}, {"aud": "other"}, {"exp": 2**40}])
    def test_what_was_changed_is_no_longer_signed(self, changed):
        header, claims, signature = token().split(".")
        with pytest.raises(TokenSignatureWrong):
            check(f"{header}.{token(**changed).split('.')[1]}.{signature}")
        for broken in (signature[:-4], "", "!!!!", signature[::-1]):
            with pytest.raises(TokenSignatureWrong):
                check(f"{header}.{claims}.{broken}")

    def test_the_name_chooses_among_keys(self):
        keys = [key("RSA", "two"), key("P-256", "three"), key("RSA", "one")]
        assert check(token(), provider(*keys))
        with pytest.raises(TokenKeyUnknown):
            check(token(header={"kid": "four"}), provider(*keys))
        with pytest.raises(TokenKeyUnknown):
            check(token(header={"kid": "three"}), provider(*keys))

    def test_without_a_name_there_has_to_be_one_that_suits(self):
        nameless = token(header={"kid": None})
        assert check(nameless, provider(key("P-256", "three"), key()))
        with pytest.raises(TokenKeyUnknown):
            check(nameless, provider(key(), key("RSA", "two")))

    def test_a_name_that_is_there_twice_chooses_none(self):
        with pytest.raises(TokenKeyUnknown):
            check(token(), provider(key(), key()))

    @pytest.mark.parametrize(
        "changed",
        [
            {"use": "enc"},
            {"alg": "RS512"},
            {"key_ops": ["encrypt"]},
            {"key_ops": "verify"},
            {"kty": "oct"},
            {"n": 5},
            {"n": "AQAB"},
            {"n": "!"},
            {"e": ""},
        ],
    )
    def test_a_key_for_something_else_is_none(self, changed):
        [public] = key_set()["keys"]
        with pytest.raises(TokenKeyUnknown):
            check(token(), provider(keys={"keys": [{**public, **changed}]}))

    @pytest.mark.parametrize("keys", [{}, [], None, {"keys": {}}, {"keys": ["one", None]}])
    def test_what_is_no_key_set_has_no_keys(self, keys):
        with pytest.raises(TokenKeyUnknown):
            check(token(), provider(keys=keys))


class TestClaims:
    @pytest.mark.requirement("S-092")
    @pytest.mark.parametrize(
        "issuer", [f"{URL}/", "http://issuer.example.com", URL.upper(), "", None]
    )
    def test_the_issuer_is_exactly_that_one(self, issuer):
        with pytest.raises(TokenIssuerUnknown):
            check(token(iss=issuer))

    @pytest.mark.parametrize(
        ("claims", "expected"),
        [
            ({"aud": AUDIENCE}, AUDIENCE),
            ({"aud": ["other", AUDIENCE]}, AUDIENCE),
            ({"aud": "other", "azp": AUDIENCE}, AUDIENCE),
        ],
    )
    def test_it_is_for_one_of_the_audiences(self, claims, expected):
        assert check(token(**claims)).audience == expected

    @pytest.mark.requirement("S-089")
    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "other"},
            {"aud": None},
            {"aud": []},
            {"aud": [["sts.amazonaws.com"]]},
            {"aud": {AUDIENCE: 1}},
            {"aud": AUDIENCE.upper()},
            {"aud": AUDIENCE, "azp": "other"},
        ],
    )
    def test_one_for_somebody_else_is_refused(self, claims):
        with pytest.raises(TokenAudienceWrong):
            check(token(**claims))

    def test_no_audience_means_nobody(self):
        with pytest.raises(TokenAudienceWrong):
            check(token(), audiences=())

    @pytest.mark.requirement("S-089")
    def test_its_time_ends(self):
        now = int(time.time())
        assert check(token(exp=now - 30))
        with pytest.raises(TokenExpired):
            check(token(exp=now - 61))

    @pytest.mark.requirement("S-089")
    def test_its_time_is_told_by_the_clock_of_this_server(self):
        said = token()
        clock.advance(timedelta(seconds=361))
        with pytest.raises(TokenExpired):
            check(said)

    @pytest.mark.requirement("S-089")
    @pytest.mark.parametrize("name", ["iat", "nbf"])
    def test_its_time_begins(self, name):
        now = int(time.time())
        assert check(token(**{name: now + 30}))
        with pytest.raises(TokenEarly):
            check(token(**{name: now + 120}))

    @pytest.mark.parametrize("name", ["iat", "exp", "nbf"])
    @pytest.mark.parametrize("value", ["1700000000", 1.7e9, True, -1, 2**54, [], "now"])
    def test_times_are_whole_seconds(self, name, value):
        with pytest.raises(TokenTimesUnusable):
            check(token(**{name: value}))

    @pytest.mark.parametrize("name", ["iat", "exp"])
    def test_times_have_to_be_there(self, name):
        with pytest.raises(TokenTimesUnusable):
            check(token(**{name: None}))

    @pytest.mark.parametrize("subject", [None, "", 7, ["somebody"], "x" * 256, "a\nb", "a\0b"])
    def test_the_subject_is_a_text_that_can_be_shown(self, subject):
        with pytest.raises(TokenSubjectUnusable):
            check(token(sub=subject))

    def test_a_long_subject_is_good(self):
        subject = "repo:octo-org/octo-repo:environment:" + "x" * 219
        assert check(token(sub=subject)).subject == subject


class TestForm:
    @pytest.mark.parametrize(
        "said",
        ["", "a.b", "a.b.c.d", "..", "a.b.c", "e30.e30", f"{token()}.x", "x" * 20_001, "é.é.é"],
    )
    def test_what_is_no_token_is_refused(self, said):
        with pytest.raises(TokenMalformed):
            check(said)

    def test_a_member_that_is_there_twice_is_refused(self):
        payload = json.dumps({"iss": URL})[:-1] + ', "iss": "https://other.example.com"}'
        with pytest.raises(TokenMalformed):
            check(token(payload=payload))

    @given(some.text(max_size=60))
    def test_nothing_breaks_it(self, said):
        with pytest.raises(TokenMalformed):
            check(said)


class TestFetchedKeys:
    @pytest.fixture
    def place(self):
        with issuers.place() as place:
            yield place

    def at(self, place):
        return OidcProvider(url=place.url, fetches_keys=True)

    def fetched(self, place):
        return check(token(iss=place.url), self.at(place))

    def refused(self, place):
        with pytest.raises(KeysUnreachable):
            self.fetched(place)

    def test_keys_come_from_the_issuer_s_address(self, place):
        assert self.fetched(place).issuer == place.url
        assert place.asked == [DISCOVERY, "/keys"]

    def test_names_below_localhost_are_this_machine(self, place):
        assert self.fetched(place.named("idp.localhost")).subject == "somebody"
        assert place.hosts == [place.url.removeprefix("http://")] * 2

    @pytest.mark.requirement("S-113")
    def test_nothing_is_fetched_unless_the_row_says_so(self, place):
        with pytest.raises(TokenKeyUnknown):
            check(token(iss=place.url), OidcProvider(url=place.url))
        assert not place.asked

    def test_they_are_kept_for_a_moment(self, place):
        self.fetched(place)
        self.fetched(place)
        assert len(place.asked) == 2
        clock.advance(timedelta(seconds=10))
        self.fetched(place)
        assert len(place.asked) == 4

    def test_the_address_may_have_a_path(self, place):
        place.url += "/realms/one"
        place.answers[f"/realms/one{DISCOVERY}"] = {
            "issuer": place.url,
            "jwks_uri": place.url.replace("/realms/one", "/keys"),
        }
        assert self.fetched(place)

    @pytest.mark.parametrize(
        ("path", "answer"),
        [
            (DISCOVERY, None),
            (DISCOVERY, b"nothing"),
            (DISCOVERY, b"[]"),
            (DISCOVERY, {}),
            (DISCOVERY, {"issuer": URL, "jwks_uri": "http://127.0.0.1/keys"}),
            (DISCOVERY, "/elsewhere"),
            ("/keys", None),
            ("/keys", "/elsewhere"),
            ("/keys", {"keys": []}),
            ("/keys", {"keys": [{"kid": str(number)} for number in range(101)]}),
            ("/keys", b" " * 100_001),
            ("/keys", b"[" * 50_000),
        ],
    )
    def test_what_is_not_as_it_has_to_be_is_not_taken(self, place, path, answer):
        place.answers[path] = answer
        place.answers["/elsewhere"] = key_set()
        self.refused(place)
        assert "/elsewhere" not in place.asked

    @pytest.mark.parametrize(
        "address",
        [
            "https://keys.example.com/keys",
            "http://keys.example.com/keys",
            "file:///etc/passwd",
            "http://user@127.0.0.1/keys",
            "http://127.0.0.1:99999/keys",
            "http://[::1/keys",
            "http://127.0.0.1/a b",
            "",
            7,
        ],
    )
    def test_keys_of_another_place_are_not_fetched(self, place, address):
        place.answers[DISCOVERY]["jwks_uri"] = address
        self.refused(place)
        assert place.asked == [DISCOVERY]

    @pytest.mark.requirement("S-113")
    @pytest.mark.parametrize(
        "url",
        [
            "http://issuer.example.com",
            "https://signin.aws.amazon.com",
            "https://oidc.eks.us-east-1.amazonaws.com/id/1",
            "https://x.tokens.sts.global.api.aws",
            "http://localhost.example.com",
        ],
    )
    def test_addresses_that_nobody_asks(self, url):
        with pytest.raises(KeysUnreachable):
            check(token(iss=url), OidcProvider(url=url, fetches_keys=True))

    def test_nobody_there(self, place):
        place.url = "http://127.0.0.1:9"
        self.refused(place)
