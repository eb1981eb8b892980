"""Encrypted assertions: which are read, and attacks on them, each refused for its own reason."""

import base64
import os
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from signin.federation import encryption, errors
from tests import saml_encryption as enc
from tests.saml import NAMES, encoded, response, signed
from tests.saml_encryption import (
    How,
    alone,
    assembled,
    enciphered,
    encrypted,
    over,
    pair,
    sealed,
    wrapped,
)
from tests.unit.forgeries import ROLE, assertion_in
from tests.unit.test_assertions import read as read_any
from tests.unit.test_assertions import refused as refused_any

NAME = "zhang@example.com"
CONTENTS = [enc.GCM_128, enc.GCM_256, enc.CBC_128, enc.CBC_256]
XENC = f"{{{enc.XENC}}}"


def read(answer, kinds=("sp",), **how):
    return read_any(answer, private_keys=[pair(each) for each in kinds], **how)


def refused(reason, root, kinds=("sp",), **how):
    answer = root if isinstance(root, str) else encoded(root)
    refused_any(reason, answer, private_keys=[pair(each) for each in kinds], **how)


def holding(octets, **how):
    """Return a response in which any octets stand encrypted."""
    root = response()
    root.replace(assertion_in(root), sealed(octets, **how))
    return root


@pytest.fixture
def plain():
    """Return a response whose assertion is signed, and which is taken."""
    root = signed(response(attributes={ROLE: ["a,b"]}))
    assert read(encoded(root)).subject == NAME
    return root


@pytest.fixture
def valid(plain):
    """Return the same with its assertion encrypted, which is taken."""
    root = encrypted(plain)
    assert read(encoded(root)).subject == NAME
    return root


class TestWhatIsRead:
    @pytest.mark.parametrize("content", CONTENTS)
    @pytest.mark.parametrize("is_apart", [False, True])
    def test_aes_in_gcm_and_cbc_with_the_key_inside_or_beside(self, plain, content, is_apart):
        found = read(encoded(encrypted(plain, content=content, is_apart=is_apart)))
        assert (found.subject, found.is_encrypted) == (NAME, True)
        assert found.values(ROLE) == ("a,b",)
        assert not read(encoded(plain)).is_encrypted

    @pytest.mark.parametrize(
        ("transport", "digest", "mask"),
        [
            (enc.MGF1P, enc.SHA1, None),
            (enc.MGF1P, enc.SHA256, None),
            (enc.MGF1P, None, None),
            (enc.OAEP, enc.SHA256, f"{enc.XENC_11}mgf1sha256"),
            (enc.OAEP, enc.SHA256, f"{enc.XENC_11}mgf1sha1"),
            (enc.OAEP, None, None),
        ],
    )
    def test_oaep_with_sha_1_and_sha_256(self, plain, transport, digest, mask):
        root = encrypted(plain, transport=transport, digest=digest, mask=mask)
        assert read(encoded(root)).subject == NAME

    @pytest.mark.parametrize("kinds", [("sp", "next"), ("next", "sp")])
    def test_either_of_two_keys_opens(self, valid, kinds):
        assert read(encoded(valid), kinds).subject == NAME

    def test_the_response_may_be_signed_over_the_ciphertext(self, plain):
        root = encrypted(plain)
        assertion = sealed(alone(assertion_in(plain)))
        root.replace(root.find("saml:EncryptedAssertion", NAMES), assertion)
        assert read(encoded(over(root))).subject == NAME

    @pytest.mark.parametrize("method", encryption.METHODS)
    def test_what_is_encrypted_here_is_read_here(self, plain, method):
        own = encryption.encrypt(assertion_in(plain), pair().public_key(), method)
        plain.replace(assertion_in(plain), own)
        assert read(encoded(plain)).subject == NAME


class TestWhoMay:
    @pytest.mark.requirement("S-091")
    def test_nobody_without_a_key_takes_an_encrypted_one(self, valid):
        refused(errors.EncryptionRefused, valid, kinds=())

    @pytest.mark.parametrize("content", CONTENTS)
    def test_another_key_does_not_open_it(self, plain, content):
        refused(errors.DecryptionFailed, encrypted(plain, content=content), kinds=("other",))
        refused(errors.DecryptionFailed, encrypted(plain, content=content, kind="other"))


