"""What people do at the pages, in Playwright's words."""

from playwright.sync_api import Page

from tests.server import Server


def open_console(page: Page, server: Server, path: str = "/") -> None:
    """Open the console, which leads to the sign-in page."""
    page.goto(server.address("console.aws.amazon.com", path))


def name_root(page: Page, server: Server, email: str) -> None:
    """Say at the first page which root user signs in."""
    open_console(page, server)
    page.get_by_label("Root user e-mail address").fill(email)
    page.get_by_role("button", name="Next").click()


def open_account(page: Page, server: Server, email: str) -> None:
    """Type the e-mail and the name of a new account."""
    page.goto(server.address("signin.aws.amazon.com", "/open-account"))
    page.get_by_label("Root user e-mail address").fill(email)
    page.get_by_label("Account name").fill("New Account")
    page.locator("#next_button").click()


def verify_email(page: Page, server: Server, email: str) -> None:
    """Type the digits that were mailed for a new account."""
    page.locator("form[data-step=opening-code]").wait_for()
    mail = server.control("GET", f"/messages/wait?to={email}&kind=opening-code")
    page.get_by_label("Verification code").fill(str(mail["code"]))
    page.locator("#verify_button").click()


def choose_first_password(page: Page, password: str) -> None:
    """Type the password of a new account's root user, twice."""
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("New password again").fill(password)
    page.locator("#next_button").click()


def pass_captcha(page: Page, server: Server) -> None:
    """Answer the security check, and go on."""
    type_characters(page, server)
    page.get_by_role("button", name="Continue").click()


def type_characters(page: Page, server: Server) -> None:
    """Type the characters of the security check on the page."""
    shown = page.locator("input[name=captcha_id]").get_attribute("value")
    answer = server.control("GET", f"/captchas/{shown}")["answer"]
    page.get_by_label("Characters you see or hear").fill(answer)


def sign_in_as_root(page: Page, server: Server, email: str, password: str) -> None:
    """Sign in as root user, past the security check if there is one."""
    name_root(page, server, email)
    captcha, typed = (
        page.locator("form[data-step=captcha]"),
        page.get_by_label("Password", exact=True),
    )
    captcha.or_(typed).wait_for()
    if captcha.count():
        pass_captcha(page, server)
    typed.fill(password)
    page.locator("#signin_button").click()


def sign_in_as_iam_user(
    page: Page, server: Server, alias: str, username: str, password: str
) -> None:
    """Sign in as IAM user at an account's own page."""
    page.goto(server.address(f"{alias}.signin.aws.amazon.com", "/console"))
    page.get_by_label("IAM user name").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def choose_password(page: Page, old: str, new: str, again: str) -> None:
    """Fill in and send a form for a new password."""
    page.get_by_label("Current password").fill(old)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password again").fill(again)
    page.locator("#change_password_button").click()


def in_trouble(page: Page, server: Server) -> None:
    """Sign in as root user up to the page of those who can't use their device."""
    sign_in_as_root(page, server, "sandbox@example.com", "Sandbox-demo-1")
    page.locator("#trouble_button").click()
    page.locator("#send_mail_button").wait_for()


def have_link_mailed(page: Page, server: Server) -> str:
    """Have the link for a lost device mailed, and return it."""
    in_trouble(page, server)
    page.locator("#send_mail_button").click()
    page.locator("#link-mailed").wait_for()
    return str(server.control("GET", "/messages/wait?kind=lost-device")["link"])


def confirm_mail(page: Page, server: Server) -> None:
    """Follow the link in the browser that signs in, up to the page that calls."""
    page.goto(have_link_mailed(page, server))
    page.locator("#confirm_button").click()
    page.locator("#call_button").wait_for()


def be_called(page: Page, server: Server) -> None:
    """Have the contact phone called."""
    confirm_mail(page, server)
    page.locator("#call_button").click()
    page.locator("#call-digits").wait_for()


def open_phone(page: Page, server: Server, name: str = "sandbox@example.com") -> None:
    """Open somebody's phone at the desk."""
    page.goto(server.address("localhost", "/phone/"))
    page.get_by_role("link", name=name).click()
    page.locator("#newest-messages").wait_for()
