"""Working in another role at the console, and going back."""

import re
from datetime import timedelta

import pytest

from accounts import states, switch_forms
from accounts.models import Account, PermissionSet, RoleSwitch, Session
from signin.kernel import clock
from tests.browser import CONSOLE, address
from tests.flows.portal_walks import clear, directory
from tests.flows.switch_walks import (
    CORP,
    PAGE,
    REFUSED,
    SANDBOX,
    ZHANGS_ARN,
    add_role,
    events,
    field,
    switch,
    understand,
)
from tests.flows.test_uniform_answers import RANDOM
from tests.walks import EXAMPLE_CORP, ROOT, sign_in_as_iam_user, sign_in_as_root

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


@pytest.mark.requirement("R-213", "R-216")
def test_an_iam_user_works_in_a_role_of_another_account(zhang):
    switch(zhang)
    assert zhang.url == CONSOLE + "console/home"
    assert zhang.signed_in_as == "Audit/zhang @ 4444-5555-6666"
    assert "You work as the role Audit" in zhang.words
    assert "Signed in as: zhang @ example-corp" in zhang.words
    zhang.visit("/iam/security_credentials")
    assert f"arn:aws:sts::{SANDBOX}:assumed-role/Audit/zhang" in zhang.words
    assert "4444-5555-6666" in zhang.words
    assert SANDBOX in zhang.visit("/support/home").words


def test_the_console_of_another_region_shows_the_role_too(zhang):
    switch(zhang)
    zhang.visit(re.search(r'href="(http://eu-central-1[^"]*)"', zhang.text)[1])
    assert zhang.signed_in_as == "Audit/zhang @ 4444-5555-6666"


def test_the_first_use_is_explained_once_and_keeps_what_the_link_said(browser):
    sign_in_as_iam_user(browser).visit(f"{PAGE}?account={SANDBOX}&roleName=Audit")
    assert 'id="switch-role-explained"' in browser.text
    assert 'id="switch-role-form"' not in browser.text
    browser.submit("switch-role-understood", "act=understood")
    assert field(browser, "account") == SANDBOX
    assert field(browser, "role") == "Audit"
    browser.visit(PAGE)
    assert 'id="switch-role-form"' in browser.text


@pytest.mark.parametrize("account", ["example-strict", "222233334444", "2222-3333-4444"])
def test_the_account_is_named_by_id_or_alias(zhang, account):
    add_role(account_id="222233334444")
    assert switch(zhang, account=account).signed_in_as == "Audit/zhang @ example-strict"


@pytest.mark.parametrize(
    ("typed", "good"),
    [
        ("team/eu/Deploy", True),
        ("/team/eu/Deploy", True),
        ("Deploy", False),
        ("team/Deploy", False),
        ("team/eu/Deploy/", False),
    ],
)
def test_a_role_is_named_with_its_path(zhang, typed, good):
    add_role("Deploy", path="/team/eu/")
    assert (switch(zhang, typed).signed_in_as == "Deploy/zhang @ 4444-5555-6666") is good


def test_path_and_name_have_64_characters_together(zhang):
    add_role("x" * 59, path="/team/")
    assert switch(zhang, "team/" + "x" * 59).signed_in_as.startswith("xxx")
    zhang.submit("leave-role")
    assert "up to 64 characters" in switch(zhang, "team/" + "x" * 60).error_of("role")


@pytest.mark.parametrize(
    ("fields", "of", "says"),
    [
        ({"account": ""}, "account", "Type the account ID"),
        ({"account": "a"}, "account", "twelve digits"),
        ({"role": ""}, "role", "Type the name"),
        ({"role": "two words"}, "role", "up to 64 characters"),
        ({"display_name": "x" * 65}, "display_name", "up to 64 characters"),
        ({"display_name": "two\nlines"}, "display_name", "on one line"),
        ({"color": "#ff0000"}, "color", "not one of the available"),
    ],
)
def test_what_can_not_be_meant_is_told_at_its_field(zhang, fields, of, says):
    switch(zhang, **fields)
    assert says in zhang.error_of(of)
    assert not RoleSwitch.objects.exists()


@pytest.mark.parametrize("color", switch_forms.COLORS)
def test_a_display_name_and_a_colour_mark_the_role_in_the_bar(zhang, color):
    switch(zhang, display_name="Audit <here> & now", color=color)
    assert f'<span class="acting" data-color="{color}">' in zhang.text
    assert b"Audit &lt;here&gt; &amp; now" in zhang.page.content


