"""Parts of which attacks on SAML responses are made."""

from copy import deepcopy

from tests import saml
from tests.saml import CLARK, NAMES

ROLE = f"{saml.ATTRIBUTES}Role"
ADMIN = "admin@example.com"


def assertion_in(root):
    """Return the first assertion right below a response."""
    return root.find("saml:Assertion", NAMES)


def signature_in(element):
    return element.find("ds:Signature", NAMES)


def without_signature(element):
    copy = deepcopy(element)
    copy.remove(signature_in(copy))
    return copy


def evil(element, identifier="_evil"):
    """Return a copy that names somebody else, with an ID of its own."""
    copy = deepcopy(element)
    copy.set("ID", identifier)
    for name in copy.iter(f"{CLARK['saml']}NameID"):
        name.text = ADMIN
    return copy
