"""Attacks on SAML responses: each made from a valid one, and refused for its own reason.

The names XSW1 to XSW8 are those of “On Breaking SAML” (Somorovsky and others, 2012).
"""

from copy import deepcopy

import pytest
from lxml import etree

from signin.federation import errors
from tests import saml
from tests.saml import CLARK, NAMES, answer, encoded, provider, response, signed
from tests.unit.forgeries import ADMIN, ROLE, assertion_in, evil, signature_in, without_signature
from tests.unit.test_assertions import known, read, refused


@pytest.fixture
def valid():
    """Return a response whose assertion is signed, and which is taken."""
    root = signed(response(attributes={ROLE: ["a,b"]}))
    assert read(encoded(root)).subject == "zhang@example.com"
    return root


@pytest.fixture
def doubly():
    """Return a response that is signed like its assertion, and which is taken."""
    root = signed(response(), what="both")
    assert read(encoded(root)).subject == "zhang@example.com"
    return root


@pytest.mark.requirement("S-081")
def test_xsw1_the_signed_response_behind_the_signature_of_an_evil_one(doubly):
    outer = evil(doubly)
    outer.set("ID", "_evil-response")
    assertion_in(outer).set("ID", "_evil")
    signature_in(outer).append(without_signature(doubly))
    refused(errors.AssertionsCounted, encoded(outer))


@pytest.mark.requirement("S-081")
def test_xsw2_the_signed_response_before_the_signature_of_an_evil_one(doubly):
    outer = evil(doubly)
    outer.set("ID", "_evil-response")
    assertion_in(outer).set("ID", "_evil")
    signature_in(outer).addprevious(without_signature(doubly))
    refused(errors.AssertionsCounted, encoded(outer))


@pytest.mark.requirement("S-081")
def test_xsw3_an_evil_assertion_before_the_signed_one(valid):
    original = assertion_in(valid)
    original.addprevious(without_signature(evil(original)))
    refused(errors.AssertionsCounted, encoded(valid))


@pytest.mark.requirement("S-081")
def test_xsw4_an_evil_assertion_around_the_signed_one(valid):
    original = assertion_in(valid)
    outer = without_signature(evil(original))
    valid.replace(original, outer)
    outer.append(original)
    refused(errors.AssertionsCounted, encoded(valid))


@pytest.mark.requirement("S-081")
def test_xsw5_the_signed_assertion_is_altered_and_the_original_comes_last(valid):
    original = assertion_in(valid)
    valid.replace(original, evil(original))
    valid.append(without_signature(original))
    refused(errors.AssertionsCounted, encoded(valid))


@pytest.mark.requirement("S-081")
def test_xsw6_the_original_in_the_signature_of_the_altered_one(valid):
    original = assertion_in(valid)
    changed = evil(original)
    signature_in(changed).append(without_signature(original))
    valid.replace(original, changed)
    refused(errors.AssertionsCounted, encoded(valid))


@pytest.mark.requirement("S-081")
def test_xsw7_an_evil_assertion_in_extensions(valid):
    original = assertion_in(valid)
    extensions = etree.Element(f"{CLARK['samlp']}Extensions")
    original.addprevious(extensions)
    extensions.append(without_signature(evil(original)))
    refused(errors.AssertionsCounted, encoded(valid))
    extensions.clear()
    refused(errors.StructureWrong, encoded(valid))


@pytest.mark.requirement("S-081")
def test_xsw8_the_original_in_an_object_of_the_signature(valid):
    original = assertion_in(valid)
    changed = evil(original)
    signed_object = etree.SubElement(signature_in(changed), f"{CLARK['ds']}Object")
    signed_object.append(without_signature(original))
    valid.replace(original, changed)
    refused(errors.AssertionsCounted, encoded(valid))
    signed_object.clear()
    refused(errors.SignatureUnclear, encoded(valid))


@pytest.mark.requirement("S-081")
def test_an_assertion_that_only_looks_like_one(valid):
    original = assertion_in(valid)
    other = etree.Element("{urn:oasis:names:tc:SAML:1.0:assertion}Assertion")
    original.addprevious(other)
    refused(errors.StructureWrong, encoded(valid))


@pytest.mark.requirement("S-081")
def test_no_assertion_at_all_and_one_below_something_else(valid):
    original = assertion_in(valid)
    valid.remove(original)
    refused(errors.AssertionsCounted, encoded(valid))
    valid.find("samlp:Status", NAMES).append(original)
    refused(errors.AssertionsCounted, encoded(valid))


@pytest.mark.requirement("S-091")
def test_two_signed_assertions(valid):
    valid.append(assertion_in(signed(response(id="_assertion-2"))))
    refused(errors.AssertionsCounted, encoded(valid))


