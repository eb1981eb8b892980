"""Attacks on responses with encrypted assertions: around the ciphertext, and inside it."""

from copy import deepcopy

import pytest
from lxml import etree

from signin.federation import errors
from tests import saml
from tests import saml_encryption as enc
from tests.saml import CLARK, NAMES, encoded, response, signed
from tests.saml_encryption import alone, encrypted, over, sealed
from tests.unit.forgeries import ADMIN, ROLE, assertion_in, evil, signature_in, without_signature
from tests.unit.test_assertions import known
from tests.unit.test_saml_encryption import NAME, XENC, holding, read, refused


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


class TestTheForm:
    @pytest.mark.requirement("S-091")
    def test_two_encrypted_assertions(self, valid, plain):
        valid.append(sealed(alone(assertion_in(plain))))
        refused(errors.AssertionsCounted, valid)

    @pytest.mark.requirement("S-081", "S-091")
    @pytest.mark.parametrize("place", [0, 2, 3])
    def test_a_plain_one_beside_it(self, valid, plain, place):
        valid.insert(place, deepcopy(assertion_in(plain)))
        refused(errors.AssertionsCounted, valid)

    @pytest.mark.requirement("S-081")
    def test_a_plain_one_hidden_in_it(self, valid, plain):
        for name in ("EncryptedAssertion", "Issuer"):
            place = valid.find(f"saml:{name}", NAMES)
            place.append(evil(assertion_in(plain)))
            refused(errors.AssertionsCounted, valid)
            place.remove(place[-1])

    @pytest.mark.requirement("S-081")
    def test_it_stands_somewhere_else(self, valid):
        own = valid.find("saml:EncryptedAssertion", NAMES)
        valid.find("samlp:Status", NAMES).append(own)
        refused(errors.AssertionsCounted, valid)

    @pytest.mark.requirement("S-091")
    @pytest.mark.parametrize("kind", ["ID", "Attribute"])
    def test_something_else_is_encrypted(self, plain, kind):
        etree.SubElement(plain.find(".//saml:Subject", NAMES), f"{CLARK['saml']}Encrypted{kind}")
        refused(errors.EncryptionRefused, plain)

    def test_parts_that_are_missing_or_more(self, valid):
        for name in ("EncryptionMethod", "CipherData", "EncryptedKey", "CipherValue"):
            for part in valid.findall(f".//{XENC}{name}"):
                root = deepcopy(valid)
                place = root.find(valid.getroottree().getelementpath(part))
                place.addnext(deepcopy(place))
                place.getnext().attrib.pop("Id", None)
                refused(errors.EncryptionUnclear, root)
                place.getparent().remove(place.getnext())
                place.getparent().remove(place)
                refused(errors.EncryptionUnclear, root)

    def test_nothing_in_it_and_no_key_info(self, valid):
        own = valid.find("saml:EncryptedAssertion", NAMES)
        info = own.find(".//ds:KeyInfo", NAMES)
        info.getparent().remove(info)
        refused(errors.EncryptionUnclear, valid)
        own.clear()
        refused(errors.EncryptionUnclear, valid)

    @pytest.mark.requirement("S-086")
    def test_ciphertext_elsewhere_is_not_fetched(self, valid):
        for data in valid.iter(f"{XENC}CipherData"):
            data.clear()
            etree.SubElement(data, f"{XENC}CipherReference", URI="http://127.0.0.1:1/")
        refused(errors.EncryptionUnclear, valid)

    @pytest.mark.parametrize(
        "uri", ["", "#_other", "_key", "http://127.0.0.1:1/#_key", "#xpointer(/)"]
    )
    def test_a_key_elsewhere_is_not_fetched(self, plain, uri):
        root = encrypted(plain, is_apart=True)
        root.find(".//ds:RetrievalMethod", NAMES).set("URI", uri)
        refused(errors.EncryptionUnclear, root)

    def test_a_key_that_is_named_and_not_there_or_there_twice(self, plain):
        root = encrypted(plain, is_apart=True)
        key = root.find(f".//{XENC}EncryptedKey")
        named = root.find(".//ds:RetrievalMethod", NAMES)
        named.getparent().append(deepcopy(key))
        key.set("Id", "_another")
        refused(errors.EncryptionUnclear, root)
        root = encrypted(plain, is_apart=True)
        key = root.find(f".//{XENC}EncryptedKey")
        key.getparent().remove(key)
        refused(errors.EncryptionUnclear, root)

    def test_content_that_is_no_element(self, valid):
        valid.find(f".//{XENC}EncryptedData").set("Type", f"{enc.XENC}Content")
        refused(errors.EncryptionUnclear, valid)


