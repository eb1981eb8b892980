"""Scenarios: directories, who is in them, what they may do, and the roles of accounts."""

import json
import re
from datetime import timedelta

import pytest

from accounts import assignments, invitations
from accounts.directories import find_by_portal, find_user
from accounts.models import (
    Application,
    Assignment,
    Directory,
    DirectoryProfile,
    Group,
    PermissionSet,
    Role,
)
from mfa import devices
from signin.control import doors, scenarios
from signin.control.scenarios import Scenario, ScenarioInvalid
from signin.kernel import clock
from signin.mailbox.models import Message

pytestmark = pytest.mark.django_db

HERE, THERE = "222233334444", "333344445555"
ANA = {"name": "ana", "email": "ana@example.com"}
BO = {"name": "bo", "email": "bo@example.com"}
SET = {"name": "Look"}
USER_ID = r"[0-9a-f]{10}-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def load(*others, roles=(), **members):
    """Load a scenario with two accounts and a directory, and return it."""
    accounts = [{"id": HERE, "name": "A", "roles": list(roles)}, {"id": THERE, "name": "B"}]
    directory = {"id": "d-0123456789", "account": HERE, **members}
    text = json.dumps({"accounts": accounts, "directories": [directory, *others]})
    scenario = Scenario(name="test", text=text)
    scenarios.store(scenarios.read(scenario))
    return scenario


def user(name):
    return find_user(Directory.objects.get(), name)


class TestADirectory:
    def test_one_that_says_nothing_is_as_aws_makes_it(self):
        load()
        directory = Directory.objects.get()
        assert (directory.account_id, directory.region) == (HERE, "us-east-1")
        assert (directory.mfa_mode, directory.no_device_mode) == ("context-aware", "register")
        assert directory.subdomain is None
        assert directory.session_minutes == 480

    def test_it_is_as_the_document_says(self):
        load(
            region="eu-central-1",
            subdomain="team",
            sign_in={
                "mfa": "never",
                "no_device": "block",
                "code": "always",
                "apps": False,
                "users_manage_devices": False,
                "mails_one_time_passwords": False,
            },
            session_minutes=15,
            disabling="delayed",
            event_identity="legacy",
            additional_regions=["eu-west-1", "us-west-2"],
        )
        directory = find_by_portal("team")
        assert directory.region == "eu-central-1"
        assert (directory.mfa_mode, directory.no_device_mode) == ("never", "block")
        assert directory.email_code_mode == "always"
        assert (directory.allows_apps, directory.allows_passkeys) == (False, True)
        assert not directory.users_manage_devices
        assert not directory.mails_one_time_passwords
        assert directory.session_minutes == 15
        assert (directory.disabling_mode, directory.event_identity) == ("delayed", "legacy")
        assert directory.regions == ["eu-central-1", "eu-west-1", "us-west-2"]

    def test_its_instance_has_the_same_id_after_each_reset(self):
        scenario = load()
        [content] = scenarios.read(scenario).directories
        assert Directory.objects.get().instance_id == content.directory.instance_id

    def test_its_identity_source_is_an_active_directory(self):
        load(identity_source="managed-ad", domain="corp.example.com", users=[ANA])
        directory = Directory.objects.get()
        assert (directory.identity_source, directory.domain) == ("managed-ad", "corp.example.com")
        assert find_user(directory, "CORP\\ana") == user("ana@corp.example.com") == user("ana")

    @pytest.mark.parametrize(
        ("members", "place"),
        [
            ({"identity_source": "managed-ad"}, "directories[0].domain"),
            ({"domain": "corp.example.com"}, "directories[0].domain"),
            ({"identity_source": "ad-connector", "domain": "CORP"}, "directories[0].domain"),
            ({"identity_source": "saml"}, "directories[0].identity_source"),
            (
                {
                    "identity_source": "ad-connector",
                    "domain": "corp.example.com",
                    "users": [{**ANA, "invited": True}],
                },
                "directories[0].users[0].invited",
            ),
        ],
    )
    def test_a_source_and_a_domain_that_do_not_fit_are_refused(self, members, place):
        with pytest.raises(ScenarioInvalid, match=re.escape(place)):
            load(**members)

    def test_another_subdomain_than_that_of_the_scenario_before_is_no_mistake(self):
        load(subdomain="team")
        text = json.dumps(
            {
                "accounts": [{"id": HERE, "name": "A"}],
                "directories": [{"id": "d-0123456789", "account": HERE, "subdomain": "other"}],
            }
        )
        assert scenarios.read(Scenario(name="test", text=text)).directories


