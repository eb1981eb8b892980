"""The doors and the people of a scenario, as the desk and the first start print them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from signin import hosts
from signin.control.scenarios import Scenario


@dataclass(frozen=True)
class Door:
    """Where one kind of person signs in."""

    name: str | Promise
    url: str
    who: str | Promise


@dataclass(frozen=True)
class Person:
    """Somebody whom the scenario made, with the password that its document tells."""

    kind: str | Promise
    account: str
    name: str
    password: str
    url: str


def doors() -> list[Door]:
    """Return the doors that are open."""
    return [
        Door(_("Console"), hosts.url("console"), _("root users and IAM users")),
        Door(_("Public console page"), hosts.url("public", "/console/"), _("everybody")),
    ]


def people(scenario: Scenario) -> list[Person]:
    """Return the people of a scenario that have a password."""
    found = []
    for account in scenario.document.get("accounts", []):
        if root := account.get("root"):
            found.append(
                Person(
                    kind=_("root user"),
                    account=account["id"],
                    name=root["email"],
                    password=root.get("password", ""),
                    url=hosts.url("console", "/", {"user_type": "root"}),
                )
            )
        place = account.get("alias") or account["id"]
        found += [
            Person(
                kind=_("IAM user"),
                account=account["id"],
                name=user["name"],
                password=user.get("password", ""),
                url=hosts.url("account", "/console", account=place),
            )
            for user in account.get("users", [])
        ]
    return [person for person in found if person.password]
