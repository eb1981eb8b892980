"""Randomness, and digests of secrets."""

import uuid

import pytest

from signin.kernel import entropy


@pytest.mark.requirement("S-025", "S-038")
def test_tokens_have_256_bits_and_handles_128():
    assert len(entropy.token()) == 43
    assert len(entropy.handle()) == 32
    assert len({entropy.token() for _ in range(1000)}) == 1000


def test_identifiers_are_random_uuids_and_so_are_their_texts():
    texts = {entropy.identifier_text() for _ in range(1000)} | {str(entropy.identifier())}
    assert len(texts) == 1001
    for text in texts:
        found = uuid.UUID(text)
        assert str(found) == text
        assert (found.version, found.variant) == (4, uuid.RFC_4122)


def test_codes_keep_their_leading_zeros_and_use_every_digit():
    codes = [entropy.digits(6) for _ in range(500)]
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert {code[0] for code in codes} == set("0123456789")


@pytest.mark.parametrize("size", [1, 2, 7, 20, 64, 200, 256])
def test_texts_use_each_character_of_an_alphabet_as_often(size):
    alphabet = "".join(chr(each) for each in range(size))
    drawn = entropy.text(400 * size, alphabet)
    assert len(drawn) == 400 * size
    counts = [drawn.count(character) for character in alphabet]
    # A count strays 20 at most in two of three drawings; eight times that is never seen.
    assert all(240 < count < 560 for count in counts)
    assert entropy.text(0, alphabet) == ""


def test_digests_of_parts_don_t_run_into_one_another():
    assert entropy.keyed_digest("k", "ab", "c") != entropy.keyed_digest("k", "a", "bc")
    assert entropy.keyed_digest("k", "a") != entropy.keyed_digest("other", "a")
    assert len(entropy.digest("secret")) == 64
