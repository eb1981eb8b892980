"""Attacks on how SAML responses are signed and written, each refused for its own reason."""

import base64
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from signin.federation import errors
from tests import saml
from tests.saml import CLARK, NAMES, answer, encoded, response, signed
from tests.unit.forgeries import ADMIN, ROLE, assertion_in
from tests.unit.test_assertions import read, refused


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


@pytest.mark.requirement("S-083")
@pytest.mark.parametrize("method", [SignatureMethod.HMAC_SHA256, SignatureMethod.HMAC_SHA1])
@pytest.mark.parametrize("secret", [str.encode, base64.b64decode])
def test_hmac_confusion_the_certificate_is_the_secret(method, secret):
    root = signed(response(), method=method, sign_with=secret(saml.certificate()))
    refused(errors.AlgorithmRefused, encoded(root))


@pytest.mark.requirement("S-083")
@pytest.mark.parametrize(
    ("method", "digest"),
    [
        (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA256),
        (SignatureMethod.RSA_SHA224, DigestAlgorithm.SHA256),
        (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA1),
        (SignatureMethod.SHA1_RSA_MGF1, DigestAlgorithm.SHA256),
    ],
)
def test_old_algorithms(method, digest):
    refused(errors.AlgorithmRefused, encoded(signed(response(), method=method, digest=digest)))


