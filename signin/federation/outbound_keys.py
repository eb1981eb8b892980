"""The keys that sign tokens for other services; each installation makes its own.

They are made with the first use and kept in a file of the data directory that its owner alone can
read. Their names say what they are good for. The library loads with its first use.
"""

import json
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings

from signin.kernel import keepsakes

NAME = "web_identity_keys.json"
ALGORITHMS = {"RS256": "NOT_FOR_PRODUCTION_RSA_0", "ES384": "NOT_FOR_PRODUCTION_EC384_0"}
RSA_BITS = 2048
CURVE = "P-384"


def private(algorithm: str) -> Any:
    """Return the key that signs by an algorithm."""
    return next(key for key in _keys(_stored()) if key.kid == ALGORITHMS[algorithm])


def key_set() -> dict[str, Any]:
    """Return the public keys as a JSON Web Key Set (RFC 7517, 5)."""
    return {"keys": [key.as_dict(private=False) for key in _keys(_stored())]}


def _stored() -> str:
    return keepsakes.kept(settings.SIGNIN_DATA_DIR / NAME, _made)


def _made() -> str:
    library = import_module("joserfc.jwk")
    named = [{"kid": kid, "alg": algorithm, "use": "sig"} for algorithm, kid in ALGORITHMS.items()]
    keys = [
        library.RSAKey.generate_key(RSA_BITS, named[0], auto_kid=False),
        library.ECKey.generate_key(CURVE, named[1], auto_kid=False),
    ]
    return json.dumps([key.as_dict(private=True) for key in keys])


@lru_cache(maxsize=4)
def _keys(stored: str) -> list[Any]:
    library = import_module("joserfc.jwk")
    return [library.import_key(each) for each in json.loads(stored)]
