"""The documentation's examples run, and its calls answer as shown."""

import ast
import http.client
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Account, Directory, Principal
from signin.control import scenarios
from signin.control.api import api
from tests.chromium import HOW_TO_GET_IT
from tests.docs.reading import CODE, EMULATED, ROOT, blocks, rows, section
from tests.server import Server, Walker, signed_in_as_zhang

# A page for a reader's test module: pytest-playwright's fixture, with the Chromium that is here.
PAGE_FIXTURE = """
import pytest
from playwright.sync_api import sync_playwright
from tests.chromium import ARGUMENTS, find_chromium

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


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("docs")) as running:
        yield running


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
        assert Directory.objects.get(subdomain="team").profiles.count() == 4
        told = {
            CODE.findall(row[0])[0]
            for heading in (
                "The document",
                "An account",
                "From where people sign in",
                "A statement on sign-in",
                "Checks at a root user's sign-in",
                "A password policy",
                "A root user",
                "An IAM user",
                "An access key",
                "A role",
                "A SAML provider",
                "An issuer of tokens",
                "A directory",
                "Checks at a directory's sign-in",
                "A user of a directory",
                "A group",
                "A permission set",
                "An assignment",
                "An application",
                "A SAML application",
                "A Builder ID",
                "A device",
            )
            for row in rows(section(page, heading))
        }
        assert told == set(re.findall(r'"(\w+)":', text))
        assert told == members_that_scenarios_have()

    def test_the_calls_of_the_control_api_answer_as_shown(self, server):
        page = ROOT / "docs" / "control-api.md"
        shown = re.findall(r"```sh\n([^`]*)```\n\n```json\n([^`]*)```", page.read_text())
        assert len(shown) > 12
        for command, answer in shown:
            command = command.replace("$CAPTCHA_ID", live_in(server))
            [jane] = server.control("GET", "/principals?username=jane.doe")
            [phone] = server.control("GET", f"/principals/{jane['id']}/devices")
            command = command.replace("$PRINCIPAL_ID", str(jane["id"]))
            if "mary@example.com" in command:  # she is in another scenario
                server.control("POST", "/reset", {"scenario": "federation"})
            status, said = call(server, command.replace("$DEVICE_ID", str(phone["id"])))
            assert status in {200, 201}, command
            assert shape(said) == shape(json.loads(answer)), command

    def test_every_call_of_the_control_api_is_described(self):
        paths = api.get_openapi_schema(path_prefix="/control/v1/")["paths"]
        there = {
            f"{method.upper()} {path}" for path, methods in paths.items() for method in methods
        }
        page = ROOT / "docs" / "control-api.md"
        headings = re.findall(
            r"^## ((?:GET|PUT|POST|PATCH|DELETE) .*)$", page.read_text(), re.MULTILINE
        )
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


def members_that_scenarios_have() -> set[str]:
    """Return every member that the loader of scenarios takes."""
    found: set[str] = set()
    for module in Path(scenarios.__file__).parent.glob("scenario*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if (
                isinstance(node, ast.keyword)
                and node.arg in {"required", "optional"}
                and isinstance(node.value, ast.Set)
            ):
                found |= set(ast.literal_eval(node.value))
    return found


def live_in(server: Server) -> str:
    """Leave a mail, events, a call and an open security check; return the check's id."""
    server.control("POST", "/reset", {"scenario": "demo"})
    walker = Walker(server).visit(server.address("console.aws.amazon.com"))
    walker.submit(user_type="root", email="mailed@example.com").submit(password="Mailed-demo-1")
    leave_a_call(server)
    signed_in_as_zhang(server)
    walker = Walker(server).visit(server.address("console.aws.amazon.com"))
    return walker.submit(user_type="root", email="root@example.com").field("captcha_id")


def leave_a_call(server: Server) -> None:
    """Let the contact phone of a root user without a device ring."""
    walker = Walker(server).visit(server.address("console.aws.amazon.com"))
    walker.submit(user_type="root", email="sandbox@example.com").submit(password="Sandbox-demo-1")
    walker.submit(act="trouble").submit(act="send_mail")
    mail = server.control("GET", "/messages/wait?kind=lost-device")
    walker.visit(mail["link"]).submit("confirm-lost-device").submit(act="call")


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
