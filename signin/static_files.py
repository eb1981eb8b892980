"""Static files: one style sheet on the wire, many in the source tree; served without a scan."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r'@import "([\w/.-]+\.css)";')
BUNDLE = "css/main.css"
# What is quoted stays as it is.
SPACES = re.compile(r"""(?P<kept>"[^"]*"|'[^']*')|\s*(?P<mark>[{};,])\s*|\s+""")


class BundlingStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Replaces each ``@import`` of the main style sheet by the sheet itself.

    Then names, compresses and lists the files as usual.
    """

    manifest_strict = False

    def post_process(self, paths: Any, dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if BUNDLE in paths and not dry_run:
            # Read from the source tree: what was collected earlier may be a bundle already.
            storage, path = paths[BUNDLE]
            Path(self.path(BUNDLE)).write_text(bundled(Path(storage.path(path))))
            paths = {**paths, BUNDLE: (self, BUNDLE)}
        yield from super().post_process(paths, dry_run, **options)


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Looks at a file when it is first asked for; looking at all would delay every start."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self.found: dict[str, Any] = {}

    def find_file(self, url: str) -> Any:
        if url not in self.found:
            if not url.startswith(self.static_prefix) or not (file := super().find_file(url)):
                return None
            self.found[url] = file
        return self.found[url]


def bundled(sheet: Path) -> str:
    """Return a style sheet with its imports in place, without comments and spaces for people."""
    text = IMPORT.sub(lambda match: bundled(sheet.parent / match[1]), sheet.read_text())
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return SPACES.sub(lambda match: match["kept"] or match["mark"] or " ", text).strip()


def is_collected() -> bool:
    """Return whether the files were collected since the last of them changed."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return False
    sources = [path for root in settings.STATICFILES_DIRS for path in Path(root).rglob("*")]
    return all(path.stat().st_mtime <= manifest.stat().st_mtime for path in sources)
