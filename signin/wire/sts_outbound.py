"""GetWebIdentityToken of STS: whoever signs proves to another service who they are."""

from collections.abc import Mapping
from typing import cast

from accounts import signer_events
from signin.events import shapes
from signin.federation import outbound
from signin.federation.outbound import Wish
from signin.federation.token_errors import IssuingOff, SessionEndsEarlier, TokenTooLarge
from signin.hosts import HostRequest
from signin.kernel.errors import Refusal
from signin.wire.query import Call, Error, Output, number, text, texts
from signin.wire.rest_json import Malformed
from signin.wire.sts_answers import signed
from signin.wire.sts_fields import tags_of

AUDIENCE = r"[^\x00-\x1f\x7f]{1,1000}"
MOST_AUDIENCES = 10
ALGORITHM = r"RS256|ES384"
SUBJECT_MODE = r"AWSIdentity|OriginIdentity"
GLOBAL = "sts.amazonaws.com"

ERRORS: Mapping[type[Refusal], Error] = {
    IssuingOff: Error("OutboundWebIdentityFederationDisabledException", 403),
    SessionEndsEarlier: Error("SessionDurationEscalationException", 403),
    TokenTooLarge: Error("JWTPayloadSizeExceededException"),
}


def get_web_identity_token(call: Call) -> Output:
    """Give a token about whoever signed, for services that are not AWS's."""
    inputs = call.inputs
    if cast(HostRequest, call.request).host.name == GLOBAL:
        raise Malformed(f"GetWebIdentityToken is not at {GLOBAL}. Call STS in a region.")
    if text(inputs, "SubjectMode", SUBJECT_MODE, is_required=False) == "OriginIdentity":
        raise Malformed("SubjectMode: the session has no context that names its origin.")
    if inputs.get("Scope"):
        raise Malformed("Scope is taken with the SubjectMode OriginIdentity only.")
    audiences = texts(inputs, "Audience", AUDIENCE, most=MOST_AUDIENCES)
    if not audiences:
        raise Malformed("Audience is missing.")
    told = signed(call)
    issued = outbound.issue(
        call.signer,
        Wish(
            audiences=audiences,
            algorithm=text(inputs, "SigningAlgorithm", ALGORITHM),
            region=told.region,
            seconds=number(
                inputs, "DurationSeconds", least=outbound.SHORTEST, most=outbound.LONGEST
            )
            or outbound.DEFAULT,
            tags=tags_of(inputs),
        ),
    )
    told.parameters["audience"] = audiences
    signer_events.answered(told, {"expiration": shapes.spelled(issued.expires_at)})
    return {"WebIdentityToken": issued.token, "Expiration": issued.expires_at}
