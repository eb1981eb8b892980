"""What a recovery ends, tells, records and leaves behind."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import KnownBrowser, Lockout, PasswordRecovery, Session
from signin.captcha.models import Captcha
from signin.control import sweep
from signin.events.models import Event
from signin.kernel import clock, entropy
from signin.mailbox.models import Message
from tests.browser import CONSOLE
from tests.devices import ROOT_PHONE, SANDBOX, code_of
from tests.flows.recovery_walks import NEW, is_over, mailed_user, set_password, token_of
from tests.walks import (
    MAILED,
    mailed_link,
    name_root,
    pass_captcha,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.mark.requirement("S-029", "S-043")
def test_every_session_ends_and_no_browser_is_known_any_more(browser, new_browser):
    sign_in_as_root(browser, *MAILED)
    bystander = sign_in_as_iam_user(new_browser())
    assert KnownBrowser.objects.count() == 1
    other = new_browser()
    set_password(other.visit(mailed_link(other, MAILED[0])))
    assert not KnownBrowser.objects.exists()
    assert not Session.objects.filter(principal=mailed_user(), ended_at=None).exists()
    assert browser.visit(CONSOLE + "console/home").status == 401
    assert bystander.visit(CONSOLE + "console/home").signed_in_as
    name_root(browser, MAILED[0]).submit(password=NEW)
    assert browser.step == "email-code"


@pytest.mark.requirement("S-029")
def test_the_owner_is_told_without_a_secret(browser):
    clock.freeze()
    link = mailed_link(browser, MAILED[0])
    set_password(browser.visit(link))
    mail = Message.objects.latest("id")
    assert mail.kind == "password-changed"
    assert mail.recipient == MAILED[0]
    assert mail.sender == "no-reply@signin.aws.localhost"
    assert clock.now().strftime("%Y-%m-%d %H:%M:%S") in mail.text
    said = mail.subject + mail.text + mail.html
    assert mail.link == mail.code == ""
    assert not [secret for secret in (NEW, MAILED[1], token_of(link)) if secret in said]


@pytest.mark.requirement("S-028")
def test_a_device_is_asked_for_as_before(browser):
    clock.freeze()
    set_password(browser.visit(mailed_link(browser, SANDBOX[0])))
    assert browser.signed_in_as is None
    name_root(browser, SANDBOX[0]).submit(password=NEW)
    assert browser.step == "mfa-code"
    assert browser.submit(code=code_of(ROOT_PHONE)).signed_in_as


def test_who_had_to_wait_signs_in_at_once(browser, new_browser):
    name_root(browser, MAILED[0])
    while browser.status != 429:
        browser.submit(password="wrong")
        if browser.step == "captcha":
            pass_captcha(browser)
    link = mailed_link(new_browser(), MAILED[0])
    set_password(new_browser().visit(link))
    assert not Lockout.objects.filter(kind="identity").exists()
    assert Lockout.objects.filter(kind="client").exists()
    assert browser.submit(password=NEW).step == "email-code"


@pytest.mark.requirement("R-026")
def test_both_halves_are_recorded_as_the_root_user_s(browser, new_browser):
    browser = new_browser(agent="Mozilla/5.0")
    link = mailed_link(browser, MAILED[0])
    [requested] = Event.objects.all()
    set_password(browser.visit(link), "Short-1")
    assert Event.objects.count() == 1
    set_password(browser)
    completed, _ = Event.objects.all()
    for name, event in (
        ("PasswordRecoveryRequested", requested),
        ("PasswordRecoveryCompleted", completed),
    ):
        document = event.document
        assert document["eventName"] == event.name == name
        assert document["eventType"] == "AwsConsoleSignIn"
        assert document["eventSource"] == "signin.amazonaws.com"
        assert document["responseElements"] == {name: "Success"}
        assert document["requestParameters"] is None
        assert document["awsRegion"] == "us-east-1"
        assert document["recipientAccountId"] == event.account_id == "666677778888"
        assert document["userAgent"] == "Mozilla/5.0"
        assert "errorMessage" not in document
        assert "additionalEventData" not in document
        assert document["userIdentity"] == {
            "type": "Root",
            "principalId": "666677778888",
            "arn": "arn:aws:iam::666677778888:root",
            "accountId": "666677778888",
            "accessKeyId": "",
        }


@pytest.mark.requirement("S-006", "S-025", "S-057", "S-107")
def test_the_token_stands_in_the_mail_only_and_no_password_anywhere(browser, caplog, capsys):
    link = mailed_link(browser, MAILED[0])
    token = token_of(link)
    browser.post(link, {"new_password": NEW})  # refused, and logged as such
    set_password(browser.visit(link), "Short-1")
    set_password(browser)
    assert is_over(browser.visit(link))
    digest_at = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            stored = repr(cursor.fetchall())
            assert NEW not in stored, table
            assert "Short-1" not in stored, table
            assert token not in stored or table == "mailbox_message", table
            if entropy.digest(token) in stored:
                digest_at.append(table)
    assert digest_at == ["accounts_passwordrecovery"]
    said = caplog.text + "".join(capsys.readouterr())
    assert "recovery" in said
    assert token not in said
    assert NEW not in said


def test_links_that_are_over_are_swept_away(browser):
    clock.freeze()
    mailed_link(browser, MAILED[0])
    clock.advance(timedelta(minutes=60, seconds=-1))
    sweep.expired()
    assert PasswordRecovery.objects.exists()
    clock.advance(timedelta(seconds=1))
    sweep.expired()
    assert not PasswordRecovery.objects.exists()
    assert not Captcha.objects.exists()
