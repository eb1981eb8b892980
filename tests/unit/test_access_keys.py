"""Long-term access keys: two at most, sealed, switched off and on, in scenarios."""

import json

import pytest

from accounts import access_keys, credentials
from accounts.errors import NoAccessKeys, TooManyAccessKeys
from accounts.models import AccessKey, Account
from signin.control import scenarios
from signin.control.documents import ScenarioInvalid
from signin.kernel import clock, sealing
from tests.devices import directory_user, named
from tests.signing import ZHANG_ID, ZHANG_SECRET
from tests.unit.test_parallel import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def jane():
    return named("jane.doe")


def scenario(*keys):
    """Return a scenario whose one user has these keys."""
    told = [{"access_key_id": key_id, "secret_access_key": secret} for key_id, secret in keys]
    user = {"name": "mary", "access_keys": told}
    document = {"accounts": [{"id": "333344445555", "name": "Team", "users": [user]}]}
    return scenarios.Scenario(name="team", text=json.dumps(document))


def test_it_looks_like_aws_s_but_the_id_says_that_it_is_none(jane):
    clock.freeze()
    keys = access_keys.create(jane)
    assert len(keys.access_key_id) == 20
    assert keys.access_key_id.startswith("AKIA")
    assert keys.access_key_id.endswith("EXAMPLE")
    assert len(keys.secret_access_key) == 40
    assert keys.secret_access_key not in repr(keys)
    kept = AccessKey.objects.get(pk=keys.access_key_id)
    assert (kept.principal, kept.slot, kept.is_active) == (jane, 1, True)
    assert (kept.created_at, kept.last_used_at) == (clock.now(), None)


def test_the_secret_is_sealed(jane):
    keys = access_keys.create(jane)
    kept = AccessKey.objects.get(pk=keys.access_key_id)
    assert keys.secret_access_key not in str(vars(kept))
    assert credentials.secret_of(kept) == keys.secret_access_key
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(kept.sealed_secret, key="another", purpose=credentials.PURPOSE)


def test_there_are_two_at_most_and_a_deleted_one_makes_room(jane):
    first, second = access_keys.create(jane), access_keys.create(jane)
    with pytest.raises(TooManyAccessKeys):
        access_keys.create(jane)
    assert access_keys.delete(first.access_key)
    assert not access_keys.delete(first.access_key)
    third = access_keys.create(jane)
    assert access_keys.of(jane) == [third.access_key, second.access_key]


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_never_get_three(jane):
    made = at_once(lambda: access_keys.create(jane))
    assert sum(isinstance(each, access_keys.Keys) for each in made) == 2
    assert sum(isinstance(each, TooManyAccessKeys) for each in made) == len(made) - 2
    assert {key.slot for key in access_keys.of(jane)} == {1, 2}


def test_a_root_user_can_have_some_and_a_directory_s_user_can_not():
    assert access_keys.create(named("root@example.com")).access_key.slot == 1
    with pytest.raises(NoAccessKeys):
        access_keys.create(directory_user())


def test_switching_tells_whether_it_changed_anything(jane):
    key = access_keys.create(jane).access_key
    assert not access_keys.activate(key)
    assert access_keys.deactivate(key)
    assert not access_keys.deactivate(key)
    assert not AccessKey.objects.get(pk=key.pk).is_active
    assert access_keys.activate(key)
    assert AccessKey.objects.get(pk=key.pk).is_active


def test_they_go_with_their_owner(jane):
    access_keys.create(jane)
    Account.objects.get(pk="111122223333").delete()
    assert not AccessKey.objects.exists()


class TestScenarios:
    def test_the_demo_s_has_one(self):
        [key] = AccessKey.objects.all()
        assert (key.pk, key.principal) == (ZHANG_ID, named("zhang"))
        assert credentials.secret_of(key) == ZHANG_SECRET
        assert len(ZHANG_ID) == 20

    def test_a_user_can_have_two(self):
        keys = [("AKIA123456789EXAMPLE", "a" * 40), ("AKIA223456789EXAMPLE", "b+/" * 13 + "b")]
        scenarios.store(scenarios.read(scenario(*keys)))
        mary = named("mary")
        assert [(key.pk, key.slot) for key in access_keys.of(mary)] == [
            ("AKIA123456789EXAMPLE", 1),
            ("AKIA223456789EXAMPLE", 2),
        ]

    @pytest.mark.parametrize(
        ("keys", "where"),
        [
            ([("AKIAIOSFODNN7EXAMPL3", "a" * 40)], "access_keys[0].access_key_id"),
            ([("ASIA123456789EXAMPLE", "a" * 40)], "access_keys[0].access_key_id"),
            ([("AKIA123456789EXAMPLE", "a" * 39)], "access_keys[0].secret_access_key"),
            ([("AKIA123456789EXAMPLE", "a-" * 20)], "access_keys[0].secret_access_key"),
            ([("AKIA123456789EXAMPLE", "a" * 40)] * 2, "twice there"),
            ([(f"AKIA{n}23456789EXAMPLE", "a" * 40) for n in range(3)], "at most 2"),
        ],
    )
    def test_what_can_not_be_is_refused(self, keys, where):
        with pytest.raises(ScenarioInvalid) as refused:
            scenarios.read(scenario(*keys))
        assert where in str(refused.value.message)
