"""What the console's cookies tell extensions and tools of whoever is signed in.

Names and members are AWS's (``signin.client_cookies``); they say what the page says. Each page
looks whether they are still right, so that they change with a switch, its end, and a new sign-in.
"""

import base64
import hashlib
import hmac
import json
from functools import cache
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.identities import Identity, acting
from accounts.models import Session
from mfa.models import Device
from signin import client_cookies, hosts
from signin.http import CONSOLE_COOKIE, delete_cookie
from signin.kernel import clock, entropy, jws, partitions

ORDER = int(  # of P-384
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
    "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
    16,
)
LONGEST_ISSUER = 1024  # characters as they are written; a cookie has 4096 at most
ACCOUNT_DATA = {"marketplaceGroup": "AWS"}


def tell(request: HttpRequest, response: HttpResponse, session: Session) -> None:
    """Let a console's cookies say who is acting in a session, if they don't yet."""
    identity = acting(session)
    told = _told(session, identity)
    user_info = _written(told)
    if request.COOKIES.get(client_cookies.USER_INFO) == user_info:
        return
    values = {
        client_cookies.USER_INFO: user_info,
        client_cookies.SIGNED_USER_INFO: _signed(told),
        # What AWS has here opens the console. These look like it and open nothing.
        client_cookies.CREDENTIALS: entropy.token(),
        client_cookies.SERVLET_SESSION: entropy.handle().upper(),
        client_cookies.CONSOLE_SESSION: entropy.handle() + entropy.handle(),
        client_cookies.ACCOUNT_DATA: _written(ACCOUNT_DATA),
    }
    if not set(Device.Kind.values).isdisjoint(session.factors):
        values[client_cookies.MFA_ENTERED] = "true"
    max_age = int((session.expires_at - clock.now()).total_seconds())
    for name, value in values.items():
        client_cookies.give(response, name, value, max_age=max_age)


def take_back(response: HttpResponse) -> None:
    """Take back a console's session from a browser, and all that was told of it."""
    delete_cookie(response, CONSOLE_COOKIE)
    client_cookies.take_back(response, *client_cookies.OF_CONSOLES)


def public_key() -> jws.Members:
    """Return what proves the signed cookie, as a JSON Web Key."""
    return jws.public_key(_secret(), "ES384")


def _told(session: Session, identity: Identity) -> dict[str, str]:
    """Return the members of the cookie, in AWS's order.

    Names and the issuer are written as in an address once more, which readers undo.
    """
    return {
        "arn": identity.arn,
        "alias": "" if identity.is_root else identity.account.alias or identity.account.id,
        "username": quote(_username(identity), safe=""),
        "keybase": _keybase(session),
        "issuer": _issuer(session, identity),
        "signinType": "PUBLIC",
    }


def _username(identity: Identity) -> str:
    if identity.is_root:
        return identity.account.name
    if identity.is_themselves:
        return identity.principal.username
    return identity.arn.rpartition(":")[2]


def _issuer(session: Session, identity: Identity) -> str:
    """Return where somebody signed in: here, or at the page that their broker named."""
    if identity.is_themselves:
        return hosts.url("signin", "/signin")
    issuer = quote(session.issuer, safe=":/?#[]@!$&'()*+,;=%")
    return issuer if len(quote(issuer, safe="")) <= LONGEST_ISSUER else ""


def _keybase(session: Session) -> str:
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"keybase {session.pk}".encode(), "sha256")
    return base64.b64encode(digest).decode()


def _written(members: dict[str, str]) -> str:
    return quote(json.dumps(members, separators=(",", ":")), safe="")


def _signed(told: dict[str, str]) -> str:
    claims = {
        "sub": told["alias"],
        "signinType": told["signinType"],
        "iss": told["issuer"],
        "keybase": told["keybase"],
        "arn": told["arn"],
        "username": told["username"],
    }
    header = {"typ": "JWS", "keyRegion": partitions.here().home, "alg": "ES384", "kid": _key_id()}
    return jws.sign(header, claims, secret=_secret())


@cache
def _key_id() -> str:
    return str(
        UUID(bytes=hashlib.sha256(jws.write(public_key()).encode()).digest()[:16], version=4)
    )


def _secret() -> int:
    key, purpose = settings.SECRET_KEY.encode(), b"what cookies of the console tell"
    return int.from_bytes(hmac.digest(key, purpose, "sha512"), "big") % (ORDER - 1) + 1
