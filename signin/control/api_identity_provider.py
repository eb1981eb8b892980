"""The control API's calls by which suites have the built-in identity provider say something."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import StrictInt

from signin.control.api_shapes import PROBLEMS, Refused, Strict, Text
from signin.federation import authn_requests, idp, service_providers
from signin.idp import answers

router = Router()

Name = Field(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")


class TokenIn(Strict):
    subject: str = Name
    audience: Text | list[Text] = Field(description="A client ID, or several.")
    claims: dict[str, Any] = Field({}, description="Whatever else it shall say, times included.")


class TokenOut(Schema):
    id_token: str
    issuer: str


class AssertionIn(Strict):
    subject: str = Name
    audience: Text = Field(description="`console`, a directory's ID, or the entity ID of either.")
    acs: Text = Field("", description="One of its addresses; left out, the usual one.")
    attributes: dict[Text, list[Text]] | None = Field(
        None, description="Left out, for the console: all roles, and the subject as session name."
    )
    name_id_format: Text = idp.EMAIL
    in_response_to: Text = Field("", description="The ID of a question; left out, nobody asked.")
    session_seconds: StrictInt | None = Field(None, ge=1, le=90 * 24 * 3600)


class AssertionOut(Schema):
    saml_response: str = Field(description="Base64, as a form's SAMLResponse has it.")
    acs: str = Field(description="Where it is to be posted.")


@router.post(
    "/identity_provider/tokens",
    response={200: TokenOut, **PROBLEMS},
    summary="An ID token of the built-in identity provider",
)
def issue_token(request: HttpRequest, body: TokenIn) -> dict[str, str]:
    token = idp.token(body.subject, body.audience, body.claims)
    return {"id_token": token, "issuer": idp.issuer()}


@router.post(
    "/identity_provider/assertions",
    response={200: AssertionOut, **PROBLEMS},
    summary="A SAML response of the built-in identity provider",
)
def issue_assertion(request: HttpRequest, body: AssertionIn) -> dict[str, str]:
    provider = service_providers.asked_by(body.audience, body.acs)
    if provider is None:
        raise Refused(
            404,
            f"No service provider {body.audience} with that address trusts the built-in provider.",
            "Have a role's SAML provider or a directory's identity source be it; leave acs out.",
        )
    if body.in_response_to and not authn_requests.is_identifier(body.in_response_to):
        raise Refused(422, "in_response_to: not the ID of a question.", "Leave it out.")
    attributes = body.attributes
    if attributes is None:
        attributes = (
            {} if provider.directory else answers.every_role(provider.partition, body.subject)
        )
    statement = idp.Statement(
        subject=body.subject,
        audience=provider.entity_id,
        recipient=body.acs or provider.acs_url,
        in_response_to=body.in_response_to,
        name_id_format=body.name_id_format,
        attributes=attributes,
        session_seconds=body.session_seconds,
    )
    try:
        saml_response = idp.response(statement)
    except ValueError as error:
        raise Refused(
            422, f"XML can't say that: {error}", "Leave control characters out."
        ) from error
    return {"saml_response": saml_response, "acs": statement.recipient}
