"""The pages of the documentation, and how the tests read them."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)]+)\)")

EMULATED = ROOT / "docs" / "emulated.md"


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
