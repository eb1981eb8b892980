"""One server with more roles for all tests of STS; no test leaves connections."""

import json

import pytest

from signin.control.hashes import BUILTIN
from tests import issuers
from tests.server import Server
from tests.wire.sts.calls import MANAGED, MEMBERS, OPEN, providers


@pytest.fixture(autouse=True)
def no_open_connections():
    """Close the connections of all clients, which keep them."""
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture(scope="package")
def place():
    """Return an issuer's address on the loopback, where its keys are."""
    with issuers.place() as place:
        yield place


@pytest.fixture(scope="package")
def running(tmp_path_factory, place):
    data = tmp_path_factory.mktemp("sts")
    document = json.loads((BUILTIN / "demo.json").read_text())
    for account in document["accounts"]:
        for name, more in MEMBERS.get(account["id"], {}).items():
            account.setdefault(name, []).extend(more)
        account["oidc_providers"] = providers(account["id"], place)
        if account["id"] in MANAGED:
            account["management_account"] = MANAGED[account["id"]]
    (data / "scenarios").mkdir()
    (data / "scenarios" / "roles.json").write_text(json.dumps(document))
    with Server(data) as server:
        yield server


@pytest.fixture
def server(running):
    """Return a server with the people of the demo scenario, and more roles."""
    running.control("POST", "/reset", {"scenario": "roles"})
    return running
