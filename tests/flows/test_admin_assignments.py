"""Sessions, groups and assignments of a directory, as the operator's pages show and change them."""

import re

import pytest

from accounts import applications, directory_users, roles
from accounts.models import (
    Account,
    Application,
    Assignment,
    Directory,
    Group,
    PermissionSet,
    Principal,
    Role,
)
from tests.directories import DESK_BROWSER, DIRECTORY, make_directory, make_user
from tests.flows.admin_directory_walks import OTHER, confirm, names_of_events, sign_in
from tests.flows.admin_walks import act, page
from tests.walks import EXAMPLE_CORP

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_directories(demo):
    """Take away the directory that the scenario has, with its people and all roles."""
    Principal.objects.filter(kind=Principal.Kind.DIRECTORY_USER).delete()
    Directory.objects.all().delete()
    Role.objects.all().delete()


@pytest.fixture
def directory(no_directories):
    return make_directory(account=Account.objects.get(pk=EXAMPLE_CORP))


@pytest.fixture
def user(directory):
    names = {"given_name": "Jane", "family_name": "Doe", "display_name": "Jane Doe"}
    return make_user(directory, **names)


@pytest.mark.requirement("S-060")
class TestSessions:
    def test_ending_one_at_the_portal_leaves_the_role_at_the_console(self, operator, user):
        role = role_of(user.profile.directory)
        portal, console = sign_in(user), sign_in(user, role=role)
        assert role.name in operator.visit(page("session/")).words
        act(operator, "session/", "end", portal.pk)
        for session in (portal, portal.parent, console):
            session.refresh_from_db()
        assert portal.ended_at is not None
        assert portal.parent.ended_at is not None
        assert console.ended_at is None
        assert names_of_events()[-1] == "BatchDeleteSession"

    def test_the_page_of_a_user_leads_to_sessions_and_devices(self, operator, user):
        operator.visit(page(f"directoryuser/{user.pk}/change/"))
        for name in ("sessions", "devices"):
            [link] = re.findall(rf'href="([^"]*)" id="{name}"', operator.text)
            assert f"principal={user.pk}" in link


class TestGroups:
    def test_members_are_of_the_same_directory_and_enabled(self, operator, directory, user):
        disabled = make_user(directory, "disabled")
        directory_users.disable(disabled, browser=DESK_BROWSER)
        stranger = make_user(make_directory(OTHER), "stranger")
        operator.visit(page("group/add/"))
        assert 'name="members"' not in operator.text
        operator.submit("group_form", directory=DIRECTORY, name="Everybody")
        group = Group.objects.get()
        for member, problem in [(stranger, "Select a valid choice"), (disabled, "is disabled")]:
            operator.visit(page(f"group/{group.pk}/change/"))
            operator.submit("group_form", members=[user.pk, member.pk])
            assert problem in operator.words
            assert not group.members.exists()
        operator.visit(page(f"group/{group.pk}/change/"))
        operator.submit("group_form", members=[user.pk])
        assert group.members.get() == user

    def test_a_deleted_group_takes_the_roles_that_were_its_alone(self, operator, directory):
        group = Group.objects.create(directory=directory, name="Everybody")
        wanted = PermissionSet.objects.create(directory=directory, name="Audit")
        assign(operator, wanted, group=group.pk)
        assert Role.objects.exists()
        confirm(operator.visit(page(f"group/{group.pk}/delete/")))
        assert not Role.objects.exists()


