"""Issuers of JSON Web Tokens of the tests' own, and a place on the loopback for their keys."""

import json
import time
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

DISCOVERY = "/.well-known/openid-configuration"
URL = "https://issuer.example.com"
AUDIENCE = "sts.amazonaws.com"
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


def key(kind="RSA", name="one"):
    """Return a key of a kind or a curve; the same one each time, as making some takes long."""
    return _key(kind, name)


@cache
def _key(kind, name):
    parameters = {"kid": name} if name else None
    if kind == "RSA":
        return RSAKey.generate_key(2048, parameters, auto_kid=False)
    if kind == "oct":
        return OctKey.generate_key(256, parameters, auto_kid=False)
    return ECKey.generate_key(kind, parameters, auto_kid=False)


def key_of(algorithm, name="one"):
    """Return a key for an algorithm."""
    return key(CURVES.get(algorithm, "oct" if algorithm.startswith("HS") else "RSA"), name)


def key_set(*keys):
    """Return the public keys as a JSON Web Key Set."""
    return {"keys": [each.as_dict(private=False) for each in keys or [key()]]}


def token(signing=None, *, algorithm="RS256", header=None, payload=None, **claims):
    """Return a token that is right; members can be others, and None leaves one out."""
    signing = signing or key_of(algorithm)
    now = int(time.time())
    all_claims = {
        "iss": URL,
        "sub": "somebody",
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 300,
        **claims,
    }
    all_header = {"alg": algorithm, "kid": signing.kid, "typ": "JWT", **(header or {})}
    said = payload or json.dumps(_without_none(all_claims))
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jws.serialize_compact(_without_none(all_header), said, signing, registry=registry)


def _without_none(members):
    return {name: value for name, value in members.items() if value is not None}


class Place:
    """What an issuer's address on the loopback answers: documents by path, and who asked."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.asked = []
        self.hosts = []
        self.answers = {
            DISCOVERY: {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": key_set(),
        }

    def named(self, host):
        """Go by another name from now on."""
        self.url = self.url.replace("127.0.0.1", host)
        self.answers[DISCOVERY] = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        return self


@contextmanager
def place():
    """Serve an issuer's documents on the loopback for a while."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            served.asked.append(self.path)
            served.hosts.append(self.headers["Host"])
            answer = served.answers.get(self.path)
            if isinstance(answer, str):  # an address to go to
                self.send_response(302)
                self.send_header("Location", answer)
                self.end_headers()
                return
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Place(server.server_port)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
