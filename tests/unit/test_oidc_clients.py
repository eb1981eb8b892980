"""Programs: what they register, and how they prove to be themselves."""

from datetime import timedelta

import pytest

from signin.events.models import Event
from signin.kernel import clock
from signin.oidc import clients
from signin.oidc.clients import Credentials
from signin.oidc.errors import InvalidClient, UnauthorizedClient
from signin.oidc.models import AUTHORIZATION_CODE, DEVICE_CODE, Client
from tests.flows.portal_people import account, directory
from tests.unit.programs import register

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("S-099")
def test_of_a_secret_there_is_a_digest_only():
    registered = register()
    stored = " ".join(str(value) for value in vars(registered.client).values())
    assert registered.secret not in stored
    assert registered.secret not in repr(registered)


@pytest.mark.requirement("S-099")
def test_a_registration_has_an_end():
    registered = register()
    credentials = Credentials(registered.client.pk, registered.secret)
    assert clients.authenticate(credentials, to_use=DEVICE_CODE) == registered.client
    clock.advance(timedelta(days=90))
    with pytest.raises(InvalidClient):
        clients.authenticate(credentials, to_use=DEVICE_CODE)
    assert clients.find(registered.client.pk) is None


def test_a_program_keeps_to_the_ways_that_it_named():
    registered = register(for_browser=True)
    credentials = Credentials(registered.client.pk, registered.secret)
    assert clients.authenticate(credentials, to_use=AUTHORIZATION_CODE)
    with pytest.raises(UnauthorizedClient):
        clients.authenticate(credentials, to_use=DEVICE_CODE)


@pytest.mark.requirement("S-100")
@pytest.mark.parametrize(
    ("registered", "used", "fits"),
    [
        ("http://127.0.0.1/oauth/callback", "http://127.0.0.1:36071/oauth/callback", True),
        ("http://127.0.0.1:8400/oauth/callback", "http://127.0.0.1:36071/oauth/callback", True),
        ("http://[::1]/callback", "http://[::1]:1/callback", True),
        ("http://localhost", "http://localhost:1/", True),
        ("http://127.0.0.1/oauth/callback", "http://127.0.0.1:36071/oauth/callback/", False),
        ("http://127.0.0.1/oauth/callback", "http://127.0.0.1/oauth/callback?x=1", False),
        ("http://127.0.0.1/oauth/callback", "http://localhost/oauth/callback", False),
        ("http://127.0.0.1/oauth/callback", "https://127.0.0.1/oauth/callback", False),
        ("http://127.0.0.1/oauth/callback", "http://127.0.0.1/oauth/callback#x", False),
        ("http://127.0.0.1/", "http://127.0.0.1@evil.example/", False),
        ("http://127.0.0.1/", "http://127.0.0.1.evil.example/", False),
        ("http://127.0.0.1/", "http://127.0.0.1:99999/", False),
        ("http://127.0.0.1/", "http://127.0.0.1\\@evil.example/", False),
    ],
)
def test_a_redirect_uri_fits_whatever_its_port(registered, used, fits):
    assert clients.redirect_fits(Client(redirect_uris=[registered]), used) is fits


def test_a_registration_is_recorded_where_its_directory_is_known():
    register()
    assert not Event.objects.exists()
    directory(account())
    register(for_browser=True)
    [event] = Event.objects.all()
    assert (event.name, event.account_id) == ("RegisterClient", "111122223333")
    assert event.document["userIdentity"]["type"] == "Unknown"
