"""Who is in, listed and put out by the control API: browsers, command lines, keys for a while."""

import uuid
from datetime import timedelta

import pytest

from accounts import credentials, sessions
from accounts.models import Role, Session
from signin.events.models import Event
from signin.kernel import clock
from signin.logins.models import Login, LoginPermission
from tests import builder_id_walks, portal_walks
from tests.brokers import federated_keys, login_url, role_keys, token_for
from tests.browser import CONSOLE, SIGNIN
from tests.directories import DESK_BROWSER
from tests.flows.admin_walks import is_signed_in, named
from tests.flows.multi_session_walks import both, listed
from tests.flows.switch_walks import switch, understand
from tests.flows.test_passwords import change_own
from tests.portal_walks import JANE, PORTAL, is_at_portal
from tests.programs import CROSS_DEVICE, SAME_DEVICE, Program, let_in
from tests.walks import EXAMPLE_CORP, MAILED, ROOT, sign_in_as_iam_user, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

SANDBOX = "444455556666"
AUDIT = f"arn:aws:iam::{SANDBOX}:role/Audit"
MEMBERS = {
    "id",
    "principal",
    "kind",
    "account",
    "directory",
    "role",
    "session_name",
    "host",
    "factors",
    "ip",
    "user_agent",
    "created_at",
    "expires_at",
}


def open_role(browser):
    """Work as a role that somebody opens at the portal."""
    portal_walks.sign_in(browser)
    return browser.visit(f"{PORTAL}console?account_id={SANDBOX}&role_name=ReadOnlyAccess")


def come_from_broker(browser, keys):
    return browser.visit(login_url(token_for(keys)))


def names():
    return list(Event.objects.order_by("id").values_list("name", flat=True))


class TestWhichSessionsLive:
    def test_a_sign_in_is_one_entry_whatever_hangs_on_it(self, control, browser):
        clock.freeze()
        sign_in_as_iam_user(browser).visit(
            "http://eu-central-1.console.aws.amazon.com.localhost:8000/"
        )
        assert Session.objects.count() > 1
        status, [told] = control("GET", "/sessions")
        root = Session.objects.get(parent=None)
        assert status == 200
        assert set(told) == MEMBERS
        assert told["id"] == str(root.pk)
        assert told["principal"] == named("zhang").pk
        assert (told["kind"], told["account"]) == ("console", EXAMPLE_CORP)
        assert (told["directory"], told["role"], told["session_name"]) == (None, None, None)
        assert told["host"] == "signin.aws.amazon.com.localhost:8000"
        assert (told["factors"], told["ip"]) == (["password"], browser.ip)
        assert told["user_agent"] == root.user_agent
        assert told["created_at"] == clock.now().isoformat(timespec="milliseconds").replace(
            "+00:00", "Z"
        )
        for session in Session.objects.all():
            assert session.key_digest not in str(told)

    def test_a_portal_s_names_its_directory(self, control, browser):
        portal_walks.sign_in(browser)
        _, [told] = control("GET", "/sessions")
        assert (told["kind"], told["directory"]) == ("portal", portal_walks.DIRECTORY)
        assert (told["account"], told["role"]) == (None, None)

    def test_one_of_a_builder_id_has_neither_account_nor_directory(self, control, browser):
        builder_id_walks.sign_in(browser)
        _, [told] = control("GET", "/sessions")
        assert told["kind"] == "builder-id"
        assert (told["account"], told["directory"]) == (None, None)

    def test_a_role_from_the_portal_is_a_sign_in_of_its_own(self, control, browser):
        open_role(browser)
        _, [console, portal] = control("GET", "/sessions")
        assert (portal["kind"], console["kind"]) == ("portal", "console")
        assert console["principal"] == portal["principal"]
        role = Role.objects.get(permission_set__name="ReadOnlyAccess", account=SANDBOX)
        assert (console["role"], console["session_name"]) == (role.arn, JANE[0])
        assert (console["account"], console["directory"]) == (SANDBOX, portal_walks.DIRECTORY)

    def test_who_came_by_a_broker_has_the_name_that_it_gave(self, control, new_browser):
        come_from_broker(new_browser(), role_keys())
        come_from_broker(new_browser(), federated_keys())
        _, [federated, as_role] = control("GET", "/sessions")
        assert (as_role["role"], as_role["session_name"]) == (AUDIT, "visitor")
        assert (as_role["account"], as_role["kind"]) == (SANDBOX, "console")
        assert (federated["role"], federated["session_name"]) == (None, "mary")
        assert (federated["account"], federated["kind"]) == (EXAMPLE_CORP, "console")

    def test_a_switch_counts_while_it_lasts(self, control, browser):
        switch(understand(sign_in_as_iam_user(browser)))
        _, [told] = control("GET", "/sessions")
        assert (told["role"], told["session_name"], told["account"]) == (AUDIT, "zhang", SANDBOX)
        clock.advance(timedelta(hours=1))
        _, [told] = control("GET", "/sessions")
        assert (told["role"], told["account"]) == (None, EXAMPLE_CORP)

    def test_the_newest_is_first_and_some_can_be_chosen(self, control, new_browser):
        sign_in_as_iam_user(new_browser())
        sign_in_as_root(new_browser(), *ROOT)
        zhang, root = named("zhang").pk, named(ROOT[0]).pk
        assert [each["principal"] for each in control("GET", "/sessions")[1]] == [root, zhang]
        [newest] = control("GET", "/sessions?limit=1")[1]
        assert newest["principal"] == root
        [chosen] = control("GET", f"/sessions?principal={zhang}")[1]
        assert chosen["principal"] == zhang
        assert control("GET", "/sessions?principal=0") == (200, [])
        for wrong in ("limit=0", "limit=1001", "principal=zhang"):
            assert control("GET", f"/sessions?{wrong}")[0] == 422, wrong

    def test_what_no_browser_has_is_none(self, control):
        zhang = named("zhang")
        sessions.open_in_background(zhang, browser=DESK_BROWSER, lifetime=timedelta(hours=1))
        sessions.offer_role(
            Role.objects.select_related("account").get(name="Audit"),
            Session(principal=zhang),
            browser=DESK_BROWSER,
            host="signin.aws.amazon.com.localhost:8000",
            challenge="c" * 43,
            lifetime=timedelta(hours=1),
        )
        assert control("GET", "/sessions") == (200, [])

    def test_what_is_over_is_none(self, control, browser):
        sign_in_as_iam_user(browser)
        _, [told] = control("GET", "/sessions")
        clock.advance(sessions.CONSOLE_LIFETIME)
        assert control("GET", "/sessions") == (200, [])
        assert control("DELETE", f"/sessions/{told['id']}")[0] == 404

    def test_a_console_lives_on_where_a_new_password_was_chosen(self, control, browser):
        change_own(sign_in_as_iam_user(browser))
        assert Session.objects.get(parent=None).ended_at
        _, [told] = control("GET", "/sessions")
        assert control("DELETE", f"/sessions/{told['id']}") == (204, None)
        assert not is_signed_in(browser)
        assert control("GET", "/sessions") == (200, [])


