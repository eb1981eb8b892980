"""Access keys of users: at the console, by the operator at the admin site, by the control API."""

import re

import botocore.session
import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts import access_keys, sessions
from accounts.models import AccessKey
from signin.events.models import Event
from signin.kernel import clock
from tests.browser import CONSOLE
from tests.devices import JANE, code_of, named
from tests.flows.admin_walks import ADMIN, act, page
from tests.flows.test_admin_records import crawl
from tests.signing import STS, WHO, ZHANG_ID, ZHANG_SECRET, keys_of, presigned
from tests.signing import code_of as code_of_error
from tests.walks import ROOT, sign_in_as_iam_user, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

CREDENTIALS = CONSOLE + "iam/security_credentials"
NEW = CONSOLE + "iam/access_keys/new"


@pytest.fixture
def zhang(browser):
    return sign_in_as_iam_user(browser)


@pytest.fixture
def jane(browser):
    """Return a browser in which somebody with a device and without a key is signed in."""
    clock.freeze()
    return sign_in_as_iam_user(browser, *JANE).submit(code=code_of())


def make(browser):
    return browser.visit(NEW).submit("make-access-key")


def shown(browser, element):
    pattern = rf'<(?:pre|code) id="{element}"[^>]*>(.*?)</(?:pre|code)>'
    found = re.search(pattern, browser.text, re.DOTALL)
    return found[1] if found else ""


def values(browser):
    return shown(browser, "access-key-id"), shown(browser, "secret-access-key")


def asked(credentials):
    """Return the status and the code of STS's answer to whoever asks who it is."""
    request = presigned(credentials, url=f"{STS}?{WHO}")
    answer = Client().get(f"/?{request.url.partition('?')[2]}", headers={"host": STS.split("/")[2]})
    return answer.status_code, code_of_error(answer.content.decode())


def events(name):
    return [event.document for event in Event.objects.filter(name=name)]


class TestMaking:
    def test_a_key_is_made_shown_and_good(self, jane):
        assert 'id="no-access-keys"' in jane.visit(CREDENTIALS).text
        key_id, secret = values(make(jane))
        [key] = access_keys.of(named("jane.doe"))
        assert key.pk == key_id
        assert asked(keys_of(access_keys.Keys(key, secret))) == (200, "")
        assert key_id in jane.visit(CREDENTIALS).text

    def test_botocore_reads_the_block(self, jane, tmp_path):
        make(jane)
        file = tmp_path / "credentials"
        file.write_text(shown(jane, "profile"))
        session = botocore.session.Session(profile="jane.doe-111122223333")
        session.set_config_variable("credentials_file", str(file))
        session.set_config_variable("config_file", str(tmp_path / "config"))
        read = session.get_credentials()
        assert (read.access_key, read.secret_key) == values(jane)

    def test_looking_at_the_page_makes_none(self, jane):
        assert jane.visit(NEW).status == 200
        assert not access_keys.of(named("jane.doe"))
        assert 'id="root-key-warning"' not in jane.text

    @pytest.mark.requirement("S-006")
    def test_its_secret_is_shown_once_and_recorded_nowhere(self, jane, caplog):
        caplog.set_level("DEBUG")
        key_id, secret = values(make(jane))
        assert jane.page.headers["Cache-Control"] == "no-store"
        for place in (NEW, CREDENTIALS, f"{CONSOLE}iam/access_keys/{key_id}"):
            assert secret not in jane.visit(place).text
        assert secret not in str([event.document for event in Event.objects.all()])
        assert secret not in caplog.text

    def test_a_third_one_is_refused(self, jane):
        make(jane)
        make(jane)
        assert 'id="no-key-room"' in jane.visit(CREDENTIALS).text
        assert 'id="make-new-access-key"' not in jane.text
        assert "more than two access keys" in make(jane).alert
        assert len(access_keys.of(named("jane.doe"))) == 2

    def test_a_form_without_its_secret_makes_none(self, jane):
        assert jane.visit(NEW).post(NEW, {}).status == 403
        assert not access_keys.of(named("jane.doe"))

    def test_a_root_user_is_warned(self, browser):
        sign_in_as_root(browser, *ROOT)
        assert 'id="root-key-warning"' in browser.visit(NEW).text
        browser.submit("make-access-key")
        assert "[root-111122223333]" in shown(browser, "profile")
        [event] = events("CreateAccessKey")
        assert event["userIdentity"]["type"] == "Root"
        assert event["requestParameters"] is None

    def test_its_event_tells_who_and_with_which_factor(self, jane):
        key_id, _ = values(make(jane))
        [event] = events("CreateAccessKey")
        assert event["eventSource"] == "iam.amazonaws.com"
        assert event["requestParameters"] == {"userName": "jane.doe"}
        made = event["responseElements"]["accessKey"]
        assert (made["accessKeyId"], made["status"]) == (key_id, "Active")
        attributes = event["userIdentity"]["sessionContext"]["attributes"]
        assert attributes["mfaAuthenticated"] == "true"

    @pytest.mark.requirement("S-048")
    def test_it_wants_a_fresh_sign_in(self, zhang):
        clock.advance(sessions.FRESH_FOR)
        assert zhang.visit(NEW).step
        assert zhang.visit(f"{CONSOLE}iam/access_keys/{ZHANG_ID}").step
        before = AccessKey.objects.count()
        zhang.post(NEW, {})
        assert AccessKey.objects.count() == before


