"""Run by itself: makes the database of a data directory and many IAM users in it."""

import sys

import django

from tests.bench.signing_in import ACCOUNT, USERNAME
from tests.bench.vestibule import EXTRA

BATCH = 5_000


def main(count: int) -> None:
    """Make this many IAM users; they have the password of the scenario's own."""
    django.setup()
    from accounts.models import Principal  # noqa: PLC0415
    from signin.control import databases  # noqa: PLC0415

    databases.prepare()
    password = Principal.objects.get(username=USERNAME).password
    for begin in range(0, count, BATCH):
        principals = [
            Principal(
                kind=Principal.Kind.IAM_USER,
                account_id=ACCOUNT,
                username=f"{EXTRA}{number:06d}",
                password=password,
            )
            for number in range(begin, min(begin + BATCH, count))
        ]
        for principal in principals:
            principal.complete()
        Principal.objects.bulk_create(principals)


if __name__ == "__main__":
    main(int(sys.argv[1]))