class TestItsUsers:
    def test_a_password_is_theirs(self):
        clock.freeze()
        load(users=[{**ANA, "password": "Long-1", "password_set_days_ago": 2, "given_name": "Ana"}])
        ana = user("ANA")
        assert ana.check_password("Long-1")
        assert not ana.must_change_password
        assert ana.password_changed_at == clock.now() - timedelta(days=2)
        assert ana.account is None
        assert ana.profile.given_name == "Ana"
        assert ana.profile.is_enabled
        assert ana.profile.email_verified_at == clock.now()
        assert ana.profile.one_time_until is None

    def test_a_one_time_password_has_to_be_changed_within_a_week(self):
        clock.freeze()
        load(users=[{**ANA, "one_time_password": "Once-1"}])
        ana = user("ana")
        assert ana.check_password("Once-1")
        assert ana.must_change_password
        assert ana.profile.one_time_until == clock.now() + timedelta(days=7)

    @pytest.mark.parametrize(("more", "verified"), [({}, True), ({"invited": True}, False)])
    def test_one_without_a_password_can_t_sign_in(self, more, verified):
        load(users=[{**ANA, **more}])
        assert not user("ana").has_usable_password()
        assert bool(user("ana").profile.email_verified_at) is verified

    def test_one_is_invited_by_the_link_that_the_desk_shows_and_no_mail_is_sent(self):
        ana = {**ANA, "name": "Ana", "invited": True}
        [invited] = doors.people(load(region="eu-central-1", users=[ana]))
        assert invited.url.startswith("http://eu-central-1.signin.aws.localhost:8000/platform/")
        assert invitations.find(invited.url.partition("token=")[2]) == user("ana")
        assert not Message.objects.exists()

    def test_one_can_be_disabled_and_unverified(self):
        load(users=[{**ANA, "enabled": False, "email_verified": False}])
        assert not user("ana").profile.is_enabled
        assert user("ana").profile.email_verified_at is None

    def test_their_ids_are_the_same_after_every_reset_and_differ(self):
        load({"id": "d-aaaaaaaaaa", "account": HERE, "users": [ANA]}, users=[ANA, BO])
        ids = list(DirectoryProfile.objects.values_list("user_id", flat=True))
        assert len(set(ids)) == 3
        assert all(re.fullmatch(USER_ID, each) for each in ids)
        assert "9847e48468-87ba3e1e-28b2-4304-b49d-ef0ced572ee7" in ids

    def test_authenticator_apps_are_registered(self):
        load(users=[{**ANA, "devices": [{"name": "phone"}]}])
        [phone] = devices.of(user("ana"))
        assert (phone.kind, phone.slot) == ("totp", 1)


class TestWhatTheyMayDo:
    def test_a_group_has_its_members_and_their_assignments(self):
        load(
            users=[ANA, BO],
            groups=[{"name": "Team", "description": "All", "members": ["ana", "bo"]}],
            permission_sets=[{**SET, "session_minutes": 120, "relay_state": "/support/home"}],
            assignments=[
                {"permission_set": "Look", "accounts": [HERE, THERE], "groups": ["Team"]},
                {"permission_set": "Look", "accounts": [HERE], "users": ["bo"]},
            ],
        )
        assert set(Group.objects.get().members.all()) == {user("ana"), user("bo")}
        permission_set = PermissionSet.objects.get()
        assert permission_set.session_minutes == 120
        assert permission_set.relay_state == "/support/home"
        assert assignments.find(user("ana"), THERE, "Look").permission_set == permission_set
        assert Assignment.objects.count() == 3

    def test_each_permission_set_has_one_role_in_each_account_where_somebody_has_it(self):
        load(
            users=[ANA, BO],
            permission_sets=[SET, {"name": "Unused"}],
            assignments=[
                {"permission_set": "Look", "accounts": [HERE], "users": ["ana"]},
                {"permission_set": "Look", "accounts": [HERE, THERE], "users": ["bo"]},
                {"permission_set": "Unused", "accounts": [HERE]},
            ],
        )
        one, other = Role.objects.order_by("account")
        assert (one.account_id, other.account_id) == (HERE, THERE)
        assert one.name == "AWSReservedSSO_Look_" + one.name[-16:]
        assert one.name != other.name
        assert one.permission_set == other.permission_set == PermissionSet.objects.get(name="Look")
        assert one.path == "/aws-reserved/sso.amazonaws.com/"

    def test_applications_are_their_users_and_their_groups(self):
        load(
            users=[ANA, BO],
            groups=[{"name": "Team", "members": ["bo"]}],
            applications=[
                {
                    "name": "Wiki",
                    "start_url": "https://wiki.example.com/",
                    "users": ["ana"],
                    "groups": ["Team"],
                }
            ],
        )
        wiki = Application.objects.get()
        assert wiki.start_url == "https://wiki.example.com/"
        assert list(wiki.users.all()) == [user("ana")]
        assert list(wiki.groups.all()) == [Group.objects.get()]
        assert len(wiki.instance_id) == 20


