"""Codes by time (RFC 6238): six digits, 30 seconds a step, SHA-1, as AWS's apps and tokens show.

Only the server's clock counts. A device's own clock may be off by ``drift`` steps, which is
learned from two consecutive codes and never from a single one: a window that follows each code
would walk.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

from django_otp.oath import TOTP

from signin.kernel import entropy

STEP = 30  # seconds
DIGITS = 6
SECRET_LENGTH = 40  # bytes: 64 characters of Base32, as AWS gives them
SHORTEST_SECRET = 10  # bytes; RFC 4226 wants 16, some tokens have less
SIGN_IN_WINDOW = 1  # steps to either side
REGISTRATION_WINDOW = 10
LATE_WINDOW = 10  # steps back, in which a code is known to be late
RESYNC_WINDOW = 50


class SecretInvalid(ValueError):
    """A secret is not Base32, or too short."""


def new_secret() -> bytes:
    """Return a random secret."""
    return entropy.octets(SECRET_LENGTH)


def encode(secret: bytes) -> str:
    """Return a secret as people type it: Base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def decode(typed: str) -> bytes:
    """Return the secret of a Base32 text, with or without blanks and padding."""
    plain = "".join(typed.split()).rstrip("=").upper()
    try:
        secret = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except ValueError as error:
        raise SecretInvalid("not Base32") from error
    if len(secret) < SHORTEST_SECRET:
        raise SecretInvalid(f"shorter than {SHORTEST_SECRET} bytes")
    return secret


def secret_of_token(serial_number: str, *, key: str) -> bytes:
    """Return the seed of a hardware token: it follows from its number and the installation's key.

    A real token's seed is known to its maker only; here any number is a token that the desk shows.
    """
    return hmac.new(key.encode(), f"token {serial_number}".encode(), hashlib.sha256).digest()[:20]


def step_at(moment: datetime) -> int:
    """Return the number of the step that a moment lies in."""
    return int(moment.timestamp()) // STEP


def seconds_left(moment: datetime) -> int:
    """Return for how many seconds the code of a moment is still shown: 30 to 1."""
    return STEP - int(moment.timestamp()) % STEP


def code_at(secret: bytes, step: int) -> str:
    """Return the six digits of a step."""
    totp = TOTP(secret, step=STEP, digits=DIGITS)
    totp.time = step * STEP
    return f"{totp.token():0{DIGITS}}"


def find_step(secret: bytes, code: str, *, around: int, window: int) -> int | None:
    """Return the step whose code this is: the one nearest to ``around``, no more than ``window``.

    Every step is computed and compared, whichever it is, in constant time.
    """
    found = [step for step in _nearest(around, window) if entropy.same(code_at(secret, step), code)]
    return found[0] if found else None


def find_pair(secret: bytes, first: str, second: str, *, around: int, window: int) -> int | None:
    """Return the step of the first of two consecutive codes (RFC 4226, 7.4)."""
    found = [
        step
        for step in _nearest(around, window)
        if entropy.same(code_at(secret, step) + code_at(secret, step + 1), first + second)
    ]
    return found[0] if found else None


def uri(secret: bytes, *, label: str) -> str:
    """Return what a QR code says to an authenticator app (the Key URI format)."""
    issuer = "Vestibule emulator"
    query = urlencode({"secret": encode(secret), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(label)}?{query}"


def _nearest(around: int, window: int) -> list[int]:
    steps = range(max(around - window, 0), around + window + 1)
    return sorted(steps, key=lambda step: abs(step - around))