class TestHowItIsMade:
    @pytest.mark.requirement("S-083")
    @pytest.mark.parametrize(
        "content",
        [
            f"{enc.XENC}tripledes-cbc",
            f"{enc.XENC}aes192-cbc",
            f"{enc.XENC_11}aes192-gcm",
            f"{enc.XENC}kw-aes256",
            "",
        ],
    )
    def test_other_content_encryption(self, plain, content):
        refused(errors.EncryptionAlgorithmRefused, encrypted(plain, content=content))

    @pytest.mark.requirement("S-083")
    @pytest.mark.parametrize("transport", [enc.RSA_1_5, f"{enc.XENC}kw-aes256", ""])
    def test_rsa_1_5_and_other_key_transport(self, plain, transport):
        refused(errors.EncryptionAlgorithmRefused, encrypted(plain, transport=transport))

    @pytest.mark.requirement("S-083")
    @pytest.mark.parametrize(
        "how",
        [
            {"digest": "http://www.w3.org/2001/04/xmldsig-more#md5"},
            {"digest": f"{enc.XENC}sha512"},
            {"mask": f"{enc.XENC_11}mgf1sha256"},
            {"transport": enc.OAEP, "mask": f"{enc.XENC_11}mgf1sha512"},
        ],
    )
    def test_other_digests_and_masks(self, plain, how):
        refused(errors.EncryptionAlgorithmRefused, encrypted(plain, **how))

    def test_a_label(self, valid):
        method = valid.find(f".//{XENC}EncryptedKey/{XENC}EncryptionMethod")
        etree.SubElement(method, f"{XENC}OAEPparams").text = "AAAA"
        refused(errors.EncryptionAlgorithmRefused, valid)

    def test_rsa_1_5_that_is_called_oaep_does_not_open(self, plain):
        how, key = How(), os.urandom(32)
        content = enciphered(alone(assertion_in(plain)), key, how)
        wrong = assembled(how, content, wrapped(key, How(transport=enc.RSA_1_5)))
        plain.replace(assertion_in(plain), wrong)
        refused(errors.DecryptionFailed, plain)

    @pytest.mark.parametrize("content", CONTENTS)
    def test_a_content_key_of_another_length(self, plain, content):
        how = How(content=content)
        key = os.urandom(24)
        octets = enciphered(alone(assertion_in(plain)), key, how)
        plain.replace(assertion_in(plain), assembled(how, octets, wrapped(key, how)))
        refused(errors.DecryptionFailed, plain)


class TestTheCiphertext:
    @pytest.mark.parametrize("content", CONTENTS)
    @pytest.mark.parametrize("which", ["EncryptedData", "EncryptedKey"])
    def test_truncated_and_empty(self, plain, content, which):
        for left in (0, 1, 12, 16, 27, -16, -1):
            root = encrypted(plain, content=content, is_apart=True)
            value = root.find(f".//{XENC}{which}/{XENC}CipherData/{XENC}CipherValue")
            value.text = base64.b64encode(base64.b64decode(value.text)[:left]).decode()
            refused(errors.DecryptionFailed, root)

    @pytest.mark.parametrize("value", ["!", "AAA", "QUJD=", "é"])
    def test_not_base64(self, valid, value):
        for each in valid.iter(f"{XENC}CipherValue"):
            each.text = value
        refused(errors.EncryptionUnclear, valid)

    @pytest.mark.requirement("S-082")
    @settings(deadline=None, max_examples=60)
    @given(data=st.data(), content=st.sampled_from(CONTENTS))
    def test_one_answer_to_whatever_is_changed_in_it(self, data, content):
        root = encrypted(signed(response()), content=content)
        value = root.find(f".//{XENC}EncryptedData/{XENC}CipherData/{XENC}CipherValue")
        octets = bytearray(base64.b64decode(value.text))
        octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
        value.text = base64.b64encode(octets).decode()
        try:
            found = read(encoded(root))
        except errors.DecryptionFailed:
            return
        # An octet of the padding, at which nobody looks.
        assert (content in {enc.CBC_128, enc.CBC_256}, found.subject) == (True, NAME)

    @pytest.mark.requirement("S-082", "S-085", "S-086", "S-087", "S-081")
    @pytest.mark.parametrize("content", [enc.CBC_128, enc.CBC_256])
    @pytest.mark.parametrize(
        "octets",
        [
            b"",
            b"x",
            b"\xff",
            b"<a/>",
            b"<!DOCTYPE a><a/>",
            b"<a><!-- --></a>",
            alone(assertion_in(response())),
            alone(assertion_in(response(issuer="https://unknown.example"))),
        ],
    )
    def test_of_content_that_can_be_changed_no_reason_is_told(self, content, octets):
        refused(errors.DecryptionFailed, holding(octets, content=content))

    def test_gcm_that_is_called_cbc_tells_nothing(self, plain):
        how, key = How(), os.urandom(32)
        octets = enciphered(alone(assertion_in(plain)), key, how)
        for cut in range(16):
            said = assembled(How(content=enc.CBC_256), octets[cut:], wrapped(key, how))
            root = deepcopy(plain)
            root.replace(assertion_in(root), said)
            refused(errors.DecryptionFailed, root)

    def test_once_the_signature_is_right_the_reason_is_told(self):
        for content in CONTENTS:
            answer = enc.answer(How(content=content), audience="https://other.example")
            refused(errors.AudienceWrong, answer)
