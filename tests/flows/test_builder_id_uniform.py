"""Nobody can tell who has a Builder ID, neither from an answer nor from the work for it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import codes, passwords
from accounts.models import Lockout, VerificationCode
from signin import mails
from signin.kernel import clock
from signin.mailbox.models import Message
from tests.builder_id_walks import (
    DEV,
    ask_for_recovery,
    begin_sign_up,
    name,
    pass_captcha,
    sign_in,
)
from tests.flows.test_portal_uniform import kinds_of
from tests.flows.test_uniform_answers import counting, shown, witness

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

NOBODY = "nobody@example.com"
WRONG = "000000"


def wrong_password(browser, email):
    sign_in(browser, email, "wrong")


def throttled(browser, email):
    name(browser, email)
    while browser.status != 429:
        browser.submit(password="wrong")


def link_asked_for(browser, email):
    ask_for_recovery(browser, email)


def link_sent(browser, email):
    pass_captcha(ask_for_recovery(browser, email))


def link_sent_too_often(browser, email):
    for _ in range(11):
        link_sent(browser, email)


def code_asked_for(browser, email):
    begin_sign_up(browser, email)


def new_code(browser, email):
    begin_sign_up(browser, email).submit(button="act=resend")


def wrong_codes(browser, email):
    begin_sign_up(browser, email)
    for _ in range(3):
        browser.submit(code=WRONG)


def dead_code(browser, email):
    begin_sign_up(browser, email)
    for _ in range(codes.TRIES + 1):
        browser.submit(code=WRONG)


def codes_asked_for_too_often(browser, email):
    for _ in range(11):
        begin_sign_up(browser, email)


WALKS = [
    name,
    wrong_password,
    throttled,
    link_asked_for,
    link_sent,
    link_sent_too_often,
    code_asked_for,
    new_code,
    wrong_codes,
    dead_code,
    codes_asked_for_too_often,
]


@pytest.mark.requirement("S-017", "S-020", "S-021", "S-023")
@pytest.mark.parametrize("walk", WALKS)
def test_known_and_unknown_are_answered_alike(new_browser, walk):
    clock.freeze()
    seen = [witness(new_browser(), walk, email) for email in (DEV[0], NOBODY)]
    assert seen[0] == seen[1]


@pytest.mark.requirement("S-018")
def test_a_wrong_password_is_the_same_work_whoever_is_named(new_browser, monkeypatch):
    seen = []
    for email in (DEV[0], NOBODY):
        browser, hashes = trusted(new_browser()), []
        hasher = type(passwords.get_hasher())
        monkeypatch.setattr(hasher, "encode", counting(hashes, hasher.encode))
        monkeypatch.setattr(hasher, "verify", counting(hashes, hasher.verify))
        name(browser, email)
        with CaptureQueriesContext(connection) as queries:
            browser.submit(password="wrong")
        monkeypatch.undo()
        assert len(hashes) == 1
        seen.append((kinds_of(queries), shown(browser, email)))
    assert seen[0] == seen[1]


@pytest.mark.requirement("S-019", "S-021")
@pytest.mark.parametrize("email", [DEV[0], NOBODY])
def test_a_sign_up_writes_one_mail_and_keeps_one_code(new_browser, monkeypatch, email):
    written = []
    monkeypatch.setattr(mails, "write", counting(written, mails.write))
    begin_sign_up(new_browser(), email)
    assert len(written) == 1
    assert VerificationCode.objects.count() == 1
    assert Lockout.objects.filter(kind="mail").count() == 2


@pytest.mark.requirement("S-019")
def test_to_nobody_a_link_is_written_too(new_browser, monkeypatch):
    written = []
    monkeypatch.setattr(mails, "write", counting(written, mails.write))
    for email, sent in ((DEV[0], 1), (NOBODY, 1)):
        written.clear()
        link_sent(new_browser(), email)
        assert (len(written), Message.objects.count()) == (1, sent)


@pytest.mark.requirement("S-014")
def test_while_throttled_the_right_password_is_answered_like_a_wrong_one(new_browser):
    clock.freeze()
    browser = new_browser()
    throttled(browser, DEV[0])
    wrong = shown(browser, DEV[0])
    assert browser.submit(password=DEV[1]).status == 429
    assert shown(browser, DEV[0]) == wrong


@pytest.mark.requirement("S-013")
def test_a_stranger_s_failures_don_t_stop_the_owner_at_a_known_browser(new_browser):
    known = trusted(new_browser())
    throttled(new_browser(ip="127.0.0.8"), DEV[0])
    sign_in(known)
    assert 'id="builder-id"' in known.text


def trusted(browser):
    """Return a browser with the cookie of one that somebody trusted."""
    sign_in(browser, trust_device="on").submit("sign-out")
    return browser
