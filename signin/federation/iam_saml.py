"""SAML as IAM has it: for whom assertions are, whose word counts, and what they say of roles.

The names that mean us are those by which whoever asks sees this server; AWS's own only behind the
gateway of real names (``signin.naming``). The URN of the audience is the same for both. Each
provider has an address of its own besides, with its identifier; what is encrypted arrives there,
since whose key opens it has to be known before. All are of the partition whose door was asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from accounts.models import SamlProvider
from accounts.models.identity_providers import PROVIDER_NAME, PROVIDER_UUID
from accounts.models.principals import fold
from accounts.models.roles import HOUR
from accounts.role_sessions import (
    MOST_TAGS,
    ROLE_ARN,
    SESSION_NAME,
    SOURCE_IDENTITY,
    TAG_KEY,
    TAG_VALUE,
    Wish,
)
from signin import hosts
from signin.federation import assertions, private_keys
from signin.federation.assertions import Assertion
from signin.federation.errors import (
    AssertionRefused,
    EncryptionMissing,
    RecipientWrong,
    RolesMissing,
    SessionDurationWrong,
    SessionNameWrong,
    SessionTagsWrong,
    SourceIdentityWrong,
)
from signin.kernel import clock, partitions

PATH = "/saml"
OWN_PATH = f"{PATH}/acs/"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
ROLE = f"{ATTRIBUTES}Role"
ROLE_SESSION_NAME = f"{ATTRIBUTES}RoleSessionName"
SESSION_DURATION = f"{ATTRIBUTES}SessionDuration"
PRINCIPAL_TAG = f"{ATTRIBUTES}PrincipalTag:"
SHORTEST = 900  # seconds
LONGEST = 12 * HOUR
PROVIDER_ARN = re.compile(
    rf"arn:(?P<partition>{partitions.ID}):iam::(?P<account>[0-9]{{12}})"
    rf":saml-provider/(?P<name>{PROVIDER_NAME})"
)
_IAM = rf"arn:(?:{partitions.ID}):iam"
# A role's name may have commas, a provider's may not.
_PAIR = re.compile(
    rf"\s*(?:(?P<role>{_IAM}::\d{{12}}:role/\S+?)\s*,\s*(?P<provider>{_IAM}::\S+)"
    rf"|(?P<provider_first>{_IAM}::\d{{12}}:saml-provider/[^\s,]+)\s*,\s*(?P<role_last>\S+))\s*",
    re.ASCII,
)


class Endpoints:
    """The addresses of the sign-in hosts that take responses: the global one, and each region's.

    With a provider they are those for everybody and its own; ``paths`` says which else.
    """

    def __init__(self, provider: SamlProvider | None = None) -> None:
        self.paths = [PATH, *([own_path(provider)] if provider else [])]

    def __contains__(self, address: object) -> bool:
        if not isinstance(address, str) or not (found := hosts.find_url(address)):
            return False
        host, values, _ = found
        if host.door != "signin":
            return False
        known = (hosts.url("signin", path, None, host.partition, **values) for path in self.paths)
        return address in known


class OwnEndpoints(Endpoints):
    """The addresses that are one provider's own."""

    def __init__(self, provider: SamlProvider) -> None:
        super().__init__(provider)
        self.paths = [own_path(provider)]


class Audiences(Endpoints):
    """The names by which assertions can mean us: those addresses, and AWS's name for itself."""

    def __contains__(self, name: object) -> bool:
        return name in urns() or super().__contains__(name)


@dataclass(frozen=True)
class Claims:
    """What an assertion says of sessions at AWS.

    ``providers`` are the ARNs of the providers by which somebody may have a role, by the role's
    ARN, in the order in which they are said. ``seconds`` is for the console only.
    """

    providers: Mapping[str, str]
    session_name: str
    seconds: int | None = None
    source_identity: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tags: Sequence[str] = ()

    def wish(self, role_arn: str, *, seconds: int | None) -> Wish:
        """Return what is asked for with one of the roles."""
        return Wish(
            role_arn=role_arn,
            session_name=self.session_name,
            seconds=seconds,
            source_identity=self.source_identity,
            tags=self.tags,
            transitive_tags=self.transitive_tags,
        )


def own_path(provider: SamlProvider) -> str:
    """Return the path of the address that is a provider's own."""
    return f"{OWN_PATH}{provider.uuid}"


def own_url(provider: SamlProvider) -> str:
    """Return the address that is a provider's own, at the sign-in host of no region."""
    partition = partitions.get(provider.account.partition)
    return hosts.url("signin", own_path(provider), None, partition)


def find_by_uuid(uuid: str) -> SamlProvider | None:
    """Return the provider with an identifier, if it is of the partition whose door was asked."""
    if not re.fullmatch(PROVIDER_UUID, uuid):
        return None
    found = SamlProvider.objects.select_related("account").filter(uuid=uuid).first()
    return found if found and partitions.is_known_here(found.account.partition) else None


def urns() -> Sequence[str]:
    """Return AWS's names for itself where somebody asks; the desk knows those of all partitions."""
    now = partitions.current()
    known = [now] if now else partitions.PARTITIONS.values()
    return [each.urn for each in known if each.urn]


