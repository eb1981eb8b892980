"""The pages and mails of lost devices and phones, in Japanese without a rest of English."""

import pytest

from accounts.models import Account, Principal
from signin.mailbox.models import Message
from tests.browser import DESK, SIGNIN, Browser
from tests.catalogue import english_pieces
from tests.flows.lost_device_walks import (
    SANDBOX,
    answer,
    follow,
    iam_user_in_trouble,
    in_trouble,
    mailed,
    up_to_the_call,
)
from tests.flows.test_languages import JAPANESE, Walk, assert_is_japanese

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def phone(browser: Browser, name: str = SANDBOX[0]) -> Browser:
    return browser.visit(f"{DESK}phone/{Principal.objects.get(username=name).pk}")


def ringing(browser: Browser) -> Browser:
    up_to_the_call(browser).submit(button="act=call")
    return phone(browser)


def answered(browser: Browser) -> Browser:
    ringing(browser)
    answer()
    return phone(browser)


def hung_up(browser: Browser) -> Browser:
    ringing(browser)
    for _ in range(5):
        browser.submit("ringing", keys="000000")
    return phone(browser)


def without_phone(browser: Browser) -> Browser:
    Account.objects.update(phone="")
    return in_trouble(browser)


def list_of_nobody(browser: Browser) -> Browser:
    Principal.objects.all().delete()
    Account.objects.update(phone="")
    return browser.visit(DESK + "phone/")


PAGES: dict[str, Walk] = {
    "lost device": in_trouble,
    "lost device, mailed": lambda browser: in_trouble(browser).submit(button="act=send_mail"),
    "lost device, no phone": without_phone,
    "lost device of an IAM user": iam_user_in_trouble,
    "link": lambda browser: browser.visit(mailed(in_trouble(browser))),
    "link confirmed": lambda browser: follow(browser, mailed(in_trouble(Browser()))),
    "call to come": up_to_the_call,
    "call": lambda browser: up_to_the_call(browser).submit(button="act=call"),
    "phones": lambda browser: browser.visit(DESK + "phone/"),
    "phones, nothing found": lambda browser: browser.visit(DESK + "phone/?q=nothing"),
    "phones, nobody": list_of_nobody,
    "phone": phone,
    "phone of somebody without": lambda browser: phone(browser, "zhang"),
    "phone that rings": ringing,
    "phone that was answered": answered,
    "phone after wrong digits": hung_up,
}
REFUSALS: dict[str, tuple[Walk, str]] = {
    "link not confirmed": (lambda browser: in_trouble(browser).submit(), "まだ確認されて"),
    "call not answered": (lambda browser: up_to_the_call(browser).submit(), "まだ入力されていない"),
    "no contact phone": (
        lambda browser: without_phone(browser).submit(act="send_mail"),
        "登録されていません",
    ),
    "no self-recovery": (
        lambda browser: iam_user_in_trouble(browser).submit(act="send_mail"),
        "管理者だけです",
    ),
    "keys of another call": (
        lambda browser: ringing(browser).submit("ringing", keys="000000"),
        "表示された数字と異なります",
    ),
    "no keys": (lambda browser: ringing(browser).submit("ringing", keys="1"), "6 桁の数字を入力"),
    "link over": (lambda browser: browser.visit(SIGNIN + "lost-device"), "リンクはもう使えません"),
}


@pytest.fixture
def japanese(new_browser) -> Browser:
    return new_browser(language="ja")


@pytest.mark.parametrize("walk", PAGES.values(), ids=PAGES)
def test_a_page_in_japanese_has_no_rest_of_english(japanese, walk):
    assert walk(japanese).status == 200
    assert_is_japanese(japanese)


@pytest.mark.parametrize(("walk", "says"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_refused_is_refused_in_japanese(japanese, walk, says):
    assert says in walk(japanese).words
    assert_is_japanese(japanese)


def test_the_mails_are_in_the_language_of_the_page_that_sent_them(japanese):
    up_to_the_call(japanese).submit(button="act=call")
    answer()
    assert japanese.submit().signed_in_as
    mails = Message.objects.filter(kind__startswith="lost-device")
    assert {mail.kind for mail in mails} == {"lost-device", "lost-device-used"}
    for mail in mails:
        assert JAPANESE.search(mail.subject)
        assert not [each for each in english_pieces() if each in mail.subject + mail.text]
