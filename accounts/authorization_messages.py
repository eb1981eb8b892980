"""Encoded messages about what was refused to somebody: sealed for whoever may read them.

Nothing here has policies that could refuse, so messages are made for programs that decode them.
"""

import base64
import json

from django.conf import settings

from accounts.errors import MessageNotDecoded
from accounts.models import Principal
from signin.kernel import sealing
from signin.kernel.sealing import SealBroken

PURPOSE = "authorization message"


def encode(principal: Principal, *, action: str, resource: str, is_explicit: bool) -> str:
    """Return the message that something was refused to somebody, in characters of addresses.

    ``is_explicit`` says that a statement denied it, instead of none allowing it.
    """
    message = {
        "account": principal.account_id,
        "decoded": {
            "allowed": False,
            "explicitDeny": is_explicit,
            "matchedStatements": {"items": []},
            "failures": {"items": []},
            "context": {
                "principal": {
                    "id": principal.unique_id,
                    "name": principal.username,
                    "arn": principal.arn,
                },
                "action": action,
                "resource": resource,
                "conditions": {"items": []},
            },
        },
    }
    sealed = sealing.seal(json.dumps(message).encode(), key=settings.SECRET_KEY, purpose=PURPOSE)
    return base64.urlsafe_b64encode(base64.b64decode(sealed)).decode().rstrip("=")


def decode(encoded: str, *, account_id: str) -> str:
    """Return the JSON of a message about somebody of an account, or raise MessageNotDecoded."""
    try:
        octets = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        sealed = base64.b64encode(octets).decode()
        opened = sealing.unseal(sealed, key=settings.SECRET_KEY, purpose=PURPOSE)
    except (ValueError, SealBroken) as error:
        raise MessageNotDecoded from error
    message = json.loads(opened)
    if message["account"] != account_id:
        raise MessageNotDecoded
    return json.dumps(message["decoded"], separators=(",", ":"))
