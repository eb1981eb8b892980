"""Statements on sign-in to an account's console: what each lets in."""

import json
from datetime import timedelta

import pytest

from accounts import console_access, permission_statements
from accounts.errors import (
    NoConsoleAuthorization,
    StatementConflict,
    StatementInvalid,
    StatementUnknown,
    TooManyStatements,
)
from accounts.models import Account, PermissionStatement
from signin.control.documents import ScenarioInvalid
from signin.control.scenarios import Scenario, read, store
from signin.http import Browser
from signin.kernel import clock

pytestmark = pytest.mark.django_db

ID = "111122223333"
ZHANG = f"arn:aws:iam::{ID}:user/zhang"
VPC = {"source_vpc": "vpc-0abc123def456789a", "requested_region": "us-west-2"}


@pytest.fixture
def account():
    return Account.objects.create(id=ID, name="Example", console_authorization=True)


def browser(ip="127.0.0.1", region=None):
    return Browser(ip=ip, user_agent="", host="signin", region=region, device_key="")


def lets_in(account, conditions, *, arn=ZHANG, has_network=True, **where):
    PermissionStatement.objects.all().delete()
    permission_statements.put(account, conditions)
    return not console_access.denies(account, arn, browser(**where), has_network=has_network)


class TestWhatAStatementLetsIn:
    @pytest.mark.parametrize(
        ("ip", "network", "is_in"),
        [
            ("127.0.0.1", "127.0.0.1", True),
            ("127.0.0.1", "127.0.0.1/32", True),
            ("127.0.0.1", "127.0.0.0/8", True),
            ("127.0.0.1", "127.0.0.7/24", True),
            ("127.0.0.2", "127.0.0.1", False),
            ("::1", "::1/128", True),
            ("::1", "127.0.0.0/8", False),
            ("::ffff:127.0.0.1", "127.0.0.0/8", True),
        ],
    )
    def test_an_address(self, account, ip, network, is_in):
        assert lets_in(account, {"source_ip": network}, ip=ip) is is_in

    def test_a_region_where_the_global_sign_in_is_us_east_1(self, account):
        here = {"requested_region": "eu-central-1"}
        assert lets_in(account, here, region="eu-central-1")
        assert not lets_in(account, here, region="us-west-2")
        assert not lets_in(account, here)
        assert lets_in(account, {"requested_region": "us-east-1"})

    def test_an_address_and_a_region_have_to_be_right_both(self, account):
        both = {"source_ip": "127.0.0.1", "requested_region": "us-east-1"}
        assert lets_in(account, both)
        assert not lets_in(account, both, ip="127.0.0.2")
        assert not lets_in(account, both, region="us-west-2")

    def test_nobody_comes_from_a_vpc(self, account):
        assert not lets_in(account, VPC, region="us-west-2")
        assert lets_in(account, {**VPC, "source_ip": "127.0.0.1"}, region="eu-central-1")
        assert not lets_in(account, {**VPC, "source_ip": "127.0.0.2"})

    def test_whoever_is_excluded_and_nobody_else(self, account):
        outside = {"source_ip": "203.0.113.1", "excluded_principal": ZHANG}
        assert lets_in(account, outside)
        assert not lets_in(account, outside, arn=f"arn:aws:iam::{ID}:user/zhan")
        assert lets_in(account, {"excluded_principal": ZHANG})
        assert not lets_in(account, {"excluded_principal": ZHANG}, arn=f"arn:aws:iam::{ID}:root")

    def test_without_a_network_none_that_is_about_networks(self, account):
        assert not lets_in(account, {"source_ip": "127.0.0.0/8"}, has_network=False)
        assert lets_in(account, {"requested_region": "us-east-1"}, has_network=False)

    def test_all_have_to_be_fulfilled(self, account):
        permission_statements.put(account, {"source_ip": "127.0.0.0/8"})
        permission_statements.put(account, {"requested_region": "eu-central-1"})
        assert console_access.denies(account, ZHANG, browser())
        assert not console_access.denies(account, ZHANG, browser(region="eu-central-1"))

    def test_everything_until_the_account_controls_it(self, account, django_assert_num_queries):
        permission_statements.put(account, {"source_ip": "203.0.113.1"})
        permission_statements.disable(account)
        account.refresh_from_db()
        with django_assert_num_queries(0):
            assert not console_access.denies(account, ZHANG, browser())
        with pytest.raises(NoConsoleAuthorization):
            permission_statements.disable(account)

    def test_everything_where_there_is_none(self, account):
        assert not console_access.denies(account, ZHANG, browser())


