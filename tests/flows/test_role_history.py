"""The roles that somebody switched to before, and links to the page."""

import re
from urllib.parse import quote

import pytest

from accounts import passwords
from accounts.models import Principal
from signin.console import role_history
from tests.browser import CONSOLE, SIGNIN, address
from tests.flows.portal_walks import clear
from tests.flows.switch_walks import PAGE, REFUSED, SANDBOX, add_role, field, switch, understand
from tests.walks import EXAMPLE_CORP, ZHANG, sign_in_as_iam_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture(autouse=True)
def audit(demo):
    """Make the role that most tests switch to, the only one."""
    clear()
    return add_role()


@pytest.fixture
def zhang(browser):
    """Return a browser in which an IAM user has the page with the form."""
    return understand(sign_in_as_iam_user(browser))


def recent(browser):
    return re.findall(r'<form class="again".*?data-color="(\w*)">(.*?)</span>', browser.text)


class TestTheHistory:
    def test_the_last_five_roles_are_in_the_menu_and_switch_again(self, zhang):
        for number in range(6):
            add_role(f"Role{number}")
            switch(zhang, f"Role{number}", display_name=f"Name {number}", color="blue")
        names = [name for _, name in recent(zhang)]
        assert names == [f"Name {number}" for number in (5, 4, 3, 2, 1)]
        zhang.submit("recent-role-4")
        assert zhang.signed_in_as == "Name 2"
        assert [name for _, name in recent(zhang)] == [f"Name {each}" for each in (2, 5, 4, 3, 1)]

    def test_a_role_without_a_name_stands_there_with_its_account(self, zhang):
        switch(zhang, color="grey").submit("leave-role")
        assert recent(zhang) == [("grey", f"Audit @ {SANDBOX}")]

    def test_a_role_that_trusts_no_more_is_refused_like_any_other(self, zhang, audit):
        switch(zhang).submit("leave-role")
        audit.trusts = []
        audit.save()
        zhang.submit("recent-role-1")
        assert zhang.alert.startswith(REFUSED)
        assert field(zhang, "role") == "Audit"

    @pytest.mark.requirement("S-045")
    def test_somebody_else_in_the_same_browser_sees_none_of_it(self, zhang):
        switch(zhang).submit("sign-out")
        other = Principal(kind="iam-user", account_id=EXAMPLE_CORP, username="other")
        passwords.assign(other, "Long-enough-1")
        other.save()
        sign_in_as_iam_user(zhang, "other", "Long-enough-1")
        assert recent(zhang) == []
        zhang.submit("sign-out")
        sign_in_as_iam_user(zhang, *ZHANG)
        assert recent(zhang) == [("", f"Audit @ {SANDBOX}")]

    @pytest.mark.parametrize("cookie", ["garbage", "eyJhcm4iOiJ4In0:x:y", ""])
    def test_a_mangled_cookie_is_ignored(self, zhang, cookie):
        switch(zhang)
        jar = zhang.cookies["console.aws.amazon.com.localhost:8000"]
        jar["vestibule-role-history"] = cookie
        assert recent(zhang.visit("/console/home")) == []
        assert 'id="switch-role-explained"' in zhang.visit(PAGE).text

    def test_the_cookie_is_never_too_large_for_a_browser(self, zhang):
        for number in range(role_history.MOST_ROLES):
            name = f"{number}" * 64
            add_role(name)
            shown = "".join(chr(0x4E00 + 64 * number + each) for each in range(64))
            switch(zhang, name, display_name=shown, color="violet")
        assert len(recent(zhang)) == 5
        cookie = zhang.cookie("vestibule-role-history", CONSOLE)
        assert len("__Host-vestibule-role-history") + len(cookie) < 4096


class TestTheLink:
    LINK = "switchrole?account=444455556666&roleName=team/Audit&displayName=A%20%26%20B"

    @pytest.mark.parametrize("region", ["", "eu-central-1."])
    def test_a_link_fills_the_form_in(self, browser, region):
        console = address(f"{region}console.aws.amazon.com")
        browser.visit(console)
        browser.submit(user_type="iam", account="example-corp")
        browser.submit(username=ZHANG[0], password=ZHANG[1])
        browser.visit(address(f"{region}signin.aws.amazon.com", f"/{self.LINK}"))
        assert browser.url.startswith(console + "switch-role?")
        browser.submit("switch-role-understood", "act=understood")
        assert field(browser, "account") == SANDBOX
        assert field(browser, "role") == "team/Audit"
        assert field(browser, "display_name") == "A & B"

    def test_somebody_who_is_not_signed_in_yet_gets_there_too(self, browser):
        browser.visit(SIGNIN + self.LINK + "&evil=1")
        assert browser.step == "user-type"  # the link's account is not the user's
        browser.submit(user_type="iam", account="example-corp")
        browser.submit(username=ZHANG[0], password=ZHANG[1])
        assert browser.url.startswith(PAGE + "?")
        assert "evil" not in browser.url
        browser.submit("switch-role-understood", "act=understood")
        assert field(browser, "role") == "team/Audit"
        assert field(browser, "display_name") == "A & B"

    @pytest.mark.requirement("S-050")
    def test_what_else_a_link_says_is_left_out(self, browser):
        evil = quote("https://evil.example/", safe="")
        browser.visit(f"{SIGNIN}switchrole?roleName=x&redirect_uri={evil}&color={evil}")
        assert not [url for url in browser.trail[1:] if "evil" in url]

    def test_what_a_link_says_is_text(self, browser):
        sign_in_as_iam_user(browser)
        understand(browser, "?roleName=%22%3E%3Cscript%3E&displayName=%3Cimg%3E")
        assert b"<script>" not in browser.page.content
        assert b"&quot;&gt;&lt;script&gt;" in browser.page.content
