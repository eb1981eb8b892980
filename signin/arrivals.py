"""Which kinds of programs call while somebody waits for them at the desk's page.

Not every call leaves an event, and a page may wait for one that does not. While it does, a file
says so beside the database, as the clock's does: every worker sees it, and otherwise a call costs
a look for it.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from signin.kernel import clock

# By what a user agent contains, whatever its case. The first that fits counts: Terraform's names
# an SDK as well, and so does the AWS CLI's.
FAMILIES = {
    "aws-cli": ("AWS CLI", ("aws-cli/",)),
    "terraform": ("Terraform", ("terraform/", "terraform-provider-aws/")),
    "boto3": ("boto3", ("boto3/", "botocore/")),
    "javascript": ("SDK for JavaScript", ("aws-sdk-js/", "aws-sdk-nodejs/")),
    "go": ("SDK for Go", ("aws-sdk-go",)),
    "java": ("SDK for Java", ("aws-sdk-java/",)),
}
PATIENCE = timedelta(minutes=10)  # without a look of the page that waits


def family_of(agent: str) -> str:
    """Return which kind of program a user agent names, or an empty text."""
    folded = agent.lower()
    return next(
        (name for name, (_, marks) in FAMILIES.items() if any(mark in folded for mark in marks)),
        "",
    )


def wait() -> None:
    """Have calls noted from now on, for as long as somebody looks again and again."""
    _awaited().touch()


def note(agent: str) -> None:
    """Note a call of a program, if somebody waits for any."""
    path = _awaited()
    if not os.access(path, os.F_OK):
        return
    waited_since = _moment(path)
    if waited_since is None or clock.machine_now() - waited_since > PATIENCE:
        path.unlink(missing_ok=True)
    elif family := family_of(agent):
        noted, now = _noted(family), clock.machine_now().timestamp()
        noted.touch()
        os.utime(noted, (now, now))  # the kernel dates files by a clock that lags behind


def stop() -> None:
    """Note no more calls, and forget those that were noted."""
    for path in [_awaited(), *map(_noted, FAMILIES)]:
        path.unlink(missing_ok=True)


def since(moment: datetime) -> dict[str, datetime]:
    """Return when a program of each kind called last, if it was since then.

    Both are times of the machine, by which files are dated.
    """
    noted = {family: _moment(_noted(family)) for family in FAMILIES}
    return {family: at for family, at in noted.items() if at and at >= moment}


def _moment(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, clock.machine_now().tzinfo)
    except FileNotFoundError:
        return None


def _awaited() -> Path:
    path: Path = settings.SIGNIN_ARRIVALS_FILE
    return path


def _noted(family: str) -> Path:
    return _awaited().with_suffix(f".{family}")
