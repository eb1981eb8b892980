"""Somebody creates a Builder ID, and is signed in with it from then on."""

from datetime import timedelta

import pytest

from accounts import codes, lockout
from accounts.models import Behaviour, Opening, Principal
from builderid.models import Profile
from signin.events.models import Event
from signin.flow.models import Attempt
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.browser import Browser
from tests.builder_id_walks import (
    DEV,
    NEW,
    START,
    begin_sign_up,
    choose,
    follow,
    is_signed_in,
    newest_code,
    newest_mail,
    pass_captcha,
    person,
    sign_in,
    sign_up,
    verify,
)
from tests.walks import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

WRONG = "000000"


def everybody():
    """Return how many Builder IDs there are."""
    return Principal.objects.filter(kind=Principal.Kind.BUILDER_ID).count()


class TestTheWay:
    @pytest.mark.requirement("R-127", "R-128")
    def test_the_address_that_was_typed_to_sign_in_is_there_already(self, browser):
        browser.visit(START).submit(email=NEW[0])
        follow(browser, "create-builder-id")
        assert browser.value_of("email") == NEW[0]
        browser.submit(email=NEW[0])
        assert not follow(browser, "other-email").value_of("email")

    @pytest.mark.requirement("R-120", "R-128", "R-129", "R-130", "R-132", "R-133", "R-134")
    def test_e_mail_name_code_password_and_check_make_one_and_sign_in(self, browser):
        follow(browser.visit(START), "create-builder-id")
        assert browser.step == "builder-id-new-email"
        assert browser.submit(email=f" {NEW[0]} ").step == "builder-id-name"
        assert browser.submit(full_name=" Ana  Silva ").step == "builder-id-code"
        assert NEW[0] in browser.words
        assert browser.submit(code=newest_code(NEW[0])).step == "builder-id-new-password"
        assert choose(browser).step == "captcha"
        assert everybody() == 1
        pass_captcha(browser)
        assert is_signed_in(browser)
        profile = Profile.objects.get(pk=person(NEW[0]).pk)
        assert (profile.name, profile.nickname) == ("Ana  Silva", "")
        assert profile.email_verified_at
        assert not Opening.objects.exists()
        names = list(Event.objects.order_by("id").values_list("name", flat=True))
        assert names == ["BuilderSignUp", "BuilderSignIn"]

    def test_the_password_signs_in_afterwards(self, browser, new_browser):
        sign_up(browser)
        assert is_signed_in(sign_in(new_browser(), *NEW))

    def test_a_scenario_can_leave_the_check_away(self, browser):
        Behaviour.objects.update(captcha_mode="never")
        assert is_signed_in(choose(verify(browser)))

    @pytest.mark.requirement("R-035", "R-264")
    def test_the_mail_comes_from_one_of_two_senders_and_names_nobody(self, browser):
        begin_sign_up(browser, full_name="Visit evil.example")
        mail = newest_mail(NEW[0], "builder-id-code")
        assert mail.sender == "no-reply@login.awsapps.com.localhost"
        assert mail.code in mail.text
        assert "evil" not in mail.text

    def test_the_ways_back_lead_to_the_sign_in_and_to_another_address(self, browser):
        begin_sign_up(browser)
        assert follow(browser, "other-email").step == "builder-id-new-email"
        assert follow(browser, "cancel_button").step == "builder-id-email"


class TestTheCode:
    @pytest.mark.requirement("R-131", "R-265", "S-031")
    def test_a_new_one_kills_the_old_one(self, browser):
        begin_sign_up(browser)
        old = newest_code(NEW[0])
        browser.submit(button="act=resend")
        assert browser.step == "builder-id-code"
        new = newest_code(NEW[0])
        if new != old:
            assert browser.submit(code=old).step == "builder-id-code"
        assert browser.submit(code=new).step == "builder-id-new-password"

    @pytest.mark.requirement("S-032")
    def test_it_is_good_for_five_tries(self, browser):
        begin_sign_up(browser)
        right = newest_code(NEW[0])
        wrong = WRONG if right != WRONG else "000001"
        for _ in range(codes.TRIES):
            browser.submit(code=wrong)
        assert browser.submit(code=right).step == "builder-id-code"
        assert browser.error_of("code")

    @pytest.mark.requirement("S-031")
    def test_it_is_good_for_ten_minutes(self, browser):
        begin_sign_up(browser)
        clock.advance(timedelta(minutes=10))
        assert browser.submit(code=newest_code(NEW[0])).step == "builder-id-code"

    def test_codes_are_counted_apart_from_those_for_accounts(self, browser):
        for _ in range(lockout.MAILS_TO_ONE.failures):
            begin_sign_up(browser, ROOT[0])
        sent = Message.objects.filter(recipient=ROOT[0]).count()
        begin_sign_up(browser, ROOT[0])
        assert Message.objects.filter(recipient=ROOT[0]).count() == sent


