"""What a mailed link that verifies an address is good for, and until when."""

from datetime import timedelta

import pytest

from accounts import directory_users, invitations, verifications
from accounts.directory_users import Person
from accounts.errors import EmailVerified, LinkOver, UserDisabled
from accounts.models import Principal
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.directories import DESK_BROWSER, make_directory, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db):
    return make_user(make_directory(subdomain="example", region="eu-central-1"))


def token_of(message):
    return message.link.partition("?token=")[2]


def sent(user):
    verifications.send(user)
    return token_of(Message.objects.latest("id"))


def confirm(token):
    return verifications.confirm(token, browser=DESK_BROWSER)


def is_verified(user):
    return Principal.objects.get(pk=user.pk).profile.email_verified_at is not None


@pytest.mark.requirement("R-035", "S-024")
def test_the_mail_names_the_user_and_a_link_to_the_directory_s_region(user):
    clock.freeze()
    verifications.send(user)
    mail = Message.objects.get()
    assert (mail.kind, mail.recipient) == ("email-verification", "jane_doe@example.com")
    assert mail.sender == "no-reply@signin.aws.localhost"
    start = "http://eu-central-1.signin.aws.localhost:8000/platform/verify-email?token="
    assert mail.link.startswith(start)
    assert "jane_doe" in mail.text
    assert f"{clock.now() + timedelta(days=7):%Y-%m-%d %H:%M:%S}" in mail.text


def test_the_link_verifies_the_address_and_nothing_else(user):
    token, password = sent(user), user.password
    assert verifications.find(token) == user
    assert not is_verified(user)
    assert confirm(token) == user
    assert is_verified(user)
    user.refresh_from_db()
    assert user.password == password
    [event] = Event.objects.filter(name="VerifyEmail")
    assert event.document["userIdentity"]["onBehalfOf"]["userId"] == user.profile.user_id
    assert token not in str(event.document)


@pytest.mark.requirement("S-025")
def test_a_link_is_good_for_seven_days_to_the_second(user):
    clock.freeze()
    token = sent(user)
    clock.advance(timedelta(days=7, seconds=-1))
    assert verifications.find(token) == user
    clock.advance(timedelta(seconds=1))
    assert verifications.find(token) is None
    with pytest.raises(LinkOver):
        confirm(token)


@pytest.mark.requirement("S-025", "S-028")
def test_a_link_is_good_once(user):
    token = sent(user)
    confirm(token)
    with pytest.raises(LinkOver):
        confirm(token)
    assert Event.objects.filter(name="VerifyEmail").count() == 1


@pytest.mark.requirement("S-026")
def test_a_newer_link_kills_the_older_one(user):
    older, newer = sent(user), sent(user)
    assert verifications.find(older) is None
    assert verifications.find(newer) == user


@pytest.mark.requirement("S-027")
def test_a_link_dies_with_another_address_or_another_name(user):
    token = sent(user)
    directory_users.update(user, Person("jane_doe", "else@example.com"), browser=DESK_BROWSER)
    assert verifications.find(token) is None
    with pytest.raises(LinkOver):
        confirm(token)
    token = sent(user)
    user.username = "jane_dow"
    user.save()
    assert verifications.find(token) is None


def test_a_link_is_over_once_the_address_is_verified_another_way(user):
    token = sent(user)
    verifications.note(user, browser=DESK_BROWSER)
    assert verifications.find(token) is None
    with pytest.raises(LinkOver):
        confirm(token)
    with pytest.raises(EmailVerified):
        verifications.send(user)


@pytest.mark.requirement("S-044")
def test_a_disabled_user_neither_gets_nor_follows_a_link(user):
    token = sent(user)
    directory_users.disable(user, browser=DESK_BROWSER)
    assert verifications.find(token) is None
    with pytest.raises(LinkOver):
        confirm(token)
    with pytest.raises(UserDisabled):
        verifications.send(user)
    assert not is_verified(user)


def test_another_address_is_to_be_verified_anew(user):
    confirm(sent(user))
    user.refresh_from_db()
    user.profile.refresh_from_db()
    directory_users.update(user, Person("jane_doe", "else@example.com"), browser=DESK_BROWSER)
    confirm(sent(user))
    assert is_verified(user)


@pytest.mark.requirement("S-025")
def test_no_link_of_another_purpose_verifies_an_address():
    user = make_user(make_directory(), password=None)
    invitations.send(user)
    invitation = token_of(Message.objects.get())
    for each in ("", "x", "\x00", "日本", "x" * 2000, invitation, sent(user) + "x"):
        assert verifications.find(each) is None
    assert invitations.find(sent(user)) is None
