"""Credentials that the control API revokes are refused at the next call."""

from tests.wire.sts.calls import ZHANG_ARN, assume, client, given, refusal

INVALID = (403, "InvalidClientTokenId")


def test_revoked_credentials_sign_nothing_more(server):
    zhang = client(server)
    signers = [
        client(server, given(output))
        for output in (
            assume(zhang),
            zhang.get_session_token(),
            zhang.get_federation_token(Name="mary"),
        )
    ]
    for signer in signers:
        assert signer.get_caller_identity()
    [person] = server.control("GET", "/principals?realm=111122223333&username=zhang")
    path = f"/principals/{person['id']}/temporary_credentials"
    assert server.control("DELETE", path) == {"revoked": 3}
    for signer in signers:
        assert refusal(signer.get_caller_identity) == INVALID
    assert zhang.get_caller_identity()["Arn"] == ZHANG_ARN
    client(server, given(assume(zhang))).get_caller_identity()


def test_a_chained_role_stands_on_whoever_began(server):
    audit = client(server, given(assume(client(server))))
    [person] = server.control("GET", "/principals?realm=111122223333&username=zhang")
    chained = client(server, given(assume(audit, "arn:aws:iam::111122223333:role/team/Next")))
    assert chained.get_caller_identity()
    server.control("DELETE", f"/principals/{person['id']}/temporary_credentials")
    assert refusal(chained.get_caller_identity) == INVALID
