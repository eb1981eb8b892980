"""What the tests of the admin site share."""

import re

from accounts.models import Principal
from tests.browser import CONSOLE, DESK

ADMIN = DESK + "admin/"
NEW_PASSWORD = "A-new-password-7"


def page(path: str) -> str:
    """Return the address of a page about accounts and who is in them."""
    return f"{ADMIN}accounts/{path}"


def log_in(browser, username, password):
    """Log in at the admin site."""
    return browser.visit(ADMIN).submit("login-form", username=username, password=password)


def act(browser, path, action, *chosen):
    """Choose rows of a list and do something with them."""
    browser.visit(page(path))
    return browser.submit("changelist-form", action=action, _selected_action=list(chosen))


def set_password(browser, person, password, **fields):
    """Set a person's password at the page for that."""
    kind = "rootuser" if person.kind == Principal.Kind.ROOT_USER else "iamuser"
    browser.visit(page(f"{kind}/{person.pk}/password/"))
    fields = {"new_password": password, "new_password_again": password, **fields}
    return browser.submit("password-form", **fields)


def named(username):
    """Return the person of a name as stored now."""
    return Principal.objects.get(folded=username)


def is_signed_in(browser):
    """Return whether the console takes the browser for signed in."""
    return browser.visit(CONSOLE + "console/home").signed_in_as is not None


def csrf(browser):
    """Return the token that the page's forms carry."""
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.text)
    return {"csrfmiddlewaretoken": token[1] if token else ""}
