"""The desk's pages: doors, mailbox, events."""

import json

import pytest

from signin import mails
from signin.mailbox.models import Message
from tests.browser import CONSOLE, DESK
from tests.signing import ZHANG_ID, ZHANG_SECRET
from tests.walks import MAILED, name_root, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def mail_from():
    def send(to, code="123456"):
        context = {"account": "A", "code": code}
        mails.send("verification-code", sender="a@signin.aws", to=to, context=context, code=code)

    return send


@pytest.mark.requirement("R-041")
def test_the_index_shows_doors_people_and_the_way_to_all_else(browser):
    browser.visit(DESK)
    assert CONSOLE in browser.text
    for name, password in [("root@example.com", "Root-demo-1"), ("jane.doe", "Jane-demo-1")]:
        assert name in browser.words
        assert password in browser.words
    assert "no.console" not in browser.words
    for path in ("/mailbox/", "/events/", "/control/", "/admin/"):
        assert f'href="{path}"' in browser.text


def test_the_index_shows_directories_with_their_portal_and_their_people(browser):
    browser.visit(DESK)
    start = "http://example-corp.awsapps.com.localhost:8000/start/"
    assert f'<a href="{start}">{start}</a>' in browser.text
    assert "users of the directory d-1234567890" in browser.words
    assert "Jane-portal-1" in browser.words
    assert "Once-only-1" in browser.words
    assert browser.words.count("good once") == 1
    assert browser.words.count("Accept the invitation") == 1


def test_the_index_shows_programs_where_to_call_and_with_which_keys(browser):
    browser.visit(DESK)
    for address in (
        "http://127.0.0.1:8000",
        "http://oidc.us-east-1.amazonaws.com.localhost:8000",
        "http://portal.sso.us-east-1.amazonaws.com.localhost:8000",
        "http://sts.amazonaws.com.localhost:8000",
    ):
        assert f"<code>{address}</code>" in browser.text
    page = "http://device.sso.us-east-1.amazonaws.com.localhost:8000/"
    assert f'<a href="{page}">{page}</a>' in browser.text
    assert ZHANG_ID in browser.words
    assert ZHANG_SECRET in browser.words
    assert "root@example.com AKIA" not in browser.words


def test_an_empty_mailbox_says_how_to_fill_it(browser):
    assert "No mail yet" in browser.visit(DESK + "mailbox/").words


def test_the_mailbox_shows_the_newest_first_with_its_code(browser, mail_from):
    name_root(browser, MAILED[0]).submit(password=MAILED[1])
    mail_from("later@example.com", code="654321")
    browser.visit(DESK + "mailbox/")
    assert browser.words.index("later@example.com") < browser.words.index(MAILED[0])
    assert "654321" in browser.words
    newest = Message.objects.latest("id")
    browser.visit(f"/mailbox/{newest.pk}")
    assert "[Vestibule] Your verification code" in browser.words


def test_the_mailbox_finds_messages_by_all_the_words_typed(browser, mail_from):
    mail_from("one@example.com")
    mail_from("two@example.com")
    found = browser.visit(DESK + "mailbox/?q=two+verification").words
    assert "two@example.com" in found
    assert "one@example.com" not in found
    assert "No message has “three”" in browser.visit(DESK + "mailbox/?q=three").words


@pytest.mark.requirement("S-056")
def test_what_was_typed_is_shown_as_text_not_as_markup(browser, mail_from):
    mail_from('"><script>alert(1)</script>@example.com')
    for path in ("mailbox/", "mailbox/rows", "mailbox/?q=<script>", f"mailbox/{newest()}"):
        source = browser.visit(DESK + path).page.content.decode()
        assert "<script>alert" not in source
        assert "&lt;script&gt;" in source


def test_links_in_a_message_can_be_clicked(browser):
    Message.objects.create(
        recipient="a@example.com",
        sender="b@signin.aws.localhost",
        subject="s",
        text="Go to http://console.aws.amazon.com.localhost:8000/ now",
        link="http://console.aws.amazon.com.localhost:8000/",
        sent_at="2026-01-01T00:00:00Z",
    )
    browser.visit(f"{DESK}mailbox/{newest()}")
    assert '<a href="http://console.aws.amazon.com.localhost:8000/"' in browser.text


def test_the_list_alone_can_be_asked_for_as_the_page_does_it(browser, mail_from):
    mail_from("one@example.com")
    browser.visit(DESK + "mailbox/rows?q=one")
    assert "one@example.com" in browser.text
    assert "<html" not in browser.text


@pytest.mark.requirement("S-034")
def test_no_line_break_gets_into_a_subject(mail_from):
    mail_from("one@example.com")
    assert "\n" not in Message.objects.get().subject


def test_events_are_shown_with_their_json(browser):
    sign_in_as_iam_user(browser)
    browser.visit(DESK + "events/")
    shown = browser.text.split("<pre")[1].split(">", 1)[1].split("</pre>")[0]
    assert json.loads(shown)["eventName"] == "ConsoleLogin"
    assert "zhang" in browser.words
    assert "No such event" in browser.visit(DESK + "events/?account=666677778888").words


def test_the_control_api_s_page_lists_every_call(browser):
    words = browser.visit(DESK + "control/").words
    for call in (
        "POST /control/v1/reset",
        "GET /control/v1/messages/wait",
        "PUT /control/v1/clock",
    ):
        assert call in words


def newest() -> int:
    return Message.objects.latest("id").pk