class TestEndingASession:
    def test_that_browser_is_signed_out_and_no_other(self, control, new_browser):
        first, second = sign_in_as_iam_user(new_browser()), sign_in_as_iam_user(new_browser())
        _, [_, oldest] = control("GET", "/sessions")
        assert control("DELETE", f"/sessions/{oldest['id']}") == (204, None)
        assert not is_signed_in(first)
        assert is_signed_in(second)
        assert first.visit(SIGNIN + "console").signed_in_as is None

    def test_one_that_is_over_or_unknown_is_not_there(self, control, browser):
        sign_in_as_iam_user(browser)
        child = Session.objects.exclude(parent=None).get()
        _, [told] = control("GET", "/sessions")
        for unknown in (uuid.uuid4(), child.pk):
            status, problem = control("DELETE", f"/sessions/{unknown}")
            assert status == 404
            assert str(unknown) in problem["error"]
            assert "GET /control/v1/sessions" in problem["next"]
        assert is_signed_in(browser)
        control("DELETE", f"/sessions/{told['id']}")
        assert control("DELETE", f"/sessions/{told['id']}")[0] == 404
        assert control("DELETE", "/sessions/zhang")[0] == 422

    @pytest.mark.requirement("S-060")
    def test_at_the_portal_it_is_recorded_and_the_role_stays(self, control, browser):
        open_role(browser)
        _, [console, portal] = control("GET", "/sessions")
        assert control("DELETE", f"/sessions/{portal['id']}") == (204, None)
        assert names()[-1] == "BatchDeleteSession"
        assert is_signed_in(browser)
        assert not is_at_portal(browser.visit(PORTAL))
        before = names()
        assert control("DELETE", f"/sessions/{console['id']}") == (204, None)
        assert names() == before
        assert not is_signed_in(browser)

    def test_it_is_not_recorded_of_others(self, control, browser):
        sign_in_as_iam_user(browser)
        before = names()
        _, [told] = control("GET", "/sessions")
        control("DELETE", f"/sessions/{told['id']}")
        assert names() == before

    def test_a_builder_id_is_signed_out(self, control, browser):
        builder_id_walks.sign_in(browser)
        _, [told] = control("GET", "/sessions")
        assert control("DELETE", f"/sessions/{told['id']}") == (204, None)
        assert browser.visit(builder_id_walks.START).status == 401

    def test_those_beside_it_in_a_browser_stay(self, control, browser):
        both(browser)
        _, [told] = control("GET", f"/sessions?principal={named('zhang').pk}")
        assert control("DELETE", f"/sessions/{told['id']}") == (204, None)
        [left] = listed(browser)
        assert MAILED[0] in left


