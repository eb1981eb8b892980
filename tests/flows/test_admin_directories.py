"""The operator looks after directories, their users and what they may work as."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from accounts import directory_users, passwords
from accounts.models import (
    Account,
    Directory,
    Group,
    Principal,
    Role,
)
from signin.events.models import Event
from signin.mailbox.models import Message
from tests.directories import DESK_BROWSER, DIRECTORY, make_directory, make_user
from tests.flows.admin_directory_walks import (
    OTHER,
    confirm,
    connect,
    names_of_events,
    queries_of,
    sign_in,
)
from tests.flows.admin_walks import act, csrf, page
from tests.walks import EXAMPLE_CORP

pytestmark = pytest.mark.django_db

NEW_USER = {
    "directory": DIRECTORY,
    "username": "new.user",
    "email": "new@example.com",
    "email_again": "New@example.com",
    "given_name": "New",
    "family_name": "User",
    "display_name": "New User",
    "way": "invitation",
}


# What the page's lists have chosen; the little browser reads no lists.
CHOSEN = {
    "identity_source": "directory",
    "mfa_mode": "context-aware",
    "no_device_mode": "register",
    "email_code_mode": "never",
    "disabling_mode": "at-once",
    "event_identity": "2025",
}


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


def add_user(operator, **fields):
    operator.visit(page("directoryuser/add/"))
    return operator.submit("directoryuser_form", **(NEW_USER | fields))


def open_access(operator, user):
    return operator.visit(page(f"directoryuser/{user.pk}/access/"))


def made_up(operator):
    found = re.search(r'id="made-up-password">([^\n]+)</code>', operator.text)
    return found and found[1]


def new_user():
    return Principal.objects.get(folded="new.user")


class TestDirectories:
    def test_a_new_one_has_a_proposed_id_and_a_link_to_its_portal(self, operator):
        operator.visit(page("directory/add/"))
        [proposed] = re.findall(r'name="id" value="(d-[a-z0-9]{10})"', operator.text)
        operator.submit("directory_form", **CHOSEN, account=EXAMPLE_CORP)
        operator.visit(page(f"directory/{proposed}/change/"))
        assert f"http://{proposed}.awsapps.com.localhost:8000/start/" in operator.text
        assert Directory.objects.get().account_id == EXAMPLE_CORP

    @pytest.mark.requirement("R-045")
    def test_a_subdomain_is_set_once_for_good(self, operator, directory):
        change = page(f"directory/{directory.pk}/change/")
        operator.visit(change).submit("directory_form", **CHOSEN, subdomain="example")
        operator.visit(change)
        assert 'name="subdomain"' not in operator.text
        operator.submit(
            "directory_form", **CHOSEN, subdomain="other", region="eu-central-1", id=OTHER
        )
        directory.refresh_from_db()
        assert (directory.subdomain, directory.region) == ("example", "us-east-1")

    @pytest.mark.requirement("S-040")
    @pytest.mark.parametrize(
        ("minutes", "is_kept"),
        [("14", False), ("15", True), ("129600", True), ("129601", False), ("-1", False)],
    )
    def test_a_session_lasts_15_minutes_to_90_days(self, operator, directory, minutes, is_kept):
        operator.visit(page(f"directory/{directory.pk}/change/"))
        operator.submit("directory_form", **CHOSEN, session_minutes=minutes)
        directory.refresh_from_db()
        assert (directory.session_minutes == int(minutes)) is is_kept

    @pytest.mark.requirement("S-040")
    @pytest.mark.parametrize(
        ("minutes", "is_kept"), [("14", False), ("15", True), ("129600", True), ("129601", False)]
    )
    def test_so_does_a_background_session(self, operator, directory, minutes, is_kept):
        operator.visit(page(f"directory/{directory.pk}/change/"))
        operator.submit("directory_form", **CHOSEN, background_minutes=minutes)
        directory.refresh_from_db()
        assert directory.background_minutes == (int(minutes) if is_kept else 10_080)

    def test_extended_sessions_are_turned_on_and_off(self, operator, directory):
        change = page(f"directory/{directory.pk}/change/")
        for chosen, is_on in (("on", True), (None, False)):
            operator.visit(change)
            operator.submit("directory_form", **CHOSEN, extended_sessions=chosen)
            directory.refresh_from_db()
            assert directory.extended_sessions is is_on
        assert names_of_events() == []

    def test_other_rules_of_second_factors_are_recorded(self, operator, directory):
        change = page(f"directory/{directory.pk}/change/")
        operator.visit(change).submit("directory_form", **CHOSEN, session_minutes="60")
        assert names_of_events() == []
        operator.visit(change).submit("directory_form", **CHOSEN, allows_apps=None)
        [event] = [each.document for each in Event.objects.all()]
        assert event["eventName"] == "PutMfaDeviceManagementForDirectory"
        assert event["requestParameters"]["allowedMfaTypes"] == ["WEBAUTHN"]
        operator.visit(change).submit("directory_form", **CHOSEN, allows_passkeys=None)
        assert "One kind of device has to be possible" in operator.words

    @pytest.mark.requirement("R-031")
    def test_an_active_directory_has_a_domain_and_no_other_source_has(self, operator, directory):
        def save(source, domain):
            operator.visit(page(f"directory/{directory.pk}/change/"))
            chosen = CHOSEN | {"identity_source": source}
            operator.submit("directory_form", **chosen, domain=domain)
            directory.refresh_from_db()
            return directory.identity_source, directory.domain

        assert save("managed-ad", "") == ("directory", "")
        assert save("directory", "corp.example.com") == ("directory", "")
        assert save("managed-ad", "not a domain") == ("directory", "")
        for source in ("managed-ad", "ad-connector"):
            assert save(source, "corp.example.com") == (source, "corp.example.com")

    def test_one_is_deleted_with_its_users_and_so_is_an_account(self, operator, directory, user):
        confirm(operator.visit(page(f"directory/{directory.pk}/delete/")))
        assert not Principal.objects.filter(pk=user.pk).exists()
        other = make_user(make_directory(OTHER, account=directory.account))
        confirm(act(operator, "account/", "delete_selected", EXAMPLE_CORP))
        assert not Account.objects.filter(pk=EXAMPLE_CORP).exists()
        assert not Principal.objects.filter(pk=other.pk).exists()


class TestNewUsers:
    @pytest.mark.requirement("R-034", "R-043")
    def test_one_is_invited_by_mail(self, operator, directory):
        add_user(operator)
        assert "was added successfully" in operator.words
        mail = Message.objects.get()
        assert (mail.kind, mail.recipient) == ("invitation", "new@example.com")
        assert new_user().profile.shown_name == "New User"
        event = Event.objects.get(name="CreateUser").document
        assert event["recipientAccountId"] == EXAMPLE_CORP

    @pytest.mark.requirement("R-043", "S-007")
    def test_a_one_time_password_is_shown_in_the_answer_and_nowhere_else(self, operator, directory):
        add_user(operator, way="one-time")
        password = made_up(operator)
        assert passwords.is_right(new_user(), password)
        assert new_user().must_change_password
        assert not Message.objects.exists()
        assert made_up(open_access(operator, new_user())) is None
        operator.visit(page(f"directoryuser/{new_user().pk}/change/"))
        assert password not in operator.text
        assert password not in str(list(LogEntry.objects.values()))

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"username": "JANE_DOE"}, "This name is taken"),
            ({"username": "two words"}, "without blanks"),
            ({"username": "AWSAdministrators"}, "are taken"),
            ({"email": "Jane_Doe@example.com", "email_again": "Jane_Doe@example.com"}, "Another"),
            ({"email_again": "other@example.com"}, "not the same as the address above"),
            ({"email": "no address", "email_again": "no address"}, "valid email"),
            ({"given_name": ""}, "This field is required"),
            ({"way": "magic"}, "not one of the available choices"),
            ({"directory": OTHER}, "Select a valid choice"),
        ],
    )
    def test_one_that_can_not_be_is_refused(self, operator, user, fields, problem):
        add_user(operator, **fields)
        assert problem in operator.words
        assert Principal.objects.filter(kind="directory-user").get() == user
        assert not Message.objects.exists()

    @pytest.mark.requirement("S-059")
    def test_the_form_chooses_no_kind(self, operator, directory):
        add_user(operator, kind="operator", realm="", is_staff="on", user_id="x")
        user = new_user()
        assert (user.kind, user.realm) == ("directory-user", DIRECTORY)

    @pytest.mark.requirement("R-031")
    def test_of_a_connected_directory_none_gets_a_password_here(self, operator, directory):
        connect(directory)
        for way in ("invitation", "one-time"):
            add_user(operator, way=way)
            assert "changed there only" in operator.words
        add_user(operator, way="none")
        assert not new_user().has_usable_password()
        assert not Message.objects.exists()


class TestUsers:
    @pytest.mark.requirement("R-031")
    def test_the_passwords_of_a_connected_directory_are_left_alone(self, operator, directory, user):
        connect(directory)
        for wanted in ("one-time-password", "mail-reset", "invite"):
            path = page(f"directoryuser/{user.pk}/access/")
            operator.post(path, {"act": wanted, **csrf(open_access(operator, user))})
            assert "changed there only" in operator.words
        assert 'id="one-time-password-form"' not in open_access(operator, user).text
        user.refresh_from_db()
        assert passwords.is_right(user, "Quiet-Harbour-41")

    def test_details_are_changed_and_recorded_but_not_the_name(self, operator, user):
        operator.visit(page(f"directoryuser/{user.pk}/change/"))
        operator.submit("directoryuser_form", display_name="J. Doe", username="other")
        user = Principal.objects.get(pk=user.pk)
        assert (user.profile.display_name, user.username) == ("J. Doe", "jane_doe")
        assert names_of_events()[-1] == "UpdateUser"

    def test_another_address_is_the_user_s_alone_and_to_be_verified(self, operator, user):
        make_user(user.profile.directory, "other")
        user.profile.email_verified_at = user.created_at
        user.profile.save()
        change = page(f"directoryuser/{user.pk}/change/")
        operator.visit(change).submit("directoryuser_form", email="OTHER@example.com")
        assert "Another user of the directory has this e-mail address" in operator.words
        operator.visit(change).submit("directoryuser_form", email="jane@example.com")
        user.profile.refresh_from_db()
        assert user.profile.email == "jane@example.com"
        assert user.profile.email_verified_at is None

    @pytest.mark.requirement("S-029")
    def test_a_one_time_password_is_given_once_shown_and_signs_out(self, operator, user):
        session = sign_in(user)
        open_access(operator, user).submit("one-time-password-form", button="act=one-time-password")
        user.refresh_from_db()
        assert passwords.is_right(user, made_up(operator))
        session.refresh_from_db()
        assert session.ended_at is not None

    def test_a_link_for_a_new_password_is_mailed(self, operator, user):
        open_access(operator, user).submit("mail-reset-form", button="act=mail-reset")
        assert Message.objects.get().kind == "portal-password-reset"
        assert "went to jane_doe" in operator.words

    def test_an_invitation_is_mailed_again_until_it_is_accepted(self, operator, directory, user):
        invited = make_user(directory, "invited", password=None)
        open_access(operator, invited).submit("invitation-form", button="act=invite")
        assert Message.objects.get().kind == "invitation"
        assert "invitation-form" not in open_access(operator, user).text
        act(operator, "directoryuser/", "invite", user.pk)
        assert "has a password already" in operator.words
        assert Message.objects.count() == 1

    @pytest.mark.requirement("S-044")
    def test_a_disabled_user_is_signed_out_and_can_only_be_enabled(self, operator, user):
        session = sign_in(user)
        open_access(operator, user).submit("disable-form", button="act=disable")
        session.refresh_from_db()
        assert session.ended_at is not None
        change = page(f"directoryuser/{user.pk}/change/")
        assert 'name="email"' not in operator.visit(change).text
        assert operator.post(change, {**csrf(operator), "email": "x@example.com"}).status == 403
        for name in ("one-time-password", "mail-reset", "invite"):
            open_access(operator, user).submit("enable-form", button=f"act={name}", act=name)
            assert "This user is disabled" in operator.words
        open_access(operator, user).submit("enable-form", button="act=enable")
        user.profile.refresh_from_db()
        assert user.profile.is_enabled
        assert names_of_events() == ["CreateUser", "DisableUser", "EnableUser"]

    @pytest.mark.requirement("S-044")
    def test_many_are_disabled_and_enabled_in_the_list(self, operator, directory, user):
        other = make_user(directory, "other")
        for name, is_enabled in [("disable", False), ("enable", True)]:
            act(operator, "directoryuser/", name, user.pk, other.pk)
            for each in (user, other):
                each.profile.refresh_from_db()
                assert each.profile.is_enabled is is_enabled

    @pytest.mark.requirement("S-044")
    def test_a_deleted_user_is_gone_and_recorded(self, operator, user):
        confirm(operator.visit(page(f"directoryuser/{user.pk}/delete/")))
        assert not Principal.objects.filter(pk=user.pk).exists()
        assert names_of_events()[-1] == "DeleteUser"

    def test_the_list_is_filtered_and_searched(self, operator, directory, user):
        other = make_user(make_directory(OTHER), "other")
        directory_users.disable(other, browser=DESK_BROWSER)
        for query in (
            f"profile__directory__id__exact={DIRECTORY}",
            "profile__is_enabled__exact=1",
            "q=Jane_Doe@example.com",
            f"q={DIRECTORY}",
        ):
            operator.visit(page(f"directoryuser/?{query}"))
            assert "jane_doe" in operator.words, query
            assert f"/{other.pk}/change/" not in operator.text, query

    def test_the_lists_take_as_many_queries_for_many_as_for_few(self, operator, directory, user):
        lists = ["directoryuser/", "directory/", "group/", "session/"]
        before = [queries_of(operator, each) for each in lists]
        for number in range(5):
            other = make_user(directory, f"user{number}")
            sign_in(other)
            Group.objects.create(directory=directory, name=f"g{number}").members.add(other)
        assert [queries_of(operator, each) for each in lists] == before
