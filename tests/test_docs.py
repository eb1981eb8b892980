"""The documentation says what is so: its examples run, its tables match the code."""

import ast
import http.client
import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts import browsers, codes, forms, lockout, passwords, policies, recovery, sessions
from accounts.models import Account, PasswordPolicy, Principal
from accounts.models.accounts import REOPENABLE_FOR
from signin import hosts
from signin import http as signin_http
from signin.captcha import challenges
from signin.console import remembered
from signin.console.flows import FLOWS
from signin.console.views import EXPIRY_TOLD
from signin.control import scenarios
from signin.control.api import api
from signin.flow import models as flow
from tests.e2e.conftest import HOW_TO_GET_IT
from tests.server import Server, Walker

ROOT = Path(__file__).parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)]+)\)")

EMULATED = ROOT / "docs" / "emulated.md"
TABLES = ("Doors", "Pages", "Numbers", "Outcomes", "Cookies", "Events", "Mails")


def limits(column: str) -> str:
    """Return the least and the greatest number that a policy may have in a column."""
    least, most, *_ = (
        each.limit_value for each in PasswordPolicy._meta.get_field(column).validators
    )
    return f"{least} to {most}"


# What each row of the table of numbers says, from the code.
NUMBERS: dict[str, list[timedelta | str]] = {
    "Console session": [sessions.CONSOLE_LIFETIME],
    "Attempt": [flow.LIFETIME],
    "Hand-off code": [sessions.HANDOFF_LIFETIME],
    "Security check": [challenges.LIFETIME, f"{challenges.LENGTH} characters"],
    "Mailed code": [codes.LIFETIME, f"{codes.TRIES} tries"],
    "Recovery link": [recovery.LIFETIME],
    "Known browser": [browsers.REMEMBERED_FOR],
    "Remembered account": [timedelta(seconds=remembered.LIFETIME)],
    "Closed account can be reopened": [REOPENABLE_FOR],
    "Throttling of one identity": [
        f"{lockout.IDENTITY.failures} failures",
        lockout.IDENTITY.first_wait,
        lockout.IDENTITY.longest_wait,
        lockout.IDENTITY.memory,
    ],
    "Throttling of one client address": [
        f"{lockout.CLIENT.failures} failures",
        lockout.CLIENT.first_wait,
        lockout.CLIENT.longest_wait,
        lockout.CLIENT.memory,
    ],
    "Security check after failures": [f"{lockout.FAILURES_BEFORE_CAPTCHA} failures"],
    "Mails to one person": [
        f"{lockout.MAILS_TO_ONE.failures} in",
        lockout.MAILS_TO_ONE.memory,
    ],
    "Mails from one client address": [
        f"{lockout.MAILS_FROM_CLIENT.failures} in",
        lockout.MAILS_FROM_CLIENT.memory,
    ],
    "Longest password": [f"{passwords.LONGEST} characters"],
    "Password of a root user or an IAM user without a policy": [
        f"{policies.DEFAULT.min_length} to {policies.DEFAULT.max_length} characters",
    ],
    "Symbols that count": [f"{len(policies.IAM_SYMBOLS)} for IAM users"],
    "Password policy: shortest password": [limits("minimum_length")],
    "Password policy: age": [limits("max_age_days")],
    "Password policy: reuse": [limits("reuse_prevention")],
    "Notice before a password expires": [EXPIRY_TOLD],
    "IAM user name": [f"{forms.IamUserForm.base_fields['username'].max_length} characters"],
}

COOKIES = {
    signin_http.FLOW_COOKIE: flow.LIFETIME,
    signin_http.SIGNIN_COOKIE: sessions.CONSOLE_LIFETIME,
    signin_http.CONSOLE_COOKIE: sessions.CONSOLE_LIFETIME,
    signin_http.DEVICE_COOKIE: browsers.REMEMBERED_FOR,
    signin_http.REMEMBER_COOKIE: timedelta(seconds=remembered.LIFETIME),
    settings.CSRF_COOKIE_NAME: None,
    settings.LANGUAGE_COOKIE_NAME: timedelta(seconds=settings.LANGUAGE_COOKIE_AGE),
    settings.SESSION_COOKIE_NAME: timedelta(seconds=settings.SESSION_COOKIE_AGE),
}

