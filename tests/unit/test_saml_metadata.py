"""Metadata of identity providers: what is read from them, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signin.federation import metadata
from signin.federation.errors import MetadataRefused
from tests import saml

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


def read(written):
    return metadata.read(written if isinstance(written, bytes) else written.encode())


def keys(*kinds, use=' use="signing"'):
    return "".join(saml.key_descriptor(saml.certificate(kind), use) for kind in kinds)


def test_metadata_tell_who_signs_with_which_keys_and_where_people_sign_in():
    assert read(saml.metadata()) == metadata.Metadata(
        entity_id=saml.ENTITY_ID,
        certificates=(saml.certificate(),),
        sign_in_url=saml.SIGN_IN_URL,
        sign_in_binding=REDIRECT,
    )


def test_the_address_of_a_form_is_taken_where_there_is_no_other():
    found = read(saml.metadata(binding=POST))
    assert (found.sign_in_url, found.sign_in_binding) == (saml.SIGN_IN_URL, POST)
    assert read(saml.metadata(binding="urn:other")).sign_in_url == ""


def test_keys_for_signing_and_keys_for_everything_are_taken_once_each():
    encryption = keys("other", use=' use="encryption"')
    written = keys("rsa") + keys("rsa") + keys("ec", use="") + encryption
    assert read(saml.metadata(keys=written)).certificates == (
        saml.certificate("rsa"),
        saml.certificate("ec"),
    )


def test_a_certificate_may_come_in_lines_and_with_comments_around():
    der = saml.certificate()
    lines = "\n  ".join(der[start : start + 64] for start in range(0, len(der), 64))
    written = saml.key_descriptor(f"\n<!-- signs -->{lines[:90]}<!-- still -->{lines[90:]}\n")
    commented = f'<?xml version="1.0" encoding="UTF-8"?><!-- ours -->{saml.metadata(keys=written)}'
    assert read(commented).certificates == (der,)


def test_a_certificate_that_is_over_is_taken_as_iam_takes_it():
    over = saml.certificate(days=-1)
    assert read(saml.metadata(keys=saml.key_descriptor(over))).certificates == (over,)


def test_ten_keys_are_the_most():
    certificates = [saml.certificate(days=day) for day in range(1, 12)]
    ten = "".join(map(saml.key_descriptor, certificates[:10]))
    assert len(read(saml.metadata(keys=ten)).certificates) == 10
    with pytest.raises(MetadataRefused):
        read(saml.metadata(keys=ten + saml.key_descriptor(certificates[10])))


@pytest.mark.parametrize(
    "changed",
    [
        {"keys": ""},
        {"keys": keys("rsa", use=' use="encryption"')},
        {"keys": saml.key_descriptor("bm9uZQ==")},
        {"keys": saml.key_descriptor("?")},
        {"entity_id": " "},
        {"entity_id": "x" * 1025},
        {"location": "javascript:alert(1)"},
        {"location": "https://user@idp.example.com/"},
        {"location": "https://idp.example.com/ x"},
        {"location": "https://idp.example.com:x/"},
        {"location": "/sso"},
        {"location": "https://idp.example.com\\@other.example.com"},
    ],
)
def test_metadata_without_what_is_needed_are_refused(changed):
    with pytest.raises(MetadataRefused):
        read(saml.metadata(**changed))


@pytest.mark.requirement("S-086", "S-087")
@pytest.mark.parametrize(
    "change",
    [
        lambda written: b"\xef\xbb\xbf" + written,
        lambda written: written.decode().encode("utf-16"),
        lambda written: b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + written,
        lambda written: b"<?x?>" + written,
        lambda written: written.replace(b":IDPSSODescriptor", b":SPSSODescriptor"),
        lambda written: written.replace(b":EntityDescriptor", b":EntitiesDescriptor"),
        lambda written: written.replace(b"SAML:2.0:protocol", b"SAML:1.1:protocol"),
        lambda written: written[:-1],
        lambda _: b"",
        lambda written: written.ljust(metadata.LONGEST + 1),
    ],
)
def test_metadata_that_are_not_written_as_they_have_to_be_are_refused(change):
    with pytest.raises(MetadataRefused):
        read(change(saml.metadata().encode()))


@pytest.mark.requirement("S-086")
@settings(deadline=None)
@given(st.binary(max_size=300))
def test_whatever_is_uploaded_is_refused_and_nothing_breaks(octets):
    with pytest.raises(MetadataRefused):
        metadata.read(octets)
