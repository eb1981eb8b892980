"""The Query protocol: fields in, XML out, whatever comes."""

from urllib.parse import parse_qsl
from xml.etree.ElementTree import fromstring

import pytest
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AccessKey
from signin.wire import query, sts
from signin.wire.query import Error
from tests.signing import FORM, WHO, code_of, presigned

HOST = {"host": "sts.amazonaws.com.localhost:8000"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def post(body):
    """Return status and code of what is said to a body."""
    answer = Client().post("/", body, content_type=FORM, headers=HOST)
    return answer.status_code, code_of(answer.content.decode())


def test_a_body_has_its_limits():
    fields = "&".join(f"x{number}=" for number in range(query.MOST_FIELDS + 1))
    assert post("x" * (query.LONGEST_BODY + 1)) == (400, "ValidationError")
    assert post(fields) == (400, "ValidationError")
    assert post(WHO + "&x=\xff\x00") == (403, "MissingAuthenticationToken")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS"])
def test_operations_are_called_by_post_or_get(method):
    answer = Client().generic(method, f"/?{WHO}", headers=HOST)
    assert answer.status_code == 400


@pytest.mark.requirement("S-110")
def test_a_mistake_of_ours_grants_nothing_and_tells_nothing(caplog):
    request = presigned()
    AccessKey.objects.update(sealed_secret="broken")
    answer = Client().get(f"/?{request.url.partition('?')[2]}", headers=HOST)
    text = answer.content.decode()
    assert (answer.status_code, code_of(text)) == (500, "InternalFailure")
    assert "<Type>Receiver</Type>" in text
    assert "broken" not in text
    assert "Traceback" not in text
    assert caplog.records


def test_every_error_has_its_code_and_is_the_sender_s():
    assert {error.type for error in sts.STS.errors.values()} == {"Sender"}
    assert Error("InternalFailure", 500).type == "Receiver"


def test_texts_are_in_the_language_of_programs():
    text = "?Action=GetCallerIdentity&Version=2011-06-15&locale=ja"
    headers = {"host": "localhost:8000", "accept-language": "ja"}
    assert (
        "The request is not signed." in Client().get(f"/{text}", headers=headers).content.decode()
    )


def test_lists_may_have_gaps_and_keep_their_order():
    fields = query.Inputs(
        {"Keys.member.10": "c", "Keys.member.2": "b", "Keys.member.1": "a", "Keys": ""}
    )
    assert query.texts(fields, "Keys", r"\w", most=3) == ["a", "b", "c"]
    with pytest.raises(query.Malformed):
        query.texts(fields, "Keys", r"\w", most=2)


FORMS = st.text(st.sampled_from("ab.&=%+2D\xe9\u65e5") | st.characters())


@given(st.lists(FORMS).map("&".join))
def test_a_form_is_read_as_python_reads_it(form):
    request = RequestFactory().post("/", form.encode("utf-8", "replace"), content_type=FORM)
    sent = request.body.decode()
    assert query._inputs(request) == dict(parse_qsl(sent, keep_blank_values=True))


def test_a_list_that_is_not_sent_is_empty():
    fields = query.Inputs({"Keys": "a", "Keysmember.1": "b", "More.member.1": "c"})
    assert query.texts(fields, "Keys", r"\w", most=3) == []
    assert query.records(fields, "Keys", {"Key": r"\w"}, most=3) == []


@given(st.text(st.characters() | st.sampled_from("&<>\t\r\x0b\ufffe\ud800")))
def test_a_text_is_xml_whatever_it_says(text):
    told = fromstring(f"<x>{query._xml(text)}</x>").text or ""
    assert told == query.NOT_IN_XML.sub("\ufffd", text).replace("\r", "\n")
