"""The service signin: tokens for command lines that somebody let in (``aws login``).

An answer has the members that AWS's model names, whether the request was JSON or a form.
"""

import re
from urllib.parse import parse_qsl

from django.http import HttpRequest

from signin import hosts
from signin.http import browser_of
from signin.kernel.errors import LockedOut
from signin.logins import chains, proofs
from signin.logins.chains import Asking, Issued
from signin.logins.errors import (
    CodeOver,
    GrantInvalid,
    LoginOver,
    NotPermitted,
    PasswordChanged,
    ProofUsed,
)
from signin.logins.models import Client
from signin.wire import dpop, rest_json
from signin.wire.rest_json import Error, Inputs, Malformed, Output, Service, text

FORM = "application/x-www-form-urlencoded"
# Members as forms name them.
NAMES = {
    "client_id": "clientId",
    "grant_type": "grantType",
    "code": "code",
    "redirect_uri": "redirectUri",
    "code_verifier": "codeVerifier",
    "refresh_token": "refreshToken",
}
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


class ProgramUnknown(Malformed):
    """No program has this name."""


class GrantUnknown(Malformed):
    """Tokens are not given for this."""


def _denied(status: int, code: str) -> Error:
    return Error("AccessDeniedException", status, code)


def _invalid(code: str) -> Error:
    return Error("ValidationException", 400, code)


def _describe(error: Error, said: str) -> Output:
    return {"error": error.code, "message": said}


SIGNIN = Service(
    errors={
        Malformed: _invalid("INVALID_REQUEST"),
        ProofUsed: _invalid("INVALID_REQUEST"),
        ProgramUnknown: _invalid("invalid_client"),
        GrantUnknown: _invalid("unsupported_grant_type"),
        GrantInvalid: _invalid("invalid_grant"),
        CodeOver: _denied(401, "AUTHCODE_EXPIRED"),
        LoginOver: _denied(401, "TOKEN_EXPIRED"),
        PasswordChanged: _denied(403, "USER_CREDENTIALS_CHANGED"),
        NotPermitted: _denied(403, "INSUFFICIENT_PERMISSIONS"),
        LockedOut: Error("TooManyRequestsError", 429, "rate_exceeded"),
    },
    describe=_describe,
    broken=Error("InternalServerException", 500, "server_error"),
)


def create_token(request: HttpRequest, inputs: Inputs) -> Output:
    """Exchange a code or a refresh token for credentials (CreateOAuth2Token)."""
    client, grant = text(inputs, "clientId"), text(inputs, "grantType")
    if client not in Client.values:
        raise ProgramUnknown("clientId is none of the programs that can be let in.")
    if grant not in {chains.CODE, chains.REFRESH}:
        raise GrantUnknown("grantType is neither authorization_code nor refresh_token.")
    address = hosts.origin_of(request.get_host()) + request.path
    proof = dpop.check(request.headers.get("DPoP", ""), method="POST", url=address)
    asking = Asking(client, proof.thumbprint, browser_of(request))
    if grant == chains.REFRESH:
        token = text(inputs, "refreshToken")
        proofs.spend(proof.thumbprint, proof.number)
        return _told(chains.refresh(token, asking))
    code, verifier = text(inputs, "code", longest=512), text(inputs, "codeVerifier", longest=128)
    redirect_uri = text(inputs, "redirectUri")
    if not VERIFIER.match(verifier):
        raise Malformed("codeVerifier is not 43 to 128 letters, digits and - . _ ~")
    proofs.spend(proof.thumbprint, proof.number)
    return _told(chains.redeem(code, asking, verifier=verifier, redirect_uri=redirect_uri))


def _told(issued: Issued) -> Output:
    told: Output = {
        "accessToken": {
            "accessKeyId": issued.keys.access_key_id,
            "secretAccessKey": issued.keys.secret_access_key,
            "sessionToken": issued.keys.session_token,
        },
        "tokenType": "aws_sigv4",
        "expiresIn": issued.seconds,
        "refreshToken": issued.refresh_token,
    }
    return {**told, "idToken": issued.identity_token} if issued.identity_token else told


def _read(request: HttpRequest) -> Inputs:
    """Return the members that a request has in its form or in its JSON, or raise Malformed."""
    if request.content_type != FORM:
        return rest_json.read(request)
    try:
        body = rest_json.body_of(request).decode("ascii")
        fields = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError as error:
        raise Malformed("The body is not a form.") from error
    inputs: Inputs = {NAMES.get(name, name): value for name, value in fields}
    if len(inputs) != len(fields):
        raise Malformed("A field is there twice.")
    return inputs


token = SIGNIN.operation(create_token, reader=_read)
