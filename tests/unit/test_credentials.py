"""Temporary credentials: what is issued, what is kept of it, how long it is good for."""

from datetime import timedelta

import pytest

from accounts import assignments, credentials
from accounts.models import Role, TemporaryCredentials
from signin.kernel import clock, sealing
from tests.flows.portal_people import account, assign, directory, open_session, permission_set, user
from tests.unit.test_parallel import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def mary():
    """Return somebody with a role of two hours."""
    owner = account()
    home = directory(owner)
    mary = user(home)
    assign(mary, owner, permission_set(home, session_minutes=120))
    return mary


@pytest.fixture
def grant(mary):
    return assignments.find(mary, "111122223333", "ReadOnly")


def issue(mary, grant):
    return credentials.issue(mary, grant, session=open_session(mary)[1])


def test_they_look_like_aws_s_but_the_id_says_that_it_is_none(mary, grant):
    keys = issue(mary, grant)
    assert len(keys.access_key_id) == 20
    assert keys.access_key_id.startswith("ASIA")
    assert keys.access_key_id.endswith("EXAMPLE")
    assert len(keys.secret_access_key) == 40
    assert len(keys.session_token) == 256
    assert "=" not in keys.session_token


@pytest.mark.requirement("R-097")
def test_they_belong_to_the_role_and_last_as_the_permission_set_says(mary, grant):
    clock.freeze()
    keys = issue(mary, grant)
    kept = credentials.find(keys.access_key_id, keys.session_token)
    assert kept.role == Role.objects.get(permission_set=grant.permission_set)
    assert (kept.principal, kept.session_name) == (mary, "mary")
    assert kept.session.principal == mary
    assert keys.expires_at == kept.expires_at == clock.now() + timedelta(hours=2)
    clock.advance(timedelta(hours=2))
    assert credentials.find(keys.access_key_id, keys.session_token) is None


def test_the_secret_is_sealed_and_of_the_token_there_is_a_digest_only(mary, grant):
    keys = issue(mary, grant)
    kept = TemporaryCredentials.objects.get()
    stored = " ".join(str(value) for value in vars(kept).values())
    assert keys.secret_access_key not in stored
    assert keys.session_token not in stored
    assert credentials.secret_of(kept) == keys.secret_access_key
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(kept.sealed_secret, key="another", purpose=credentials.PURPOSE)


def test_they_are_not_shown_by_chance(mary, grant):
    keys = issue(mary, grant)
    assert keys.secret_access_key not in repr(keys)
    assert keys.session_token not in repr(keys)


def test_key_and_token_belong_together(mary, grant):
    one, other = issue(mary, grant), issue(mary, grant)
    assert one.access_key_id != other.access_key_id
    assert credentials.find(one.access_key_id, one.session_token)
    assert credentials.find(one.access_key_id, other.session_token) is None
    assert credentials.find(one.access_key_id, "") is None
    assert credentials.find("", one.session_token) is None


def test_revoking_ends_those_of_one_user_only(mary, grant):
    other = user(mary.profile.directory, "other")
    assign(other, grant.account, grant.permission_set)
    keys, others = [issue(mary, grant), issue(mary, grant)], issue(other, grant)
    assert credentials.revoke_all(mary) == 2
    assert credentials.revoke_all(mary) == 0
    assert not any(credentials.find(each.access_key_id, each.session_token) for each in keys)
    assert credentials.find(others.access_key_id, others.session_token)


def test_they_outlive_the_portal_session(mary, grant):
    keys = issue(mary, grant)
    TemporaryCredentials.objects.get().session.delete()
    assert credentials.find(keys.access_key_id, keys.session_token).session is None


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_get_keys_of_one_role(mary, grant):
    keys = at_once(lambda: credentials.issue(mary, grant, session=None))
    assert len({each.access_key_id for each in keys}) == len(keys)
    assert Role.objects.count() == 1