@pytest.mark.requirement("S-018", "S-060")
@pytest.mark.parametrize(
    "made",
    [
        pytest.param({"trusts": []}, id="trusts nobody"),
        pytest.param({"trusts": [f"arn:aws:iam::{EXAMPLE_CORP}:user/jane.doe"]}, id="another one"),
        pytest.param({"trusts": [f"arn:aws:iam::{SANDBOX}:root"]}, id="another account"),
        pytest.param({"external_id": "secret-1"}, id="asks for an external ID"),
        pytest.param({"account_id": "777788889999"}, id="account suspended"),
        pytest.param({"account_id": "123456789012"}, id="account closed"),
        pytest.param({"is_reserved": True}, id="made by Identity Center"),
        pytest.param({"account": "999999999999"}, id="no such account"),
        pytest.param({"account": "no-such-account"}, id="no such alias"),
        pytest.param({"role": "Nothing"}, id="no such role"),
    ],
)
def test_whatever_is_wrong_looks_the_same(zhang, made, django_assert_num_queries):
    typed = {"account": made.pop("account", SANDBOX), "role": made.pop("role", "Refused")}
    if made.pop("is_reserved", False):
        made["permission_set"] = PermissionSet.objects.create(directory=directory(), name="Gone")
    add_role("Refused", **made)
    typed["account"] = made.get("account_id", typed["account"])
    zhang.visit(PAGE)
    with django_assert_num_queries(3):  # the session, the account, the role
        zhang.submit("switch-role-form", **typed, display_name="d")
    assert zhang.alert.startswith(REFUSED)
    assert zhang.status == 200
    page = zhang.text.replace(typed["account"], "…").replace(typed["role"], "…")
    switch(zhang, "Other", "888899990000", display_name="d")
    other = zhang.text.replace("888899990000", "…").replace("Other", "…")
    for random in RANDOM:
        page, other = random.sub("…", page), random.sub("…", other)
    assert page == other
    assert zhang.signed_in_as == "zhang @ example-corp"
    assert not RoleSwitch.objects.exists()
    assert not events()


@pytest.mark.parametrize("trusted", [CORP, ZHANGS_ARN])
def test_a_role_trusts_a_user_or_everybody_of_an_account(zhang, audit, trusted):
    audit.trusts = [f"arn:aws:iam::{SANDBOX}:root", trusted]
    audit.save()
    assert switch(zhang).signed_in_as == "Audit/zhang @ 4444-5555-6666"


@pytest.mark.requirement("S-045")
def test_a_root_user_can_not_switch(browser):
    sign_in_as_root(browser, *ROOT)
    assert 'id="switch-role"' not in browser.text
    browser.visit(PAGE)
    assert "A root user can't switch roles" in browser.words
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.text)[1]
    fields = {"csrfmiddlewaretoken": token, "account": SANDBOX, "role": "Audit"}
    browser.post(PAGE, fields)
    assert "A root user can't switch roles" in browser.words
    assert not RoleSwitch.objects.exists()


@pytest.mark.requirement("S-106")
@pytest.mark.parametrize(("account", "role"), [(SANDBOX, "Audit"), ("9" * 12, "x" * 2000)])
def test_a_link_fills_the_form_in_and_switches_nothing(zhang, account, role):
    zhang.visit(f"{PAGE}?account={account}&roleName={role}&displayName={'y' * 2000}")
    assert zhang.status == 200
    assert 'id="switch-role-form"' in zhang.text
    assert zhang.visit(CONSOLE).signed_in_as == "zhang @ example-corp"
    assert not RoleSwitch.objects.exists()


@pytest.mark.requirement("S-042", "S-106")
def test_switching_and_going_back_need_forms_of_our_own(zhang):
    fields = {"account": SANDBOX, "role": "Audit"}
    assert zhang.post(PAGE, fields).status == 403
    assert zhang.visit(PAGE + "/back").status == 405
    assert zhang.post(PAGE + "/back", {}).status == 403


@pytest.mark.requirement("S-035")
def test_a_switch_gives_the_session_another_key_and_going_back_again(zhang):
    keys = [zhang.cookie("vestibule-console", CONSOLE)]
    switch(zhang)
    keys.append(zhang.cookie("vestibule-console", CONSOLE))
    zhang.submit("leave-role")
    keys.append(zhang.cookie("vestibule-console", CONSOLE))
    assert len(set(keys)) == 3
    for key in keys[:2]:
        zhang.cookies["console.aws.amazon.com.localhost:8000"]["vestibule-console"] = key
        assert zhang.visit(CONSOLE + "console/home").status == 401


@pytest.mark.requirement("S-045")
def test_going_back_makes_the_console_the_user_s_own_again(zhang):
    switch(zhang)
    assert "Back to zhang" in zhang.words
    zhang.submit("leave-role")
    assert zhang.signed_in_as == "zhang @ example-corp"
    assert 'id="leave-role"' not in zhang.text
    assert not RoleSwitch.objects.exists()


@pytest.mark.requirement("S-039")
@pytest.mark.parametrize(("seconds", "lasts"), [(3600, 1), (4 * 3600, 4)])
def test_a_switch_lasts_as_long_as_the_role_says_to_the_second(zhang, audit, seconds, lasts):
    audit.session_seconds = seconds
    audit.save()
    clock.freeze()
    switch(zhang)
    clock.advance(timedelta(hours=lasts, seconds=-1))
    assert zhang.visit("/console/home").signed_in_as == "Audit/zhang @ 4444-5555-6666"
    clock.advance(timedelta(seconds=1))
    zhang.visit("/console/home")
    assert zhang.status == 200
    assert zhang.signed_in_as == "zhang @ example-corp"


