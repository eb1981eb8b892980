"""What a mailed invitation is good for, and until when."""

from datetime import timedelta

import pytest

from accounts import directory_users, invitations, passwords, recovery
from accounts.errors import LinkOver, PasswordRefused, UserDisabled, UserJoined
from accounts.models import Invitation
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.directories import (
    DESK_BROWSER,
    PASSWORD,
    is_right,
    make_directory,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db):
    return make_user(make_directory(subdomain="example", region="eu-central-1"), password=None)


def token_of(message):
    return message.link.partition("?token=")[2]


def invited(user):
    invitations.send(user)
    return token_of(Message.objects.latest("id"))


def accept(token, password=PASSWORD):
    return invitations.accept(token, password, browser=DESK_BROWSER)


@pytest.mark.requirement("R-034", "R-035", "S-024")
def test_the_mail_names_the_portal_the_user_and_a_link_to_the_directory_s_region(user):
    clock.freeze()
    invitations.send(user)
    mail = Message.objects.get()
    assert (mail.kind, mail.recipient) == ("invitation", "jane_doe@example.com")
    assert mail.sender == "no-reply@login.awsapps.com.localhost"
    start = "http://eu-central-1.signin.aws.localhost:8000/platform/invitation?token="
    assert mail.link.startswith(start)
    assert "http://example.awsapps.com.localhost:8000/start/" in mail.text
    assert "jane_doe" in mail.text
    ends = clock.now() + timedelta(days=7)
    assert f"{ends:%Y-%m-%d %H:%M:%S}" in mail.text


@pytest.mark.requirement("R-043", "S-029")
def test_the_link_sets_the_first_password_and_verifies_the_address(user):
    token = invited(user)
    assert invitations.find(token) == user
    assert accept(token) == user
    assert is_right(user, PASSWORD)
    user.profile.refresh_from_db()
    assert user.profile.email_verified_at is not None
    names = list(Event.objects.order_by("id").values_list("name", flat=True))
    assert names == ["CreateUser", "UpdatePassword", "VerifyEmail"]
    by_user = Event.objects.get(name="UpdatePassword").document
    assert by_user["userIdentity"]["onBehalfOf"]["userId"] == user.profile.user_id
    assert token not in str(by_user)


@pytest.mark.requirement("S-025")
def test_a_link_is_good_for_seven_days_to_the_second(user):
    clock.freeze()
    token = invited(user)
    clock.advance(timedelta(days=7, seconds=-1))
    assert invitations.find(token) == user
    clock.advance(timedelta(seconds=1))
    assert invitations.find(token) is None
    with pytest.raises(LinkOver):
        accept(token)


@pytest.mark.requirement("S-025", "S-047")
def test_a_link_is_good_once(user):
    token = invited(user)
    accept(token)
    with pytest.raises(LinkOver):
        accept(token, "Another-Harbour-42")
    assert is_right(user, PASSWORD)


@pytest.mark.requirement("S-026")
def test_a_newer_link_kills_the_older_one(user):
    older, newer = invited(user), invited(user)
    assert invitations.find(older) is None
    assert invitations.find(newer) == user


@pytest.mark.requirement("S-009")
def test_a_refused_password_leaves_the_link_as_it_was(user):
    token = invited(user)
    with pytest.raises(PasswordRefused):
        accept(token, "short")
    assert Invitation.objects.get().consumed_at is None
    accept(token)


@pytest.mark.requirement("S-027")
def test_a_link_dies_with_another_password_or_another_address(user):
    token = invited(user)
    user.profile.email = "elsewhere@example.com"
    user.profile.save()
    assert invitations.find(token) is None
    token = invited(user)
    passwords.replace(user, PASSWORD)
    assert invitations.find(token) is None
    with pytest.raises(LinkOver):
        accept(token)


@pytest.mark.requirement("S-044")
def test_a_disabled_user_neither_gets_nor_accepts_an_invitation(user):
    token = invited(user)
    directory_users.disable(user, browser=DESK_BROWSER)
    assert invitations.find(token) is None
    with pytest.raises(LinkOver):
        accept(token)
    with pytest.raises(UserDisabled):
        invitations.send(user)


def test_who_has_a_password_of_their_own_is_not_invited():
    user = make_user(make_directory())
    with pytest.raises(UserJoined):
        invitations.send(user)
    directory_users.give_one_time_password(user, browser=DESK_BROWSER)
    invitations.send(user)


@pytest.mark.requirement("S-025")
def test_no_link_of_another_purpose_is_an_invitation(user):
    recovery.send_to(user)
    token = token_of(Message.objects.get())
    assert invitations.find(token) is None
    for each in ("", "x", "\x00", "日本", "x" * 2000, invited(user) + "x"):
        assert invitations.find(each) is None
    assert recovery.find(invited(user), user.kind) is None
