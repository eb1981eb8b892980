"""What the tests of the account's own pages share."""

from collections.abc import Callable

from accounts.models import Account, Principal
from signin.events.models import Event
from tests.browser import CONSOLE, Browser
from tests.walks import EXAMPLE_CORP, ROOT, newest_code, sign_in_as_root

Walk = Callable[[Browser], Browser]

SETTINGS = CONSOLE + "account/"
NEW_EMAIL = "new.owner@example.com"
NEW_PASSWORD = "Tidy-Kettle-88"


def signed_in_as_owner(browser: Browser) -> Browser:
    """Sign in as the root user whose account most tests change."""
    return sign_in_as_root(browser, *ROOT)


def owner() -> Principal:
    """Return that root user as stored now."""
    return Principal.objects.select_related("account").get(account=EXAMPLE_CORP, kind="root-user")


def own() -> Account:
    """Return that root user's account as stored now."""
    return Account.objects.get(pk=EXAMPLE_CORP)


def edit(browser: Browser, what: str, **fields: str) -> Browser:
    """Open one of the account's pages and send its form."""
    return browser.visit(SETTINGS + what).submit(f"account-{what.replace('/', '-')}", **fields)


def ask_for_email(browser: Browser, email: str = NEW_EMAIL) -> Browser:
    """Ask for another address."""
    return edit(browser, "email", email=email)


def change_email(browser: Browser, email: str = NEW_EMAIL) -> Browser:
    """Ask for another address, and type the code that is mailed there."""
    ask_for_email(browser, email)
    return browser.submit("account-email-code", code=newest_code(email))


def choose_password(browser: Browser, old: str = ROOT[1], new: str = NEW_PASSWORD) -> Browser:
    """Change the root user's password."""
    return edit(browser, "password", password=old, new_password=new, confirm_password=new)


def close(browser: Browser, account: str = EXAMPLE_CORP) -> Browser:
    """Close the account, by whatever is typed as its ID."""
    return browser.visit(SETTINGS + "close").submit("account-closing", account=account)


def documents(name: str) -> list[dict]:
    """Return the events of a name, newest first."""
    return [event.document for event in Event.objects.filter(name=name)]


# One way to each page, and to each kind of refusal with what it says in Japanese.
PAGES: dict[str, Walk] = {
    "account settings": lambda browser: signed_in_as_owner(browser).visit(SETTINGS),
    "account name": lambda browser: signed_in_as_owner(browser).visit(SETTINGS + "name"),
    "account name saved": lambda browser: edit(
        signed_in_as_owner(browser), "name", account_name="Corp"
    ),
    "account phone": lambda browser: signed_in_as_owner(browser).visit(SETTINGS + "phone"),
    "root password": lambda browser: signed_in_as_owner(browser).visit(SETTINGS + "password"),
    "new e-mail": lambda browser: signed_in_as_owner(browser).visit(SETTINGS + "email"),
    "code to the new e-mail": lambda browser: ask_for_email(signed_in_as_owner(browser)),
    "new e-mail saved": lambda browser: change_email(signed_in_as_owner(browser)),
    "close the account": lambda browser: signed_in_as_owner(browser).visit(SETTINGS + "close"),
    "account just closed": lambda browser: close(signed_in_as_owner(browser)),
}
REFUSALS: dict[str, tuple[Walk, str]] = {
    "no phone number": (
        lambda browser: edit(signed_in_as_owner(browser), "phone", phone="x"),
        "電話番号は 6～20 文字",
    ),
    "the address of now": (
        lambda browser: ask_for_email(signed_in_as_owner(browser), ROOT[0]),
        "現在のメールアドレスと同じ",
    ),
    "another account's ID": (
        lambda browser: close(signed_in_as_owner(browser), "1"),
        "このアカウントの ID ではありません",
    ),
}
