"""Password hashes of the built-in scenarios, ready-made: each takes 20 ms to make."""

import json
from functools import cache
from pathlib import Path

from django.contrib.auth.hashers import get_hasher

from accounts import passwords

BUILTIN = Path(__file__).parent / "builtin"
HASHES = BUILTIN / "hashes.json"


def hashed(password: str) -> str:
    """Return a password's hash; those of the built-in scenarios are ready-made."""
    encoded = ready_made().get(password)
    if encoded and not get_hasher().must_update(encoded):
        return encoded
    return passwords.hashed(password)


def needed() -> dict[str, str]:
    """Return the hashes of all passwords of the built-in scenarios, at the default cost."""
    documents = [json.loads(path.read_text()) for path in BUILTIN.glob("*.json") if path != HASHES]
    places = [
        place
        for document in documents
        for place in [*document.get("accounts", []), *document.get("directories", [])]
    ]
    people = [
        person for place in places for person in [place.get("root", {}), *place.get("users", [])]
    ]
    people += [person for document in documents for person in document.get("builder_ids", [])]
    return {
        person[member]: hashed(person[member])
        for person in people
        for member in ("password", "one_time_password")
        if member in person
    }


@cache
def ready_made() -> dict[str, str]:
    """Return the hashes that are shipped, by their passwords."""
    shipped: dict[str, str] = json.loads(HASHES.read_text()) if HASHES.exists() else {}
    return shipped