class TestRolesOfAccounts:
    def test_a_role_trusts_whom_the_document_names(self):
        arn = f"arn:aws:iam::{THERE}:user/ana"
        load(
            roles=[
                {"name": "Plain"},
                {
                    "name": "Deploy",
                    "path": "/team/",
                    "trusts": [THERE, arn],
                    "external_id": "x-1",
                    "session_seconds": 7200,
                },
            ]
        )
        deploy, plain = Role.objects.all()
        assert deploy.arn == f"arn:aws:iam::{HERE}:role/team/Deploy"
        assert deploy.trusts == [f"arn:aws:iam::{THERE}:root", arn]
        assert (deploy.external_id, deploy.session_seconds) == ("x-1", 7200)
        assert (plain.path, plain.trusts, plain.session_seconds) == ("/", [], 3600)
        assert deploy.unique_id != plain.unique_id
        assert len(plain.unique_id) == 21


def assigned(**members):
    return {
        "users": [ANA],
        "permission_sets": [SET],
        "assignments": [{"permission_set": "Look", "accounts": [HERE], **members}],
    }


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"id": "d-1"}, "directories[0].id: d- and ten"),
        ({"account": "444455556666"}, "directories[0].account: not there: 444455556666"),
        ({"owner": HERE}, "directories[0]: not known here: owner"),
        ({"region": "mars"}, "directories[0].region: A region"),
        ({"region": ""}, "directories[0].region: "),
        ({"additional_regions": "eu-west-1"}, "directories[0].additional_regions: "),
        ({"additional_regions": ["mars"]}, "directories[0].additional_regions: A region"),
        ({"additional_regions": [1]}, "directories[0].additional_regions: A list of different"),
        ({"additional_regions": ["eu-west-1"] * 2}, "additional_regions: A list of different"),
        ({"additional_regions": ["us-east-1"]}, "additional_regions: Regions beside its own."),
        ({"subdomain": "Upper"}, "directories[0].subdomain: Lower-case"),
        ({"subdomain": "d-0123456789"}, "directories[0].subdomain: Lower-case"),
        ({"subdomain": "view"}, "directories[0].subdomain: Lower-case"),  # Builder ID has it
        ({"sign_in": {"mfa": "x"}}, "directories[0].sign_in.mfa: one of context-aware"),
        ({"sign_in": {"no_device": []}}, "sign_in.no_device: one of register"),
        ({"sign_in": {"apps": "no"}}, "directories[0].sign_in.apps: true or false"),
        ({"sign_in": {"apps": False, "passkeys": False}}, "sign_in.apps: One kind"),
        ({"sign_in": {"captcha": "never"}}, "sign_in: not known here: captcha"),
        ({"session_minutes": 14}, "directories[0].session_minutes: "),
        ({"session_minutes": "60"}, "directories[0].session_minutes: a whole number"),
        ({"disabling": "never"}, "directories[0].disabling: one of at-once, delayed"),
        ({"event_identity": 2025}, "directories[0].event_identity: one of 2025, legacy"),
        ({"users": [{"name": "ana"}]}, "users[0]: missing: email"),
        ({"users": [{**ANA, "name": "two words"}]}, "users[0].name: "),
        ({"users": [{**ANA, "email": "x"}]}, "users[0].email: "),
        ({"users": [{**ANA, "password": "a", "invited": True}]}, "only one of them: password, inv"),
        ({"users": [{**ANA, "password": "a" * 129}]}, "users[0].password: at most 128"),
        ({"users": [{**ANA, "one_time_password": "a" * 129}]}, "one_time_password: at most 128"),
        ({"users": [{**ANA, "one_time_password": 1}]}, "users[0].one_time_password: a text"),
        ({"users": [{**ANA, "enabled": 0}]}, "users[0].enabled: true or false"),
        ({"users": [{**ANA, "invited": "yes"}]}, "users[0].invited: true or false"),
        ({"users": [{**ANA, "devices": [{"name": str(n)} for n in range(3)]}]}, "at most 2"),
        ({"users": [{**ANA, "devices": [{"kind": "hardware"}]}]}, "devices[0].kind: totp"),
        ({"users": [ANA, {**BO, "name": "Ana"}]}, "directories[0]: twice there: user ana"),
        ({"users": [ANA, {**BO, "email": "ANA@example.com"}]}, "twice there: email ana@"),
        ({"groups": [{"name": ""}]}, "groups[0].name: "),
        ({"groups": [{"name": "A"}, {"name": "A"}]}, "twice there: group A"),
        ({"groups": [{"name": "A", "members": ["ana"]}]}, "groups[0].members[0]: not there: ana"),
        ({"groups": [{"name": "A", "members": [1]}]}, "groups[0].members[0]: a text"),
        (
            {"users": [ANA], "groups": [{"name": "A", "members": ["ana", "ana"]}]},
            "groups[0].members[1]: twice there: ana",
        ),
        ({"permission_sets": [{"name": "two words"}]}, "permission_sets[0].name: Up to 32"),
        ({"permission_sets": [{**SET, "session_minutes": 59}]}, "[0].session_minutes: "),
        ({"permission_sets": [SET, SET]}, "twice there: permission set Look"),
        ({"assignments": [{"permission_set": "Look"}]}, "assignments[0]: missing: accounts"),
        (
            {"assignments": [{"permission_set": "Look", "accounts": [HERE]}]},
            "assignments[0].permission_set: not there: Look",
        ),
        (assigned(users=["bo"]), "assignments[0].users[0]: not there: bo"),
        (assigned(groups=["A"]), "assignments[0].groups[0]: not there: A"),
        (assigned(accounts=["1"]), "assignments[0].accounts[0]: not there: 1"),
        (
            {
                **assigned(users=["ana"]),
                "assignments": assigned(users=["ana"])["assignments"] * 2,
            },
            f"twice there: assignment Look {HERE} user ana",
        ),
        ({"applications": [{"name": "A"}]}, "applications[0].start_url: "),
        (
            {"applications": [{"name": "A", "start_url": "javascript:alert(1)"}]},
            "applications[0].start_url: ",
        ),
        (
            {"applications": [{"name": "A", "start_url": "https://a.example.com/"}] * 2},
            "twice there: application A",
        ),
        ({"roles": [{"name": "two words"}]}, "accounts[0].roles[0].name: Up to 64"),
        ({"roles": [{"name": "A", "path": "a"}]}, "accounts[0].roles[0].path: "),
        ({"roles": [{"name": "A", "trusts": ["*"]}]}, "roles[0].trusts[0]: an account's ID"),
        ({"roles": [{"name": "A", "trusts": [1]}]}, "roles[0].trusts[0]: a text"),
        ({"roles": [{"name": "A", "session_seconds": 0}]}, "roles[0].session_seconds: "),
        ({"roles": [{"name": "A"}, {"name": "a"}]}, f"twice there: role {HERE} a"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_nothing_is_loaded(members, says):
    with pytest.raises(ScenarioInvalid) as refused:
        load(**members)
    assert says in str(refused.value.message)
    assert not Directory.objects.exists()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"id": "d-0123456789"}, "directories: twice there: directory d-0123456789"),
        ({"id": "d-aaaaaaaaaa", "subdomain": "team"}, "directories: twice there: subdomain team"),
    ],
)
def test_directories_have_ids_and_subdomains_of_their_own(other, says):
    with pytest.raises(ScenarioInvalid) as refused:
        load({"account": HERE, **other}, subdomain="team")
    assert says in str(refused.value.message)