# A page for a reader's test module: pytest-playwright's fixture, with the Chromium that is here.
PAGE_FIXTURE = """
import pytest
from playwright.sync_api import sync_playwright
from tests.e2e.conftest import ARGUMENTS, find_chromium

@pytest.fixture
def page():
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            pytest.skip("no Chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser.new_page()
        browser.close()
"""


def section(page: Path, heading: str) -> str:
    """Return what stands below a heading, down to the next one of its rank or a higher one."""
    rank, text, found = 0, [], False
    fenced = False
    for line in page.read_text().splitlines():
        fenced ^= line.startswith("```")
        match = None if fenced else re.match(r"(#+) (.*)", line)
        if match and match[2] == heading:
            found, rank = True, len(match[1])
        elif match and found and len(match[1]) <= rank:
            break
        elif found:
            text.append(line)
    assert found, f"{page.name} has no heading {heading!r}"
    return "\n".join(text)


def rows(text: str) -> list[list[str]]:
    """Return the rows of the first table in a text, without its head."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("|"):
            lines.append(line)
        elif lines:
            break
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [text for kind, text in BLOCK.findall(page.read_text()) if kind == language]


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


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("docs")) as running:
        yield running


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
        there = []
        for account in scenarios.find("demo").document["accounts"]:
            there.append((account["id"], account["root"]["email"], account["root"]["password"]))
            there += [
                (account["id"], user["name"], user["password"])
                for user in account.get("users", [])
                if "password" in user
            ]
        assert there == [
            (row[1][:12], CODE.findall(row[2])[0], CODE.findall(row[3])[0]) for row in told
        ]


class TestTheExamples:
    @pytest.mark.parametrize("page", ["README.md", "docs/clients.md"])
    def test_the_test_modules_run_as_they_stand(self, server, tmp_path, page):
        sources = blocks(ROOT / page, "python")
        (tmp_path / "conftest.py").write_text(PAGE_FIXTURE)
        for number, source in enumerate(sources):
            module = tmp_path / f"test_example_{number}.py"
            module.write_text(re.sub(r"\b8000\b", str(server.port), source))
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")}
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-c", os.devnull, "."],
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if " skipped" in ran.stdout:
            assert not os.environ.get("CI"), HOW_TO_GET_IT
            pytest.skip(HOW_TO_GET_IT)
        assert ran.returncode == 0, ran.stdout
        assert f"{''.join(sources).count('def test_')} passed" in ran.stdout

    @pytest.mark.django_db
    def test_the_scenario_loads_and_has_every_member(self):
        page = ROOT / "docs" / "scenarios.md"
        [text] = blocks(page, "json")
        scenarios.store(scenarios.read(scenarios.Scenario(name="team", text=text)))
        assert Principal.objects.filter(kind=Principal.Kind.IAM_USER).count() == 3
        assert Account.objects.get(id="333344445555").state == "closed"
        told = {
            CODE.findall(row[0])[0]
            for heading in (
                "The document",
                "An account",
                "Checks at a root user's sign-in",
                "A password policy",
                "A root user",
                "An IAM user",
            )
            for row in rows(section(page, heading))
        }
        assert told == set(re.findall(r'"(\w+)":', text))
        assert told == members_that_scenarios_have()

    def test_the_calls_of_the_control_api_answer_as_shown(self, server):
        page = ROOT / "docs" / "control-api.md"
        shown = re.findall(r"```sh\n(.*?)```\n\n```json\n(.*?)```", page.read_text(), re.DOTALL)
        assert len(shown) > 8
        for command, answer in shown:
            captcha_id = live_in(server)
            status, said = call(server, command.replace("$CAPTCHA_ID", captcha_id))
            assert status == 200, command
            assert shape(said) == shape(json.loads(answer)), command

    def test_every_call_of_the_control_api_is_described(self):
        paths = api.get_openapi_schema(path_prefix="/control/v1/")["paths"]
        there = {
            f"{method.upper()} {path}" for path, methods in paths.items() for method in methods
        }
        page = ROOT / "docs" / "control-api.md"
        headings = re.findall(r"^## ((?:GET|PUT|POST|DELETE) .*)$", page.read_text(), re.MULTILINE)
        assert set(headings) == there
        assert there <= set(CODE.findall(" ".join(section(EMULATED, "Control API").split())))
        for path, methods in paths.items():
            for method, operation in methods.items():
                told = section(page, f"{method.upper()} {path}")
                for parameter in operation.get("parameters", []):
                    name = parameter["name"]
                    assert f"`{name}`" in told, (path, name)

    def test_errors_have_the_shape_that_is_told(self, server):
        example, *_ = blocks(ROOT / "docs" / "control-api.md", "json")
        status, said = call(
            server, 'curl -X POST -d \'{"scenario": "nope"}\' http://localhost/control/v1/reset'
        )
        assert (status, said) == (404, json.loads(example))


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
        for host in [*hosts.HOSTS, hosts.DESK]:
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
        of_settings = {
            getattr(settings, name)
            for name in ("CSRF_COOKIE_NAME", "SESSION_COOKIE_NAME", "LANGUAGE_COOKIE_NAME")
        }
        assert set(told) == ours | of_settings == set(COOKIES)
        for name, lifetime in COOKIES.items():
            assert "HttpOnly" in told[name], name
            if lifetime:
                assert says(told[name], spoken(lifetime)), name

    def test_every_step_is_told_with_its_fields_and_acts(self):
        told = [[CODE.findall(cell) for cell in row] for row in rows(section(EMULATED, "Steps"))]
        there = [
            (step.name, name, set(step.form_class.base_fields), set(step.acts))
            for name, each in FLOWS.items()
            for step in each.steps
        ]
        assert len(told) == len(there)
        for step, of_flow, fields, acts in there:
            [row] = [row for row in told if row[0] == [step]]
            assert row[1] == [of_flow]
            assert fields <= set(row[2]), step
            assert set(row[3]) == acts, step

    def test_every_id_of_the_pages_is_told(self):
        told = set(CODE.findall(section(EMULATED, "Ids") + section(EMULATED, "Steps")))
        for folder in ("steps", "recovery", "console", "errors", "layouts", "components"):
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


class TestTheOtherPages:
    def test_the_layers_are_those_of_the_contract(self):
        [contract] = project()["tool"]["importlinter"]["contracts"]
        layers = section(ROOT / "docs" / "architecture.md", "Layers")
        [told] = [text for kind, text in BLOCK.findall(layers) if kind == "text"]
        assert told.splitlines() == contract["layers"]

    def test_the_code_shown_is_the_code(self):
        page = (ROOT / "docs" / "architecture.md").read_text()
        shown = re.findall(r"`([\w/]+\.py)`:\n\n```python\n(.*?)```", page, re.DOTALL)
        assert len(shown) == page.count("```python") == 3
        for path, code in shown:
            assert textwrap.dedent(code) in textwrap.dedent((ROOT / path).read_text()) or (
                code in (ROOT / path).read_text()
            ), path

    def test_the_tree_is_as_it_is(self):
        text = section(ROOT / "docs" / "architecture.md", "The tree")
        [tree] = [block for kind, block in BLOCK.findall(text) if kind == "text"]
        told, path = set(), [""]
        for line in tree.splitlines()[:-1]:
            depth = (len(line) - len(line.lstrip())) // 2
            name = line.split()[0]
            path = [*path[: depth + 1], name]
            full = "".join(path)
            assert (ROOT / full).exists(), full
            told.add(full)
        for name in tree.splitlines()[-1].split():
            assert (ROOT / name).exists(), name
        for package in ("signin", "accounts"):
            for found in (ROOT / package).iterdir():
                if found.name.startswith("__") or found.name in {"apps.py", "migrations"}:
                    continue
                tail = "/" if found.is_dir() else ""
                assert f"{package}/{found.name}{tail}" in told, found.name

    def test_each_decision_is_told_in_three_sentences(self):
        page = (ROOT / "docs" / "decisions.md").read_text()
        for part in page.split("\n## ")[1:]:
            heading, _, text = part.partition("\n")
            if not rows(text):
                sentences = re.findall(r"\.(?=\s|$)", text.strip())
                assert len(sentences) == 3, heading
                assert "Given up: " in text, heading

    def test_each_dependency_has_its_reason(self):
        page = ROOT / "docs" / "decisions.md"
        wanted = {
            "Dependencies to serve": project()["project"]["dependencies"],
            "Dependencies to develop": project()["dependency-groups"]["dev"],
        }
        for heading, packages in wanted.items():
            names = [re.match(r"[\w-]+", package)[0] for package in packages]
            assert [row[0] for row in rows(section(page, heading))] == names

    def test_each_safeguard_has_its_test(self):
        page = (ROOT / "docs" / "security.md").read_text()
        proofs = re.findall(r"\| `(tests/[\w/]+\.py)` \|$", page, re.MULTILINE)
        assert len(proofs) > 30
        for proof in proofs:
            assert (ROOT / proof).is_file(), proof
        for line in page.splitlines():
            if line.startswith("| ") and "| stance |" not in line and "`tests/" not in line:
                told = line.count(" | ") == 2
                assert told, line

    def test_every_link_leads_somewhere(self):
        for page in PAGES:
            text = BLOCK.sub("", page.read_text())
            for link in LINK.findall(text):
                path, _, anchor = link.partition("#")
                target = (page.parent / path).resolve() if path else page
                assert target.exists(), (page.name, link)
                if anchor:
                    assert anchor in anchors(target), (page.name, link)

    def test_every_page_of_the_documentation_is_linked_from_the_readme(self):
        linked = set(LINK.findall(PAGES[0].read_text()))
        for page in PAGES[1:]:
            assert page.relative_to(ROOT).as_posix() in linked

    def test_every_path_that_is_named_is_there(self):
        for page in PAGES:
            for name in CODE.findall(BLOCK.sub("", page.read_text())):
                if re.fullmatch(r"(?:signin|accounts|tests|templates|static|docs)/[\w/.]+", name):
                    assert (ROOT / name).exists(), (page.name, name)

    def test_the_pages_are_plain(self):
        for page in PAGES:
            text = page.read_text()
            assert text.endswith("\n"), page.name
            assert not re.search(r"[\U0001f300-\U0001faff]|/tmp/|/work/", text), page.name
            assert max(map(len, text.splitlines())) < 900, page.name


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


def members_that_scenarios_have() -> set[str]:
    """Return every member that the loader of scenarios takes."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(Path(scenarios.__file__).read_text())):
        if (
            isinstance(node, ast.keyword)
            and node.arg in {"required", "optional"}
            and isinstance(node.value, ast.Set)
        ):
            found |= set(ast.literal_eval(node.value))
    return found


