"""Codes by time, against the RFC's vectors and an independent implementation."""

import base64
from datetime import UTC, datetime

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa import totp

RFC_SECRET = b"12345678901234567890"
# RFC 6238, appendix B, SHA-1: the last six of the eight digits.
RFC_VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


def at(seconds: int) -> int:
    return totp.step_at(datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(("seconds", "code"), RFC_VECTORS.items())
def test_the_codes_are_those_of_the_rfc(seconds, code):
    assert totp.code_at(RFC_SECRET, at(seconds)) == code


@given(st.binary(min_size=14, max_size=64), st.integers(0, 2**33))
def test_another_implementation_shows_the_same_codes(secret, seconds):
    theirs = pyotp.TOTP(base64.b32encode(secret).decode())
    assert totp.code_at(secret, at(seconds)) == theirs.at(seconds)


def test_an_app_reads_from_the_picture_what_is_shown_as_text():
    secret = totp.new_secret()
    read = pyotp.parse_uri(totp.uri(secret, label="jane.doe @ 111122223333"))
    assert read.now() == pyotp.TOTP(totp.encode(secret)).now()
    assert (read.name, read.issuer) == ("jane.doe @ 111122223333", "Vestibule emulator")
    assert (read.interval, read.digits) == (30, 6)


@pytest.mark.requirement("S-065")
def test_secrets_are_long_and_random():
    assert len(totp.new_secret()) * 8 >= 160
    assert totp.new_secret() != totp.new_secret()


@pytest.mark.parametrize(
    "typed", ["JBSWY3DPEHPK3PXP", "jbsw y3dp ehpk 3pxp", " JBSWY3DPEHPK3PXP==== "]
)
def test_a_secret_is_read_as_people_type_it(typed):
    assert totp.encode(totp.decode(typed)) == "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize("typed", ["", "JBSWY3DP", "1!?", "JBSWY3DPEHPK3PX0", "日本語日本語日本語"])
def test_what_is_no_secret_is_refused(typed):
    with pytest.raises(totp.SecretInvalid):
        totp.decode(typed)


@pytest.mark.requirement("S-062")
@pytest.mark.parametrize(
    ("offset", "is_found"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_counts_one_step_to_either_side(offset, is_found):
    code = totp.code_at(RFC_SECRET, 1000 + offset)
    found = totp.find_step(RFC_SECRET, code, around=1000, window=totp.SIGN_IN_WINDOW)
    assert found == (1000 + offset if is_found else None)


@pytest.mark.requirement("S-063")
def test_a_pair_is_two_codes_that_follow_one_another():
    first, second, third = (totp.code_at(RFC_SECRET, 1000 + step) for step in range(3))

    def find(one: str, other: str) -> int | None:
        return totp.find_pair(RFC_SECRET, one, other, around=1000, window=10)

    assert find(first, second) == 1000
    assert find(second, third) == 1001
    for one, other in [(first, first), (second, first), (first, third), (first, "000000")]:
        assert find(one, other) is None


def test_a_code_is_shown_for_thirty_seconds():
    left = [totp.seconds_left(datetime.fromtimestamp(seconds, UTC)) for seconds in (0, 1, 29, 30)]
    assert left == [30, 29, 1, 30]


def test_a_token_s_seed_follows_from_its_number_and_the_installation():
    seed = totp.secret_of_token("GAHT12345678", key="one")
    assert seed == totp.secret_of_token("GAHT12345678", key="one")
    assert seed != totp.secret_of_token("GAHT12345679", key="one")
    assert seed != totp.secret_of_token("GAHT12345678", key="other")
