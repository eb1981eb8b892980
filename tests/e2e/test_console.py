"""The console door in a real browser, as people use it."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.people import (
    choose_password,
    name_root,
    open_console,
    pass_captcha,
    sign_in_as_iam_user,
    sign_in_as_root,
    type_characters,
)
from tests.e2e.signed_in import as_zhang

pytestmark = pytest.mark.browser


@pytest.mark.requirement("R-027", "R-064", "R-075", "R-192", "R-193", "R-194")
def test_root_signs_in_and_out(page, server):
    name_root(page, server, "root@example.com")
    pass_captcha(page, server)
    page.get_by_label("Password", exact=True).fill("Root-demo-1")
    page.keyboard.press("Enter")
    expect(page.locator("#signed-in-as")).to_contain_text("1111-2222-3333")
    page.locator("#signed-in-as").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(server.address("aws.amazon.com", "/console/"))
    page.go_back()
    expect(page.locator("#signed-in-as")).to_have_count(0)


@pytest.mark.requirement("R-061", "R-081")
def test_the_first_page_shows_the_field_of_the_chosen_kind(page, server):
    open_console(page, server)
    expect(page.get_by_label("Root user e-mail address")).to_be_visible()
    expect(page.get_by_label("Account ID")).to_be_hidden()
    page.get_by_text("IAM user", exact=True).click()
    expect(page.get_by_label("Root user e-mail address")).to_be_hidden()
    page.get_by_label("Account ID").fill("example-corp")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("form[data-step=iam-user]")).to_be_visible()
    expect(page.get_by_label("Account ID")).to_have_value("example-corp")


@pytest.mark.requirement("R-065", "R-082")
def test_an_iam_user_starts_at_the_remembered_account_next_time(page, server):
    sign_in_as_iam_user(page, server, "example-corp", "zhang", "Zhang-demo-1")
    page.locator("#signed-in-as").click()
    page.get_by_role("button", name="Sign out").click()
    page.locator("#sign-in").click()
    expect(page.get_by_label("IAM user name")).to_have_value("zhang")
    page.locator("#root-user").click()
    expect(page.locator("form[data-step=user-type]")).to_be_visible()


def test_everything_works_by_keyboard(page, server):
    open_console(page, server)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.locator("#user_type_root").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#user_type_iam")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("example-corp")
    page.keyboard.press("Enter")
    page.get_by_label("IAM user name").focus()
    page.keyboard.type("zhang")
    page.keyboard.press("Tab")
    page.keyboard.type("Zhang-demo-1")
    page.keyboard.press("Enter")
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")
    page.locator("#signed-in-as").focus()
    page.keyboard.press("Enter")
    page.locator("#sign_out_button").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"//aws\.amazon\.com\.localhost"))


@pytest.mark.requirement("R-069", "R-070")
def test_the_security_check_can_be_heard_and_changed(page, server):
    name_root(page, server, "root@example.com")
    picture = page.locator("#captcha_image")
    expect(picture).to_have_js_property("naturalWidth", 240)
    before = picture.get_attribute("src")
    with page.expect_response(re.compile(r"\.wav$")) as heard:
        page.locator("#captcha_sound").click()
    assert heard.value.status in (200, 206)
    expect(page.locator("form[data-step=captcha]")).to_be_visible()
    page.locator("#captcha_refresh").click()
    expect(picture).not_to_have_attribute("src", before)
    pass_captcha(page, server)
    expect(page.get_by_label("Password", exact=True)).to_be_visible()


@pytest.mark.requirement("R-027")
def test_enter_sends_what_was_typed_for_the_security_check(page, server):
    name_root(page, server, "root@example.com")
    type_characters(page, server)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password", exact=True)).to_be_visible()


@pytest.mark.requirement("S-007")
def test_a_password_can_be_pasted_and_looked_at(page, server, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    name_root(page, server, "mailed@example.com")
    field = page.get_by_label("Password", exact=True)
    page.evaluate("navigator.clipboard.writeText('Mailed-demo-1')")
    field.focus()
    page.keyboard.press("Control+V")
    expect(field).to_have_value("Mailed-demo-1")
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name=re.compile("show", re.IGNORECASE)).click()
    expect(field).to_have_attribute("type", "text")
    page.keyboard.press("Control+A")


@pytest.mark.requirement("R-217", "R-218")
def test_a_mailed_code_is_found_in_the_mailbox_and_typed(page, server, context):
    mailbox = context.new_page()
    mailbox.goto(server.address("localhost", "/mailbox/"))
    expect(mailbox.get_by_text("No mail yet")).to_be_visible()
    sign_in_as_root(page, server, "mailed@example.com", "Mailed-demo-1")
    expect(page.locator("form[data-step=email-code]")).to_be_visible()
    mailbox.bring_to_front()
    code = mailbox.locator("#messages code").first
    expect(code).to_have_text(re.compile(r"\d{6}"))  # comes without a reload
    digits = code.inner_text()
    page.bring_to_front()
    page.get_by_label("Verification code").fill(digits)
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("#signed-in-as")).to_contain_text("6666-7777-8888")


@pytest.mark.requirement("S-047")
def test_two_tabs_don_t_mix(page, server, context):
    name_root(page, server, "root@example.com")
    other = context.new_page()
    name_root(other, server, "mailed@example.com")
    expect(other.locator("#who")).to_have_text("mailed@example.com")
    pass_captcha(page, server)
    expect(page.locator("#who")).to_have_text("root@example.com")
    page.get_by_label("Password", exact=True).fill("Root-demo-1")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#signed-in-as")).to_contain_text("Example Corp")


def test_without_scripts_it_works_all_the_same(chromium, server):
    server.control("POST", "/reset")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in_as_root(page, server, "root@example.com", "Root-demo-1")
    expect(page.locator("#signed-in-as")).to_contain_text("1111-2222-3333")
    page.locator("#signed-in-as").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(server.address("aws.amazon.com", "/console/"))
    context.close()


def test_an_error_is_announced_and_tied_to_its_field(page, server):
    open_console(page, server)
    page.get_by_label("Root user e-mail address").fill("nobody")
    page.get_by_role("button", name="Next").click()
    field = page.get_by_label("Root user e-mail address")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("nobody")
    described_by = field.get_attribute("aria-describedby")
    assert described_by
    texts = [page.locator(f"#{part}").inner_text() for part in described_by.split()]
    assert any("whole address" in text for text in texts)


def test_the_language_is_switched_and_stays_from_host_to_host(page, server):
    open_console(page, server)
    page.locator("#language-ja").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.locator("#email, #id_email").first.fill("root@example.com")
    page.locator("#next_button").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    shown = page.locator("input[name=captcha_id]").get_attribute("value")
    answer = server.control("GET", f"/captchas/{shown}")["answer"]
    page.locator("input[name=captcha]").fill(answer)
    page.locator("#submit_button").click()
    page.locator("input[name=password]").fill("Root-demo-1")
    page.locator("#signin_button").click()
    expect(page.locator("#signed-in-as")).to_contain_text("1111-2222-3333")
    expect(page.locator("html")).to_have_attribute("lang", "ja")


def test_the_region_menu_changes_the_host_and_keeps_who_is_signed_in(page, server):
    as_zhang(page, server)
    page.locator("#region-menu summary").click()
    page.get_by_role("link", name="Frankfurt").click()
    frankfurt = server.address("eu-central-1.console.aws.amazon.com", "/console/home")
    expect(page).to_have_url(re.compile(re.escape(frankfurt)))
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")


@pytest.mark.requirement("R-083", "S-007")
def test_rules_are_ticked_off_while_a_new_password_is_typed(page, server):
    sign_in_as_iam_user(page, server, "example-strict", "expired.user", "Expired-demo-1")
    kept = page.locator("#password-rules [data-kept]")
    expect(kept).to_have_count(0)
    field = page.get_by_label("New password", exact=True)
    for typed, rules in [
        ("a", ["lowercase"]),
        ("aB3", ["uppercase", "lowercase", "digits"]),
        ("Tidy-Kettle-88", ["length", "uppercase", "lowercase", "digits", "symbols"]),
        ("🔑" * 12, ["length"]),
    ]:
        field.fill(typed)
        assert kept.evaluate_all("items => items.map((each) => each.dataset.rule)") == rules
    choose_password(page, "Expired-demo-1", "Tidy-Kettle-88", "Tidy-Kettle-88")
    expect(page.locator("#signed-in-as")).to_contain_text("expired.user")


def test_an_iam_user_changes_the_password_and_stays_signed_in(page, server):
    as_zhang(page, server)
    page.goto(server.address("console.aws.amazon.com", "/iam/security_credentials"))
    page.locator("#change-password").click()
    choose_password(page, "Zhang-demo-1", "Tidy-Kettle-88", "Tidy-Kettle-88")
    expect(page.locator("#password-changed")).to_be_visible()
    page.reload()
    expect(page.locator("#signed-in-as")).to_contain_text("zhang")
