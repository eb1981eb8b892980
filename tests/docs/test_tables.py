"""The tables of the README and of what is emulated match the code."""

import ast
import re
from datetime import timedelta

import pytest
from django.conf import settings

from accounts import (
    lockout,
)
from accounts.models import Principal
from signin import client_cookies, hosts
from signin import http as signin_http
from signin.console import device_flows, flows
from signin.control import scenarios
from signin.flow.engine import Step
from signin.identity_center import flows as portal_flows
from signin.identity_center.builder_id import flows as builder_id_flows
from tests.docs.figures import COOKIES, NUMBERS
from tests.docs.reading import CODE, EMULATED, PAGES, ROOT, rows, section

FLOWS = flows.FLOWS | device_flows.FLOWS | portal_flows.FLOWS | builder_id_flows.FLOWS
TABLES = ("Doors", "Pages", "Numbers", "Outcomes", "Cookies", "Events", "Mails")


def spoken(duration: timedelta) -> str:
    """Return a duration as the documentation writes it."""
    seconds = int(duration.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds % length == 0 and not (unit == "day" and seconds == length):
            count = seconds // length
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"


def says(text: str, number: str) -> bool:
    """Return whether a number with its unit stands in a text, not as a part of another one."""
    return bool(re.search(rf"(?<![\d.]){re.escape(number)}\b", text))


class TestTheReadme:
    def test_the_settings_are_those_that_are_read(self):
        read = settings_that_are_read()
        told = {CODE.findall(row[0])[0]: row[1] for row in rows(section(PAGES[0], "Settings"))}
        assert set(told) == set(read)
        for name, default in read.items():
            if default is not None:
                assert str(default) in told[name], name

    def test_the_tasks_are_those_of_the_makefile(self):
        there = re.findall(r"^([a-z]+):.*?## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
        told = CODE.findall(" ".join(row[0] for row in rows(section(PAGES[0], "Tasks"))))
        assert told == ["make", *(f"make {name}" for name in there if name != "help")]

    def test_the_people_are_those_of_the_demo_scenario(self):
        told = rows(section(PAGES[0], "People of the demo scenario"))
        document, there = scenarios.find("demo").document, []
        for account in document["accounts"]:
            there.append((account["id"], account["root"]["email"], account["root"]["password"]))
            there += [
                (account["id"], user["name"], user["password"])
                for user in account.get("users", [])
                if "password" in user
            ]
        for directory in document["directories"]:
            for user in directory["users"]:
                password = user.get("password") or user.get("one_time_password")
                there += [(directory["id"], user["name"], password)] if password else []
        there += [("–", each["email"], each["password"]) for each in document["builder_ids"]]
        assert there == [
            (row[1][:12], CODE.findall(row[2])[0], CODE.findall(row[3])[0]) for row in told
        ]


class TestWhatIsEmulated:
    def test_every_row_has_a_state_and_its_proof(self):
        table = [row for name in TABLES for row in rows(section(EMULATED, name))]
        assert len(table) > 80
        for row in table:
            assert len(row) == 5, row
            thing, _, here, state, proof = row
            assert state in {"yes", "differs", "not yet"}, thing
            if state == "not yet":
                assert not proof, thing
            else:
                assert here, thing
                assert (ROOT / CODE.findall(proof)[0]).is_file(), thing

    def test_every_host_is_named(self):
        doors = section(EMULATED, "Doors")
        for host in [*hosts.HOSTS, *hosts.LOCAL.values()]:
            assert f"`{host.name}`" in doors
            assert f"| `{host.name}` | {host.door} | `{host.urlconf}` | {host.stack} |" in section(
                ROOT / "docs" / "architecture.md", "Hosts"
            )

    def test_the_numbers_are_those_of_the_code(self):
        told = {row[0]: row[2] for row in rows(section(EMULATED, "Numbers"))}
        assert set(told) == set(NUMBERS)
        for thing, values in NUMBERS.items():
            for value in values:
                number = value if isinstance(value, str) else spoken(value)
                assert says(told[thing], number), (thing, number)

    def test_the_cookies_are_those_of_the_code(self):
        told = {CODE.findall(row[0])[0]: row[2] for row in rows(section(EMULATED, "Cookies"))}
        ours = {value for name, value in vars(signin_http).items() if name.endswith("_COOKIE")}
        ours.update(client_cookies.OF_CONSOLES)
        ours.update(client_cookies.OF_SIGN_IN_HOSTS, client_cookies.OF_PORTALS)
        of_settings = {
            getattr(settings, name)
            for name in ("CSRF_COOKIE_NAME", "SESSION_COOKIE_NAME", "LANGUAGE_COOKIE_NAME")
        }
        assert set(told) == ours | of_settings == set(COOKIES)
        for name, lifetime in COOKIES.items():
            is_for_scripts = name in client_cookies.FOR_SCRIPTS
            assert ("not HttpOnly" if is_for_scripts else "HttpOnly") in told[name], name
            assert is_for_scripts or "not HttpOnly" not in told[name], name
            if lifetime:
                assert says(told[name], spoken(lifetime)), name

    def test_every_step_is_told_with_its_fields_and_acts(self):
        told = [[CODE.findall(cell) for cell in row] for row in rows(section(EMULATED, "Steps"))]
        there: dict[Step, set[str]] = {}
        for name, each in FLOWS.items():
            for step in each.steps:
                there.setdefault(step, set()).add(name)
        assert len(told) == len({row[0][0] for row in told})
        by_name: dict[str, list[Step]] = {}
        for step in there:
            by_name.setdefault(step.name, []).append(step)
        assert {row[0][0] for row in told} == set(by_name)
        for [name], in_flows, fields, acts, *_ in told:
            assert set(in_flows) == {flow for step in by_name[name] for flow in there[step]}, name
            for step in by_name[name]:
                if step.is_elsewhere:
                    assert not fields
                    continue
                assert set(step.form_class.base_fields) <= set(fields), name
                assert set(acts) == set(step.acts), name

    def test_every_id_of_the_pages_is_told(self):
        told = set(CODE.findall(section(EMULATED, "Ids") + section(EMULATED, "Steps")))
        for folder in (
            "steps",
            "recovery",
            "lost_device",
            "console",
            "portal",
            "builder_id",
            "login",
            "federation",
            "idp",
            "errors",
            "layouts",
            "components",
            "portal",
        ):
            for template in (ROOT / "templates" / folder).glob("*.html"):
                for found in re.findall(r'\bid="([^"{]+)"', template.read_text()):
                    assert found in told, (template.name, found)
        templates = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
        for each in CODE.findall(section(EMULATED, "Ids")):
            assert f'id="{each}"' in templates or "<" in each, each

    @pytest.mark.django_db
    def test_one_address_gets_fifty_mails_in_ten_minutes(self):
        scenarios.store(scenarios.read(scenarios.find("demo")))
        people = list(Principal.objects.filter(kind=Principal.Kind.ROOT_USER))
        people += list(Principal.objects.filter(kind=Principal.Kind.IAM_USER))
        asked = [
            lockout.may_mail(person.folded, ip="127.0.0.9", principal=person)
            for person in people * 9
        ]
        assert sum(asked) == lockout.MAILS_FROM_CLIENT.failures
        assert asked == sorted(asked, reverse=True)


def settings_that_are_read() -> dict[str, object]:
    """Return the names that the settings read from the environment, with plain defaults."""
    found: dict[str, object] = {}
    for node in ast.walk(ast.parse((ROOT / "signin" / "settings.py").read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "env"
        ):
            name = ast.literal_eval(node.args[0])
            default = next((each.value for each in node.keywords if each.arg == "default"), None)
            plain = isinstance(default, ast.Constant) and name != "EMAIL_URL"
            found[name] = default.value if plain else None
    assert "SIGNIN_PORT" in found
    return found
