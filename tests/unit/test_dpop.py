"""Proofs of a key: each check by itself, and whatever else somebody may send."""

import base64
import hashlib
import json
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as some

from signin.kernel import clock, jws
from signin.logins import proofs
from signin.logins.errors import ProofUsed
from signin.logins.models import DpopProof
from signin.wire import dpop
from signin.wire.dpop import ProofInvalid
from tests.dpop import Key, b64, dumped

URL = "http://127.0.0.1:8000/v1/token"
KEY = Key()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def check(proof, url=URL):
    return dpop.check(proof, method="POST", url=url)


def problem(proof, url=URL):
    """Return why a proof is refused."""
    with pytest.raises(ProofInvalid) as refused:
        check(proof, url)
    return str(refused.value.message)


def test_a_proof_names_the_key_and_its_own_number():
    found = check(KEY.proof(URL, jti="one"))
    assert (found.thumbprint, found.number) == (KEY.thumbprint, "one")


def test_coordinates_may_lack_the_zeros_that_they_begin_with():
    key = next(key for key in iter(Key, None) if jws.decode(key.jwk["x"])[0] == 0)
    short = {**key.jwk, "x": b64(jws.decode(key.jwk["x"])[1:])}
    assert check(key.proof(URL, header={"jwk": short})).thumbprint == key.thumbprint


def test_the_thumbprint_is_that_of_the_standard():
    x, y = b64(b"x" * 32), b64(b"y" * 32)
    key = {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "not a part of it"}
    text = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode()
    assert jws.thumbprint(key) == b64(hashlib.sha256(text).digest())


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"typ": None}, "typ"),
        ({"typ": "JWT"}, "typ"),
        ({"alg": None}, "alg"),
        ({"alg": "none"}, "alg"),
        ({"alg": "HS256"}, "alg"),
        ({"alg": "RS256"}, "alg"),
        ({"alg": "ES384"}, "alg"),
        ({"crit": ["b64"]}, "crit"),
        ({"jwk": None}, "jwk"),
        ({"jwk": "key"}, "jwk"),
        ({"jwk": {**KEY.jwk, "kty": "RSA"}}, "jwk"),
        ({"jwk": {**KEY.jwk, "kty": "oct", "k": "AA"}}, "jwk"),
        ({"jwk": {**KEY.jwk, "crv": "P-384"}}, "jwk"),
        ({"jwk": {**KEY.jwk, "d": "AA"}}, "private"),
        ({"jwk": {**KEY.jwk, "x": None}}, "coordinates"),
        ({"jwk": {**KEY.jwk, "y": 7}}, "coordinates"),
        ({"jwk": {**KEY.jwk, "x": KEY.jwk["x"][:-4]}}, "signed"),
        ({"jwk": {**KEY.jwk, "x": KEY.jwk["x"] + "=="}}, "signed"),
        ({"jwk": {**KEY.jwk, "x": b64(bytes(32))}}, "signed"),  # not on the curve
        ({"jwk": {**KEY.jwk, "y": b64(b"\xff" * 32)}}, "signed"),
        ({"jwk": Key().jwk}, "signed"),  # another key's
    ],
)
def test_what_the_header_has_to_say(header, said):
    assert said in problem(KEY.proof(URL, header=header))


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"htm": None}, "htm"),
        ({"htm": "GET"}, "htm"),
        ({"htm": "post"}, "htm"),
        ({"htu": None}, "htu"),
        ({"htu": 1}, "htu"),
        ({"htu": "https://127.0.0.1:8000/v1/token"}, "htu"),
        ({"htu": "http://127.0.0.1:8001/v1/token"}, "htu"),
        ({"htu": "http://localhost:8000/v1/token"}, "htu"),
        ({"htu": "http://127.0.0.1:8000/v1/token/"}, "htu"),
        ({"htu": "http://127.0.0.1:8000/v1/token?a=b"}, "htu"),
        ({"htu": "http://127.0.0.1:8000/v1/token#a"}, "htu"),
        ({"htu": "http://a@127.0.0.1:8000/v1/token"}, "htu"),
        ({"htu": "http://127.0.0.1:port/v1/token"}, "htu"),
        ({"htu": "http://[127.0.0.1:8000/v1/token"}, "htu"),
        ({"htu": "/v1/token"}, "htu"),
        ({"htu": ""}, "htu"),
        ({"iat": None}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"iat": True}, "iat"),
        ({"iat": 1.5}, "iat"),
        ({"iat": 10**400}, "iat"),
        ({"iat": -(10**20)}, "iat"),
        ({"iat": int(time.time()) - 3600}, "iat"),
        ({"iat": int(time.time()) + 3600}, "iat"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": 7}, "jti"),
        ({"jti": "x" * 129}, "jti"),
        ({"jti": "a b"}, "jti"),
        ({"jti": "\ud800"}, "jti"),
        ({"jti": "one\n"}, "jti"),
    ],
)
def test_what_the_claims_have_to_say(claims, said):
    assert said in problem(KEY.proof(URL, **claims))


def test_the_address_may_be_written_in_another_way():
    for claimed, url in [
        ("HTTP://LOCALHOST:8000/v1/token", "http://localhost:8000/v1/token"),
        ("http://localhost/v1/token", "http://localhost:80/v1/token"),
    ]:
        assert check(KEY.proof(claimed), url)


def test_a_proof_is_good_for_five_minutes_to_either_side():
    clock.freeze()
    now = int(clock.now().timestamp())
    for seconds in (-299, 0, 299):
        assert check(KEY.proof(URL, iat=now + seconds))
    for seconds in (-302, 302):
        assert "iat" in problem(KEY.proof(URL, iat=now + seconds))


