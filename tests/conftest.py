"""What all tests share: the time, the scenario's people, a browser."""

import gc

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.signals import setting_changed
from django.utils import translation

from signin import arrivals, naming
from signin.faults import flag
from signin.kernel import clock
from tests import people
from tests.browser import Browser

pytest_plugins = ["tests.chromium"]
# Nothing that is read to find the tests is garbage before the end, and it is much to look through.
gc.disable()


def pytest_addoption(parser):
    parser.addoption("--screenshots", help="a folder for pictures of every page")


def pytest_collection_finish():
    """Spare the collector of garbage what lasts: a fifth of all time went there."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def names_of_the_settings():
    """Name everything as the settings say that a test makes; a server's stay as they are."""

    def changed(**_change):
        naming.local.cache_clear()

    setting_changed.connect(changed)
    yield
    setting_changed.disconnect(changed)


@pytest.fixture(scope="session", autouse=True)
def static_files():
    """Collect the static files once, so that pages name them as a server's pages do."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def mailbox(settings):
    """Deliver mail to the mailbox, as the server does; Django's test setup takes it elsewhere."""
    settings.EMAIL_BACKEND = "signin.mailbox.backend.EmailBackend"


@pytest.fixture(autouse=True)
def running_clock():
    """Leave no test another test's time."""
    clock.reset()
    yield
    clock.reset()


@pytest.fixture(autouse=True)
def nothing_armed():
    """Leave no test a sign of what another test armed, or waited for."""
    yield
    flag.take_down()
    arrivals.stop()


@pytest.fixture(autouse=True)
def language():
    """Leave no test the language of another test's request."""
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def demo(db):
    """Fill the tables with the people of the demo scenario."""
    people.fill()


@pytest.fixture
def browser():
    """Return a browser without cookies."""
    return Browser()


@pytest.fixture
def new_browser():
    """Return a maker of browsers, for tests in which several people are at work."""
    return Browser
