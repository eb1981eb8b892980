"""The partitions of AWS: worlds of their own, with their own accounts, regions and host names.

Where the facts are from: the patterns of regions and the suffixes of services from botocore's
``partitions.json``; the sign-in hosts from the rules of its service ``signin``; the names of
consoles and portals from AWS's documentation of each partition. Nothing that is known in one
partition is known in another.
"""

import re
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Partition:
    """What is different in one partition.

    ``id`` is how ARNs name it, ``region`` the pattern of its regions, ``home`` the region of what
    belongs to no region. The rest are domains, without a dot before them: ``services`` of what
    programs call, ``dual_stack`` of the same by IPv6, ``console`` of consoles and sign-in hosts,
    ``instances`` the host that names all instances of Identity Center, ``regional_instances`` what
    follows the region in their dual-stack names, ``start`` what portals share that have no host of
    their own. ``urn`` is how SAML's assertions name it, where it has such a name.
    """

    id: str
    region: str
    home: str
    services: str
    dual_stack: str
    console: str
    instances: str
    regional_instances: str
    start: str = ""
    urn: str = ""

    @property
    def signin(self) -> str:
        """The sign-in host of no region."""
        return f"signin.{self.console}"

    @property
    def portals(self) -> str:
        """The domain that people find in the addresses of portals."""
        if self.id == "aws":
            return "awsapps.com"
        return self.start or f"portal.{self.services}"

    @property
    def platform(self) -> str:
        """What follows the region in the sign-in hosts of Identity Center."""
        return "signin.aws" if self.id == "aws" else f"sso.signin.{self.console}"

    def has_region(self, name: str) -> bool:
        """Return whether a region is here, by how its name is made."""
        return re.fullmatch(self.region, name) is not None

    def arn(self, service: str, region: str, account_id: str, resource: str) -> str:
        """Return the ARN of something here; what belongs to no region or account has none."""
        return f"arn:{self.id}:{service}:{region}:{account_id}:{resource}"


AWS = Partition(
    id="aws",
    region=r"(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[0-9]",
    home="us-east-1",
    services="amazonaws.com",
    dual_stack="api.aws",
    console="aws.amazon.com",
    instances="identitycenter.amazonaws.com",
    regional_instances="app.aws",
    urn="urn:amazon:webservices",
)
AWS_CN = Partition(
    id="aws-cn",
    region=r"cn-[a-z]+-[0-9]",
    home="cn-north-1",
    services="amazonaws.com.cn",
    dual_stack="api.amazonwebservices.com.cn",
    console="amazonaws.cn",
    instances="identitycenter.amazonaws.com.cn",
    regional_instances="app.amazonwebservices.com.cn",
    start="home.awsapps.cn",
    urn="urn:amazon:webservices:cn-north-1",
)
AWS_US_GOV = Partition(
    id="aws-us-gov",
    region=r"us-gov-[a-z]+-[0-9]",
    home="us-gov-west-1",
    services="amazonaws.com",
    dual_stack="api.aws",
    console="amazonaws-us-gov.com",
    instances="identitycenter.us-gov.amazonaws.com",
    regional_instances="app.aws",
    start="us-gov-home.awsapps.com",
    urn="urn:amazon:webservices:govcloud",
)
AWS_EUSC = Partition(
    id="aws-eusc",
    region=r"eusc-de-[a-z]+-[0-9]",
    home="eusc-de-east-1",
    services="amazonaws.eu",
    dual_stack="api.amazonwebservices.eu",
    console="amazonaws-eusc.eu",
    instances="identitycenter.amazonaws.eu",
    regional_instances="api.amazonwebservices.eu",
)
OTHERS: Sequence[Partition] = (AWS_CN, AWS_US_GOV, AWS_EUSC)
PARTITIONS = {each.id: each for each in (AWS, *OTHERS)}
REGION = "|".join(each.region for each in PARTITIONS.values())
ID = "|".join(PARTITIONS)

_current: ContextVar[Partition | None] = ContextVar("partition", default=None)


def get(partition_id: str) -> Partition:
    """Return a partition by its ID."""
    return PARTITIONS[partition_id]


def of_region(region: str) -> Partition:
    """Return the partition that a region is in; of a name that is no region it is ``aws``."""
    return next((each for each in OTHERS if each.has_region(region)), AWS)


def of_arn(arn: str) -> Partition | None:
    """Return the partition that an ARN names, if it is one of these."""
    scheme, _, rest = arn.partition(":")
    return PARTITIONS.get(rest.partition(":")[0]) if scheme == "arn" else None


def current() -> Partition | None:
    """Return the partition whose door was asked; None at the desk, which knows all of them."""
    return _current.get()


def here() -> Partition:
    """Return the partition in which addresses are made: the current one, else ``aws``."""
    return _current.get() or AWS


def is_known_here(partition_id: str) -> bool:
    """Return whether the door that was asked knows what is in a partition."""
    now = _current.get()
    return now is None or now.id == partition_id


class at:  # noqa: N801 - it reads as a function; a generator would take twice as long
    """Know and name in here what a door of a partition does."""

    def __init__(self, partition: Partition | None) -> None:
        self.partition = partition

    def __enter__(self) -> None:
        self.before = _current.set(self.partition)

    def __exit__(self, *_error: object) -> None:
        _current.reset(self.before)
