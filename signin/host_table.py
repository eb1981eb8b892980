"""The host table: which door each real host name opens, in each partition.

Rows are tried from top to bottom, so that a region is never taken for an account's alias. URL
modules are named by dotted string: they are loaded with the first request to their door, and
nothing down here imports them. Each row is of one partition, whose regions alone its name can have.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from signin.kernel import partitions
from signin.kernel.partitions import AWS, OTHERS, Partition

Stack = Literal["pages", "desk", "wire"]

REGION = rf"(?:{partitions.REGION})"
ACCOUNT = r"\d{12}|(?!\d{12}$)[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]"
DIRECTORY = r"d-[a-z0-9]{10}"
# A portal's subdomain. `view` is the Builder ID's.
PORTAL_NAME = rf"(?!(?:{DIRECTORY}|view)(?:\.|\Z))[a-z0-9](?:[a-z0-9]|-(?!-)){{0,61}}[a-z0-9]"
INSTANCE = r"ssoins-[0-9a-f]{16}"
# One of several sessions in a browser: its account, and eight characters of its own.
SESSION = r"\d{12}-[a-z0-9]{8}"
# An account's issuer of tokens for other services.
ISSUER = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
PLACEHOLDERS = {
    "account": ACCOUNT,
    "session": SESSION,
    "issuer": ISSUER,
    "portal": rf"{DIRECTORY}|{PORTAL_NAME}",
    "instance": INSTANCE,
}


@dataclass(frozen=True)
class Host:
    """One row of the table: a real host name, the URLs behind it, the middleware it needs.

    What has no real name is in no partition.
    """

    door: str
    name: str
    urlconf: str
    stack: Stack
    partition: Partition | None = AWS
    pattern: re.Pattern[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        pattern = re.escape(self.name)
        region = self.partition.region if self.partition else REGION
        for placeholder, expression in {**PLACEHOLDERS, "region": region}.items():
            pattern = pattern.replace(rf"\{{{placeholder}\}}", f"(?P<{placeholder}>{expression})")
        object.__setattr__(self, "pattern", re.compile(pattern))


_OF_AWS = [
    Host("console", "console.aws.amazon.com", "signin.console.urls", "pages"),
    Host("console", "{region}.console.aws.amazon.com", "signin.console.urls", "pages"),
    Host("console", "{session}.{region}.console.aws.amazon.com", "signin.console.urls", "pages"),
    Host("signin", "signin.aws.amazon.com", "signin.console.signin_urls", "pages"),
    Host("signin", "{region}.signin.aws.amazon.com", "signin.console.signin_urls", "pages"),
    Host("account", "{account}.signin.aws.amazon.com", "signin.console.account_urls", "pages"),
    Host("public", "aws.amazon.com", "signin.console.public_urls", "pages"),
    Host("portal", "{portal}.awsapps.com", "signin.identity_center.portal_urls", "pages"),
    Host(
        "portal",
        "{instance}.{region}.portal.amazonaws.com",
        "signin.identity_center.portal_urls",
        "pages",
    ),
    Host("builder-id", "view.awsapps.com", "signin.identity_center.builder_id.urls", "pages"),
    Host(
        "profile",
        "profile.aws.amazon.com",
        "signin.identity_center.builder_id.profile_urls",
        "pages",
    ),
    Host("platform", "{region}.signin.aws", "signin.identity_center.platform_urls", "pages"),
    Host(
        "device", "device.sso.{region}.amazonaws.com", "signin.identity_center.device_urls", "pages"
    ),
    Host(
        "platform-dual-stack",
        "{region}.sso.signin.aws",
        "signin.identity_center.dual_stack_urls",
        "pages",
    ),
    Host("signin-oauth", "{region}.oauth.signin.aws", "signin.wire.signin_urls", "wire"),
    Host("sso-oidc", "oidc.{region}.amazonaws.com", "signin.wire.sso_oidc_urls", "wire"),
    Host("sso", "portal.sso.{region}.amazonaws.com", "signin.wire.sso_urls", "wire"),
    Host("sts", "sts.amazonaws.com", "signin.wire.sts_urls", "wire"),
    Host("sts", "sts.{region}.amazonaws.com", "signin.wire.sts_urls", "wire"),
    Host("tokens", "{issuer}.tokens.sts.global.api.aws", "signin.wire.tokens_urls", "wire"),
    # Other names of portals, which lead to them.
    Host(
        "instance",
        "{instance}.portal.{region}.app.aws",
        "signin.identity_center.instance_urls",
        "pages",
    ),
    Host(
        "instances",
        "identitycenter.amazonaws.com",
        "signin.identity_center.instance_urls",
        "pages",
    ),
    # FIPS names and dual-stack names, by which nothing here is addressed: the first row of a door
    # counts.
    Host("sso-oidc", "oidc-fips.{region}.amazonaws.com", "signin.wire.sso_oidc_urls", "wire"),
    Host("sso", "portal.sso-fips.{region}.amazonaws.com", "signin.wire.sso_urls", "wire"),
    Host("sts", "sts-fips.{region}.amazonaws.com", "signin.wire.sts_urls", "wire"),
    Host("signin", "signin.{region}.api.aws", "signin.console.signin_urls", "pages"),
    Host("sso-oidc", "oidc.{region}.api.aws", "signin.wire.sso_oidc_urls", "wire"),
    Host("sso", "portal.sso.{region}.api.aws", "signin.wire.sso_urls", "wire"),
    Host("sts", "sts.{region}.api.aws", "signin.wire.sts_urls", "wire"),
    Host("sso-oidc", "oidc-fips.{region}.api.aws", "signin.wire.sso_oidc_urls", "wire"),
    Host("sso", "portal.sso-fips.{region}.api.aws", "signin.wire.sso_urls", "wire"),
    Host("sts", "sts-fips.{region}.api.aws", "signin.wire.sts_urls", "wire"),
    Host("signin", "signin-fips.{region}.amazonaws.com", "signin.console.signin_urls", "pages"),
    Host("signin", "signin-fips.{region}.api.aws", "signin.console.signin_urls", "pages"),
]


def _rows(partition: Partition) -> list[Host]:
    """Return the rows of another partition than ``aws``, which has no Builder IDs.

    Its portals have no names of their own, but that of their instance.
    """
    console, services = partition.console, partition.services
    pages = [
        ("console", f"console.{console}", "signin.console.urls"),
        ("console", f"{{region}}.console.{console}", "signin.console.urls"),
        ("console", f"{{session}}.{{region}}.console.{console}", "signin.console.urls"),
        ("signin", partition.signin, "signin.console.signin_urls"),
        ("signin", f"{{region}}.{partition.signin}", "signin.console.signin_urls"),
        ("account", f"{{account}}.{partition.signin}", "signin.console.account_urls"),
        (
            "portal",
            f"{{instance}}.{{region}}.portal.{services}",
            "signin.identity_center.portal_urls",
        ),
        ("platform", f"{{region}}.{partition.platform}", "signin.identity_center.platform_urls"),
        ("device", f"device.sso.{{region}}.{services}", "signin.identity_center.device_urls"),
        (
            "instance",
            f"{{instance}}.portal.{{region}}.{partition.regional_instances}",
            "signin.identity_center.instance_urls",
        ),
        ("instances", partition.instances, "signin.identity_center.instance_urls"),
        *(
            ("signin", f"{name}.{{region}}.{suffix}", "signin.console.signin_urls")
            for name, suffix in (
                ("signin", partition.dual_stack),
                ("signin-fips", services),
                ("signin-fips", partition.dual_stack),
            )
        ),
    ]
    if partition is partitions.AWS_US_GOV:
        fips = f"signin-fips.{console}"
        pages += [
            ("signin", name, "signin.console.signin_urls") for name in (fips, f"{{region}}.{fips}")
        ]
    if partition.start:
        pages += [
            ("start", f"start.{partition.start}", "signin.identity_center.start_urls"),
            ("start", f"start.{{region}}.{partition.start}", "signin.identity_center.start_urls"),
        ]
    wire = [
        (door, f"{name}{fips}.{{region}}.{suffix}", f"signin.wire.{urlconf}")
        for fips in ("", "-fips")
        for suffix in (services, partition.dual_stack)
        for door, name, urlconf in (
            ("sso-oidc", "oidc", "sso_oidc_urls"),
            ("sso", "portal.sso", "sso_urls"),
            ("sts", "sts", "sts_urls"),
        )
    ]
    return [
        *(Host(*row, "pages", partition) for row in pages),
        *(Host(*row, "wire", partition) for row in wire),
    ]


HOSTS = [*_OF_AWS, *(row for partition in OTHERS for row in _rows(partition))]