def test_a_program_dates_its_proof_by_the_machine_wherever_the_emulated_clock_is():
    clock.advance(timedelta(days=40))
    assert check(KEY.proof(URL))
    assert check(KEY.proof(URL, iat=int(clock.now().timestamp())))
    between = int(time.time()) + 20 * 24 * 3600
    assert "iat" in problem(KEY.proof(URL, iat=between))


def test_a_proof_is_a_jwt_and_not_endless():
    good = KEY.proof(URL)
    header, claims, signature = good.split(".")
    other = dumped({**json.loads(jws.decode(claims)), "jti": "x"})
    for wrong, said in [
        ("", "missing"),
        ("x" * 5000, "4096"),
        (KEY.proof(URL, more="x" * 5000), "4096"),
        ("a.b", "JWT"),
        (f"{good}.x", "JWT"),
        (f"{good}, {good}", "JWT"),
        (f".{claims}.{signature}", "written"),
        (f"{header}..{signature}", "written"),
        (f"{header}.{claims}.", "signed"),
        (f"{header}.{claims}.{signature[:-3]}", "signed"),
        (f"{header}.{claims}.{signature}=", "signed"),
        (f"{header}=.{claims}.{signature}", "written"),
        (f"{header}.{claims}.{signature}\n", "signed"),
        (f"{header} .{claims}.{signature}", "written"),
        (f"{header}.{other}.{signature}", "signed"),
    ]:
        assert said in problem(wrong), wrong


def test_a_signature_is_of_the_one_form_that_jws_has():
    signed = KEY.proof(URL).rpartition(".")[0]
    der = KEY.private.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    assert "signed" in problem(f"{signed}.{b64(der)}")
    for r, s in ((0, 0), (0, 1), (1, 0), (ORDER, ORDER), (2**256 - 1, 1)):
        octets = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        assert "signed" in problem(f"{signed}.{b64(octets)}")


def test_members_are_there_once():
    twice = b64(b'{"typ":"dpop+jwt","typ":"dpop+jwt","alg":"ES256","jwk":{}}')
    claims = KEY.proof(URL).split(".")[1]
    signed = f"{twice}.{claims}"
    assert "written" in problem(f"{signed}.{KEY.sign(signed)}")
    inside = json.dumps({"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.jwk})
    inside = inside.replace('"kty": "EC"', '"kty": "EC", "kty": "EC"')
    signed = f"{b64(inside.encode())}.{claims}"
    assert "written" in problem(f"{signed}.{KEY.sign(signed)}")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"1",
        b'"text"',
        b"null",
        b"{",
        b"\xff",
        b'{"a": NaN}',
        b"[" * 3000,
        b'{"a":' * 600 + b"1" + b"}" * 600,
        b'{"iat": ' + b"9" * 2800 + b"}",
    ],
)
def test_what_is_no_object_is_refused(content):
    claims = KEY.proof(URL).split(".")[1]
    for signed in (f"{b64(content)}.{claims}", f"{KEY.proof(URL).split('.')[0]}.{b64(content)}"):
        assert problem(f"{signed}.{KEY.sign(signed)}")


def test_base64_has_one_way_to_write_octets():
    assert jws.decode("AA") == b"\0"
    for wrong in ("AB", "A", "AA==", "A+", "A/", " AA", "AA\n", "ÄA"):
        with pytest.raises(ValueError, match=r"base64url|one way|characters"):
            jws.decode(wrong)


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20),
    lambda inner: (
        some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
names = some.sampled_from(["typ", "alg", "jwk", "crit", "htm", "htu", "iat", "jti"])


@settings(max_examples=60, deadline=None)
@given(some.text(max_size=200))
def test_no_text_is_more_than_refused(proof):
    assert problem(proof)


@settings(max_examples=60, deadline=None)
@given(some.dictionaries(names, anything, min_size=1, max_size=3))
def test_no_member_is_more_than_refused(members):
    proof = KEY.proof(URL, header=members, **members)
    with suppress(ProofInvalid):
        assert check(proof).thumbprint == KEY.thumbprint


@settings(max_examples=60, deadline=None)
@given(some.dictionaries(some.sampled_from(["kty", "crv", "x", "y", "d"]), anything, min_size=1))
def test_no_key_is_more_than_refused(members):
    if any(KEY.jwk.get(name) != value for name, value in members.items()):
        assert problem(KEY.proof(URL, header={"jwk": {**KEY.jwk, **members}}))


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_no_changed_proof_is_good(data):
    proof = KEY.proof(URL)
    place = data.draw(some.integers(0, len(proof) - 1))
    letter = data.draw(some.sampled_from("AZaz09-_.=+/ "))
    changed = proof[:place] + letter + proof[place + 1 :]
    if changed != proof:
        assert problem(changed)


@pytest.mark.django_db
def test_a_proof_is_used_once_by_each_key():
    proofs.spend("key", "one")
    with pytest.raises(ProofUsed):
        proofs.spend("key", "one")
    proofs.spend("key", "two")
    proofs.spend("another", "one")
    assert DpopProof.objects.count() == 3
    assert base64.b64encode(b"one").decode() not in str(DpopProof.objects.values())


@pytest.mark.django_db
def test_a_used_proof_is_remembered_for_longer_than_it_is_fresh():
    clock.freeze()
    proofs.spend("key", "one")
    longest = clock.now() + 2 * proofs.FRESH_FOR
    assert DpopProof.objects.get().expires_at >= longest
