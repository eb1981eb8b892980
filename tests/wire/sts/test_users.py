"""Devices in calls of STS, and sessions of users."""

import pytest

from tests.wire.sts.calls import (
    NEXT,
    PARTNER,
    PHONE,
    ZHANG_ARN,
    assume,
    call,
    client,
    events,
    given,
    is_as_modelled,
    keys_of,
    refusal,
    seconds_left,
    totp,
)


class TestDevices:
    @pytest.fixture
    def jane(self, server):
        return client(server, keys_of(server, "jane.doe"))

    def test_a_code_of_one_s_device_confirms(self, server, jane):
        output = assume(jane, SerialNumber=PHONE, TokenCode=totp())
        identity = events(server, "AssumeRole")[-1]["requestParameters"]
        assert identity["serialNumber"] == PHONE
        assert "tokenCode" not in identity
        client(server, given(output)).get_caller_identity()

    @pytest.mark.requirement("S-061")
    def test_a_code_is_good_once(self, jane):
        code = totp()
        assert jane.get_session_token(SerialNumber=PHONE, TokenCode=code)
        again = {"SerialNumber": PHONE, "TokenCode": code}
        assert refusal(jane.get_session_token, **again) == (403, "AccessDenied")
        assert refusal(assume, jane, **again) == (403, "AccessDenied")

    def test_a_role_that_is_not_for_them_uses_up_no_code(self, jane):
        code = totp()
        confirmed = {"SerialNumber": PHONE, "TokenCode": code}
        assert refusal(assume, jane, PARTNER, **confirmed) == (403, "AccessDenied")
        assert assume(jane, **confirmed)

    @pytest.mark.parametrize(
        "options",
        [
            {"SerialNumber": PHONE, "TokenCode": "000000"},
            {"SerialNumber": "arn:aws:iam::111122223333:mfa/other", "TokenCode": "{totp}"},
            {"SerialNumber": "arn:aws:iam::444455556666:mfa/root-phone", "TokenCode": "{totp}"},
            {"SerialNumber": PHONE},
            {"TokenCode": "{totp}"},
        ],
    )
    def test_what_confirms_nothing_is_refused(self, jane, options):
        told = {name: value.format(totp=totp()) for name, value in options.items()}
        assert refusal(assume, jane, **told) == (403, "AccessDenied")
        assert refusal(jane.get_session_token, **told) == (403, "AccessDenied")

    @pytest.mark.requirement("S-064", "S-012")
    def test_wrong_codes_are_counted_as_at_sign_in(self, jane):
        wrong = {"SerialNumber": PHONE, "TokenCode": "000000"}
        for _ in range(10):
            assert refusal(jane.get_session_token, **wrong) == (403, "AccessDenied")
        right = {"SerialNumber": PHONE, "TokenCode": totp()}
        assert refusal(jane.get_session_token, **right) == (403, "AccessDenied")

    def test_a_role_has_no_devices(self, server):
        audit = client(server, given(assume(client(server))))
        options = {"SerialNumber": PHONE, "TokenCode": totp()}
        assert refusal(assume, audit, NEXT, **options) == (403, "AccessDenied")

    @pytest.mark.parametrize("is_confirmed", [True, False])
    def test_events_tell_whether_a_device_stands_behind_a_session(self, server, jane, is_confirmed):
        options = {"SerialNumber": PHONE, "TokenCode": totp()} if is_confirmed else {}
        session = client(server, given(jane.get_session_token(**options)))
        assume(session)
        [_, here] = events(server, "AssumeRole")
        attributes = here["userIdentity"]["sessionContext"]["attributes"]
        assert attributes["mfaAuthenticated"] == str(is_confirmed).lower()
        assert here["userIdentity"]["userName"] == "jane.doe"


class TestSessionsOfUsers:
    def test_it_is_the_user_for_twelve_hours(self, server):
        output = client(server).get_session_token()
        assert is_as_modelled("GetSessionToken", output)
        assert seconds_left(output) == 43_200
        session = client(server, given(output))
        assert session.get_caller_identity()["Arn"] == ZHANG_ARN
        assert assume(session)

    @pytest.mark.parametrize("seconds", [900, 129_600])
    def test_it_lasts_as_long_as_is_asked_for(self, server, seconds):
        sts = client(server)
        assert seconds_left(sts.get_session_token(DurationSeconds=seconds)) == seconds
        named = sts.get_federation_token(Name="mary", DurationSeconds=seconds)
        assert seconds_left(named) == seconds

    @pytest.mark.parametrize("seconds", [899, 129_601, "x"])
    def test_it_lasts_no_other_time(self, server, seconds):
        fields = {"DurationSeconds": seconds, "Name": "mary"}
        for action in ("GetSessionToken", "GetFederationToken"):
            assert call(server, Action=action, **fields) == (400, "ValidationError")

    @pytest.mark.parametrize("seconds", [None, 129_600])
    def test_a_root_user_s_lasts_an_hour(self, server, seconds):
        sts = client(server, keys_of(server, "root@example.com"))
        options = {"DurationSeconds": seconds} if seconds else {}
        assert seconds_left(sts.get_session_token(**options)) == 3600
        output = sts.get_federation_token(Name="mary", **options)
        assert seconds_left(output) == 3600
        arn = client(server, given(output)).get_caller_identity()["Arn"]
        assert arn == "arn:aws:sts::111122223333:federated-user/mary"

    def test_only_a_long_term_key_gets_one(self, server):
        sts = client(server)
        for credentials in (
            given(sts.get_session_token()),
            given(sts.get_federation_token(Name="mary")),
            given(assume(sts)),
        ):
            session = client(server, credentials)
            assert refusal(session.get_session_token) == (403, "AccessDenied")
            assert refusal(session.get_federation_token, Name="bob") == (403, "AccessDenied")

    def test_a_federated_user_is_its_own_and_can_take_no_role(self, server):
        output = client(server).get_federation_token(
            Name="mary", Tags=[{"Key": "team", "Value": "blue"}]
        )
        assert is_as_modelled("GetFederationToken", output)
        assert seconds_left(output) == 43_200
        assert output["FederatedUser"] == {
            "FederatedUserId": "111122223333:mary",
            "Arn": "arn:aws:sts::111122223333:federated-user/mary",
        }
        federated = client(server, given(output))
        assert federated.get_caller_identity()["UserId"] == "111122223333:mary"
        assert refusal(assume, federated) == (403, "AccessDenied")

    @pytest.mark.parametrize("name", ["", "a", "a b", "a" * 33])
    def test_a_federated_user_has_a_name(self, server, name):
        assert call(server, Action="GetFederationToken", Name=name) == (400, "ValidationError")