def find_provider(arn: str) -> SamlProvider | None:
    """Return the provider of an ARN, if it is of the partition that was asked."""
    parts = PROVIDER_ARN.fullmatch(arn)
    if parts is None:
        return None
    providers = SamlProvider.objects.select_related("account")
    found = providers.filter(account=parts["account"], name=parts["name"]).first()
    is_known = found and found.arn == arn and partitions.is_known_here(found.account.partition)
    return found if is_known else None


def read(
    encoded: str, provider: SamlProvider | None = None
) -> tuple[Assertion, Sequence[SamlProvider]]:
    """Return the assertion of a response, and the providers whose word it is.

    They are those of all accounts, or the one that has to be it, whose own address means us as
    well. Raises an AssertionRefused.
    """
    asked: list[SamlProvider] = [provider] if provider else []

    def issuers(entity_id: str) -> Sequence[SamlProvider]:
        if provider is None:
            everybody = SamlProvider.objects.select_related("account")
            asked.extend(everybody.filter(entity_id=entity_id))
        return [
            each
            for each in asked
            if each.entity_id == entity_id and partitions.is_known_here(each.account.partition)
        ]

    try:
        assertion, vouching = assertions.read(
            encoded,
            issuers=issuers,
            audiences=Audiences(provider),
            recipients=Endpoints(provider),
            private_keys=private_keys.of(provider),
        )
        return assertion, _as_they_want(assertion, vouching)
    except AssertionRefused as refusal:
        refusal.providers = asked
        raise


def claims_of(assertion: Assertion) -> Claims:
    """Return what an assertion says of sessions, or raise the AssertionRefused that says why not.

    The names of attributes are taken as they are written, capitals and all.
    """
    tags = _tags(assertion)
    return Claims(
        providers=_providers(assertion.values(ROLE)),
        session_name=_session_name(assertion),
        seconds=_seconds(assertion),
        source_identity=_source_identity(assertion),
        tags=tags,
        transitive_tags=_transitive(assertion, tags),
    )


def lasting(seconds: int | None, session_end: datetime | None) -> timedelta:
    """Return how long a session lasts: no longer than the one at the provider that it came of."""
    asked_for = timedelta(seconds=seconds or HOUR)
    return min(asked_for, session_end - clock.now()) if session_end else asked_for


def _as_they_want(assertion: Assertion, vouching: Sequence[SamlProvider]) -> Sequence[SamlProvider]:
    """Return those who want an assertion to come as it did, or raise an AssertionRefused.

    Where it has to be encrypted, it has to be for the provider's own address, too.
    """
    if not assertion.is_encrypted:
        if left := [each for each in vouching if not each.requires_encryption]:
            return left
        raise EncryptionMissing
    for each in vouching:
        if each.requires_encryption and assertion.recipient not in OwnEndpoints(each):
            raise RecipientWrong
    return vouching


def _providers(values: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for value in values:
        parts = _PAIR.fullmatch(value)
        if parts is None:
            raise RolesMissing
        role = parts["role"] or parts["role_last"]
        provider = parts["provider"] or parts["provider_first"]
        if not ROLE_ARN.fullmatch(role) or not PROVIDER_ARN.fullmatch(provider):
            raise RolesMissing
        found.setdefault(role, provider)
    if not found:
        raise RolesMissing
    return MappingProxyType(found)


def _session_name(assertion: Assertion) -> str:
    match assertion.values(ROLE_SESSION_NAME):
        case [name] if re.fullmatch(SESSION_NAME, name):
            return name
    raise SessionNameWrong


def _seconds(assertion: Assertion) -> int | None:
    match assertion.values(SESSION_DURATION):
        case []:
            return None
        case [written] if re.fullmatch("[0-9]{1,6}", written):
            if SHORTEST <= int(written) <= LONGEST:
                return int(written)
    raise SessionDurationWrong


def _source_identity(assertion: Assertion) -> str:
    match assertion.values(f"{ATTRIBUTES}SourceIdentity"):
        case []:
            return ""
        case [name] if re.fullmatch(SOURCE_IDENTITY, name):
            return name
    raise SourceIdentityWrong


def _tags(assertion: Assertion) -> Mapping[str, str]:
    """Return the session tags, each of which has one value and a key of its own."""
    found: dict[str, str] = {}
    for name, values in assertion.attributes.items():
        if not name.startswith(PRINCIPAL_TAG):
            continue
        key = name.removeprefix(PRINCIPAL_TAG)
        if len(values) != 1 or not re.fullmatch(TAG_KEY, key):
            raise SessionTagsWrong
        if not re.fullmatch(TAG_VALUE, values[0]):
            raise SessionTagsWrong
        found[key] = values[0]
    if len(found) > MOST_TAGS or len({fold(key) for key in found}) < len(found):
        raise SessionTagsWrong
    return found


def _transitive(assertion: Assertion, tags: Mapping[str, str]) -> Sequence[str]:
    wanted = {fold(name) for name in assertion.values(f"{ATTRIBUTES}TransitiveTagKeys")}
    if not wanted <= {fold(key) for key in tags}:
        raise SessionTagsWrong
    return [key for key in tags if fold(key) in wanted]
