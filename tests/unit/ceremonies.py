"""WebAuthn ceremonies without pages: what a page would give to a key, and what it would hand in."""

import json
from typing import Any

from django.db.models import QuerySet

from accounts.models import Principal
from mfa import devices, webauthn
from mfa.models import Ceremony, Device
from signin.flow.models import Attempt
from tests.authenticator import SoftwareKey

ORIGIN = "http://signin.aws.amazon.com.localhost:8000"


def new_attempt() -> Attempt:
    """Begin an attempt."""
    return Attempt.begin(flow="root-user", flow_key="key", facts={})


def begin(principal: Principal, attempt: Attempt | None = None) -> Ceremony:
    """Begin a ceremony, of an attempt of its own if none is given."""
    return webauthn.begin(principal, attempt or new_attempt())


def made(ceremony: Ceremony, key: SoftwareKey, **faults: Any) -> str:
    """Return the answer of a key that is being registered."""
    options = webauthn.registration_options(ceremony, "Zhang")
    return json.dumps(key.create(options, ORIGIN, **faults))


def signed(ceremony: Ceremony, key: SoftwareKey, asked: list[Device], **faults: Any) -> str:
    """Return the answer of a key that is asked for a signature."""
    return json.dumps(key.get(webauthn.assertion_options(ceremony, asked), ORIGIN, **faults))


def register(ceremony: Ceremony, answer: str) -> Device:
    """Register what a key answered."""
    return webauthn.register(ceremony, answer, name="laptop", origin=ORIGIN)


def check(ceremony: Ceremony, asked: list[Device], answer: str) -> Device:
    """Check what a key answered."""
    return webauthn.check(ceremony, asked, answer, origin=ORIGIN)


def passkeys() -> QuerySet[Device]:
    """Return the passkeys that are stored, whoever has them."""
    return Device.objects.filter(kind=Device.Kind.PASSKEY)


def own(principal: Principal, key: SoftwareKey) -> Device:
    """Register a key for a principal and store it."""
    ceremony = begin(principal)
    device = register(ceremony, made(ceremony, key))
    devices.settle(device)
    return device