class TestThePassword:
    @pytest.mark.parametrize(
        ("password", "problem"),
        [
            ("Short-1", "8 to 64 characters"),
            ("L" + "o" * 60 + "ng-1", "8 to 64 characters"),
            ("no-capitals-1", "upper-case"),
            ("NO-SMALL-ONES-1", "lower-case"),
            ("No-digits-here", "digit"),
            ("NoSymbols123", "symbol"),
            ("P@ssw0rd", "leaks"),
        ],
    )
    @pytest.mark.requirement("R-122", "R-123", "R-125", "S-001", "S-002", "S-003", "R-269")
    def test_what_it_lacks_is_named(self, browser, password, problem):
        choose(verify(browser), password)
        assert browser.step == "builder-id-new-password"
        assert problem in browser.error_of("new_password")

    @pytest.mark.requirement("S-009")
    def test_both_have_to_be_the_same(self, browser):
        choose(verify(browser), NEW[1], NEW[1] + "x")
        assert browser.error_of("confirm_password")

    @pytest.mark.requirement("S-006")
    def test_no_fact_and_no_mail_has_it(self, browser):
        choose(verify(browser))
        for attempt in Attempt.objects.all():
            assert NEW[1] not in str(attempt.facts)
        assert not [mail for mail in Message.objects.all() if NEW[1] in mail.text]


class TestAddressesInUse:
    @pytest.mark.requirement("R-263", "S-017", "S-021")
    def test_the_page_goes_on_and_the_owner_is_told(self, browser):
        begin_sign_up(browser, DEV[0].upper())
        assert browser.step == "builder-id-code"
        mail = newest_mail(DEV[0], "builder-id-email-in-use")
        assert mail.sender == "no-reply@login.awsapps.com.localhost"
        assert START in mail.text
        assert not Message.objects.filter(kind="builder-id-code").exists()
        assert browser.submit(code=WRONG).step == "builder-id-code"
        assert browser.error_of("code")

    @pytest.mark.requirement("R-263")
    def test_a_scenario_can_have_it_told_at_once(self, browser):
        Behaviour.objects.update(used_email_mode="told")
        follow(browser.visit(START), "create-builder-id").submit(email=DEV[0])
        assert browser.step == "builder-id-new-email"
        assert "has this address" in browser.error_of("email")
        assert browser.submit(email=NEW[0]).step == "builder-id-name"

    @pytest.mark.requirement("R-185")
    def test_that_of_a_root_user_is_free(self, browser):
        sign_up(browser, ROOT[0])
        assert is_signed_in(browser)

    @pytest.mark.requirement("R-189")
    def test_somebody_may_have_several_with_several_addresses(self, browser, new_browser):
        sign_up(browser)
        sign_up(new_browser(), "ana.again@example.com")
        assert everybody() == 3

    @pytest.mark.requirement("S-047")
    def test_of_two_with_one_address_the_first_gets_it(self, browser):
        choose(verify(browser))
        sign_up(Browser())
        pass_captcha(browser)
        assert browser.status == 409
        assert 'id="email-taken"' in browser.text
        assert follow(browser, "go-on").step == "builder-id-email"
        assert everybody() == 2


class TestTheName:
    @pytest.mark.parametrize("typed", ["", "   ", "x" * 129, "a\nb", "a\x00b"])
    def test_it_has_up_to_128_characters_on_one_line(self, browser, typed):
        follow(browser.visit(START), "create-builder-id").submit(email=NEW[0])
        browser.submit(full_name=typed)
        assert browser.step == "builder-id-name"
        assert browser.error_of("full_name")

    @pytest.mark.parametrize("typed", ["X", "x" * 128, "山田 太郎", "Zoë O’Hara-Šimić"])
    def test_it_may_be_any_name(self, browser, typed):
        follow(browser.visit(START), "create-builder-id").submit(email=NEW[0])
        assert browser.submit(full_name=typed).step == "builder-id-code"
