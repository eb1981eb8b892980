"""The desk's phones: codes of devices, calls, the newest messages."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Account, Principal
from mfa import devices, totp
from mfa.models import Device
from signin.control import operators
from signin.flow.models import Attempt
from signin.kernel import clock
from signin.mailbox.models import Message
from signin.phones import calls
from signin.phones.models import Call
from tests.browser import DESK
from tests.flows.lost_device_walks import PHONE, SANDBOX, up_to_the_call
from tests.walks import ACCOUNT_PAGE, MAILED, name_root, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

MOMENT = datetime(2026, 3, 1, 9, 0, 7, tzinfo=UTC)


def principal(name):
    return Principal.objects.get(username=name)


def phone_of(name):
    return f"{DESK}phone/{principal(name).pk}"


def code_of(device, moment):
    return totp.code_at(devices.secret_of(device), totp.step_at(moment))


@pytest.fixture
def ring(db):
    def place(number=PHONE):
        attempt = Attempt.begin(flow="root-user", flow_key="key", facts={})
        return calls.ring(number, attempt=attempt)

    return place


# Whose phones there are.


@pytest.mark.requirement("R-041")
def test_the_desk_leads_to_the_phones(browser):
    assert 'href="/phone/"' in browser.visit(DESK).text
    assert browser.visit(DESK + "phone/").status == 200


def test_those_with_a_device_or_a_telephone_are_listed(browser):
    words = browser.visit(DESK + "phone/").words
    for name in (SANDBOX[0], "jane.doe", "root@example.com", PHONE):
        assert name in words
    for name in ("zhang", "suspended@example.com", "operator"):
        assert name not in words
    link = re.search(r'href="([^"]+)">jane.doe', browser.text)[1]
    assert "Phone and authenticator of jane.doe" in browser.visit(link).words


@pytest.mark.parametrize(
    ("words", "found"), [("jane", True), ("Corp+jane", True), ("1111", True), ("sandbox", False)]
)
def test_people_are_found_by_all_the_words_typed(browser, words, found):
    assert ("jane.doe" in browser.visit(f"{DESK}phone/?q={words}").words) is found


@pytest.mark.parametrize("words", ["nikki_wolf@", "d-1234567890", "example-corp+nikki"])
def test_a_user_of_a_directory_is_found_with_the_directory(browser, words):
    browser.visit(f"{DESK}phone/?q={words}")
    assert "nikki_wolf Identity Center user example-corp (d-1234567890)" in browser.words
    link = re.search(r'href="([^"]+)">nikki_wolf', browser.text)[1]
    assert "example-corp (d-1234567890)" in browser.visit(link).words


def test_an_empty_list_says_how_to_fill_it(browser):
    assert "Nobody with “nothing”" in browser.visit(DESK + "phone/?q=nothing").words
    Device.objects.all().delete()
    Account.objects.update(phone="")
    assert "Nobody has a device or a phone yet" in browser.visit(DESK + "phone/").words


@pytest.mark.requirement("S-056")
def test_what_was_typed_is_shown_as_text_not_as_markup(browser):
    Device.objects.update(name="<script>alert(1)</script>")
    for url in (phone_of("jane.doe"), DESK + "phone/?q=<script>"):
        source = browser.visit(url).page.content.decode()
        assert "<script>alert" not in source
        assert "&lt;script&gt;" in source


def test_nobody_s_phone_is_not_there(browser):
    operators.create()
    operator = Principal.objects.get(kind=Principal.Kind.OPERATOR)
    for number in (operator.pk, 987654, 10**30):
        assert browser.visit(f"{DESK}phone/{number}").status == 404
        assert browser.visit(f"{DESK}phone/{number}/now").status == 404


# Codes.


def test_the_code_of_now_and_the_next_one_are_those_of_the_server_s_clock(browser):
    clock.freeze(MOMENT)
    [device] = devices.of(principal("jane.doe"))
    browser.visit(phone_of("jane.doe"))
    assert f">{code_of(device, MOMENT)}<" in browser.text
    assert f"Next code {code_of(device, MOMENT + timedelta(seconds=30))}" in browser.words
    assert "23 s" in browser.words
    assert "stands still" in browser.words
    clock.advance(timedelta(seconds=23))
    browser.visit(phone_of("jane.doe"))
    assert f">{code_of(device, clock.now())}<" in browser.text
    assert "30 s" in browser.words
    clock.reset()
    assert "stands still" not in browser.visit(phone_of("jane.doe")).words


def test_the_code_on_the_phone_signs_in_and_is_used_then(browser, new_browser):
    clock.freeze(MOMENT)
    shown = re.search(r'class="digits">(\d{6})<', browser.visit(phone_of("jane.doe")).text)[1]
    assert "Used already" not in browser.words
    visitor = new_browser().visit(ACCOUNT_PAGE)
    visitor.submit(username="jane.doe", password="Jane-demo-1").submit(code=shown)
    assert visitor.signed_in_as
    browser.visit(browser.url)
    assert "Used already: wait for the next one" in browser.words
    assert "last used 2026-03-01 09:00:07" in browser.words


def test_a_device_shows_codes_by_its_own_clock(browser):
    clock.freeze(MOMENT)
    [device] = devices.of(principal("jane.doe"))
    Device.objects.update(drift=3)
    browser.visit(phone_of("jane.doe"))
    assert f">{code_of(device, MOMENT + timedelta(seconds=90))}<" in browser.text


def test_a_device_that_is_out_of_step_is_marked(browser):
    assert "Out of step" not in browser.visit(phone_of("jane.doe")).words
    Device.objects.update(out_of_step=True)
    assert "Out of step" in browser.visit(phone_of("jane.doe")).words


def test_what_is_being_registered_is_not_shown_yet(browser):
    device = devices.begin_app(principal("zhang"), "another")
    browser.visit(phone_of("zhang"))
    assert "another" not in browser.words
    assert "No device is registered" in browser.words
    assert code_of(device, clock.now()) not in browser.text


def test_a_passkey_is_named_and_has_no_code(browser):
    Device.objects.update(kind=Device.Kind.PASSKEY, name="my-key")
    browser.visit(phone_of("jane.doe"))
    assert "my-key" in browser.words
    assert "digits" not in browser.text


def test_no_secret_is_shown(browser):
    [device] = devices.of(principal("jane.doe"))
    assert totp.encode(devices.secret_of(device)) not in browser.visit(phone_of("jane.doe")).text


# The telephone.


def test_a_telephone_rings_and_takes_the_digits(browser, ring):
    assert "It doesn't ring" in browser.visit(phone_of(SANDBOX[0])).words
    digits = ring()
    browser.visit(browser.url)
    assert digits not in browser.text
    browser.submit("ringing", keys=f" {digits[:3]} {digits[3:]}")
    assert 'id="answered"' in browser.text
    assert Call.objects.get().answered_at


@pytest.mark.parametrize(
    ("keys", "said"),
    [("", "Type the six digits"), ("12345", "Type the six digits"), ("WRONG", "not the digits")],
)
def test_other_keys_are_refused(browser, ring, keys, said):
    digits = ring()
    wrong = "000000" if digits != "000000" else "111111"
    browser.visit(phone_of(SANDBOX[0])).submit("ringing", keys=keys.replace("WRONG", wrong))
    assert said in browser.error_of("keys")
    assert not Call.objects.get().answered_at


@pytest.mark.requirement("S-032")
def test_after_five_wrong_ones_the_caller_hangs_up(browser, ring):
    wrong = "000000" if ring() != "000000" else "111111"
    browser.visit(phone_of(SANDBOX[0]))
    for _ in range(calls.TRIES):
        browser.submit("ringing", keys=wrong)
    assert "The caller hung up" in browser.words
    assert 'id="ringing"' not in browser.text


@pytest.mark.requirement("S-049")
def test_pressing_keys_needs_the_secret_of_the_form(browser, ring):
    digits = ring()
    assert browser.post(phone_of(SANDBOX[0]), {"keys": digits}).status == 403
    assert not Call.objects.get().answered_at


def test_a_telephone_rings_for_its_own_account_only(browser, ring):
    ring("+1-555-0100")
    assert "It doesn't ring" in browser.visit(phone_of(SANDBOX[0])).words
    assert 'id="telephone"' not in browser.visit(phone_of("jane.doe")).text
    assert 'id="ringing"' in browser.visit(phone_of("root@example.com")).text


def test_the_page_of_the_call_leads_to_the_telephone(browser, new_browser):
    up_to_the_call(browser).submit(button="act=call")
    link = re.search(r'href="([^"]+)" id="open-phone"', browser.text)[1]
    digits = re.search(r'id="call-digits">(\d{6})', browser.text)[1]
    desk = new_browser().visit(link).submit("ringing", keys=digits)
    assert 'id="answered"' in desk.text
    assert browser.submit().signed_in_as


# Messages, and news.


def test_the_newest_messages_to_somebody_are_there(browser):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    mail = Message.objects.get()
    Message.objects.create(
        channel=Message.Channel.SMS,
        sender="AWS",
        recipient="+15550103",
        text="Your code",
        code="424242",
        sent_at=clock.now(),
    )
    browser.visit(phone_of(MAILED[0]))
    assert f'href="/mailbox/{mail.pk}"' in browser.text
    assert mail.code in browser.words
    assert "424242" in browser.words
    assert "No mail and no text message yet" in browser.visit(phone_of(SANDBOX[0])).words


def test_a_user_of_a_directory_sees_the_mails_to_their_address(browser):
    Message.objects.create(
        recipient="Nikki_Wolf@example.com",
        sender="no-reply@signin.aws.localhost",
        subject="Six digits",
        text="They are here.",
        sent_at=MOMENT,
    )
    assert "Six digits" in browser.visit(phone_of("nikki_wolf")).words
    assert "Six digits" not in browser.visit(phone_of("jane_doe")).words


def test_the_page_can_ask_for_what_changes_alone(browser, ring):
    ring()
    browser.visit(phone_of(SANDBOX[0]) + "/now")
    assert "<html" not in browser.text
    for part in ("devices", "telephone", "newest-messages"):
        assert f'id="{part}"' in browser.text


# Hardware tokens.


def test_a_token_of_any_number_shows_codes_that_register_it(browser, new_browser):
    clock.freeze(MOMENT)
    sign_in_as_iam_user(browser).visit("/iam/mfa/new")
    browser.submit(device_name="blue", device_kind="hardware")
    desk = new_browser().visit(DESK + "phone/token")
    desk.visit(DESK + "phone/token?serial_number=GAHT12345678")
    shown, following = (
        re.search(rf'id="{name}-code">(\d{{6}})<', desk.text)[1] for name in ("shown", "next")
    )
    browser.submit(serial_number="GAHT12345678", code1=shown, code2=following)
    assert 'id="device-registered"' in browser.text


def test_a_token_with_a_seed_of_its_own_shows_that_one_s_codes(browser):
    clock.freeze(MOMENT)
    token = devices.token(principal("zhang"), "red", "GAHT00000001", b"12345678901234567890")
    devices.settle(token)
    browser.visit(DESK + "phone/token?serial_number=GAHT00000001")
    assert code_of(token, MOMENT) in browser.words


@pytest.mark.parametrize("number", ["", "-", "x" * 33, "<script>"])
def test_what_is_no_serial_number_shows_nothing(browser, number):
    browser.visit(f"{DESK}phone/token?serial_number={number}")
    assert "on the back of the token" in browser.error_of("serial_number")
    assert 'id="display"' not in browser.text
