"""Directories and their users by the control API, as a test suite uses it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import directory_users, passwords, verifications
from accounts.models import Directory, Principal
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.devices import named
from tests.directories import DESK_BROWSER, DIRECTORY, PASSWORD, make_directory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

USERS = f"/directories/{DIRECTORY}/users"
NEW = {"username": "new.user", "email": "new@example.com"}


@pytest.fixture
def directory(db):
    return make_directory(subdomain="example")


@pytest.fixture
def user(directory):
    return make_user(directory)


def stored(user):
    return Principal.objects.get(pk=user.pk)


def test_directories_are_listed_with_their_portals(control, user):
    status, listed = control("GET", "/directories")
    assert status == 200
    assert {
        "id": DIRECTORY,
        "account": "555500001111",
        "partition": "aws",
        "region": "us-east-1",
        "additional_regions": [],
        "instance_id": Directory.objects.get(pk=DIRECTORY).instance_id,
        "subdomain": "example",
        "portal": "http://example.awsapps.com.localhost:8000/start/",
        "users": 1,
    } in listed


def test_a_user_is_made_without_a_password_as_the_api_does(control, directory):
    status, told = control("POST", USERS, {**NEW, "display_name": "New User"})
    user = Principal.objects.get(pk=told["id"])
    assert status == 201
    assert told == {
        "id": user.pk,
        "directory": DIRECTORY,
        "username": "new.user",
        "user_id": user.profile.user_id,
        "email": "new@example.com",
        "display_name": "New User",
        "enabled": True,
        "has_own_password": False,
    }
    assert not user.has_usable_password()
    assert not Message.objects.exists()
    assert Event.objects.get().name == "CreateUser"


def test_a_given_password_is_the_user_s_own(control, directory):
    _, told = control("POST", USERS, {**NEW, "password": PASSWORD})
    assert told["has_own_password"]
    assert passwords.is_right(Principal.objects.get(pk=told["id"]), PASSWORD)
    assert PASSWORD not in str(told)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"username": "two words"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"username": "JANE_DOE"}, "taken"),
        ({"email": "no address"}, "email"),
        ({"email": "JANE_DOE@example.com"}, "e-mail address"),
        ({"display_name": "x" * 201}, "display_name"),
        ({"display_name": "a\x00b"}, "display_name"),
        ({"password": ""}, "password"),
        ({"kind": "operator"}, "kind"),
    ],
)
def test_a_user_that_can_not_be_is_refused(control, user, change, problem):
    status, told = control("POST", USERS, NEW | change)
    assert status == 422
    assert problem in told["error"]
    assert Principal.objects.filter(realm=DIRECTORY).get() == user


@pytest.mark.parametrize("name", ["d-0000000000", "example"])
def test_there_is_no_such_directory(control, directory, name):
    status, told = control("POST", f"/directories/{name}/users", NEW)
    assert status == 404
    assert "GET /control/v1/directories" in told["next"]


@pytest.mark.requirement("S-044")
def test_a_user_is_disabled_and_enabled(control, user):
    for act, is_enabled in [("disable", False), ("enable", True)]:
        status, told = control("POST", f"/principals/{user.pk}/{act}")
        assert (status, told["enabled"]) == (200, is_enabled)
        assert stored(user).profile.is_enabled is is_enabled


@pytest.mark.requirement("S-044")
def test_a_user_is_deleted(control, user):
    assert control("DELETE", f"/principals/{user.pk}") == (204, None)
    assert not Principal.objects.filter(pk=user.pk).exists()


def test_an_invitation_is_mailed(control, directory):
    user = make_user(directory, "invited", password=None)
    assert control("POST", f"/principals/{user.pk}/invitation") == (204, None)
    assert Message.objects.get().kind == "invitation"


def test_a_link_to_confirm_an_address_is_mailed_where_it_is_not_confirmed(control, user):
    path = f"/principals/{user.pk}/email-verification"
    assert control("POST", path) == (204, None)
    token = Message.objects.get(kind="email-verification").link.partition("token=")[2]
    verifications.confirm(token, browser=DESK_BROWSER)
    assert control("POST", path)[0] == 409


def test_a_one_time_password_is_told_once(control, user):
    clock.freeze()
    status, told = control("POST", f"/principals/{user.pk}/one-time-password")
    assert status == 200
    assert passwords.is_right(stored(user), told["password"])
    assert stored(user).must_change_password
    assert stored(user).profile.one_time_until == clock.now() + timedelta(days=7)


@pytest.mark.requirement("S-044")
def test_what_can_not_be_now_is_a_conflict(control, user):
    assert control("POST", f"/principals/{user.pk}/invitation")[0] == 409
    directory_users.disable(user, browser=DESK_BROWSER)
    for act in ("invitation", "one-time-password", "email-verification"):
        status, told = control("POST", f"/principals/{user.pk}/{act}")
        assert status == 409
        assert "disabled" in told["error"]


@pytest.mark.requirement("S-060")
def test_only_users_of_directories_are_managed_so(control, user):
    zhang = named("zhang")
    for principal_id in (zhang.pk, 10**9):
        for act in (
            "disable",
            "enable",
            "invitation",
            "one-time-password",
            "email-verification",
        ):
            assert control("POST", f"/principals/{principal_id}/{act}")[0] == 404
        assert control("DELETE", f"/principals/{principal_id}")[0] == 404


def test_users_are_among_the_principals_at_the_cost_of_one(control, directory, user):
    path = f"/principals?kind=directory-user&realm={DIRECTORY}"
    _, [told] = control("GET", path)
    assert (told["username"], told["account"]) == ("jane_doe", None)
    assert told["arn"].endswith(user.profile.user_id)
    counts = []
    for number in range(3):
        make_user(directory, f"user{number}")
        with CaptureQueriesContext(connection) as captured:
            control("GET", path)
        counts.append(len(captured))
    assert len(set(counts)) == 1


class TestSettings:
    def path(self, directory):
        return f"/directories/{directory.pk}/settings"

    def test_they_are_told_and_some_of_them_changed(self, control, directory):
        status, told = control("GET", self.path(directory))
        assert (status, told["mfa"], told["session_minutes"]) == (200, "context-aware", 480)
        chosen = {"mfa": "always-on", "no_device": "block", "session_minutes": 15, "apps": False}
        status, changed = control("PATCH", self.path(directory), chosen)
        assert (status, changed) == (200, {**told, **chosen})
        assert control("GET", self.path(directory))[1] == changed
        assert Event.objects.get().name == "PutMfaDeviceManagementForDirectory"

    @pytest.mark.parametrize("minutes", [15, 129_600])
    def test_sessions_of_programs_are_among_them(self, control, directory, minutes):
        _, told = control("GET", self.path(directory))
        assert (told["background_minutes"], told["extended_sessions"]) == (10_080, False)
        chosen = {"background_minutes": minutes, "extended_sessions": True}
        assert control("PATCH", self.path(directory), chosen) == (200, {**told, **chosen})
        directory.refresh_from_db()
        assert (directory.background_minutes, directory.extended_sessions) == (minutes, True)
        assert not Event.objects.exists()

    def test_what_is_not_about_devices_is_no_event(self, control, directory):
        control("PATCH", self.path(directory), {"code": "always", "disabling": "delayed"})
        assert not Event.objects.exists()

    @pytest.mark.requirement("S-040")
    @pytest.mark.parametrize(
        "sent",
        [
            {"session_minutes": 14},
            {"session_minutes": 129_601},
            {"background_minutes": 14},
            {"background_minutes": 129_601},
            {"background_minutes": "60"},
            {"extended_sessions": "yes"},
            {"mfa": "sometimes"},
            {"apps": False, "passkeys": False},
            {"apps": "no"},
            {"colour": "red"},
        ],
    )
    def test_what_can_not_be_changes_nothing(self, control, directory, sent):
        before = control("GET", self.path(directory))[1]
        status, refused = control("PATCH", self.path(directory), {"code": "always", **sent})
        assert status == 422
        assert refused["error"]
        assert control("GET", self.path(directory))[1] == before

    def test_a_directory_that_is_not_there_has_none(self, control, directory):
        assert control("GET", "/directories/d-0000000000/settings")[0] == 404
        assert control("PATCH", "/directories/d-0000000000/settings", {})[0] == 404
