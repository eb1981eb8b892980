"""What an administrator does to the users of a directory, and what it ends."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts import (
    browsers,
    directory_emails,
    directory_users,
    invitations,
    passwords,
    recovery,
    roles,
    sessions,
)
from accounts.directory_users import Person, Way
from accounts.errors import LinkOver, UserDisabled
from accounts.models import (
    Assignment,
    Directory,
    KnownBrowser,
    PasswordRecovery,
    PermissionSet,
    Principal,
    Role,
    Session,
    TemporaryCredentials,
)
from signin.events.models import Event
from signin.kernel import clock, entropy
from signin.mailbox.models import Message
from signin.oidc import tokens
from signin.oidc.errors import InvalidGrant
from tests.directories import (
    DESK_BROWSER,
    PASSWORD,
    is_right,
    make_account,
    make_directory,
    make_user,
)
from tests.unit.programs import program

pytestmark = pytest.mark.django_db

Mode = Directory.DisablingMode
USER = Principal.Kind.DIRECTORY_USER


@pytest.fixture
def directory(db):
    return make_directory()


@pytest.fixture
def user(directory):
    return make_user(directory)


def add(directory, way=Way.INVITATION, **fields):
    person = Person(**({"username": "new.user", "email": "new@example.com"} | fields))
    return directory_users.create(directory, person, way=way, browser=DESK_BROWSER)


def recorded():
    return list(Event.objects.order_by("id").values_list("name", flat=True))


def reset_token():
    return Message.objects.filter(kind="portal-password-reset").latest("id").link.split("=")[1]


def permission_set(directory, name="Audit"):
    return PermissionSet.objects.create(directory=directory, name=name)


def signed_in(user, *, role=None, lifetime=timedelta(days=30)):
    """Sign a user in, at the portal or as a role at the console; return the key there."""
    door = sessions.CONSOLE if role else sessions.PORTAL
    opened = sessions.open_for(
        user,
        browser=DESK_BROWSER,
        factors=["password"],
        host="the.host",
        challenge=sessions.challenge_of("v"),
        door=door,
        lifetime=lifetime,
        role=role,
    )
    return sessions.accept(opened.code, host="the.host", verifier="v")


def session_of(key, door=sessions.PORTAL):
    return sessions.find(key, door=door, host="the.host")


def credentials(user, role):
    return TemporaryCredentials.objects.create(
        access_key_id="ASIAEXAMPLE000000001",
        sealed_secret="x",
        token_digest=entropy.digest("x"),
        principal=user,
        role=role,
        session_name=user.username,
        issued_at=clock.now(),
        expires_at=clock.now() + timedelta(days=2),
    )


@pytest.mark.requirement("R-043", "R-034")
def test_a_new_user_is_invited_by_mail(directory):
    user, one_time = add(directory)
    assert one_time == ""
    assert not user.has_usable_password()
    assert Message.objects.get().kind == "invitation"
    assert recorded() == ["CreateUser"]
    event = Event.objects.get().document
    assert event["eventSource"] == "sso-directory.amazonaws.com"
    assert event["recipientAccountId"] == directory.account_id
    assert event["requestParameters"]["userId"] == user.profile.user_id


@pytest.mark.requirement("R-043")
def test_a_new_user_gets_a_one_time_password_that_is_told_once(directory):
    clock.freeze()
    user, one_time = add(directory, Way.ONE_TIME)
    assert is_right(user, one_time)
    user.profile.refresh_from_db()
    assert user.must_change_password
    assert user.profile.one_time_until == clock.now() + timedelta(days=7)
    assert not Message.objects.exists()
    assert one_time not in str([each.document for each in Event.objects.all()])


def test_a_user_made_by_the_api_has_no_password_and_gets_no_mail(directory):
    user, one_time = add(directory, Way.NONE)
    assert (one_time, user.has_usable_password()) == ("", False)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": "Jane_Doe"}, None),
        ({"username": "two words"}, "username"),
        ({"username": "administrator"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "x" * 129}, "username"),
        ({"email": "JANE_DOE@example.com"}, None),
        ({"email": "no address"}, "email"),
        ({"given_name": "x" * 101}, "given_name"),
    ],
)
def test_a_user_that_can_not_be_is_refused(directory, user, fields, field):
    with pytest.raises(ValidationError) as refused:
        add(directory, **fields)
    assert field is None or field in refused.value.message_dict
    assert Principal.objects.filter(kind=USER).count() == 1


def test_names_and_addresses_are_free_in_another_directory(directory, user):
    other = make_directory("d-1111111111")
    add(other, username=user.username, email=user.profile.email)
    assert Principal.objects.filter(folded=user.folded).count() == 2


def test_a_password_of_one_s_own_ends_a_one_time_password(user):
    directory_users.give_one_time_password(user, browser=DESK_BROWSER)
    user = Principal.objects.get(pk=user.pk)
    passwords.change(user, to="Another-Harbour-42")
    user = Principal.objects.get(pk=user.pk)
    assert user.profile.one_time_until is None
    assert not user.must_change_password


@pytest.mark.requirement("S-029")
def test_a_one_time_password_ends_sessions_and_the_old_password(user):
    key = signed_in(user)
    browsers.remember(user, DESK_BROWSER)
    given = directory_users.give_one_time_password(user, browser=DESK_BROWSER)
    assert session_of(key) is None
    assert not KnownBrowser.objects.exists()
    assert is_right(user, given)
    assert not is_right(user, PASSWORD)
    assert recorded()[-1] == "UpdatePassword"


@pytest.mark.requirement("S-044")
def test_disabling_ends_everything_at_once(directory, user):
    role = roles.provision(permission_set(directory), make_account("555500002222"))
    portal, console = signed_in(user), signed_in(user, role=role)
    keys = credentials(user, role)
    browsers.remember(user, DESK_BROWSER)
    directory_users.disable(user, browser=DESK_BROWSER)
    assert session_of(portal) is None
    assert session_of(console, sessions.CONSOLE) is None
    keys.refresh_from_db()
    assert keys.revoked_at is not None
    assert not KnownBrowser.objects.exists()
    assert recorded()[-1] == "DisableUser"


@pytest.mark.requirement("S-044")
def test_delayed_disabling_ends_the_portal_within_an_hour_and_roles_within_thirteen(user):
    clock.freeze()
    now, directory = clock.now(), user.profile.directory
    directory.disabling_mode = Mode.DELAYED
    directory.save()
    role = roles.provision(permission_set(directory), make_account("555500002222"))
    portal, console = signed_in(user), signed_in(user, role=role)
    short = signed_in(user, lifetime=timedelta(minutes=20))
    keys = credentials(user, role)
    directory_users.disable(user, browser=DESK_BROWSER)
    assert session_of(portal).expires_at == now + timedelta(hours=1)
    assert session_of(portal).parent.expires_at == now + timedelta(hours=1)
    assert session_of(short).expires_at == now + timedelta(minutes=20)
    at_console = session_of(console, sessions.CONSOLE)
    assert at_console.expires_at == now + timedelta(hours=13)
    keys.refresh_from_db()
    assert (keys.revoked_at, keys.expires_at) == (None, now + timedelta(hours=13))


@pytest.mark.requirement("S-044")
def test_what_was_offered_is_not_taken_over_by_somebody_disabled(user):
    user.profile.directory.disabling_mode = Mode.DELAYED
    opened = sessions.open_for(
        user,
        browser=DESK_BROWSER,
        factors=[],
        host="the.host",
        challenge=sessions.challenge_of("v"),
        door=sessions.PORTAL,
    )
    directory_users.disable(user, browser=DESK_BROWSER)
    assert sessions.accept(opened.code, host="the.host", verifier="v") is None


def test_disabling_and_enabling_are_recorded_once(user):
    for _ in range(2):
        directory_users.disable(user, browser=DESK_BROWSER)
    for _ in range(2):
        directory_users.enable(user, browser=DESK_BROWSER)
    assert recorded() == ["CreateUser", "DisableUser", "EnableUser"]
    assert is_right(user, PASSWORD)


@pytest.mark.requirement("S-044")
def test_a_disabled_user_is_not_reset(user):
    directory_users.disable(user, browser=DESK_BROWSER)
    for refused in (
        directory_users.mail_reset,
        directory_users.give_one_time_password,
        directory_users.invite,
    ):
        with pytest.raises(UserDisabled):
            refused(user, browser=DESK_BROWSER)
    assert recorded() == ["CreateUser", "DisableUser"]
    assert not Message.objects.exists()


def test_ending_sessions_leaves_roles_at_the_console(directory, user):
    role = roles.provision(permission_set(directory), make_account("555500002222"))
    portal, console = signed_in(user), signed_in(user, role=role)
    assert directory_users.end_sessions(user, browser=DESK_BROWSER) == 2
    assert session_of(portal) is None
    assert session_of(console, sessions.CONSOLE) is not None
    assert recorded()[-1] == "BatchDeleteSession"


@pytest.mark.requirement("S-043")
def test_ending_sessions_ends_tokens_of_programs_and_the_trust_in_browsers():
    waiting = program()
    given = waiting.redeem(waiting.approved())
    browsers.remember(waiting.user, DESK_BROWSER)
    assert tokens.find(given.access_token)
    directory_users.end_sessions(waiting.user, browser=DESK_BROWSER)
    assert not waiting.user.known_browsers.exists()
    assert tokens.find(given.access_token) is None
    with pytest.raises(InvalidGrant):
        waiting.refresh(given.refresh_token)


def test_a_deleted_user_takes_sessions_and_the_roles_that_were_theirs_alone(directory, user):
    account, other = make_account("555500002222"), make_user(directory, "other")
    shared, own = permission_set(directory), permission_set(directory, "Own")
    for who, what in [(user, shared), (other, shared), (user, own)]:
        Assignment.objects.create(permission_set=what, account=account, user=who)
        roles.provision(what, account)
    signed_in(user)
    user_id = user.profile.user_id
    directory_users.delete(user, browser=DESK_BROWSER)
    assert not Session.objects.exists()
    assert [role.permission_set for role in Role.objects.all()] == [shared]
    event = Event.objects.get(name="DeleteUser").document
    assert event["requestParameters"]["userId"] == user_id


@pytest.mark.requirement("R-035", "R-091", "S-057")
def test_all_mails_come_from_one_of_two_addresses_and_carry_what_they_are_for(user):
    ends = clock.now()
    directory_emails.portal_code(user, code="042187", expires_at=ends)
    directory_emails.one_time_password(user, code="k~9Vb2[<&>", expires_at=ends).send()
    directory_emails.portal_password_changed(user)
    recovery.send_to(user)
    invitations.send(make_user(user.profile.directory, "invited", password=None))
    mails = {mail.kind: mail for mail in Message.objects.all()}
    assert {mail.sender for mail in mails.values()} == {
        "no-reply@signin.aws.localhost",
        "no-reply@login.awsapps.com.localhost",
    }
    assert (mails["portal-code"].code, mails["portal-code"].link) == ("042187", "")
    assert "k~9Vb2[<&>" in mails["one-time-password"].text
    assert "k~9Vb2[&lt;&amp;&gt;" in mails["one-time-password"].html
    assert (mails["portal-password-changed"].code, mails["portal-password-changed"].link) == (
        "",
        "",
    )
    for kind in ("portal-password-reset", "invitation"):
        assert "?token=" in mails[kind].link


class TestTheForgottenPassword:
    @pytest.mark.requirement("R-035", "S-024", "S-025")
    def test_a_mailed_link_sets_it_and_the_user_is_told(self, user):
        key = signed_in(user)
        recovery.request_for(user, user.profile.directory, "Jane_Doe", browser=DESK_BROWSER)
        mail = Message.objects.get()
        assert mail.sender == "no-reply@signin.aws.localhost"
        assert mail.link.startswith(
            "http://us-east-1.signin.aws.localhost:8000/platform/reset?token="
        )
        assert recovery.find(reset_token(), USER) == user
        recovery.complete(reset_token(), "Another-Harbour-42", kind=user.kind, browser=DESK_BROWSER)
        assert is_right(user, "Another-Harbour-42")
        assert session_of(key) is None
        assert Message.objects.latest("id").kind == "portal-password-changed"
        assert recorded()[-1] == "UpdatePassword"
        assert recovery.find(reset_token(), USER) is None

    @pytest.mark.requirement("S-025")
    def test_it_is_worth_nothing_for_a_root_user(self, user):
        recovery.send_to(user)
        assert recovery.find(reset_token()) is None
        with pytest.raises(LinkOver):
            recovery.complete(reset_token(), "Another-Harbour-42", browser=DESK_BROWSER)
        assert PasswordRecovery.objects.get().consumed_at is None

    @pytest.mark.requirement("S-025")
    @pytest.mark.usefixtures("demo")
    def test_a_root_user_s_link_is_worth_nothing_for_a_user(self):
        recovery.request("mailed@example.com", browser=DESK_BROWSER)
        token = Message.objects.get().link.split("=")[1]
        assert recovery.find(token, USER) is None
        with pytest.raises(LinkOver):
            recovery.complete(token, "Another-Harbour-42", kind=USER, browser=DESK_BROWSER)
        assert recovery.find(token) is not None

    @pytest.mark.requirement("S-016", "S-017", "S-044")
    def test_nobody_and_somebody_disabled_get_none(self, directory, user):
        directory_users.disable(user, browser=DESK_BROWSER)
        recovery.request_for(user, directory, user.username, browser=DESK_BROWSER)
        recovery.request_for(None, directory, "nobody", browser=DESK_BROWSER)
        assert not Message.objects.exists()
        assert not PasswordRecovery.objects.exists()

    @pytest.mark.requirement("S-019")
    def test_one_user_gets_ten_mails_in_ten_minutes(self, directory, user):
        for _ in range(11):
            recovery.request_for(user, directory, "JANE_DOE", browser=DESK_BROWSER)
        assert Message.objects.count() == 10

    @pytest.mark.requirement("S-027", "S-044")
    def test_a_link_dies_with_another_address_and_with_disabling(self, user):
        recovery.send_to(user)
        directory_users.disable(user, browser=DESK_BROWSER)
        assert recovery.find(reset_token(), USER) is None
        directory_users.enable(user, browser=DESK_BROWSER)
        user.profile.email = "elsewhere@example.com"
        user.profile.save()
        assert recovery.find(reset_token(), USER) is None

    @pytest.mark.requirement("S-029")
    def test_it_ends_a_one_time_password(self, user):
        directory_users.give_one_time_password(user, browser=DESK_BROWSER)
        recovery.send_to(user)
        recovery.complete(reset_token(), "Another-Harbour-42", kind=USER, browser=DESK_BROWSER)
        user = Principal.objects.get(pk=user.pk)
        assert not user.must_change_password
        assert user.profile.one_time_until is None
