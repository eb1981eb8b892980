"""Switching to a role, and what is seen of it."""

import re

from accounts.models import Role
from signin.events.models import Event
from tests.browser import CONSOLE
from tests.walks import EXAMPLE_CORP

PAGE = CONSOLE + "switch-role"
SANDBOX = "444455556666"
ZHANGS_ARN = f"arn:aws:iam::{EXAMPLE_CORP}:user/zhang"
CORP = f"arn:aws:iam::{EXAMPLE_CORP}:root"
REFUSED = "You can't switch to that role."


def add_role(name="Audit", **more):
    return Role.objects.create(**{"account_id": SANDBOX, "trusts": [CORP], "name": name} | more)


def understand(browser, query=""):
    return browser.visit(PAGE + query).submit("switch-role-understood", "act=understood")


def switch(browser, role="Audit", account=SANDBOX, **fields):
    return browser.visit(PAGE).submit("switch-role-form", account=account, role=role, **fields)


def field(browser, name):
    found = re.search(rf'<input[^>]*name="{name}"[^>]*id="id_{name}"[^>]*>', browser.text)[0]
    value = re.search(r' value="([^"]*)"', found)
    return value[1] if value else ""


def events(*names):
    found = Event.objects.filter(name__in=names or ("SwitchRole", "ExitRole")).order_by("id")
    return [event.document for event in found]
