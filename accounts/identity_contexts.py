"""What tells AWS's services for whom a program works: a user of a directory.

Identity Center hands a context to a program that somebody let in, and the program hands it to STS
with a role. Nobody but this installation can read or make one.
"""

import binascii
import json
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.errors import ContextRefused
from accounts.models import Principal
from signin.kernel import clock, partitions, sealing

PROVIDER = "contextProvider/IdentityCenter"
PURPOSE = "identity context"


def issue(user: Principal, *, expires_at: datetime) -> str:
    """Return a context of a user of a directory, which is good until then."""
    said = {"user": user.profile.user_id, "expires": expires_at.timestamp()}
    return sealing.seal(json.dumps(said).encode(), key=settings.SECRET_KEY, purpose=PURPOSE)


def check(provider: str, assertion: str, *, partition: str) -> Principal:
    """Return the user of a partition that a context is about, or raise ContextRefused."""
    if provider != partitions.get(partition).arn("iam", "", "aws", PROVIDER):
        raise ContextRefused
    try:
        opened = sealing.unseal(assertion, key=settings.SECRET_KEY, purpose=PURPOSE)
    except (sealing.SealBroken, binascii.Error, ValueError) as error:
        raise ContextRefused from error
    said: dict[str, Any] = json.loads(opened)
    users = Principal.objects.filter(profile__user_id=said["user"], profile__is_enabled=True)
    user = users.select_related("profile__directory").first()
    if user is None or user.profile.directory.partition.id != partition:
        raise ContextRefused
    if said["expires"] <= clock.now().timestamp():
        raise ContextRefused
    return user