class TestAssignments:
    @pytest.mark.requirement("S-040")
    @pytest.mark.parametrize("minutes", ["59", "60", "720", "721"])
    def test_a_permission_set_lasts_one_hour_to_twelve(self, operator, directory, minutes):
        operator.visit(page("permissionset/add/"))
        fields = {"directory": DIRECTORY, "name": "Audit", "session_minutes": minutes}
        operator.submit("permissionset_form", **fields)
        assert PermissionSet.objects.exists() is (minutes in {"60", "720"})

    def test_an_assignment_makes_the_role_and_the_last_takes_it(self, operator, directory, user):
        wanted = PermissionSet.objects.create(directory=directory, name="Audit")
        group = Group.objects.create(directory=directory, name="Everybody")
        assign(operator, wanted, user=user.pk)
        assign(operator, wanted, group=group.pk)
        role = Role.objects.get()
        assert (role.account_id, role.permission_set) == (EXAMPLE_CORP, wanted)
        first, second = Assignment.objects.order_by("id")
        confirm(operator.visit(page(f"assignment/{first.pk}/delete/")))
        assert Role.objects.get() == role
        confirm(act(operator, "assignment/", "delete_selected", second.pk))
        assert not Role.objects.exists()

    def test_it_is_a_user_s_or_a_group_s(self, operator, directory, user):
        wanted = PermissionSet.objects.create(directory=directory, name="Audit")
        group = Group.objects.create(directory=directory, name="Everybody")
        for both in ({}, {"user": user.pk, "group": group.pk}):
            assign(operator, wanted, **both)
            assert "Choose either a user or a group" in operator.words
        assert not Assignment.objects.exists()

    def test_nobody_of_another_directory_is_assigned(self, operator, directory):
        wanted = PermissionSet.objects.create(directory=directory, name="Audit")
        other = make_directory(OTHER)
        group = Group.objects.create(directory=other, name="Everybody")
        assign(operator, wanted, user=make_user(other).pk)
        assert "The user is of another directory" in operator.words
        assign(operator, wanted, group=group.pk)
        assert "The group is of another directory" in operator.words
        assert not Role.objects.exists()

    def test_an_application_is_given_to_users_of_its_directory(self, operator, directory, user):
        stranger = make_user(make_directory(OTHER), "stranger")
        operator.visit(page("application/add/"))
        saml = {"subject": "${user:email}", "name_id_format": "emailAddress"}
        fields = {"directory": DIRECTORY, "name": "Wiki", **saml}
        operator.submit("application_form", **fields, start_url="javascript:alert(1)")
        assert not Application.objects.exists()
        operator.submit("application_form", **fields, start_url="https://wiki.example.com/")
        application = Application.objects.get()
        change = page(f"application/{application.pk}/change/")
        operator.visit(change).submit("application_form", **saml, users=[stranger.pk])
        assert not application.users.exists()
        operator.visit(change).submit("application_form", **saml, users=[user.pk])
        assert application.users.get() == user

    def test_a_saml_application_is_told_the_portal_s_addresses(self, operator, directory):
        saml = {"subject": "${user:email}", "name_id_format": "persistent"}
        fields = {"directory": DIRECTORY, "name": "Board", **saml}
        acs = {"acs_url": "https://board.example.com/acs", "audience": "board"}
        operator.visit(page("application/add/"))
        for wrong in (
            {"acs_url": "https://board.example.com/acs"},
            {**acs, "attributes": "{"},
            {**acs, "attributes": "[]"},
            {**acs, "attributes": '{"a": "${user:password}"}'},
            {**acs, "session_minutes": "14"},
        ):
            operator.submit("application_form", **fields, **wrong)
            assert not Application.objects.exists(), wrong
            operator.visit(page("application/add/"))
        operator.submit("application_form", **fields, **acs, attributes="")
        board = Application.objects.get()
        assert (board.attributes, board.is_enabled) == ({}, True)
        operator.visit(page(f"application/{board.pk}/change/"))
        for service in ("metadata", "assertion", "logout"):
            assert applications.saml_url(board, service) in operator.text
        operator.submit("application_form", **saml, attributes='{"mail": "${user:email}"}')
        assert Application.objects.get().attributes == {"mail": "${user:email}"}


def assign(operator, permission_set, **who):
    operator.visit(page("assignment/add/"))
    fields = {"permission_set": permission_set.pk, "account": EXAMPLE_CORP}
    return operator.submit("assignment_form", **fields, **who)


def role_of(directory):
    wanted = PermissionSet.objects.create(directory=directory, name="Audit")
    return roles.provision(wanted, directory.account)