@pytest.mark.requirement("S-091")
def test_an_encrypted_assertion_and_an_encrypted_name(valid):
    for kind, parent in (("Assertion", valid), ("ID", valid.find(".//saml:Subject", NAMES))):
        added = etree.SubElement(parent, f"{CLARK['saml']}Encrypted{kind}")
        refused(errors.EncryptionRefused, encoded(valid))
        parent.remove(added)
    assert read(encoded(valid))


@pytest.mark.requirement("S-081")
@pytest.mark.parametrize(
    "tag", ["Response", f"{CLARK['saml']}Response", f"{CLARK['samlp']}Request"]
)
def test_a_root_that_is_no_response(valid, tag):
    valid.tag = tag
    refused(errors.NoResponse, encoded(valid))


@pytest.mark.requirement("S-081")
def test_another_version_of_saml(valid):
    valid.set("Version", "1.1")
    refused(errors.NoResponse, encoded(valid))


@pytest.mark.requirement("S-081")
def test_parts_that_are_there_twice(valid):
    for name in ("samlp:Status", "saml:Issuer", "saml:Assertion/saml:Conditions"):
        part = valid.find(name, NAMES)
        part.addnext(deepcopy(part))
        refused(errors.StructureWrong, encoded(valid))
        part.getparent().remove(part.getnext())
    assert read(encoded(valid))


@pytest.mark.requirement("S-081", "S-089")
def test_the_response_says_another_issuer_than_the_assertion(valid):
    valid.find("saml:Issuer", NAMES).text = "https://other.example.com"
    refused(errors.IssuerUnknown, encoded(valid))


@pytest.mark.requirement("S-082")
def test_unsigned():
    refused(errors.Unsigned, encoded(response()))


@pytest.mark.requirement("S-082")
def test_the_signature_is_removed(valid):
    original = assertion_in(valid)
    original.remove(signature_in(original))
    refused(errors.Unsigned, encoded(valid))


@pytest.mark.requirement("S-082")
def test_only_the_response_is_signed():
    refused(errors.Unsigned, encoded(signed(response(), what="response")))


@pytest.mark.requirement("S-082")
def test_the_signature_of_the_assertion_stands_in_the_response(valid):
    valid.insert(1, signature_in(assertion_in(valid)))
    refused(errors.Unsigned, encoded(valid))


@pytest.mark.requirement("S-082")
def test_a_signature_stands_where_none_is_looked_for(valid):
    copy = deepcopy(signature_in(assertion_in(valid)))
    valid.find("samlp:Status", NAMES).append(copy)
    refused(errors.SignatureUnclear, encoded(valid))


@pytest.mark.requirement("S-082")
@pytest.mark.parametrize("name", ["SignatureValue", "DigestValue"])
@pytest.mark.parametrize("value", ["", " \n"])
def test_an_empty_value_of_a_signature(valid, name, value):
    valid.find(f".//ds:{name}", NAMES).text = value
    refused(errors.SignatureUnclear, encoded(valid))


@pytest.mark.requirement("S-082")
def test_somebody_else_is_named_after_the_signature(valid):
    valid.find(".//saml:NameID", NAMES).text = ADMIN
    refused(errors.SignatureWrong, encoded(valid))


@pytest.mark.requirement("S-082")
def test_the_response_is_altered_though_it_is_signed(doubly):
    doubly.set("Consent", "urn:oasis:names:tc:SAML:2.0:consent:obtained")
    refused(errors.SignatureWrong, encoded(doubly))


@pytest.mark.requirement("S-082", "S-084")
def test_the_response_is_signed_by_somebody_else():
    inner = signed(response())
    outer = saml.IdentityProvider(saml.key("other"), saml.certificate("other"))
    doubly = signed(deepcopy(inner), outer, what="response")
    refused(errors.SignatureWrong, encoded(doubly))


@pytest.mark.requirement("S-084")
def test_self_signed_with_the_key_that_it_brings_along():
    attacker = saml.IdentityProvider(saml.key("attacker"), saml.certificate("attacker"))
    refused(errors.SignatureWrong, answer(attacker))


@pytest.mark.requirement("S-084")
def test_a_right_signature_with_somebody_s_certificate_is_right(valid):
    valid.find(".//ds:X509Certificate", NAMES).text = saml.certificate("attacker")
    assert read(encoded(valid)).subject == "zhang@example.com"
    info = valid.find(".//ds:KeyInfo", NAMES)
    info.getparent().remove(info)
    assert read(encoded(valid)).subject == "zhang@example.com"


@pytest.mark.requirement("S-084", "S-092")
def test_golden_key_mix_the_key_of_another_issuer_that_is_known():
    theirs = known("https://b.example.com", kind="b")
    forged = answer(provider("b", "https://b.example.com"), issuer=saml.ENTITY_ID)
    refused(errors.SignatureWrong, forged, providers=[known(), theirs])
    assert read(
        answer(provider("b", "https://b.example.com")), providers=[known(), theirs]
    ).issuer.startswith("https://b.")
