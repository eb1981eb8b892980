"""Signatures: what botocore signs is right, and nothing else is."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from botocore.credentials import Credentials
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import access_keys, assignments, credentials
from accounts.models import AccessKey, Account, Role, TemporaryCredentials
from signin.kernel import clock
from signin.wire import sigv4
from signin.wire.sigv4 import (
    AccountInactive,
    CredentialsOver,
    KeyUnknown,
    NotSigned,
    SignatureIncomplete,
    SignatureRefused,
    SignatureWrong,
)
from tests.devices import named
from tests.signing import STS, WHO, ZHANG_ID, ZHANG_SECRET, keys_of, presigned, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

SERVICES = frozenset({"sts"})
many = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# What a header can carry besides blanks, which signatures take together.
WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
TEXTS = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20
)
NAMES = TEXTS.filter(lambda name: name and not name.startswith("X-Amz-"))
SEGMENTS = TEXTS.filter(lambda each: each not in {"", ".", ".."} and "/" not in each)
BEYOND = "AWS4-HMAC-SHA256 Credential=A/20300101/us-east-1/sts/aws4_request"


def received(request, region=None, **changed):
    """Return a signed request as a server gets it; a header that is None does not arrive."""
    parts = urlsplit(request.url)
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    headers = {"host": parts.netloc, **headers, **changed}
    kind = headers.pop("content-type", None) or ""
    got = RequestFactory().generic(
        request.method,
        parts.path + (f"?{parts.query}" if parts.query else ""),
        request.data or b"",
        content_type=kind,
        headers={name: value for name, value in headers.items() if value is not None},
    )
    got.META |= {"HTTP_HOST": headers["host"], "CONTENT_TYPE": kind}
    got.host_values = {"region": region}
    return got


def verify(request, region=None, services=SERVICES, **changed):
    """Return who signed a request."""
    return sigv4.verify(received(request, region, **changed), services=services)


def refused(request, region=None, services=SERVICES, **changed):
    """Return how a request is refused."""
    with pytest.raises(SignatureRefused) as caught:
        verify(request, region, services, **changed)
    return type(caught.value)


def signed_at(monkeypatch, moment, sign=signed, **options):
    """Return a request that botocore signed at another time."""
    with monkeypatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: moment.replace(tzinfo=None))
        return sign(**options)


@pytest.fixture
def session():
    """Return temporary credentials of Zhang."""
    return credentials.issue_for_session(named("zhang"), seconds=900, mfa_authenticated=False)


class TestWhatBotocoreSigns:
    def test_it_says_who_it_is(self):
        signer = verify(signed())
        assert signer.arn == "arn:aws:iam::111122223333:user/zhang"
        assert signer.principal == named("zhang")
        assert signer.user_id == named("zhang").unique_id
        assert (signer.account_id, signer.access_key_id) == ("111122223333", ZHANG_ID)
        assert signer.is_long_term
        assert signer.mfa_authenticated is None

    @many
    @given(
        path=st.lists(SEGMENTS, max_size=3),
        query=st.dictionaries(
            TEXTS.filter(lambda name: not name.startswith("X-Amz-")), TEXTS, max_size=4
        ),
        values=st.lists(WORDS, max_size=3),
        body=st.binary(max_size=200),
        method=st.sampled_from(["GET", "POST", "PUT"]),
    )
    def test_any_request_is_right(self, path, query, values, body, method):
        url = STS + "/".join(quote(each, safe="") for each in path)
        if query:
            url += "?" + "&".join(
                f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items()
            )
        headers = {f"x-amz-meta-{number}": value for number, value in enumerate(values)}
        request = signed(url=url, body=body, method=method, headers=headers)
        assert verify(request).access_key_id == ZHANG_ID

    @many
    @given(
        name=NAMES,
        value=TEXTS,
        expires=st.integers(1, 604_800),
    )
    def test_any_presigned_address_is_right(self, name, value, expires):
        url = f"{STS}?{WHO}&{quote(name, safe='')}={quote(value, safe='')}"
        assert verify(presigned(url=url, expires=expires)).access_key_id == ZHANG_ID

    def test_blanks_in_a_query_may_be_plus_signs(self):
        request = signed(url=f"{STS}?a=b%20c", method="GET", body="")
        request.url = f"{STS}?a=b+c"
        assert verify(request)

    def test_temporary_credentials_sign_with_their_token(self, session):
        signer = verify(signed(keys_of(session)))
        assert not signer.is_long_term
        assert signer.mfa_authenticated is False
        assert verify(presigned(keys_of(session))).arn == signer.arn

    def test_a_role_signs_as_its_session(self):
        role = Role.objects.get(name="Audit")
        keys = credentials.issue_for_role(named("zhang"), role, session_name="me", seconds=900)
        signer = verify(signed(keys_of(keys)))
        assert signer.arn == "arn:aws:sts::444455556666:assumed-role/Audit/me"
        assert signer.user_id == f"{role.unique_id}:me"
        assert signer.account_id == "444455556666"
        assert signer.role == role

    def test_credentials_of_the_portal_sign_as_their_role(self):
        jane = named("jane_doe")
        grant = assignments.find(jane, "111122223333", "ReadOnlyAccess")
        signer = verify(signed(keys_of(credentials.issue(jane, grant, session=None))))
        assert "assumed-role/AWSReservedSSO_ReadOnlyAccess_" in signer.arn
        assert signer.arn.endswith("/jane_doe")
        assert (signer.account_id, signer.is_root) == ("111122223333", False)

    def test_one_query_finds_the_signer(self, session):
        verify(signed())  # its use is noted
        for request in (signed(), signed(keys_of(session))):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                signer = verify(request)
                assert signer.arn
                assert signer.account.name
            assert len(queries) == 1

    @pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1"])
    def test_where_no_region_is_any_will_do(self, region):
        assert verify(signed(region=region))

    def test_the_services_are_the_caller_s_choice(self):
        assert verify(signed(service="signin"), services=frozenset({"signin", "sts"}))


class TestTampering:
    @many
    @given(body=st.binary(max_size=60).filter(lambda body: body != WHO.encode()))
    @pytest.mark.requirement("S-110")
    def test_another_body_is_refused(self, body):
        request = signed()
        request.data = body
        assert refused(request) is SignatureWrong

    @many
    @given(position=st.integers(0, 63), digit=st.sampled_from("0123456789abcdef"))
    def test_another_signature_is_refused(self, position, digit):
        request = signed()
        begin, _, value = request.headers["Authorization"].rpartition("=")
        changed = value[:position] + digit + value[position + 1 :]
        if changed != value:
            assert refused(request, authorization=f"{begin}={changed}") is SignatureWrong

    @pytest.mark.parametrize(
        "changed",
        [
            {"host": "127.0.0.1:8000"},
            {"host": "sts.amazonaws.com.localhost"},
            {"content-type": "text/plain"},
            {"x-amz-meta": "another"},
            {"x-amz-meta": None},
        ],
    )
    def test_another_header_is_refused(self, changed):
        assert refused(signed(headers={"X-Amz-Meta": "one"}), **changed) is SignatureWrong

    def test_headers_that_are_not_signed_may_change(self):
        assert verify(signed(), **{"user-agent": "something", "accept": "*/*"})

    @pytest.mark.parametrize("name", ["x-amz-meta", "x-amz-security-token"])
    def test_an_amazon_header_has_to_be_signed(self, name):
        assert refused(signed(), **{name: "more"}) is SignatureWrong

    def test_the_host_has_to_be_signed(self):
        request = signed()
        authorization = request.headers["Authorization"].replace("host;", "")
        assert refused(request, authorization=authorization) is SignatureWrong

    def test_another_method_is_refused(self):
        request = signed()
        request.method = "PUT"
        assert refused(request) is SignatureWrong

    @pytest.mark.parametrize("tail", ["?a=2", "?a=1&b=1", "x?a=1", "?A=1", ""])
    def test_another_address_is_refused(self, tail):
        request = signed(url=f"{STS}?a=1")
        request.url = f"{STS}{tail}"
        assert refused(request) is SignatureWrong

    @pytest.mark.parametrize("digest", ["UNSIGNED-PAYLOAD", "0" * 64, ""])
    def test_the_body_is_signed_whatever_a_header_says(self, digest):
        request = signed(headers={"X-Amz-Content-SHA256": digest})
        assert refused(request) is SignatureWrong

    def test_a_presigned_address_can_not_be_changed(self):
        request = presigned(expires=60)
        address = request.url
        for changed in (
            address.replace("X-Amz-Expires=60", "X-Amz-Expires=61"),
            address.replace("GetCallerIdentity", "GetSessionToken"),
            f"{address}&more=1",
        ):
            request.url = changed
            assert refused(request) is SignatureWrong

    def test_a_wrong_secret_is_refused(self):
        assert refused(signed(Credentials(ZHANG_ID, ZHANG_SECRET[::-1]))) is SignatureWrong
        assert refused(presigned(Credentials(ZHANG_ID, "x"))) is SignatureWrong


class TestPlaceAndTime:
    def test_another_service_is_refused(self):
        assert refused(signed(service="iam")) is SignatureWrong
        assert refused(signed(), services=frozenset({"signin"})) is SignatureWrong

    def test_at_a_host_of_a_region_it_is_signed_for_that(self):
        assert verify(signed(region="eu-west-1"), region="eu-west-1")
        assert refused(signed(region="us-east-1"), region="eu-west-1") is SignatureWrong

    @pytest.mark.parametrize(
        ("minutes", "is_right"), [(-16, False), (-14, True), (14, True), (16, False)]
    )
    def test_it_is_good_for_a_quarter_of_an_hour(self, monkeypatch, minutes, is_right):
        request = signed_at(monkeypatch, datetime.now(UTC) + timedelta(minutes=minutes))
        if is_right:
            assert verify(request)
        else:
            assert refused(request) is SignatureWrong

    def test_it_goes_by_the_server_s_clock_or_by_the_machine_s(self, monkeypatch):
        clock.freeze(datetime(2030, 1, 1, tzinfo=UTC))
        assert verify(signed())
        there = datetime(2030, 1, 1, 0, 10, tzinfo=UTC)
        assert verify(signed_at(monkeypatch, there))
        between = datetime(2029, 1, 1, tzinfo=UTC)
        assert refused(signed_at(monkeypatch, between)) is SignatureWrong

    @pytest.mark.parametrize(
        ("seconds", "is_right"), [(-3590, True), (-3610, False), (800, True), (1000, False)]
    )
    def test_a_presigned_address_is_good_as_long_as_it_says(self, monkeypatch, seconds, is_right):
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        request = signed_at(monkeypatch, moment, presigned, expires=3600)
        if is_right:
            assert verify(request)
        else:
            assert refused(request) is SignatureWrong

    @pytest.mark.parametrize("expires", [0, 604_801, -1])
    def test_a_presigned_address_is_good_for_seven_days_at_most(self, expires):
        assert refused(presigned(expires=expires)) is SignatureIncomplete

    def test_the_day_of_the_scope_is_that_of_the_date(self):
        request = signed()
        today = request.headers["X-Amz-Date"][:8]
        authorization = request.headers["Authorization"].replace(today, "20200101")
        assert refused(request, authorization=authorization) is SignatureWrong


class TestWhatIsMissing:
    def test_no_signature(self):
        assert refused(signed(), authorization=None) is NotSigned

    @pytest.mark.parametrize(
        "authorization",
        [
            "Bearer something",
            "AWS4-ECDSA-P256-SHA256 Credential=a",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c",
            f"{BEYOND}, Signature=c",
            f"{BEYOND}, SignedHeaders=h",
            f"{BEYOND}, SignedHeaders=Host, Signature=c",
        ],
    )
    def test_a_header_that_is_none(self, authorization):
        assert refused(signed(), authorization=authorization) is SignatureIncomplete

    @pytest.mark.parametrize("date", [None, "", "yesterday", "20301301T000000Z"])
    def test_no_date(self, date):
        request = signed()
        if date and date[0] == "2":
            authorization = request.headers["Authorization"]
            today = request.headers["X-Amz-Date"][:8]
            request.headers.replace_header("Authorization", authorization.replace(today, date[:8]))
        assert refused(request, **{"x-amz-date": date}) is SignatureIncomplete

    def test_both_ways_at_once(self):
        request = presigned()
        request.headers["Authorization"] = signed().headers["Authorization"]
        assert refused(request) is SignatureIncomplete

    @pytest.mark.parametrize(
        "name", ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Date"]
    )
    def test_a_presigned_address_without_a_part(self, name):
        request = presigned()
        request.url = request.url.replace(f"{name}=", "Other=")
        assert refused(request) is SignatureIncomplete


class TestTheKey:
    def test_nobody_has_it(self):
        assert refused(signed(Credentials("AKIAAAAAAAAAAEXAMPLE", "x"))) is KeyUnknown
        assert refused(signed(Credentials("ASIAAAAAAAAAAEXAMPLE", "x", "y"))) is KeyUnknown
        assert refused(signed(Credentials("test", "test"))) is KeyUnknown

    def test_the_token_is_missing_or_another_one(self, session):
        other = credentials.issue_for_session(named("zhang"), seconds=900, mfa_authenticated=True)
        key_id, secret = session.access_key_id, session.secret_access_key
        assert refused(signed(Credentials(key_id, secret))) is KeyUnknown
        assert refused(signed(Credentials(key_id, secret, other.session_token))) is KeyUnknown
        assert refused(signed(Credentials(ZHANG_ID, ZHANG_SECRET, "token"))) is KeyUnknown

    def test_it_is_inactive(self):
        key = AccessKey.objects.get(pk=ZHANG_ID)
        access_keys.deactivate(key)
        assert refused(signed()) is KeyUnknown
        access_keys.activate(key)
        assert verify(signed())

    def test_it_is_deleted(self):
        access_keys.delete(AccessKey.objects.get(pk=ZHANG_ID))
        assert refused(signed()) is KeyUnknown

    def test_the_credentials_are_over_or_revoked(self, session):
        request = signed(keys_of(session))
        TemporaryCredentials.objects.update(revoked_at=clock.now())
        assert refused(request) is KeyUnknown
        TemporaryCredentials.objects.update(revoked_at=None)
        clock.advance(timedelta(seconds=900))
        assert refused(request) is CredentialsOver

    @pytest.mark.parametrize("state", [Account.State.SUSPENDED, Account.State.CLOSED])
    def test_its_account_is_not_active(self, session, state):
        Account.objects.filter(pk="111122223333").update(state=state)
        assert refused(signed()) is AccountInactive
        assert refused(signed(keys_of(session))) is AccountInactive

    def test_a_wrong_signature_tells_nothing_of_it(self, session):
        forged = Credentials(session.access_key_id, "wrong", session.session_token)
        Account.objects.update(state=Account.State.SUSPENDED)
        clock.advance(timedelta(hours=1))
        assert refused(signed(forged)) is SignatureWrong

    def test_its_use_is_noted_once_in_an_hour(self):
        clock.freeze()
        first = clock.now()
        for minutes, noted in ((0, 0), (59, 0), (1, 60), (30, 60)):
            clock.advance(timedelta(minutes=minutes))
            verify(signed())
            key = AccessKey.objects.get(pk=ZHANG_ID)
            assert key.last_used_at == first + timedelta(minutes=noted)
        assert key.last_used_with == "sts"