class TestPutting:
    def test_of_two_with_one_token_one_is_made(self, account, monkeypatch):
        seen = permission_statements._put_before
        made = permission_statements.put(account, {"source_ip": "::1"}, client_token="once")
        first = iter([None])  # the other one was not there yet
        monkeypatch.setattr(
            permission_statements, "_put_before", lambda *of: next(first, seen(*of))
        )
        again = permission_statements.put(account, {"source_ip": "::1"}, client_token="once")
        assert again == made
        assert PermissionStatement.objects.count() == 1

    def test_the_same_twice(self, account):
        permission_statements.put(account, {"source_ip": "::1"})
        with pytest.raises(StatementConflict):
            permission_statements.put(account, {"source_ip": "::1"})

    def test_others_in_place_of_all_or_nothing(self, account):
        permission_statements.put(account, {"source_ip": "::1"})
        with pytest.raises(StatementInvalid):
            permission_statements.replace(
                account, [{"source_ip": "::2"}, {"source_ip": "x"}], is_enabled=False
            )
        assert PermissionStatement.objects.get().source_ip == "::1"
        permission_statements.replace(account, [{"source_ip": "::2"}], is_enabled=False)
        assert PermissionStatement.objects.get().source_ip == "::2"
        assert not Account.objects.get().console_authorization

    def test_at_most_so_many(self, account, monkeypatch):
        monkeypatch.setattr(permission_statements, "MOST_STATEMENTS", 1)
        permission_statements.put(account, {"source_ip": "::1"})
        with pytest.raises(TooManyStatements):
            permission_statements.put(account, {"source_ip": "::2"})

    def test_a_page_begins_behind_what_was_deleted_meanwhile(self, account):
        ids = []
        for number in range(3):
            ids.append(permission_statements.put(account, {"source_ip": f"127.0.0.{number}"}))
            clock.advance(timedelta(seconds=1))
        found, more = permission_statements.page(account, most=1)
        permission_statements.delete(account, ids[0])
        assert ([each.id for each in found], more) == ([ids[0]], ids[0])
        found, more = permission_statements.page(account, most=5, after=more)
        assert ([each.id for each in found], more) == (ids[1:], "")
        with pytest.raises(StatementUnknown):
            permission_statements.page(account, most=1, after="x")


class TestAScenario:
    def read(self, **access):
        account = {"id": ID, "name": "Example", "console_access": access}
        return read(Scenario("own", json.dumps({"accounts": [account]})))

    def test_says_from_where_people_may_sign_in(self):
        store(
            self.read(
                enabled=True,
                statements=[
                    {"source_ip": "127.0.0.1", "excluded_principal": ZHANG},
                    {"requested_region": "us-east-1"},
                ],
            )
        )
        account = Account.objects.get()
        assert account.console_authorization
        first, second = console_access.of(account)
        assert first.conditions == {"source_ip": "127.0.0.1", "excluded_principal": ZHANG}
        assert second.conditions == {"requested_region": "us-east-1"}
        assert len({first.id, second.id}) == 2

    @pytest.mark.parametrize(
        "access",
        [
            {"enabled": "yes"},
            {"statements": [{}]},
            {"statements": [{"source_ip": "somewhere"}]},
            {"statements": [{"sourceIp": "127.0.0.1"}]},
            {"statements": [{"source_ip": "::1"}, {"source_ip": "::1"}]},
            {"statements": [{"source_ip": f"127.0.1.{number}"} for number in range(201)]},
            {"else": 1},
        ],
    )
    def test_that_is_wrong_is_refused(self, access):
        with pytest.raises(ScenarioInvalid):
            self.read(**access)