@pytest.mark.requirement("S-039")
def test_a_switch_ends_with_the_sign_in(browser, audit):
    audit.session_seconds = 12 * 3600
    audit.save()
    clock.freeze()
    understand(sign_in_as_iam_user(browser))
    clock.advance(timedelta(hours=11))
    switch(browser)
    assert RoleSwitch.objects.get().expires_at == clock.now() + timedelta(hours=1)
    clock.advance(timedelta(hours=1))
    assert browser.visit("/console/home").status == 401


@pytest.mark.requirement("S-041")
def test_signing_out_in_a_role_signs_the_user_out(zhang):
    switch(zhang).submit("sign-out")
    assert zhang.url == address("aws.amazon.com", "/console/")
    assert not Session.objects.filter(ended_at=None).exists()
    sign_in_as_iam_user(zhang)
    assert zhang.signed_in_as == "zhang @ example-corp"


@pytest.mark.requirement("S-045", "S-060")
@pytest.mark.parametrize("path", ["iam/password", "iam/mfa/new", "iam/mfa/1", "account/"])
def test_in_a_role_there_is_no_page_of_one_s_own(zhang, path):
    switch(zhang)
    assert zhang.visit(CONSOLE + path).status == 404
    zhang.visit(CONSOLE + "console/home").submit("leave-role")
    if path == "iam/password":
        assert zhang.visit(CONSOLE + path).status == 200


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_a_role_ends_silently_when_its_account_is_not_active_any_more(zhang, state):
    switch(zhang)
    Account.objects.filter(pk=SANDBOX).update(state=state)
    assert zhang.visit("/console/home").signed_in_as == "zhang @ example-corp"
    states.enter(Account.objects.get(pk=SANDBOX), state)
    assert not RoleSwitch.objects.exists()
    assert zhang.visit("/console/home").signed_in_as == "zhang @ example-corp"


def test_a_deleted_role_ends_silently(zhang, audit):
    switch(zhang)
    audit.delete()
    assert zhang.visit("/console/home").signed_in_as == "zhang @ example-corp"


def test_a_user_of_a_suspended_account_sees_that_page_in_a_role_too(zhang):
    switch(zhang)
    Account.objects.filter(pk=EXAMPLE_CORP).update(state="suspended")
    assert "Example Corp is suspended" in zhang.visit("/console/home").words


class TestEvents:
    @pytest.mark.requirement("S-108")
    def test_a_switch_is_recorded_in_the_role_s_account_with_who_it_was(self, zhang, audit):
        switch(zhang)
        [document] = events()
        assert document["userIdentity"] == {
            "type": "AssumedRole",
            "principalId": f"{audit.unique_id}:zhang",
            "arn": f"arn:aws:sts::{SANDBOX}:assumed-role/Audit/zhang",
            "accountId": SANDBOX,
        }
        assert document["eventType"] == "AwsConsoleSignIn"
        assert document["eventSource"] == "signin.amazonaws.com"
        assert document["requestParameters"] is None
        assert document["responseElements"] == {"SwitchRole": "Success"}
        assert document["additionalEventData"] == {
            "SwitchFrom": ZHANGS_ARN,
            "RedirectTo": CONSOLE + "console/home",
        }
        assert document["recipientAccountId"] == SANDBOX
        assert document["awsRegion"] == "us-east-1"

    @pytest.mark.requirement("S-045")
    def test_from_role_to_role_the_user_is_the_one_who_switches(self, zhang):
        add_role("Second", account_id="222233334444")
        only_for_audit = [f"arn:aws:iam::{SANDBOX}:role/Audit", f"arn:aws:iam::{SANDBOX}:root"]
        add_role("Chained", account_id="222233334444", trusts=only_for_audit)
        switch(zhang)
        assert switch(zhang, "Chained", "example-strict").alert.startswith(REFUSED)
        switch(zhang, "Second", "example-strict")
        assert zhang.signed_in_as == "Second/zhang @ example-strict"
        first, second = events()
        assert second["recipientAccountId"] == "222233334444"
        assert second["additionalEventData"]["SwitchFrom"] == ZHANGS_ARN
        assert first["additionalEventData"]["SwitchFrom"] == ZHANGS_ARN

    def test_going_back_is_recorded_in_the_role_s_account(self, zhang):
        switch(zhang).submit("leave-role")
        back = events()[-1]
        assert back["eventName"] == "ExitRole"
        assert back["recipientAccountId"] == SANDBOX
        assert back["userIdentity"]["arn"].endswith(":assumed-role/Audit/zhang")
        assert back["additionalEventData"]["SwitchFrom"] == ZHANGS_ARN

    def test_a_switch_that_is_over_is_left_without_an_event(self, zhang):
        switch(zhang)
        clock.advance(timedelta(hours=1))
        zhang.submit("leave-role")
        assert zhang.signed_in_as == "zhang @ example-corp"
        assert [each["eventName"] for each in events()] == ["SwitchRole"]
