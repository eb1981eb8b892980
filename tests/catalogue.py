"""What the tests read from the catalogue of translations."""

import re
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings

CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "ja" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
TAG = re.compile(r"<[^>]+>")
SHORT = 12  # characters: shorter pieces are names, which both languages share


def read_catalogue(path: Path = CATALOGUE) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="ja")


def texts(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def in_english(message: Message) -> list[str]:
    """Return the text, and its plural where it has one."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def in_japanese(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def by_text(catalogue: Catalog) -> dict[tuple[str, str], list[str]]:
    found = {}
    for message in texts(catalogue):
        context = message.context or ""
        if isinstance(context, bytes):  # so babel reads it from a compiled catalogue
            context = context.decode()
        found[in_english(message)[0], context] = in_japanese(message)
    return found


def english_pieces() -> set[str]:
    """Return what stands in our English texts and has no business on a Japanese page."""
    pieces = set()
    for message in texts(read_catalogue()):
        for text in in_english(message):
            for piece in re.split(f"{PLACEHOLDER.pattern}|{TAG.pattern}", text):
                shared = any(piece.strip() in japanese for japanese in in_japanese(message))
                if len(piece.strip()) > SHORT and not shared:
                    pieces.add(piece.strip())
    return pieces
