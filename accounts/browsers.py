"""Telling whether a principal has signed in with this browser before."""

from datetime import timedelta

from accounts.models import KnownBrowser, Principal
from signin.http import Browser
from signin.kernel import clock, entropy

REMEMBERED_FOR = timedelta(days=30)


def is_known(principal: Principal | None, browser: Browser) -> bool:
    """Return whether this browser proved itself to this principal in the last 30 days.

    For nobody it is looked up, too, so that this is the same work.
    """
    if not browser.device_key:
        return False
    return KnownBrowser.objects.filter(
        principal_id=principal.pk if principal else 0,
        key_digest=entropy.digest(browser.device_key),
        user_agent=browser.user_agent,
        ip=browser.ip,
        expires_at__gt=clock.now(),
    ).exists()


def remember(principal: Principal, browser: Browser) -> str:
    """Note that this browser proved itself; return the key that its cookie shall hold."""
    key = browser.device_key
    if not KnownBrowser.objects.filter(key_digest=entropy.digest(key)).exists():
        key = entropy.token()  # not a key that we gave: somebody may have planted it (S-036)
    KnownBrowser.objects.update_or_create(
        principal=principal,
        key_digest=entropy.digest(key),
        defaults={
            "user_agent": browser.user_agent,
            "ip": browser.ip,
            "expires_at": clock.now() + REMEMBERED_FOR,
        },
    )
    return key
