"""The access portal's API, as AWS's own client library speaks it with the server over a socket."""

import time

import pytest

from tests.wire.programs import get, refused

UNAUTHORIZED = ("UnauthorizedException", 401)
ROLE = {"accountId": "111122223333", "roleName": "ReadOnlyAccess"}


@pytest.fixture
def token(program):
    return program.let_in()["accessToken"]


def test_accounts_are_listed(program, token):
    listed = program.portal.list_accounts(accessToken=token)
    assert [each["accountId"] for each in listed["accountList"]] == ["111122223333", "444455556666"]
    assert listed["accountList"][0] == {
        "accountId": "111122223333",
        "accountName": "Example Corp",
        "emailAddress": "root@example.com",
    }
    assert "nextToken" not in listed


def test_long_lists_come_in_pages(program, token):
    pages = program.portal.get_paginator("list_accounts").paginate(
        accessToken=token, PaginationConfig={"PageSize": 1}
    )
    assert [[each["accountId"] for each in page["accountList"]] for page in pages] == [
        ["111122223333"],
        ["444455556666"],
    ]
    roles = program.portal.get_paginator("list_account_roles").paginate(
        accessToken=token, accountId="111122223333", PaginationConfig={"PageSize": 1}
    )
    assert len(list(roles)) == 2


@pytest.mark.parametrize("wrong", [{"maxResults": 101}, {"nextToken": "zzz"}])
def test_pages_that_are_not_there(program, token, wrong):
    call = program.portal.list_accounts
    assert refused(call, accessToken=token, **wrong) == ("InvalidRequestException", 400)


def test_roles_are_listed(program, token):
    listed = program.portal.list_account_roles(accessToken=token, accountId="111122223333")
    assert listed["roleList"] == [
        {"roleName": name, "accountId": "111122223333"}
        for name in ("AdministratorAccess", "ReadOnlyAccess")
    ]
    for account_id in ("777788889999", "000000000000"):
        answer = refused(program.portal.list_account_roles, accessToken=token, accountId=account_id)
        assert answer == ("ResourceNotFoundException", 404)


def test_credentials_of_a_role_end_in_milliseconds(program, token, server):
    keys = program.portal.get_role_credentials(accessToken=token, **ROLE)["roleCredentials"]
    assert abs(keys["expiration"] / 1000 - time.time() - 3600) < 60
    assert keys["accessKeyId"].startswith("ASIA")
    assert keys["secretAccessKey"]
    assert keys["sessionToken"]
    [federated] = server.control("GET", "/events?name=Federate")["Records"]
    assert federated["serviceEventDetails"] == {
        "role_name": "ReadOnlyAccess",
        "account_id": "111122223333",
    }


@pytest.mark.parametrize(
    "role",
    [
        {**ROLE, "roleName": "Unknown"},
        {**ROLE, "accountId": "444455556666", "roleName": "AdministratorAccess"},
        {**ROLE, "accountId": "000000000000"},
    ],
)
def test_a_role_that_is_not_assigned_gives_no_credentials(program, token, role):
    call = program.portal.get_role_credentials
    assert refused(call, accessToken=token, **role) == ("ForbiddenException", 403)


@pytest.mark.requirement("S-103")
def test_a_token_is_taken_from_its_header_only(program, token, server):
    assert refused(program.portal.list_accounts, accessToken="aoa-unknown") == UNAUTHORIZED
    path = f"/assignment/accounts?x-amz-sso_bearer_token={token}&access_token={token}"
    assert get(server, path)[0] == 401
    assert get(server, path, Authorization=f"Bearer {token}")[0] == 401
    assert get(server, "/assignment/accounts", **{"x-amz-sso_bearer_token": token})[0] == 200


def test_the_api_s_own_host_answers_as_the_desk_does(token, server):
    for name in ("portal.sso.us-east-1.amazonaws.com", "localhost"):
        suffix = "" if name == "localhost" else ".localhost"
        headers = {"Host": f"{name}{suffix}:{server.port}", "x-amz-sso_bearer_token": token}
        assert get(server, "/assignment/accounts", **headers)[0] == 200


@pytest.mark.requirement("S-103")
def test_a_token_for_something_else_opens_nothing_here(program):
    program.register(scopes=["codewhisperer:completions"])
    token = program.let_in()["accessToken"]
    assert refused(program.portal.list_accounts, accessToken=token) == UNAUTHORIZED


@pytest.mark.requirement("S-103")
def test_a_token_ends_after_its_time(program, token, server):
    server.control("PUT", "/clock", {"advance_seconds": 3601})
    assert refused(program.portal.list_accounts, accessToken=token) == UNAUTHORIZED


@pytest.mark.requirement("S-103")
def test_signing_out_ends_the_session_and_every_program_s_access_in_it(
    program, new_program, token, server
):
    other = new_program().let_in()["accessToken"]
    program.portal.logout(accessToken=token)
    for each in (token, other):
        assert refused(program.portal.list_accounts, accessToken=each) == UNAUTHORIZED
    assert refused(program.portal.logout, accessToken=token) == UNAUTHORIZED
    assert len(server.control("GET", "/events?name=Logout")["Records"]) == 1


def test_access_that_is_taken_back_ends_at_once(program, token, server):
    [grant] = server.control("GET", "/grants")
    assert grant["client_name"] == "a program"
    server.control("DELETE", f"/grants/{grant['id']}")
    assert refused(program.portal.list_accounts, accessToken=token) == UNAUTHORIZED
    assert server.control("GET", "/grants") == []
    assert "error" in server.control("DELETE", f"/grants/{grant['id']}")


def test_access_ends_with_the_session_in_which_it_was_given(program, server):
    given = program.let_in()
    [session] = server.control("GET", "/sessions")
    assert (session["kind"], session["directory"]) == ("portal", "d-1234567890")
    server.control("DELETE", f"/sessions/{session['id']}")
    listing = program.portal.list_accounts
    assert refused(listing, accessToken=given["accessToken"]) == UNAUTHORIZED
    again = refused(program.token, "refresh_token", refreshToken=given["refreshToken"])
    assert again == ("InvalidGrantException", 400)
    assert server.control("GET", "/grants") == server.control("GET", "/sessions") == []
    assert len(server.control("GET", "/events?name=BatchDeleteSession")["Records"]) == 1


def test_a_disabled_user_s_tokens_end_at_once(program, token, server):
    [grant] = server.control("GET", "/grants")
    server.control("POST", f"/principals/{grant['principal']}/disable")
    assert refused(program.portal.list_accounts, accessToken=token) == UNAUTHORIZED
