"""SAML assertions: what is read from one, for whom it is, when, and how often it is good."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signxml import DigestAlgorithm, SignatureMethod

from accounts.models import SamlProvider
from signin.control import sweep
from signin.federation import assertions, errors
from signin.federation.models import UsedAssertion
from signin.kernel import clock
from tests import saml
from tests.unit.test_parallel import THREADS, at_once

ROLES = {f"{saml.ATTRIBUTES}Role": ["a,b", "c,d"], f"{saml.ATTRIBUTES}RoleSessionName": ["zhang"]}


def known(entity_id=saml.ENTITY_ID, kind="rsa"):
    """Return a provider of ours that is not stored."""
    return SamlProvider(
        account_id="111122223333",
        name="idp",
        entity_id=entity_id,
        certificates=[saml.certificate(kind)],
    )


def read(
    response,
    *,
    providers=None,
    audiences=(saml.AUDIENCE,),
    recipients=(saml.RECIPIENT,),
    private_keys=(),
):
    """Return the assertion of a response, as it is read with the usual provider known."""
    providers = [known()] if providers is None else providers
    found, _ = assertions.read(
        response,
        issuers=lambda entity_id: [each for each in providers if each.entity_id == entity_id],
        audiences=audiences,
        recipients=recipients,
        private_keys=private_keys,
    )
    return found


def refused(reason, response, **how):
    """Expect that a response is refused, for this reason and no other."""
    with pytest.raises(errors.AssertionRefused) as caught:
        read(response, **how)
    assert type(caught.value) is reason, caught.value.reason


@pytest.mark.requirement("S-081")
def test_a_signed_assertion_tells_whom_it_is_about():
    clock.freeze()
    found = read(saml.answer(attributes=ROLES, in_response_to="_request"))
    assert (found.id, found.issuer, found.subject) == (
        "_assertion-1",
        saml.ENTITY_ID,
        "zhang@example.com",
    )
    assert found.subject_format == saml.EMAIL
    assert (found.audience, found.recipient) == (saml.AUDIENCE, saml.RECIPIENT)
    assert found.values(f"{saml.ATTRIBUTES}Role") == ("a,b", "c,d")
    assert found.values("other") == ()
    assert found.in_response_to == "_request"
    assert found.issued_at == clock.now().replace(microsecond=0)
    assert found.session_expires_at is None


def test_whose_word_it_is_is_every_provider_with_the_key_that_signed():
    one, two, other = known(), known(), known(kind="other")
    _, found = assertions.read(
        saml.answer(),
        issuers=lambda _: [other, one, two],
        audiences=[saml.AUDIENCE],
        recipients=[saml.RECIPIENT],
    )
    assert found == (one, two)


@pytest.mark.parametrize("what", ["assertion", "both"])
@pytest.mark.parametrize(
    ("kind", "method", "digest"),
    [
        ("rsa", SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256),
        ("rsa", SignatureMethod.RSA_SHA384, DigestAlgorithm.SHA384),
        ("rsa", SignatureMethod.RSA_SHA512, DigestAlgorithm.SHA512),
        ("rsa", SignatureMethod.SHA256_RSA_MGF1, DigestAlgorithm.SHA256),
        ("rsa-1024", SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256),
        ("ec", SignatureMethod.ECDSA_SHA256, DigestAlgorithm.SHA256),
        ("ec-384", SignatureMethod.ECDSA_SHA384, DigestAlgorithm.SHA384),
    ],
)
def test_signatures_that_are_good_enough_are_taken(what, kind, method, digest):
    signed = saml.signed(
        saml.response(), saml.provider(kind), what=what, method=method, digest=digest
    )
    assert read(saml.encoded(signed), providers=[known(kind=kind)]).subject == "zhang@example.com"


def test_the_end_of_a_certificate_is_not_looked_at():
    over = known()
    over.certificates = [saml.certificate(days=-1)]
    assert read(saml.answer(), providers=[over])


def test_a_key_that_signs_nothing_here_is_passed_over():
    mixed = known()
    mixed.certificates = ["bm9uZQ==", "?", saml.certificate()]
    assert read(saml.answer(), providers=[mixed])
    mixed.certificates = []
    refused(errors.SignatureWrong, saml.answer(), providers=[mixed])


def test_base64_may_come_in_several_lines():
    answer = saml.answer()
    lines = [answer[start : start + 76] for start in range(0, len(answer), 76)]
    assert read("\r\n".join(lines)) == read(answer)


def test_blanks_around_a_name_are_no_part_of_it():
    assert read(saml.answer(subject="\n  zhang \n")).subject == "zhang"


def test_an_attribute_that_is_there_twice_has_all_the_values():
    statement = (
        '<saml:Attribute Name="x"><saml:AttributeValue>1</saml:AttributeValue></saml:Attribute>'
    )
    root = saml.response(attributes={"x": ["0"]})
    attributes = root.find(".//saml:AttributeStatement", saml.NAMES)
    attributes.append(saml.etree.fromstring(statement.replace(" Name", f" {declared()} Name")))
    assert read(saml.encoded(saml.signed(root))).values("x") == ("0", "1")


def declared():
    return f'xmlns:saml="{saml.ASSERTION}"'


@pytest.mark.requirement("S-089")
@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        (errors.AudienceWrong, {"audience": "https://other.example.com"}),
        (errors.AudienceWrong, {"audience": None}),
        (errors.AudienceWrong, {"audience": ""}),
        (errors.RecipientWrong, {"recipient": "https://other.example.com/saml"}),
        (errors.RecipientWrong, {"recipient": f"{saml.RECIPIENT}/"}),
        (errors.RecipientWrong, {"recipient": None}),
        (errors.DestinationWrong, {"destination": "https://other.example.com/saml"}),
        (errors.IssuerUnknown, {"issuer": "https://other.example.com"}),
        (errors.IssuerUnknown, {"issuer": f"{saml.ENTITY_ID}/"}),
        (errors.IssuerUnknown, {"issuer": None}),
        (errors.SubjectMissing, {"subject": None}),
        (errors.SubjectMissing, {"subject": " "}),
        (errors.ConfirmationWrong, {"method": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"}),
        (errors.ConfirmationWrong, {"confirmation_ends": None}),
        (errors.StatusNotSuccess, {"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"}),
        (errors.AssertionEarly, {"begins": 120}),
        (errors.AssertionEarly, {"confirmation_begins": 120}),
        (errors.AssertionEarly, {"issued": 120}),
        (errors.AssertionOver, {"ends": -1}),
        (errors.AssertionOver, {"confirmation_ends": -1}),
        (errors.AssertionOver, {"session_ends": -1}),
        (errors.AssertionStale, {"issued": -301}),
    ],
)
def test_what_is_not_for_us_or_not_for_now_is_refused(reason, changed):
    clock.freeze()
    # Who signs is always the provider that is known.
    said = saml.response(**changed)
    refused(reason, saml.encoded(saml.signed(said)))


@pytest.mark.requirement("S-089")
def test_it_is_good_until_the_second_and_no_longer():
    clock.freeze()
    answer = saml.answer(ends=200, confirmation_ends=100)
    end = read(answer).expires_at
    clock.freeze(end - timedelta(seconds=1))
    assert read(answer)
    clock.freeze(end)
    refused(errors.AssertionOver, answer)


@pytest.mark.requirement("S-089")
def test_a_clock_that_is_a_little_ahead_is_no_harm():
    assert read(saml.answer(begins=50, issued=50, ends=400))


@pytest.mark.requirement("S-089")
def test_without_an_end_of_its_own_it_is_good_for_five_minutes():
    clock.freeze()
    found = read(saml.answer(ends=None, confirmation_ends=3600))
    assert found.expires_at - found.issued_at == assertions.FRESH_FOR


@pytest.mark.requirement("S-089")
def test_two_confirmations_or_none_are_refused():
    for count in (0, 2):
        root = saml.response()
        subject = root.find(".//saml:Subject", saml.NAMES)
        [one] = subject.findall("saml:SubjectConfirmation", saml.NAMES)
        subject.remove(one)
        subject.extend([saml.etree.fromstring(saml.etree.tostring(one)) for _ in range(count)])
        refused(errors.ConfirmationWrong, saml.encoded(saml.signed(root)))


@pytest.mark.requirement("S-089")
def test_a_confirmation_without_data_is_refused():
    root = saml.response()
    data = root.find(".//saml:SubjectConfirmationData", saml.NAMES)
    data.getparent().remove(data)
    refused(errors.ConfirmationWrong, saml.encoded(saml.signed(root)))


@pytest.mark.requirement("S-089")
def test_every_restriction_has_to_name_us():
    root = saml.response()
    [conditions] = root.findall(".//saml:Conditions", saml.NAMES)
    other = saml.etree.SubElement(conditions, f"{saml.CLARK['saml']}AudienceRestriction")
    saml.etree.SubElement(other, f"{saml.CLARK['saml']}Audience").text = "https://other.example"
    refused(errors.AudienceWrong, saml.encoded(saml.signed(root)))


def test_a_condition_that_nobody_knows_is_not_taken_for_met():
    root = saml.response()
    [conditions] = root.findall(".//saml:Conditions", saml.NAMES)
    saml.etree.SubElement(conditions, f"{saml.CLARK['saml']}Condition")
    refused(errors.StructureWrong, saml.encoded(saml.signed(root)))


@pytest.mark.requirement("S-090")
def test_the_request_that_is_answered_is_the_one_that_is_signed():
    def answer_another(root):
        root.set("InResponseTo", "_another")

    answer = saml.answer(in_response_to="_request")
    refused(errors.ConfirmationWrong, saml.altered(answer, answer_another))
    refused(errors.ConfirmationWrong, saml.altered(saml.answer(), answer_another))


@pytest.mark.requirement("S-092")
def test_the_word_of_one_provider_is_not_believed_of_another():
    theirs = known("https://b.example.com", kind="other")
    answer = saml.answer(saml.provider("other"), issuer=saml.ENTITY_ID)
    refused(errors.SignatureWrong, answer, providers=[known(), theirs])


def test_times_that_are_none_are_refused():
    for written in ("2031-13-01T00:00:00Z", "2031-01-01T00:00:00", "soon", "2031-01-01"):
        root = saml.response()
        root.find(".//saml:Conditions", saml.NAMES).set("NotOnOrAfter", written)
        refused(errors.StructureWrong, saml.encoded(saml.signed(root)))


def test_names_that_are_too_long_are_refused():
    refused(errors.StructureWrong, saml.answer(subject="z" * 1025))


@pytest.mark.requirement("S-089")
def test_people_read_one_text_whatever_is_wrong_and_events_have_a_word_for_each():
    def below(kind):
        return [kind, *(each for sub in kind.__subclasses__() for each in below(sub))]

    kinds = below(errors.AssertionRefused)
    assert len(kinds) > 20
    assert {str(each.message) for each in kinds} == {str(errors.AssertionRefused.message)}
    assert len({each.reason for each in kinds}) == len(kinds)


@pytest.mark.django_db
@pytest.mark.requirement("S-088")
def test_an_assertion_is_used_once_for_each_purpose():
    found = read(saml.answer())
    assertions.use(found, "console")
    assertions.use(found, "arn:aws:iam::111122223333:role/Audit")
    with pytest.raises(errors.AssertionReplayed):
        assertions.use(found, "console")
    assertions.use(read(saml.answer(id="_assertion-2")), "console")


@pytest.mark.django_db
@pytest.mark.requirement("S-088")
def test_what_nobody_would_take_any_more_is_forgotten():
    found = read(saml.answer())
    assertions.use(found, "console")
    clock.freeze(found.expires_at - timedelta(seconds=1))
    sweep.expired()
    assert UsedAssertion.objects.count() == 1
    clock.freeze(found.expires_at)
    sweep.expired()
    assert not UsedAssertion.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("S-088", "S-047")
def test_an_assertion_that_is_used_at_once_by_many_is_used_by_one():
    answer = saml.answer()
    results = at_once(lambda: assertions.use(read(answer), "console"))
    assert results.count(None) == 1
    assert sum(isinstance(each, errors.AssertionReplayed) for each in results) == THREADS - 1


@settings(deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(saml.encoded)))
def test_whatever_comes_is_refused_and_nothing_breaks(sent):
    with pytest.raises(errors.AssertionRefused):
        read(sent)
