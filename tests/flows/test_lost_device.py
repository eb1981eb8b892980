"""A root user without the device: a link by mail and a call to the contact phone (P-07)."""

import re
from datetime import timedelta

import pytest

from accounts.models import Account, Lockout, Principal, Session
from mfa import devices, totp
from mfa.models import Device
from signin.events.models import Event
from signin.kernel import clock
from signin.mailbox.models import Message
from signin.phones import calls
from signin.phones.models import Call
from tests.browser import SIGNIN
from tests.flows.lost_device_walks import (
    PHONE,
    SANDBOX,
    answer,
    follow,
    iam_user_in_trouble,
    in_trouble,
    mailed,
    newest_link,
    up_to_the_call,
)
from tests.walks import name_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def shown_digits(browser):
    return re.search(r'id="call-digits">([0-9]{6})<', browser.text)[1]


def is_signed_in(browser):
    return browser.signed_in_as is not None


# The whole way.


@pytest.mark.requirement("R-207", "R-017", "S-070")
def test_a_mailed_link_and_a_call_stand_in_for_the_device(browser):
    in_trouble(browser)
    assert browser.step == "lost-device"
    assert "Two other things can stand in for it" in browser.words
    assert "0101" in browser.words
    assert PHONE not in browser.words
    link = mailed(browser)
    assert browser.step == "lost-device"
    assert 'id="link-mailed"' in browser.text
    follow(browser, link)
    assert browser.step == "lost-device-call"
    browser.submit(button="act=call")
    digits = shown_digits(browser)
    assert shown_digits(browser.visit(browser.url)) == digits
    assert calls.press(PHONE, digits)
    browser.submit()
    assert is_signed_in(browser)
    assert Session.objects.first().factors == ["password", "lost-device"]


@pytest.mark.requirement("S-070")
def test_it_is_recorded_and_the_owner_is_told(browser):
    up_to_the_call(browser).submit(button="act=call")
    answer()
    browser.submit()
    event = Event.objects.get(name="AlternativeFactorsUsed").document
    assert event["userIdentity"]["arn"] == "arn:aws:iam::444455556666:root"
    assert event["eventSource"] == "signin.amazonaws.com"
    assert event["eventType"] == "AwsConsoleSignIn"
    assert event["responseElements"] == {"AlternativeFactorsUsed": "Success"}
    login = Event.objects.filter(name="ConsoleLogin").first().document
    assert login["additionalEventData"]["MFAUsed"] == "No"
    notice = Message.objects.get(kind="lost-device-used")
    assert notice.recipient == SANDBOX[0]
    assert notice.sender == "no-reply-aws@amazon.com.localhost"
    assert "change the password" in notice.text
    assert not notice.link
    assert not notice.code


def test_the_link_comes_from_amazon_and_says_until_when_it_is_good(browser):
    clock.freeze()
    in_trouble(browser)
    link = mailed(browser)
    mail = Message.objects.get(kind="lost-device")
    assert mail.sender == "no-reply-aws@amazon.com.localhost"
    assert mail.recipient == SANDBOX[0]
    assert (clock.now() + timedelta(minutes=60)).strftime("%Y-%m-%d %H:%M:%S") in mail.text
    assert re.fullmatch(re.escape(SIGNIN) + r"lost-device\?token=[\w-]{43}", link)


def test_the_device_stays_registered_and_is_asked_for_next_time(browser, new_browser):
    up_to_the_call(browser).submit(button="act=call")
    answer()
    browser.submit()
    assert is_signed_in(browser)
    assert Device.objects.filter(principal__username=SANDBOX[0]).count() == 1
    again = name_root(new_browser(), SANDBOX[0]).submit(password=SANDBOX[1])
    assert again.step == "mfa-code"


# Nothing is skipped.


@pytest.mark.requirement("S-046", "S-070")
def test_the_call_alone_is_not_enough(browser):
    in_trouble(browser)
    browser.submit(button="act=send_mail")
    for fields in ({"step": "lost-device-call", "act": "call"}, {"step": "lost-device-call"}):
        browser.submit(**fields)
        assert browser.step == "lost-device"
    assert not Call.objects.exists()


@pytest.mark.requirement("S-046", "S-070")
def test_the_mail_alone_is_not_enough(browser):
    up_to_the_call(browser).submit()
    assert "not typed on the phone yet" in browser.alert
    browser.submit(button="act=call").submit()
    assert "not typed on the phone yet" in browser.alert
    assert not is_signed_in(browser)
    assert not Event.objects.filter(name="AlternativeFactorsUsed").exists()
    assert not Message.objects.filter(kind="lost-device-used").exists()


def test_who_did_not_confirm_is_told_to(browser):
    in_trouble(browser).submit(button="act=send_mail").submit()
    assert browser.step == "lost-device"
    assert "not confirmed yet" in browser.alert


def test_without_trouble_the_device_is_asked_for_whatever_was_proven(browser):
    up_to_the_call(browser).submit(button="act=back")
    assert browser.step == "mfa-code"
    browser.submit(button="act=trouble")
    assert browser.step == "lost-device-call"


@pytest.mark.requirement("R-207")
def test_one_can_go_back_and_use_the_device(browser):
    in_trouble(browser).submit(button="act=back")
    [device] = devices.of(Principal.objects.get(username=SANDBOX[0]))
    code = totp.code_at(devices.secret_of(device), totp.step_at(clock.now()))
    assert is_signed_in(browser.submit(code=code))
    assert "lost-device" not in Session.objects.first().factors


