"""Where the gateway of this installation is, for those who tell others."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

ADDRESS = "127.0.0.1"


@dataclass(frozen=True)
class Place:
    """The port of a running gateway, and by what its certificates are known.

    ``authority`` is the file with the certificate that clients have to trust. ``pin`` is the digest
    of the one key that all certificates have, which a browser takes on its command line.
    """

    port: int
    authority: str
    pin: str

    @property
    def url(self) -> str:
        """The address that clients take for a proxy."""
        return f"http://{ADDRESS}:{self.port}"


def folder() -> Path:
    """Return where the gateway keeps its files; its key is not among them."""
    data: Path = settings.SIGNIN_DATA_DIR
    return data.absolute() / "gateway"


def find() -> Place | None:
    """Return where the gateway is, if one runs."""
    try:
        return Place(**json.loads(_file().read_text()))
    except FileNotFoundError:
        return None


def tell(place: Place) -> None:
    """Note where the gateway is."""
    draft = _file().with_suffix(".new")
    draft.write_text(json.dumps(asdict(place)))
    draft.replace(_file())


def forget() -> None:
    """Forget a gateway that is not there any more, however it ended."""
    _file().unlink(missing_ok=True)


def _file() -> Path:
    return folder() / "place.json"
