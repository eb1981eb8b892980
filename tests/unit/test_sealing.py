"""Secrets at rest."""

import base64

import pytest

from signin.kernel import sealing


@pytest.mark.requirement("S-065")
def test_a_secret_comes_back_and_looks_different_each_time():
    sealed = [sealing.seal(b"secret", key="k", purpose="p") for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert b"secret" not in base64.b64decode(sealed[0])
    assert [sealing.unseal(each, key="k", purpose="p") for each in sealed] == [b"secret"] * 2


@pytest.mark.requirement("S-065", "S-110")
@pytest.mark.parametrize(
    ("key", "purpose", "bit"), [("other", "p", 0), ("k", "other", 0), ("k", "p", 1)]
)
def test_another_key_another_purpose_and_a_changed_bit_open_nothing(key, purpose, bit):
    stored = bytearray(base64.b64decode(sealing.seal(b"secret", key="k", purpose="p")))
    stored[-1] ^= bit
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(base64.b64encode(stored).decode(), key=key, purpose=purpose)
