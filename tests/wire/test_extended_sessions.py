"""Programs as Kiro and Amazon Q Developer are, which stay signed in beyond the portal's session."""

from datetime import datetime, timedelta

import pytest

from tests.wire.programs import SCOPE, principal, refused

KIRO = ["codewhisperer:completions", "codewhisperer:conversations"]
INVALID_GRANT = ("InvalidGrantException", 400)
DAY = 24 * 3600
AFTER_THE_PORTAL = 8 * 3600 + 1

pytestmark = pytest.mark.requirement("R-105")


@pytest.fixture(autouse=True)
def directory(server):
    """Return the ID of the directory, which has extended sessions."""
    [found] = server.control("GET", "/directories")
    settings = f"/directories/{found['id']}/settings"
    server.control("PATCH", settings, {"extended_sessions": True})
    return found["id"]


def let_in(program, *scopes):
    """Register a program, and go through a whole device authorization."""
    program.register(scopes=list(scopes))
    return program.let_in()


def later(server, seconds):
    """Set the server's clock so many seconds ahead."""
    server.control("PUT", "/clock", {"advance_seconds": seconds})


def refresh(program, given):
    """Ask for new tokens."""
    return program.token("refresh_token", refreshToken=given["refreshToken"])


def test_a_program_stays_signed_in_after_the_portal_s_session_for_eighty_days(program, server):
    given = let_in(program, *KIRO)
    assert 3590 <= given["expiresIn"] <= 3600
    later(server, AFTER_THE_PORTAL)
    given = refresh(program, given)
    later(server, 80 * DAY)
    assert 3590 <= refresh(program, given)["expiresIn"] <= 3600


def test_the_grant_tells_its_end(program, server):
    let_in(program, *KIRO)
    [grant] = server.control("GET", "/grants")
    allowed, over = (datetime.fromisoformat(grant[name]) for name in ("allowed_at", "expires_at"))
    assert grant["scopes"] == KIRO
    assert abs(over - allowed - timedelta(days=90)) < timedelta(seconds=10)


@pytest.mark.requirement("S-103")
def test_a_sign_out_by_another_program_leaves_it_alone(program, new_program):
    given, other = let_in(program, *KIRO), new_program()
    token = let_in(other, SCOPE)["accessToken"]
    other.portal.logout(accessToken=token)
    assert refresh(program, given)["accessToken"]


@pytest.mark.requirement("S-103")
@pytest.mark.parametrize("scopes", [[SCOPE], [SCOPE, *KIRO], [*KIRO, "codecatalyst:read_write"]])
def test_who_asks_for_other_scopes_stays_bound_to_the_portal(program, server, scopes):
    given = let_in(program, *scopes)
    later(server, AFTER_THE_PORTAL)
    assert refused(refresh, program, given) == INVALID_GRANT


@pytest.mark.requirement("S-103")
def test_nobody_else_is_let_in_by_it(program, new_program, server):
    let_in(program, *KIRO)
    later(server, AFTER_THE_PORTAL)
    other = new_program()
    given = let_in(other, SCOPE)
    later(server, AFTER_THE_PORTAL)
    assert refused(refresh, other, given) == INVALID_GRANT


@pytest.mark.requirement("S-044")
def test_disabling_the_user_ends_it(program, server):
    given = let_in(program, *KIRO)
    server.control("POST", f"/principals/{principal(server, 'jane_doe')}/disable")
    assert refused(refresh, program, given) == INVALID_GRANT


def test_the_administrator_takes_it_back(program, server):
    given = let_in(program, *KIRO)
    [grant] = server.control("GET", "/grants")
    server.control("DELETE", f"/grants/{grant['id']}")
    assert refused(refresh, program, given) == INVALID_GRANT


def test_what_was_allowed_before_a_change_keeps_its_end(program, new_program, server, directory):
    before = let_in(program, *KIRO)
    server.control("PATCH", f"/directories/{directory}/settings", {"extended_sessions": False})
    other = new_program()
    after = let_in(other, *KIRO)
    later(server, AFTER_THE_PORTAL)
    assert refresh(program, before)["accessToken"]
    assert refused(refresh, other, after) == INVALID_GRANT
