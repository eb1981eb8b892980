"""The other pages match the code, and every page holds together."""

import re
import textwrap
import tomllib
from pathlib import Path
from typing import Any

from tests.docs.reading import BLOCK, CODE, LINK, PAGES, ROOT, rows, section


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
        for package in ("signin", "accounts", "mfa"):
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
                if re.fullmatch(
                    r"(?:signin|accounts|mfa|tests|templates|static|docs)/[\w/.]+", name
                ):
                    assert (ROOT / name).exists(), (page.name, name)

    def test_the_pages_are_plain(self):
        for page in PAGES:
            text = page.read_text()
            assert text.endswith("\n"), page.name
            assert not re.search(r"[\U0001f300-\U0001faff]|/tmp/|/work/", text), page.name
            assert max(map(len, text.splitlines())) < 900, page.name


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