class TestSwitchingAndDeleting:
    def at(self, browser, key_id=ZHANG_ID):
        return browser.visit(f"{CONSOLE}iam/access_keys/{key_id}")

    def test_an_inactive_key_opens_nothing_until_it_is_active_again(self, zhang):
        key = keys_of(access_keys.Keys(AccessKey.objects.get(), ZHANG_SECRET))
        assert asked(key) == (200, "")
        self.at(zhang).submit("deactivate-access-key")
        assert 'id="access-key-deactivated"' in zhang.text
        assert asked(key) == (403, "InvalidClientTokenId")
        self.at(zhang).submit("activate-access-key")
        assert 'id="access-key-activated"' in zhang.text
        assert asked(key) == (200, "")
        statuses = [each["requestParameters"]["status"] for each in events("UpdateAccessKey")]
        assert statuses == ["Active", "Inactive"]

    def test_a_deleted_key_is_gone(self, zhang):
        self.at(zhang).submit("delete-access-key")
        assert 'id="access-key-deleted"' in zhang.text
        assert not AccessKey.objects.exists()
        [event] = events("DeleteAccessKey")
        assert event["requestParameters"] == {"userName": "zhang", "accessKeyId": ZHANG_ID}
        assert self.at(zhang).status == 404

    def test_its_last_use_is_shown(self, zhang):
        asked(keys_of(access_keys.Keys(AccessKey.objects.get(), ZHANG_SECRET)))
        assert re.search(r"UTC, sts", self.at(zhang).words)
        assert re.search(r"UTC, sts", zhang.visit(CREDENTIALS).words)

    @pytest.mark.requirement("S-060")
    def test_somebody_else_s_is_not_to_be_found(self, jane):
        assert self.at(jane).status == 404
        jane.visit(NEW)
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', jane.text)[1]
        for deed in ("deactivate", "activate", "delete"):
            there = f"{CONSOLE}iam/access_keys/{ZHANG_ID}/{deed}"
            assert jane.post(there, {"csrfmiddlewaretoken": token}).status == 404
            assert jane.visit(there).status == 404
        assert AccessKey.objects.get().is_active

    @pytest.mark.parametrize("deed", ["deactivate", "activate", "delete"])
    def test_an_address_alone_does_nothing(self, zhang, deed):
        zhang.visit(f"{CONSOLE}iam/access_keys/{ZHANG_ID}/{deed}")
        assert zhang.url == f"{CONSOLE}iam/access_keys/{ZHANG_ID}"
        assert AccessKey.objects.get().is_active
        assert not events("UpdateAccessKey")


