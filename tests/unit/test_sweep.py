"""Clearing away: invitations, credentials and switched roles that are over."""

import pytest

from accounts.models import EmailVerification, Invitation, RoleSwitch, Session, TemporaryCredentials
from accounts.models.roles import Role
from signin.control import sweep
from signin.kernel import clock
from tests.devices import named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def session():
    """Return a session of somebody with the portal's credentials and a switched role."""
    now, jane, role = clock.now(), named("jane_doe"), Role.objects.get(name="Audit")
    session = Session.objects.create(
        door="signin",
        host="us-east-1.signin.aws",
        principal=jane,
        ip="127.0.0.1",
        user_agent="test",
        created_at=now,
        expires_at=now + sweep.SESSIONS_KEPT,
    )
    end = now + sweep.SESSIONS_KEPT
    RoleSwitch.objects.create(session=session, role=role, switched_at=now, expires_at=end)
    Invitation.objects.create(
        principal=named("new_hire"), token_digest="a", binding="b", sent_at=now, expires_at=end
    )
    EmailVerification.objects.create(
        principal=named("new_hire"), token_digest="a", binding="b", expires_at=end
    )
    TemporaryCredentials.objects.create(
        access_key_id="ASIAEXAMPLE",
        token_digest="a",
        principal=jane,
        role=role,
        session_name="jane_doe",
        session=session,
        issued_at=now,
        expires_at=end,
    )
    return session


def test_what_is_over_goes_and_the_rest_stays(session):
    ends = (RoleSwitch, Invitation, EmailVerification, TemporaryCredentials)
    sweep.expired()
    assert all(model.objects.exists() for model in ends)
    clock.advance(sweep.SESSIONS_KEPT)
    sweep.expired()
    assert not any(model.objects.exists() for model in ends)
    assert Session.objects.get() == session
