"""Every error on the wire has a name that AWS's own models know."""

import pytest
from botocore.session import Session

from signin.oidc import errors as oidc_errors
from signin.wire import query, sigv4, sso, sso_oidc, sso_oidc_iam, sts
from tests.wire.shapes import OF_THE_FRONT_DOOR

# The errors that all services of the Query protocol have, which no model repeats.
COMMON = {
    "AccessDenied": 403,
    "ExpiredToken": 403,
    "IncompleteSignature": 400,
    "InternalFailure": 500,
    "InvalidAction": 400,
    "InvalidClientTokenId": 403,
    "InvalidParameterValue": 400,
    "MissingAuthenticationToken": 403,
    "SignatureDoesNotMatch": 403,
    "Throttling": 400,
    "ValidationError": 400,
}
SERVICES = {
    "sso-oidc": sso_oidc.SERVICE,
    "sso": sso.SERVICE,
}
# AWS sends these, and has no model of them.
UNMODELLED = {
    "sso-oidc": OF_THE_FRONT_DOOR,
    "sso": {"ForbiddenException": 403, "InternalServerException": 500},
}


def modelled(service):
    """Return the names and statuses of a service's errors."""
    shapes = Session().get_service_model(service).error_shapes
    return {
        shape.metadata["error"].get("code", shape.name): shape.metadata["error"]["httpStatusCode"]
        for shape in shapes
    }


@pytest.mark.parametrize("name", SERVICES)
def test_errors_in_json_are_those_of_the_model(name):
    service, known = SERVICES[name], modelled(name) | UNMODELLED[name]
    for error in (*service.errors.values(), service.broken):
        assert known[error.exception] == error.status, error


def test_errors_in_xml_are_those_of_the_model_or_common():
    known = modelled("sts") | COMMON
    for error in (*sts.STS.errors.values(), *query.ERRORS.values()):
        assert known[error.code] == error.status, error
    for refusal in subclasses(sigv4.SignatureRefused):
        assert COMMON[refusal.code] == refusal.status, refusal


def test_every_refusal_that_programs_are_told_is_named():
    told = subclasses(oidc_errors.ToProgram) - {oidc_errors.OtherRegion}
    assert told <= set(sso_oidc.ERRORS)
    assert subclasses(sigv4.SignatureRefused) <= set(sso_oidc_iam.ERRORS)
    assert "InvalidRequestRegionException" in modelled("sso-oidc")


def subclasses(kind):
    """Return all kinds of a refusal."""
    return {each for direct in kind.__subclasses__() for each in (direct, *subclasses(direct))}