class TestTheOperator:
    def make(self, operator, username):
        operator.visit(page(f"iamuser/{named(username).pk}/change/"))
        operator.visit(re.search(r'href="([^"]*)" id="make-new-access-key"', operator.text)[1])
        return operator.submit("access-key-form")

    def test_a_key_is_made_and_shown_once(self, operator):
        key_id, secret = values(self.make(operator, "jane.doe"))
        [key] = access_keys.of(named("jane.doe"))
        assert key.pk == key_id
        assert asked(keys_of(access_keys.Keys(key, secret))) == (200, "")
        [event] = events("CreateAccessKey")
        assert event["userIdentity"]["type"] == "Root"
        assert event["requestParameters"] == {"userName": "jane.doe"}
        assert not [url for url, text in crawl(operator, ADMIN).items() if secret in text]
        assert secret not in str(list(LogEntry.objects.values()))

    @pytest.mark.requirement("S-107")
    def test_no_page_shows_what_is_sealed(self, operator):
        sealed = AccessKey.objects.get().sealed_secret
        assert not [url for url, text in crawl(operator, ADMIN).items() if sealed in text]

    def test_a_third_one_is_refused(self, operator):
        self.make(operator, "jane.doe")
        self.make(operator, "jane.doe")
        assert "more than two access keys" in self.make(operator, "jane.doe").words

    def test_only_iam_users_get_one_here(self, operator):
        operator.visit(page(f"rootuser/{named(ROOT[0]).pk}/change/"))
        assert 'id="make-new-access-key"' not in operator.text
        operator.visit(page(f"accesskey/new/{named(ROOT[0]).pk}/"))
        assert operator.status == 404

    def test_keys_are_switched_and_deleted(self, operator):
        for action, is_active in (("deactivate", False), ("activate", True)):
            act(operator, "accesskey/", action, ZHANG_ID)
            assert "1 access key is changed." in operator.words
            assert AccessKey.objects.get().is_active is is_active
        act(operator, "accesskey/", "delete_keys", ZHANG_ID)
        assert "1 access key is deleted." in operator.words
        assert not AccessKey.objects.exists()
        assert len(events("UpdateAccessKey")) == 2
        assert len(events("DeleteAccessKey")) == 1

    def test_keys_are_found(self, operator):
        for query in ("q=zhang", "q=example-corp", f"q={ZHANG_ID}", "is_active__exact=1"):
            assert ZHANG_ID in operator.visit(page(f"accesskey/?{query}")).text
        assert ZHANG_ID not in operator.visit(page("accesskey/?is_active__exact=0")).text


class TestTheControlApi:
    def test_keys_are_made_listed_and_deleted(self, control):
        path = f"/principals/{named('jane.doe').pk}/access_keys"
        assert control("GET", path) == (200, [])
        status, made = control("POST", path)
        assert status == 201
        key = AccessKey.objects.get(pk=made["access_key_id"])
        assert asked(keys_of(access_keys.Keys(key, made["secret_access_key"]))) == (200, "")
        _, [listed] = control("GET", path)
        assert listed["access_key_id"] == key.pk
        assert listed["active"] is True
        assert listed["last_used_at"]
        assert "secret_access_key" not in listed
        assert control("DELETE", f"/access_keys/{key.pk}") == (204, None)
        assert control("DELETE", f"/access_keys/{key.pk}")[0] == 404
        assert [len(events(f"{name}AccessKey")) for name in ("Create", "Delete")] == [1, 1]

    def test_what_can_not_be_is_told(self, control):
        path = f"/principals/{named('jane.doe').pk}/access_keys"
        assert [control("POST", path)[0] for _ in range(3)] == [201, 201, 409]
        there = f"/principals/{named('jane_doe').pk}/access_keys"
        assert control("POST", there)[0] == 409
        assert control("POST", "/principals/99999/access_keys")[0] == 404
        assert control("GET", "/principals/99999/access_keys")[0] == 404