class TestTheDemoScenario:
    @pytest.fixture(autouse=True)
    def _loaded(self, demo):
        pass

    def test_its_directory_has_its_people(self):
        directory = find_by_portal("example-corp")
        assert directory.id == "d-1234567890"
        assert user("jane_doe").check_password("Jane-portal-1")
        assert [device.name for device in devices.of(user("nikki_wolf"))] == ["authenticator"]
        assert user("new_hire").must_change_password
        assert not user("invited").has_usable_password()
        assert not user("disabled_user").profile.is_enabled

    def test_its_people_have_their_roles(self):
        jane = assignments.of(user("jane_doe")).values_list("permission_set__name", "account")
        assert sorted(jane) == [
            ("AdministratorAccess", "111122223333"),
            ("ReadOnlyAccess", "111122223333"),
            ("ReadOnlyAccess", "444455556666"),
        ]
        assert assignments.find(user("nikki_wolf"), "111122223333", "ReadOnlyAccess")
        names = user("jane_doe").applications.values_list("name", flat=True)
        assert list(names) == ["Example Echo", "Example Wiki"]

    def test_two_roles_of_the_sandbox_trust_the_other_account(self):
        own = Role.objects.filter(account="444455556666", permission_set=None)
        assert [role.name for role in own] == ["Audit", "Partner"]
        assert all(role.trusts == ["arn:aws:iam::111122223333:root"] for role in own)
        assert [bool(role.external_id) for role in own] == [False, True]