@pytest.mark.requirement("S-083")
@pytest.mark.parametrize(
    ("name", "algorithm"),
    [
        ("SignatureMethod", "none"),
        ("SignatureMethod", ""),
        ("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
        ("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#dsa-sha1"),
        ("DigestMethod", "http://www.w3.org/2001/04/xmldsig-more#md5"),
        ("DigestMethod", ""),
    ],
)
def test_algorithms_that_nobody_signs_with(valid, name, algorithm):
    valid.find(f".//ds:{name}", NAMES).set("Algorithm", algorithm)
    refused(errors.AlgorithmRefused, encoded(valid))


@pytest.mark.requirement("S-083")
@pytest.mark.parametrize(
    "method",
    [
        CanonicalizationMethod.CANONICAL_XML_1_0,
        CanonicalizationMethod.CANONICAL_XML_1_1_WITH_COMMENTS,
        CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS,
    ],
)
def test_other_canonical_forms(method):
    refused(errors.TransformRefused, encoded(signed(response(), canonicalization=method)))


XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"


@pytest.mark.requirement("S-083")
@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        XPATH,
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "",
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_transform_abuse(valid, algorithm, place):
    transforms = valid.find(".//ds:Transforms", NAMES)
    added = etree.Element(f"{CLARK['ds']}Transform", Algorithm=algorithm)
    etree.SubElement(added, f"{CLARK['ds']}XPath").text = "not(.)"
    transforms.insert(place, added)
    refused(errors.TransformRefused, encoded(valid))


@pytest.mark.requirement("S-083")
def test_a_filter_inside_a_transform_that_is_allowed(valid):
    for transform in valid.findall(".//ds:Transform", NAMES):
        added = etree.SubElement(transform, f"{CLARK['ds']}XPath")
        refused(errors.TransformRefused, encoded(valid))
        transform.remove(added)


@pytest.mark.requirement("S-083")
def test_no_transform_and_too_few(valid):
    transforms = valid.find(".//ds:Transforms", NAMES)
    transforms.remove(transforms[1])
    refused(errors.TransformRefused, encoded(valid))
    transforms.getparent().remove(transforms)
    refused(errors.SignatureUnclear, encoded(valid))


@pytest.mark.requirement("S-083")
def test_several_references(valid):
    reference = valid.find(".//ds:Reference", NAMES)
    reference.addnext(deepcopy(reference))
    refused(errors.SignatureUnclear, encoded(valid))


@pytest.mark.requirement("S-081", "S-083")
@pytest.mark.parametrize(
    "uri", ["", "#_response-1", "#xpointer(/)", "##_assertion-1", "https://example.com/", None]
)
def test_a_reference_to_something_else(valid, uri):
    reference = valid.find(".//ds:Reference", NAMES)
    if uri is None:
        del reference.attrib["URI"]
    else:
        reference.set("URI", uri)
    refused(errors.SignatureUnclear, encoded(valid))


@pytest.mark.requirement("S-083")
def test_a_length_of_a_mac_in_the_method(valid):
    method = valid.find(".//ds:SignatureMethod", NAMES)
    etree.SubElement(method, f"{CLARK['ds']}HMACOutputLength").text = "0"
    refused(errors.SignatureUnclear, encoded(valid))


@pytest.mark.requirement("S-085")
@pytest.mark.parametrize("between", ["<!-- -->", "<!---->", "<?x?>", '<?xml-stylesheet href="x"?>'])
@pytest.mark.parametrize("of", ["zhang@example.com", "a,b"])
def test_comment_or_instruction_inside_a_text(valid, between, of):
    written = etree.tostring(valid).decode()
    split = written.replace(f">{of}<", f">{of[:2]}{between}{of[2:]}<")
    assert split != written
    refused(errors.MarkupRefused, encoded(split.encode()))


@pytest.mark.requirement("S-085")
def test_comment_that_is_signed_over_by_the_provider_itself():
    root = response(subject=f"{ADMIN}.evil.example")
    name = root.find(".//saml:NameID", NAMES)
    name.text, comment = ADMIN, etree.Comment("")
    comment.tail = ".evil.example"
    name.append(comment)
    refused(errors.MarkupRefused, encoded(signed(root)))


@pytest.mark.requirement("S-085")
def test_comment_around_the_document_and_in_a_digest(valid):
    written = etree.tostring(valid)
    refused(errors.MarkupRefused, encoded(b"<!-- -->" + written))
    refused(errors.MarkupRefused, encoded(written + b"<?x?>"))
    digest = b"<ds:DigestValue>"
    refused(errors.MarkupRefused, encoded(written.replace(digest, digest + b"<!-- x -->")))


@pytest.mark.requirement("S-085")
def test_cdata_is_text_like_any_other(valid):
    written = etree.tostring(valid).decode()
    name = "zhang@example.com"
    for split in (f"<![CDATA[{name}]]>", f"zhang<![CDATA[@]]>{name[6:]}"):
        answered = encoded(written.replace(name, split).encode())
        assert read(answered).subject == name
    added = encoded(written.replace(name, f"{name}<![CDATA[.evil.example]]>").encode())
    refused(errors.SignatureWrong, added)


def with_doctype(root, declared):
    return encoded(f"<!DOCTYPE r {declared}>".encode() + etree.tostring(root))


@pytest.mark.requirement("S-086")
@pytest.mark.parametrize(
    "declared",
    [
        "",
        '[<!ENTITY x SYSTEM "file:///etc/passwd">]',
        '[<!ENTITY x SYSTEM "http://127.0.0.1:1/">]',
        '[<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]',
        '[<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]',
        'SYSTEM "http://127.0.0.1:1/x.dtd"',
        'PUBLIC "-//X//EN" "http://127.0.0.1:1/x.dtd"',
        "[<!ATTLIST r ID ID #IMPLIED>]",
    ],
)
def test_xxe_bombs_and_parameter_entities(valid, declared):
    refused(errors.DoctypeRefused, with_doctype(valid, declared))
    refused(errors.DoctypeRefused, with_doctype(valid, declared.lower()))


@pytest.mark.requirement("S-086")
def test_an_entity_that_nobody_declared(valid):
    written = etree.tostring(valid).replace(b"zhang@", b"&x;@")
    refused(errors.NotXml, encoded(written))


@pytest.mark.requirement("S-086")
def test_xinclude_and_a_schema_elsewhere_fetch_nothing(valid):
    included = etree.Element("{http://www.w3.org/2001/XInclude}include", href="/etc/passwd")
    valid.append(included)
    refused(errors.StructureWrong, encoded(valid))
    valid.remove(included)
    schema = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
    valid.set(schema, "urn:x http://127.0.0.1:1/x.xsd")
    assert read(encoded(valid))
    valid.find(".//saml:NameID", NAMES).append(included)
    refused(errors.SignatureWrong, encoded(valid))


@pytest.mark.requirement("S-086")
def test_a_response_that_is_too_long_or_too_deep(valid):
    refused(errors.TooLong, "A" * 100_001)
    refused(errors.NotXml, encoded(b"x" * 75_000))
    refused(errors.NotXml, encoded(b"<a>" * 5000 + b"</a>" * 5000))


@pytest.mark.requirement("S-087")
def test_duplicate_id(valid):
    original = assertion_in(valid)
    status = valid.find("samlp:Status", NAMES)
    for name in ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id", "{urn:x}ID"):
        status.set(name, original.get("ID"))
        refused(errors.IdTwice, encoded(valid))
        del status.attrib[name]
    valid.set("ID", original.get("ID"))
    refused(errors.IdTwice, encoded(valid))


@pytest.mark.requirement("S-087")
def test_duplicate_attributes(valid):
    written = etree.tostring(valid).replace(b'ID="_assertion-1"', b'ID="_a" ID="_assertion-1"')
    refused(errors.NotXml, encoded(written))


@pytest.mark.requirement("S-087")
def test_an_id_in_entities_is_the_same_id(valid):
    written = etree.tostring(valid).replace(b'ID="_assertion-1"', b'ID="&#x5f;assertion&#45;1"')
    assert read(encoded(written)).id == "_assertion-1"


@pytest.mark.requirement("S-087")
@pytest.mark.parametrize("identifier", ["", "1", "a b", "a'b", "#x", "é", "x" * 1025])
def test_an_id_that_is_none(valid, identifier):
    assertion_in(valid).set("ID", identifier)
    refused(errors.StructureWrong, encoded(valid))


@pytest.mark.requirement("S-087")
def test_namespace_confusion(valid):
    written = etree.tostring(valid).replace(
        saml.ASSERTION.encode(), b"urn:oasis:names:tc:SAML:2.0:assertion#"
    )
    refused(errors.AssertionsCounted, encoded(written))
    rebound = etree.tostring(valid).replace(b"<saml:NameID", b'<saml:NameID xmlns:saml="urn:x"', 1)
    refused(errors.SignatureWrong, encoded(rebound))


@pytest.mark.requirement("S-087")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_other_encodings_and_byte_order_marks(valid, encoding):
    written = etree.tostring(valid).decode()
    refused(errors.EncodingRefused, encoded(written.encode(encoding)))


@pytest.mark.requirement("S-087")
@pytest.mark.parametrize(
    "declaration",
    [
        '<?xml version="1.0" encoding="UTF-7"?>',
        '<?xml version="1.0" encoding="utf-16"?>',
        '<?xml version="1.0" encoding="ISO-8859-1"?>',
        '<?xml version="1.0" encoding="UTF8"?>',
        '<?xml version="1.1"?>',
        "<?xml encoding='UTF-8'?>",
        "<?xml ?>",
    ],
)
def test_declarations_of_something_else(valid, declaration):
    refused(errors.EncodingRefused, encoded(declaration.encode() + etree.tostring(valid)))


@pytest.mark.requirement("S-087")
def test_declarations_of_what_it_is_change_nothing(valid):
    written = etree.tostring(valid)
    for declaration in ('<?xml version="1.0"?>', "<?xml version='1.0' encoding='utf-8'?>\n"):
        assert read(encoded(declaration.encode() + written)) == read(encoded(written))


@pytest.mark.requirement("S-087")
def test_nul_and_octets_that_are_no_utf_8(valid):
    written = etree.tostring(valid)
    for octets in (b"\0" + written, written + b"\0", written.replace(b"zhang", b"zh\0ng")):
        refused(errors.EncodingRefused, encoded(octets))
    refused(errors.EncodingRefused, encoded(written.replace(b"zhang", b"zh\xffng")))


@pytest.mark.requirement("S-087")
def test_utf_7_without_a_declaration(valid):
    written = etree.tostring(valid).decode().encode("utf-7")
    # Its brackets are their own in UTF-7, and what is not is no markup in UTF-8.
    refused(errors.NotXml, encoded(written.replace(b"<", b"+ADw-")))


@pytest.mark.requirement("S-087")
def test_base64_that_is_not_the_one_way_to_write_it(valid):
    written = etree.tostring(valid) + b"\n" * ((1 - len(etree.tostring(valid))) % 3)
    right = encoded(written)
    assert right.endswith("==")
    assert read(right)
    last = right[-3]
    other = chr(ord(last) + 1)
    for wrong in (
        right[:-1],
        right.rstrip("="),
        f"{right}=",
        f"{right}AAAA",
        f" {right}",
        f"{right[:8]} {right[8:]}",
        f"{right[:8]}-{right[8:]}",
        f"{right[:-3]}{other}==",
        "",
        "=",
        "\n",
    ):
        refused(errors.NotBase64, wrong)


@pytest.mark.requirement("S-082", "S-087")
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_no_change_of_a_few_octets_makes_it_say_something_else(data):
    right = answer(attributes={ROLE: ["a,b"]})
    written = base64.b64decode(right)
    place = data.draw(st.integers(0, len(written) - 1))
    length = data.draw(st.integers(0, 8))
    added = data.draw(st.binary(max_size=8) | st.text(max_size=4).map(str.encode))
    try:
        found = read(encoded(written[:place] + added + written[place + length :]))
    except errors.AssertionRefused:
        return
    assert found == read(right)
