"""AssumeRoleWithSAML of STS: an assertion of a provider stands in for a signature."""

from collections.abc import Mapping

from django.db import transaction

from accounts import federated, role_sessions
from accounts.errors import RoleRefused
from accounts.models import Role, SamlProvider
from accounts.role_sessions import SHORTEST, Wish
from signin.events import log
from signin.federation import assertions, documents, iam_saml, saml_events
from signin.federation.assertions import Assertion
from signin.federation.errors import (
    AssertionOver,
    AssertionRefused,
    IssuerUnknown,
    StatusNotSuccess,
    SubjectMissing,
)
from signin.kernel.errors import Refusal
from signin.wire.query import Call, Error, Output, number, said, text
from signin.wire.sts_answers import (
    credentials_of,
    issued,
    lowered,
    unsigned,
)
from signin.wire.sts_fields import (
    ARN,
    LONGEST_ROLE,
    packed,
)

ASSERTION = rf"[A-Za-z0-9+/=\r\n]{{4,{documents.LONGEST}}}"
RECORDED = ("RoleArn", "PrincipalArn", "DurationSeconds")

ERRORS: Mapping[type[Refusal], Error] = {
    AssertionRefused: Error("InvalidIdentityToken"),
    AssertionOver: Error("ExpiredTokenException"),
    StatusNotSuccess: Error("IDPRejectedClaim", 403),
    SubjectMissing: Error("AccessDenied", 403),
}


def assume_role_with_saml(call: Call) -> Output:
    """Give credentials of a role to whom a provider of the role's account vouches for.

    An assertion is good for one call for each role that it names (S-088).
    """
    inputs = call.inputs
    role_arn, provider_arn = text(inputs, "RoleArn", ARN), text(inputs, "PrincipalArn", ARN)
    encoded = text(inputs, "SAMLAssertion", ASSERTION)
    seconds = number(inputs, "DurationSeconds", least=SHORTEST, most=LONGEST_ROLE)
    provider = iam_saml.find_provider(provider_arn)
    if provider is None:
        raise _explained(IssuerUnknown())
    assertion: Assertion | None = None
    try:
        assertion, _ = iam_saml.read(encoded, provider)
        claims = iam_saml.claims_of(assertion)
        used = packed(inputs, claims.tags)
        if claims.providers.get(role_arn) != provider_arn:
            raise RoleRefused
        wish = claims.wish(role_arn, seconds=seconds)
        role = role_sessions.admit_federated(provider_arn, assertion.subject, wish)
        return {**_begin(call, provider, assertion, role, wish), **used}
    except Refusal as refusal:
        if isinstance(refusal, AssertionRefused):
            _explained(refusal)
        error = log.Error(call.error_of(refusal).code, said(refusal))
        saml_events.refused(unsigned(call, provider.account, RECORDED), provider, assertion, error)
        raise


def _begin(
    call: Call, provider: SamlProvider, assertion: Assertion, role: Role, wish: Wish
) -> Output:
    user = {
        "AssumedRoleId": f"{role.unique_id}:{wish.session_name}",
        "Arn": role.session_arn(wish.session_name),
    }
    vouched = {
        "Subject": assertion.subject,
        "SubjectType": saml_events.subject_type(assertion.subject_format),
        "Issuer": assertion.issuer,
        "Audience": assertion.recipient,
        "NameQualifier": saml_events.name_qualifier(provider),
    }
    lasting = iam_saml.lasting(wish.seconds, assertion.session_expires_at)
    with transaction.atomic():
        assertions.use(assertion, role.arn)
        principal = federated.of(provider.arn, assertion.subject)
        seconds = max(1, int(lasting.total_seconds()))
        keys = role_sessions.begin_federated(principal, role, wish, seconds=seconds)
        response = {
            "credentials": issued(keys),
            "assumedRoleUser": lowered(user),
            **lowered(vouched),
        }
        saml_events.answered(
            unsigned(call, provider.account, RECORDED), provider, assertion, response
        )
    return {
        "Credentials": credentials_of(keys),
        "AssumedRoleUser": user,
        **vouched,
        **({"SourceIdentity": wish.source_identity} if wish.source_identity else {}),
    }


def _explained(refusal: AssertionRefused) -> AssertionRefused:
    """Return a refusal that tells programs its reason, which people find in the event."""
    refusal.message = f"The SAML assertion is refused; the reason is “{refusal.reason}”."
    return refusal
