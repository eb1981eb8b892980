"""Passwords and their hashes."""

import unicodedata

import pytest
from django.conf import settings
from django.contrib.auth.hashers import identify_hasher
from hypothesis import given
from hypothesis import strategies as st

from accounts import hashers, passwords
from accounts.models import Principal
from signin.control import hashes


@pytest.mark.requirement("S-001")
@given(st.text(min_size=1, max_size=passwords.LONGEST))
def test_any_characters_are_a_password_and_none_is_dropped(password):
    person = Principal()
    passwords.assign(person, password)
    assert passwords.is_right(person, password)
    assert not passwords.is_right(person, password + "x")
    assert not passwords.is_right(person, password[:-1])


@pytest.mark.requirement("S-001")
def test_the_last_of_128_characters_counts():
    person = Principal()
    passwords.assign(person, "x" * 127 + "y")
    assert not passwords.is_right(person, "x" * 128)
    assert not passwords.is_right(person, ("x" * 127 + "y")[:64])


@pytest.mark.requirement("S-008")
def test_composed_and_decomposed_characters_are_the_same():
    person = Principal()
    passwords.assign(person, unicodedata.normalize("NFD", "Grüße-1"))
    assert passwords.is_right(person, unicodedata.normalize("NFC", "Grüße-1"))
    assert not passwords.is_right(person, "Gruße-1")


def test_without_console_access_no_password_is_right():
    person = Principal()
    passwords.assign(person, None, must_change=True)
    assert not passwords.is_right(person, "")
    assert person.must_change_password is False


@pytest.mark.requirement("S-006")
def test_the_default_cost_is_owasp_s():
    hasher = hashers.OwaspArgon2()
    assert (hasher.time_cost, hasher.memory_cost, hasher.parallelism) == (2, 19 * 1024, 1)
    assert hasher.encode("x", "saltsalt").startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashers.DjangoArgon2().encode("x", "saltsalt").startswith("argon2$argon2id")


def test_the_shipped_hashes_are_those_of_the_built_in_scenarios():
    shipped = hashes.ready_made()
    assert set(shipped) == set(hashes.needed())
    owasp = hashers.OwaspArgon2()
    for password, encoded in shipped.items():
        assert not owasp.must_update(encoded)
        assert owasp.verify(password, encoded)


def test_the_tests_run_at_the_lowest_cost():
    assert settings.SIGNIN_PASSWORD_COST == "minimal"
    assert isinstance(identify_hasher(passwords.hashed("x")), hashers.MinimalArgon2)