def test_resynchronising_is_offered_first(browser):
    in_trouble(browser).submit(button="act=resync")
    assert browser.step == "mfa-resync"
    browser.submit(button="act=back")
    assert browser.step == "mfa-code"


def test_who_has_another_device_is_told_that_it_will_do(browser):
    root_user = Principal.objects.get(username=SANDBOX[0])
    assert "any of them will do" not in in_trouble(browser).words
    spare = devices.begin_app(root_user, "spare")
    step = totp.step_at(clock.now())
    pair = [totp.code_at(devices.secret_of(spare), each) for each in (step - 1, step)]
    devices.finish_codes(spare, *pair)
    assert "You have 2 devices, and any of them will do" in browser.visit(browser.url).words


@pytest.mark.requirement("S-070")
def test_without_a_contact_phone_the_page_says_to_whom_to_turn(browser):
    Account.objects.filter(id="444455556666").update(phone="none")
    in_trouble(browser)
    assert 'id="no-contact-phone"' in browser.text
    assert "send_mail" not in browser.text
    browser.submit(act="send_mail")
    assert "no contact phone" in browser.alert
    assert not Message.objects.exists()


def test_a_phone_that_is_taken_away_meanwhile_is_not_called(browser):
    up_to_the_call(browser)
    Account.objects.filter(id="444455556666").update(phone="")
    assert "no contact phone" in browser.submit(button="act=call").alert
    assert not Call.objects.exists()


def test_a_phone_that_is_replaced_meanwhile_has_to_be_called_anew(browser):
    up_to_the_call(browser).submit(button="act=call")
    answer()
    Account.objects.filter(id="444455556666").update(phone="+1-555-0199")
    assert "not typed on the phone yet" in browser.submit().alert


@pytest.mark.requirement("R-208", "R-209")
def test_an_iam_user_is_sent_to_the_administrator(browser):
    iam_user_in_trouble(browser)
    assert browser.step == "lost-device"
    assert "Ask an administrator of your account" in browser.words
    assert "send_mail" not in browser.text
    browser.submit(act="send_mail")
    assert "Only an administrator" in browser.alert
    assert not Message.objects.exists()
    browser.submit(act="call")
    assert browser.step == "lost-device"
    assert browser.submit(button="act=resync").step == "mfa-resync"


# The call.


@pytest.mark.requirement("S-032")
def test_a_call_is_good_for_ten_minutes_to_the_second(browser):
    clock.freeze()
    up_to_the_call(browser).submit(button="act=call")
    answer()
    clock.advance(timedelta(minutes=10))
    browser.submit()
    assert "not typed on the phone yet" in browser.alert
    browser.submit(button="act=call")
    answer()
    clock.advance(timedelta(minutes=10, seconds=-1))
    assert is_signed_in(browser.submit())


@pytest.mark.requirement("S-032", "S-047")
def test_the_call_of_another_attempt_answers_nothing(browser, new_browser):
    up_to_the_call(browser).submit(button="act=call")
    answer()
    other = up_to_the_call(new_browser()).submit(button="act=call")
    assert "not typed on the phone yet" in other.submit().alert
    browser.visit(browser.url)
    assert browser.step == "lost-device", "a newer link took the place of this one"


@pytest.mark.requirement("S-070")
def test_a_phone_is_called_five_times_in_ten_minutes(browser):
    clock.freeze()
    up_to_the_call(browser)
    for _ in range(5):
        browser.submit(button="act=call")
        assert not browser.alert
    last = Call.objects.get().handle
    browser.submit(button="act=call")
    assert "Only so many calls" in browser.alert
    assert Call.objects.get().handle == last
    clock.advance(timedelta(minutes=10))
    assert not browser.submit(button="act=call").alert


@pytest.mark.requirement("S-070")
def test_who_asks_too_often_without_an_answer_has_to_wait(browser):
    clock.freeze()
    up_to_the_call(browser).submit(button="act=call")
    for _ in range(10):
        assert browser.submit().status == 200
    answer()
    assert browser.submit().status == 429
    assert browser.page.headers["Retry-After"] == "60"
    assert Lockout.objects.filter(principal__username=SANDBOX[0], kind="identity").exists()
    clock.advance(timedelta(minutes=1))
    assert is_signed_in(browser.submit())


@pytest.mark.requirement("S-047")
def test_an_attempt_that_is_over_can_t_be_finished_again(browser):
    up_to_the_call(browser).submit(button="act=call")
    page, url = browser.page, browser.url
    answer()
    browser.submit()
    assert is_signed_in(browser)
    browser.page, browser.url = page, url
    assert browser.submit().status == 410
    assert Event.objects.filter(name="AlternativeFactorsUsed").count() == 1
    assert Message.objects.filter(kind="lost-device-used").count() == 1


@pytest.mark.requirement("S-016")
def test_mails_are_counted_and_more_look_the_same(browser):
    in_trouble(browser)
    pages = set()
    for _ in range(12):
        browser.submit(button="act=send_mail")
        pages.add(browser.words.split("Emulated time")[0])
    assert len(pages) == 1
    assert Message.objects.filter(kind="lost-device").count() == 10
    follow(browser, newest_link())
    assert browser.step == "lost-device-call"
