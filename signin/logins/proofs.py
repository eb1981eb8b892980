"""Proofs of keys: each is good once (RFC 9449, 11.1)."""

from datetime import timedelta

from django.db import IntegrityError, transaction

from signin.kernel import clock, entropy
from signin.logins.errors import ProofUsed
from signin.logins.models import DpopProof

FRESH_FOR = timedelta(minutes=5)  # to either side of now


def spend(thumbprint: str, number: str) -> None:
    """Use a key's proof with this number up, or raise ProofUsed.

    It is remembered for longer than a proof can be fresh.
    """
    digest = entropy.digest(f"{thumbprint}.{number}")
    try:
        with transaction.atomic():
            DpopProof.objects.create(digest=digest, expires_at=clock.now() + 2 * FRESH_FOR)
    except IntegrityError as error:
        raise ProofUsed from error
