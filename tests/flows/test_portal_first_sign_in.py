"""The first sign-in to a portal: one-time passwords, invitations, users made by the API."""

import re
from datetime import timedelta

import pytest

from accounts import directory_users, invitations
from accounts.directory_users import Person, Way
from accounts.models import Directory
from signin.http import Browser as Client
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.portal_walks import (
    CHOSEN,
    DIRECTORY,
    NEW_HIRE,
    PLATFORM,
    PORTAL,
    is_at_portal,
    name_user,
    newest_mail,
    settings_are,
    sign_in,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

OPERATOR = Client(ip="127.0.0.1", user_agent="", host="localhost:8000", region=None, device_key="")
MARIA = Person(username="maria", email="maria@example.com", given_name="María")


def choose(browser, password=CHOSEN, again=None):
    """Type a new password, twice."""
    return browser.submit(new_password=password, confirm_password=again or password)


def make(way):
    """Have the administrator make a user."""
    directory = Directory.objects.get(pk=DIRECTORY)
    return directory_users.create(directory, MARIA, way=way, browser=OPERATOR)


class TestAnAdministratorsOneTimePassword:
    @pytest.mark.requirement("R-043", "R-091")
    def test_it_is_exchanged_for_a_password_of_ones_own(self, browser, new_browser):
        sign_in(browser, *NEW_HIRE)
        assert browser.step == "portal-new-password"
        choose(browser)
        assert is_at_portal(browser)
        assert is_at_portal(sign_in(new_browser(), NEW_HIRE[0], CHOSEN))

    @pytest.mark.requirement("R-091", "S-028")
    def test_it_is_good_once(self, browser, new_browser):
        sign_in(browser, *NEW_HIRE)
        other = sign_in(new_browser(), *NEW_HIRE)
        assert other.step == "portal-password"
        assert other.alert
        assert is_at_portal(choose(browser))

    def test_it_is_good_for_seven_days(self, browser):
        clock.advance(timedelta(days=7, seconds=1))
        sign_in(browser, *NEW_HIRE)
        assert browser.step == "portal-password"
        assert browser.alert

    @pytest.mark.requirement("R-043")
    def test_the_administrator_may_hand_out_another_one(self, browser):
        password = directory_users.give_one_time_password(user(NEW_HIRE[0]), browser=OPERATOR)
        assert sign_in(browser, *NEW_HIRE).alert
        sign_in(browser, NEW_HIRE[0], password)
        assert is_at_portal(choose(browser))

    @pytest.mark.requirement("R-121", "R-122", "R-123", "R-125", "S-009")
    @pytest.mark.parametrize(
        ("password", "again", "problem"),
        [
            ("Short-1", None, "8 to 64"),
            ("L0ng-" + "x" * 60, None, "8 to 64"),
            ("no-capital-77", None, "upper-case"),
            ("NO-SMALL-77", None, "lower-case"),
            ("No-digit-here", None, "digit"),
            ("NoSymbol77", None, "symbol"),
            ("P@ssw0rd", None, "leak"),
            (CHOSEN, CHOSEN + "x", "not the same"),
        ],
    )
    def test_a_password_that_breaks_a_rule_is_refused_and_another_one_taken(
        self, browser, password, again, problem
    ):
        sign_in(browser, *NEW_HIRE)
        choose(browser, password, again)
        assert browser.step == "portal-new-password"
        assert problem in browser.error_of("new_password") + browser.error_of("confirm_password")
        assert is_at_portal(choose(browser))

    @pytest.mark.requirement("R-124")
    def test_the_one_time_password_itself_cannot_stay(self, browser):
        sign_in(browser, *NEW_HIRE)
        choose(browser, NEW_HIRE[1])
        assert "last 3" in browser.error_of("new_password")


class TestAUserMadeByTheApi:
    @pytest.fixture(autouse=True)
    def maria(self, demo):
        return make(Way.NONE)

    def code(self):
        return newest_mail("maria@example.com", "one-time-password").code

    @pytest.mark.requirement("R-091", "R-035")
    def test_naming_oneself_mails_a_one_time_password(self, browser, new_browser):
        name_user(browser, "maria")
        mail = newest_mail("maria@example.com", "one-time-password")
        assert mail.sender == "no-reply@signin.aws.localhost"
        browser.submit(password=mail.code)
        assert browser.step == "portal-new-password"
        choose(browser)
        assert is_at_portal(browser)
        assert user("maria").profile.email_verified_at
        assert is_at_portal(sign_in(new_browser(), "maria", CHOSEN))
        assert Message.objects.filter(kind="one-time-password").count() == 1

    @pytest.mark.requirement("S-032")
    def test_the_mailed_password_is_for_the_attempt_that_asked(self, browser, new_browser):
        name_user(browser, "maria")
        mailed = self.code()
        other = name_user(new_browser(), "maria")
        other.submit(password=mailed)
        assert other.step == "portal-password"
        assert browser.submit(password=mailed).step == "portal-new-password"

    @pytest.mark.requirement("S-028", "S-032")
    def test_it_is_good_for_five_tries_and_ten_minutes(self, browser):
        name_user(browser, "maria")
        for _ in range(5):
            browser.submit(password="000000")
        assert browser.submit(password=self.code()).alert
        name_user(browser, "maria")
        clock.advance(timedelta(minutes=10, seconds=1))
        assert browser.submit(password=self.code()).alert

    def test_without_the_setting_the_administrator_has_to_act(self, browser):
        settings_are(mails_one_time_passwords=False)
        name_user(browser, "maria")
        assert not Message.objects.filter(kind="one-time-password").exists()
        assert browser.submit(password="anything").alert

    @pytest.mark.requirement("S-017", "S-018")
    def test_nobody_can_tell_whether_a_mail_was_sent(self, browser, new_browser):
        clock.freeze()
        known = name_user(browser, "maria")
        unknown = name_user(new_browser(), "mario")

        def page(shown):
            return re.sub(r'value="[^"]*"|[0-9a-f]{32}|challenge=[\w-]+|mari[ao]', "", shown.text)

        assert page(known) == page(unknown)
        assert Message.objects.filter(kind="one-time-password").count() == 1

    def test_a_disabled_user_is_mailed_nothing(self, browser):
        directory_users.disable(user("maria"), browser=OPERATOR)
        name_user(browser, "maria")
        assert not Message.objects.filter(kind="one-time-password").exists()


class TestAnInvitation:
    @pytest.fixture
    def link(self, demo):
        make(Way.INVITATION)
        return newest_mail("maria@example.com", "invitation").link

    @pytest.mark.requirement("R-034", "R-035", "R-043")
    def test_the_mail_says_where_the_portal_is_and_who_one_is(self, link):
        mail = newest_mail("maria@example.com", "invitation")
        assert mail.sender == "no-reply@login.awsapps.com.localhost"
        assert PORTAL in mail.text
        assert "maria" in mail.text
        assert link.startswith(f"{PLATFORM}platform/invitation?token=")

    @pytest.mark.requirement("R-043")
    def test_accepting_it_signs_in(self, browser, new_browser, link):
        browser.visit(link)
        assert "maria" in browser.words
        browser.submit("accept-invitation", new_password=CHOSEN, confirm_password=CHOSEN)
        assert is_at_portal(browser)
        assert user("maria").profile.email_verified_at
        assert is_at_portal(sign_in(new_browser(), "maria", CHOSEN))

    def test_a_device_is_registered_first_where_the_directory_wants_it(self, browser, link):
        settings_are(mfa_mode="always-on", no_device_mode="block")
        browser.visit(link)
        browser.submit("accept-invitation", new_password=CHOSEN, confirm_password=CHOSEN)
        assert browser.step == "portal-blocked"

    def test_a_refused_password_loses_nothing(self, browser, link):
        browser.visit(link)
        browser.submit("accept-invitation", new_password="weak", confirm_password="weak")
        assert "8 to 64" in browser.error_of("new_password")
        browser.submit("accept-invitation", new_password=CHOSEN, confirm_password=CHOSEN)
        assert is_at_portal(browser)

    @pytest.mark.requirement("S-025", "S-026", "S-028")
    def test_a_link_that_is_used_old_replaced_or_none_is_over(self, browser, link):
        assert browser.visit(f"{PLATFORM}platform/invitation?token=x").status == 410
        invitations.send(user("maria"))
        assert browser.visit(link).status == 410
        newer = newest_mail("maria@example.com", "invitation").link
        clock.advance(timedelta(days=7, seconds=1))
        assert browser.visit(newer).status == 410
        assert 'id="link-over"' in browser.text
        clock.reset()
        browser.visit(newer)
        browser.submit("accept-invitation", new_password=CHOSEN, confirm_password=CHOSEN)
        assert browser.visit(newer).status == 410

    def test_a_disabled_user_cannot_accept(self, browser, link):
        directory_users.disable(user("maria"), browser=OPERATOR)
        assert browser.visit(link).status == 410

    def test_who_is_invited_gets_no_one_time_password_by_mail(self, browser, link):
        name_user(browser, "maria")
        assert not Message.objects.filter(kind="one-time-password").exists()