def live_in(server: Server) -> str:
    """Leave a mail, events and an open security check; return the check's id."""
    server.control("POST", "/reset", {"scenario": "demo"})
    walker = Walker(server).visit(server.address("console.aws.amazon.com"))
    walker.submit(user_type="root", email="sandbox@example.com").submit(password="Sandbox-demo-1")
    walker = Walker(server)
    walker.visit(server.address("example-corp.signin.aws.amazon.com", "/console"))
    walker.submit(account="example-corp", username="zhang", password="Zhang-demo-1")
    walker = Walker(server).visit(server.address("console.aws.amazon.com"))
    return walker.submit(user_type="root", email="root@example.com").field("captcha_id")


def call(server: Server, command: str) -> tuple[int, Any]:
    """Do what a curl command of the documentation does."""
    words = iter(shlex.split(command.strip()))
    assert next(words) == "curl"
    method, body, url = "GET", None, ""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-d":
            body = next(words)
        else:
            url = word
    path = url.partition("//")[2].partition("/")[2]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, f"/{path}", body)
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content


def shape(value: object) -> object:
    """Return a JSON value with kinds in place of values; of a list, its first member's."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    if isinstance(value, bool) or value is None:
        return value if value is None else "bool"
    return "number" if isinstance(value, int | float) else "text"


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
