"""An e-mail in use, or used up, opens no account, and nobody but its owner learns of it."""

from datetime import timedelta

import pytest

from accounts import lockout
from accounts.models import Account, Lockout, Principal, VerificationCode
from signin.kernel import clock, entropy
from signin.mailbox.models import Message
from tests.flows.opening_walks import (
    EMAIL,
    PASSWORD,
    open_whole,
    root_users,
    taken_meanwhile,
    tell,
)
from tests.walks import MAILED, open_account, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def close(email, days_ago):
    account = Account.objects.get(principals__username=email)
    account.close(clock.now() - timedelta(days=days_ago))
    account.save()


# In use.


@pytest.mark.requirement("R-236", "S-021")
@pytest.mark.parametrize("typed", [MAILED[0], "MAILED@Example.com", f" {MAILED[0]} "])
def test_the_owner_of_an_address_in_use_gets_a_mail_and_nobody_a_code(browser, typed):
    open_account(browser, typed)
    assert browser.step == "opening-code"
    mail = Message.objects.get()
    assert (mail.kind, mail.recipient, mail.code) == ("email-in-use", MAILED[0], "")
    assert mail.sender == "no-reply@signin.aws.localhost"
    assert "Example Mailed" in mail.text
    assert "Example Mailed" in mail.html


@pytest.mark.requirement("R-236", "S-021")
@pytest.mark.parametrize("email", [MAILED[0], "suspended@example.com", "closed@example.com"])
def test_every_code_is_refused_like_a_wrong_one(browser, monkeypatch, email):
    monkeypatch.setattr(entropy, "digits", lambda count: "123456"[:count])
    before = root_users()
    open_account(browser, email)
    for _ in range(4):
        assert "not the code" in browser.submit(code="123456").error_of("code")
    for _ in range(2):
        assert "can't be used" in browser.submit(code="123456").error_of("code")
    assert VerificationCode.objects.get().tries == 5
    assert root_users() == before


@pytest.mark.requirement("S-016")
@pytest.mark.parametrize("email", [MAILED[0], EMAIL])
def test_ten_mails_are_sent_and_the_page_says_nothing_of_it(browser, email):
    clock.freeze()
    open_account(browser, email)
    pages = {browser.submit(button="act=resend").words for _ in range(12)}
    assert len(pages) == 1
    assert Message.objects.count() == lockout.MAILS_TO_ONE.failures
    clock.advance(lockout.MAILS_TO_ONE.memory)
    browser.submit(button="act=resend")
    assert Message.objects.count() == lockout.MAILS_TO_ONE.failures + 1


@pytest.mark.requirement("S-016")
def test_one_client_is_limited_over_all_addresses(browser):
    for number in range(lockout.MAILS_FROM_CLIENT.failures + 2):
        open_account(browser, f"new+{number}@example.com")
        assert browser.step == "opening-code"
    assert Message.objects.count() == lockout.MAILS_FROM_CLIENT.failures


@pytest.mark.requirement("R-236", "S-047")
def test_of_two_who_open_with_one_address_the_slower_is_told(browser):
    before = root_users()
    assert taken_meanwhile(browser).status == 409
    assert 'id="email-taken"' in browser.text
    assert EMAIL in browser.words
    assert root_users() == before + 1
    assert not Account.objects.exclude(principals__kind="root-user").exists()
    assert browser.visit(browser.url).status == 410


# Other addresses.


@pytest.mark.requirement("R-238")
@pytest.mark.parametrize(
    "email",
    [
        "sandbox+test@example.com",
        "sand.box@example.com",
        "o'mailed@example.com",
        "sandbox/ops=1@example.com",
        "!#$%&*-/=?^_`{|}~@example.com",
    ],
)
def test_an_address_with_a_tag_or_any_other_sign_is_another_one(browser, email):
    open_whole(browser, email)
    assert email in browser.words
    browser.submit("sign-out")
    assert sign_in_as_root(browser, *MAILED).signed_in_as.startswith("Example Mailed")


@pytest.mark.requirement("R-238")
def test_two_addresses_of_one_mailbox_have_an_account_each(browser, new_browser):
    open_whole(browser, "user@example.com")
    open_whole(new_browser(), "user+test@example.com")
    accounts = Account.objects.filter(principals__username__startswith="user")
    assert accounts.count() == 2


# Used up.


@pytest.mark.requirement("R-237")
def test_an_address_is_in_use_for_ninety_days_after_the_closing_and_then_used_up(browser):
    clock.freeze()
    close(MAILED[0], days_ago=0)
    clock.advance(timedelta(days=89))
    open_account(browser, MAILED[0])
    assert Message.objects.get().kind == "email-in-use"
    clock.advance(timedelta(days=1))
    open_account(browser, MAILED[0])
    assert browser.step == "opening-code"
    assert "not the code" in browser.submit(code="000000").error_of("code")
    told, told_at_last = Message.objects.order_by("id")
    assert told.kind == told_at_last.kind == "email-in-use"
    assert "has one root user at most" in told.text.replace("\n", " ")
    assert "can never be used for an account again" in told_at_last.text.replace("\n", " ")


@pytest.mark.requirement("R-237")
def test_an_address_stays_used_up_for_ever(browser):
    close(MAILED[0], days_ago=3650)
    open_account(browser, MAILED[0])
    assert Message.objects.get().kind == "email-in-use"
    assert Principal.objects.filter(username=MAILED[0]).exists()


@pytest.mark.requirement("R-237")
def test_of_an_address_that_was_changed_before_the_closing_only_the_new_one_is_used_up(browser):
    root_user = Principal.objects.get(username=MAILED[0])
    root_user.username = "moved@example.com"
    root_user.save()
    close("moved@example.com", days_ago=90)
    open_account(browser, "moved@example.com")
    assert Message.objects.get().kind == "email-in-use"
    open_whole(browser, MAILED[0])
    assert MAILED[0] in browser.words


def test_an_account_that_the_operator_deletes_sets_its_address_free(browser):
    close(MAILED[0], days_ago=90)
    Account.objects.filter(principals__username=MAILED[0]).delete()
    assert MAILED[0] in open_whole(browser, MAILED[0]).words


# Told at once, where the scenario wants it.


@pytest.mark.requirement("S-021", "R-236", "R-237")
@pytest.mark.parametrize(
    ("days_ago", "says"), [(None, "belongs to an account"), (89, "belongs to"), (90, "used again")]
)
def test_a_scenario_can_have_it_told_at_the_first_step(browser, days_ago, says):
    tell()
    if days_ago is not None:
        close(MAILED[0], days_ago)
    open_account(browser, MAILED[0])
    assert browser.step == "open-account"
    assert says in browser.error_of("email")
    assert browser.value_of("account_name") == "New Account"
    assert not Message.objects.exists()
    assert not Lockout.objects.exists()


def test_where_it_is_told_a_free_address_goes_on(browser):
    tell()
    assert EMAIL in open_whole(browser).words
    browser.submit("sign-out")
    assert sign_in_as_root(browser, EMAIL, PASSWORD).signed_in_as
