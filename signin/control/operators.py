"""The people of the admin site."""

import string

from accounts import passwords
from accounts.models import Principal
from signin.kernel import entropy

NAME = "operator"
NUMBER = -1  # below those that databases give: a reset brings it back beside a scenario's people


def exist() -> bool:
    """Return whether anybody can sign in to the admin site."""
    return Principal.objects.filter(kind=Principal.Kind.OPERATOR).exists()


def create() -> str:
    """Make the operator with a random password, and return it: it is shown this once (S-111)."""
    return _give_password(Principal(pk=NUMBER, kind=Principal.Kind.OPERATOR, username=NAME))


def renew() -> str:
    """Give the operator a new random password, and return it."""
    operator = Principal.objects.filter(kind=Principal.Kind.OPERATOR).first()
    return _give_password(operator) if operator else create()


def _give_password(operator: Principal) -> str:
    password = entropy.text(20, string.ascii_letters + string.digits)
    passwords.assign(operator, password)
    operator.save()
    return password