class TestLogins:
    @pytest.fixture
    def program(self, browser):
        found = Program()
        let_in(sign_in_as_iam_user(browser), found)
        return found

    def test_they_are_listed_without_their_secrets(self, control, program):
        status, [told] = control("GET", "/logins")
        login = Login.objects.get()
        assert status == 200
        assert set(told) == {"id", "principal", "role", "client", "started_at", "expires_at"}
        assert (told["id"], told["principal"]) == (str(login.pk), named("zhang").pk)
        assert (told["role"], told["client"]) == (None, SAME_DEVICE)

    def test_a_role_is_named(self, control, browser):
        LoginPermission.objects.all().delete()
        let_in(come_from_broker(browser, role_keys()), Program(remote=True))
        _, [told] = control("GET", "/logins")
        assert (told["role"], told["client"]) == (AUDIT, CROSS_DEVICE)

    def test_some_can_be_chosen(self, control, program, new_browser):
        let_in(sign_in_as_root(new_browser(), *ROOT), Program())
        root = named(ROOT[0]).pk
        assert [each["principal"] for each in control("GET", "/logins?limit=1")[1]] == [root]
        [chosen] = control("GET", f"/logins?principal={named('zhang').pk}")[1]
        assert chosen["principal"] == named("zhang").pk
        assert control("GET", "/logins?principal=0") == (200, [])
        assert control("GET", "/logins?limit=0")[0] == 422

    def test_a_revoked_one_gets_nothing_more(self, control, program, browser):
        _, [told] = control("GET", "/logins")
        assert control("DELETE", f"/logins/{told['id']}") == (204, None)
        assert program.refresh().error == (401, "AccessDeniedException", "TOKEN_EXPIRED")
        assert control("GET", "/logins") == (200, [])
        assert is_signed_in(browser)
        for gone in (told["id"], uuid.uuid4()):
            status, problem = control("DELETE", f"/logins/{gone}")
            assert status == 404
            assert "GET /control/v1/logins" in problem["next"]
        assert control("DELETE", "/logins/zhang")[0] == 422

    def test_it_ends_with_the_session_that_let_it_in(self, control, program):
        _, [login] = control("GET", "/logins")
        _, [session] = control("GET", "/sessions")
        control("DELETE", f"/sessions/{session['id']}")
        assert program.refresh().error == (401, "AccessDeniedException", "TOKEN_EXPIRED")
        assert control("GET", "/logins") == (200, [])
        assert control("DELETE", f"/logins/{login['id']}")[0] == 404

    def test_it_ends_with_the_password(self, control, program, browser):
        change_own(browser)
        assert program.refresh().error[2] == "USER_CREDENTIALS_CHANGED"
        assert control("GET", "/logins") == (200, [])

    def test_it_ends_after_its_time(self, control, program):
        clock.advance(timedelta(hours=12))
        assert control("GET", "/logins") == (200, [])


class TestTemporaryCredentials:
    def test_all_that_somebody_stands_behind_are_revoked(self, control):
        clock.freeze()
        keys = [role_keys(), federated_keys(), role_keys(seconds=900)]
        other = federated_keys(of=named(ROOT[0]))
        clock.advance(timedelta(minutes=15))
        path = f"/principals/{named('zhang').pk}/temporary_credentials"
        assert control("DELETE", path) == (200, {"revoked": 2})
        assert control("DELETE", path) == (200, {"revoked": 0})
        assert not [
            each for each in keys if credentials.find(each.access_key_id, each.session_token)
        ]
        assert credentials.find(other.access_key_id, other.session_token)

    def test_a_program_that_was_let_in_gets_new_ones(self, control, browser):
        program = Program()
        let_in(sign_in_as_iam_user(browser), program)
        path = f"/principals/{named('zhang').pk}/temporary_credentials"
        assert control("DELETE", path) == (200, {"revoked": 1})
        assert program.refresh().status == 200
        assert browser.visit(CONSOLE + "console/home").signed_in_as

    def test_nobody_s_are_not_there(self, control):
        status, problem = control("DELETE", "/principals/0/temporary_credentials")
        assert status == 404
        assert "GET /control/v1/principals" in problem["next"]
