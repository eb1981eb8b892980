"""The rules of the code that no linter knows."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps
from django.db.models import DateField, DateTimeField, TimeField
from django.template.loader import get_template
from django.utils.functional import Promise

from signin.console import device_flows, flows
from signin.flow.engine import Step
from signin.identity_center import flows as portal_flows
from signin.identity_center.builder_id import flows as builder_id_flows
from signin.kernel.errors import Refusal

ROOT = Path(__file__).parent.parent
FLOWS = flows.FLOWS | device_flows.FLOWS | portal_flows.FLOWS | builder_id_flows.FLOWS
LONGEST_MODULE = 400

# The domain knows no HTTP. The one exception is Django's own signature of an authentication
# backend, which names the request and does nothing with it.
DOMAIN = [
    "accounts",
    "mfa",
    "builderid",
    "signin/kernel",
    "signin/captcha",
    "signin/phones",
    "signin/faults",
    "signin/events",
    "signin/logins",
    "signin/federation",
    "signin/oidc",
]
NOT_DOMAIN = {
    "accounts/admin",
    "signin/captcha/views.py",
    "signin/faults/views.py",
    "admin.py",
    "apps.py",
}
HTTP = ("django.http", "django.shortcuts", "django.urls", "django.views")
MAY_NAME_A_REQUEST = {"accounts/backends.py": {"django.http"}}

SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals")

# Described otherwise: commands by their help, calls of the control API by their OpenAPI summary.
NEED_NO_DOCSTRING = {"signin/control/api", "signin/control/management/commands"}
# Two managers of proxies for the admin site, each one line long.
SHORT_ENOUGH = {"RootUserManager", "IamUserManager"}


def modules(*folders: str) -> Iterator[tuple[str, str, ast.Module]]:
    """Return path, text and syntax tree of each module of the code, but migrations."""
    for folder in folders or ("signin", "accounts", "mfa", "builderid"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                text = path.read_text()
                yield path.relative_to(ROOT).as_posix(), text, ast.parse(text)


def imported(tree: ast.AST) -> set[str]:
    """Return the names of all modules, and of what is taken from them, that a tree imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def among(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def load(path: str) -> ModuleType:
    return import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))


def kinds_of(parent: type) -> Iterator[type]:
    """Return all classes below another one, however far."""
    for kind in parent.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def is_described_otherwise(path: str) -> bool:
    return "admin" in path or any(path.startswith(place) for place in NEED_NO_DOCSTRING)


def test_the_domain_knows_no_http():
    for path, _, tree in modules(*DOMAIN):
        if any(place in path for place in NOT_DOMAIN):
            continue
        allowed = MAY_NAME_A_REQUEST.get(path, set())
        found = {name for name in imported(tree) if among(name, HTTP)}
        assert not {name for name in found if not among(name, tuple(allowed))}, path


def test_the_kernel_imports_nothing_of_ours():
    for path, _, tree in modules("signin/kernel"):
        ours = {
            name
            for name in imported(tree)
            if among(name, ("signin", "accounts", "mfa", "builderid"))
        }
        assert not {name for name in ours if not among(name, ("signin.kernel",))}, path


def test_imports_stand_at_the_top():
    for path, _, tree in modules():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                assert not imported(function), f"{path}: {function.name}"


def test_no_app_listens_to_another_ones_signals():
    for path, _, tree in modules():
        assert not {name for name in imported(tree) if among(name, SIGNALS)}, path


@pytest.mark.requirement("S-114")
def test_no_model_sets_a_time_by_itself():
    for model in apps.get_models():
        if model.__module__.startswith(("signin.", "accounts.", "mfa.", "builderid.")):
            for field in model._meta.get_fields():
                if isinstance(field, DateField | DateTimeField | TimeField):
                    assert not field.auto_now, field
                    assert not field.auto_now_add, field


def test_every_flow_is_known_by_its_name_and_its_steps_by_theirs():
    for name, flow in FLOWS.items():
        assert flow.name == name
        steps = [step.name for step in flow.steps]
        assert len(steps) == len(set(steps)), name
        get_template(flow.layout)


def test_every_step_of_the_code_is_in_a_flow_and_has_its_template():
    used = {type(step) for flow in FLOWS.values() for step in flow.steps}
    for path, _, _ in modules():
        if path.endswith("steps.py") or "/steps/" in path:
            load(path)
    # One without a name is only what others have in common.
    assert {kind for kind in kinds_of(Step) if hasattr(kind, "name")} == used
    for step in used:
        assert step.__doc__
        if step.is_elsewhere:  # at somebody else's site there is no page of ours
            assert not hasattr(step, "template")
            continue
        get_template(step.template)
        assert step.template == f"steps/{step.name.replace('-', '_')}.html"


def test_every_module_says_what_it_is():
    for path, text, tree in modules():
        if text.strip() and not path.endswith("apps.py"):
            assert ast.get_docstring(tree), path


def test_every_public_function_and_class_says_what_it_does():
    for path, _, tree in modules():
        if is_described_otherwise(path) or path.endswith("apps.py"):
            continue
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            if node.name.startswith("_") or node.name in SHORT_ENOUGH:
                continue
            said = ast.get_docstring(node) or ""
            first = said.partition("\n")[0]
            assert first.endswith("."), f"{path}: {node.name}: {first!r}"
            assert first[0].isupper() or first[0].isdigit(), f"{path}: {node.name}: {first!r}"


def test_no_module_is_too_long():
    for path, text, _ in modules():
        assert text.count("\n") <= LONGEST_MODULE, path


def test_nothing_is_left_for_later():
    marks = [first + rest for first, rest in (("TO", "DO"), ("FIX", "ME"), ("XX", "X"))]
    names = ("signin", "accounts", "mfa", "builderid", "templates", "static", "docs")
    folders = [ROOT / name for name in names]
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        if path.suffix in {".py", ".html", ".txt", ".css", ".js", ".md", ".json"}:
            text = path.read_text()
            assert not [mark for mark in marks if mark in text], path


def test_what_people_read_of_a_refusal_is_translated():
    for path, _, _ in modules(
        "accounts",
        "mfa",
        "builderid",
        "signin/captcha",
        "signin/faults",
        "signin/federation",
        "signin/kernel",
        "signin/logins",
    ):
        if "admin" in path:
            continue
        for kind in vars(load(path)).values():
            if isinstance(kind, type) and issubclass(kind, Refusal):
                assert isinstance(kind.message, Promise), kind


def test_labels_and_hints_of_fields_are_translated():
    for path, _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg in {"label", "help_text", "description"}:
                plain = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
                # What the control API says of itself is for programmers, in English.
                assert not plain or path.startswith("signin/control/api"), (
                    f"{path}:{node.value.lineno}"
                )
