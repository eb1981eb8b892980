"""One server for all tests of a module, taken back to the demo scenario before each."""

import pytest

from tests.server import Server
from tests.wire import programs
from tests.wire.programs import Program


@pytest.fixture(scope="package")
def running(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("wire")) as server:
        yield server


@pytest.fixture(scope="package")
def library():
    return programs.load()


@pytest.fixture
def server(running):
    running.control("POST", "/reset")
    yield running
    running.control("PUT", "/clock", {"reset": True})


@pytest.fixture
def new_program(server, library):
    """Return a maker of programs."""
    return lambda: Program(server, library)


@pytest.fixture
def program(new_program):
    return new_program()