class TestWhatIsInIt:
    @pytest.mark.requirement("S-081")
    def test_wrapping_inside_the_ciphertext(self, plain):
        original = assertion_in(plain)
        outer = without_signature(evil(original))
        outer.append(deepcopy(original))
        refused(errors.AssertionsCounted, holding(alone(outer)))
        changed = evil(original)
        etree.SubElement(signature_in(changed), f"{CLARK['ds']}Object").append(deepcopy(original))
        refused(errors.AssertionsCounted, holding(alone(changed)))

    @pytest.mark.requirement("S-081")
    def test_something_that_is_no_assertion(self, plain):
        refused(errors.AssertionsCounted, holding(etree.tostring(plain)))
        refused(errors.AssertionsCounted, holding(b"<Assertion/>"))

    @pytest.mark.requirement("S-091")
    def test_something_encrypted_in_it_again(self, valid, plain):
        refused(
            errors.AssertionsCounted, holding(alone(valid.find("saml:EncryptedAssertion", NAMES)))
        )
        original = assertion_in(plain)
        original.append(deepcopy(valid.find("saml:EncryptedAssertion", NAMES)))
        refused(errors.EncryptionRefused, holding(alone(original)))

    @pytest.mark.requirement("S-085", "S-086", "S-087")
    def test_it_is_read_as_strictly_as_any_document(self, plain):
        written = alone(assertion_in(plain))
        for reason, octets in (
            (errors.DoctypeRefused, b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///x">]>' + written),
            (errors.MarkupRefused, written.replace(b"zhang@", b"zhang<!-- -->@")),
            (errors.MarkupRefused, written + b"<?x?>"),
            (errors.EncodingRefused, written.decode().encode("utf-16")),
            (errors.NotXml, written + written),
            (errors.NotXml, written.replace(b' xmlns:saml="', b' xmlns:other="')),
            (errors.NotXml, b""),
        ):
            refused(reason, holding(octets))

    @pytest.mark.requirement("S-087")
    def test_an_id_that_the_response_has_as_well(self, valid):
        valid.set("ID", "_assertion-1")
        refused(errors.IdTwice, valid)

    @pytest.mark.requirement("S-082")
    def test_nobody_signed_it(self, plain):
        refused(errors.Unsigned, encrypted(response()))
        refused(errors.Unsigned, over(encrypted(response())))

    @pytest.mark.requirement("S-082", "S-084")
    def test_somebody_else_signed_it(self):
        attacker = saml.IdentityProvider(saml.key("attacker"), saml.certificate("attacker"))
        refused(errors.SignatureWrong, encrypted(signed(response(), attacker)))

    @pytest.mark.requirement("S-082")
    def test_somebody_else_is_named_after_the_signature(self, plain):
        plain.find(".//saml:NameID", NAMES).text = ADMIN
        refused(errors.SignatureWrong, encrypted(plain))

    @pytest.mark.requirement("S-082")
    def test_another_one_stands_in_a_response_that_was_signed(self, plain):
        doubly = over(encrypted(plain))
        assert read(encoded(doubly)).subject == NAME
        other = sealed(alone(assertion_in(signed(response(subject=ADMIN)))))
        doubly.replace(doubly.find("saml:EncryptedAssertion", NAMES), other)
        refused(errors.SignatureWrong, doubly)

    @pytest.mark.requirement("S-082", "S-084")
    def test_the_response_is_signed_by_somebody_else(self, plain):
        other = saml.provider("other", "https://b.example.com")
        doubly = over(encrypted(plain), other)
        both = [known(), known("https://b.example.com", kind="other")]
        refused(errors.SignatureWrong, doubly, providers=both)
        assert read(encoded(encrypted(plain)), providers=both).subject == NAME

    @pytest.mark.requirement("S-081")
    def test_a_response_that_was_signed_with_the_plain_assertion_in_it(self):
        refused(errors.SignatureWrong, encrypted(signed(response(), what="both")))

    @pytest.mark.requirement("S-081", "S-089")
    def test_the_response_says_another_issuer(self, valid):
        valid.find("saml:Issuer", NAMES).text = "https://other.example.com"
        refused(errors.IssuerUnknown, valid)
