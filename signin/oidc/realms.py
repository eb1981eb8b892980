"""Whom a program asks for access: the users of one directory, or whoever has a Builder ID.

Builder IDs are one realm for the whole world. They belong to no account and are in one region.
Rows name a directory; those that name none are of the Builder IDs.
"""

from dataclasses import dataclass

from accounts import builder_id_events, directories
from accounts.models import Directory, Principal

BUILDER_ID_PORTAL = "view"  # https://view.awsapps.com/start, for everybody
BUILDER_ID_REGION = builder_id_events.REGION


@dataclass(frozen=True)
class Realm:
    """The people whom a program can ask; without a directory they are those with a Builder ID."""

    directory: Directory | None

    @property
    def region(self) -> str:
        """Where its endpoints are."""
        return self.directory.region if self.directory else BUILDER_ID_REGION

    @property
    def regions(self) -> list[str]:
        """All where it is: an instance of Identity Center may be in several."""
        return self.directory.regions if self.directory else [BUILDER_ID_REGION]

    def region_at(self, region: str | None) -> str:
        """Return in which of its regions something is asked at a host; its own, if in none."""
        return region if region in self.regions else self.region

    @property
    def account_id(self) -> str:
        """The account that sees its events: of Builder IDs nobody's."""
        return self.directory.account_id if self.directory else ""

    def has(self, principal: Principal) -> bool:
        """Return whether somebody is of it."""
        if self.directory is None:
            return principal.kind == Principal.Kind.BUILDER_ID
        is_user = principal.kind == Principal.Kind.DIRECTORY_USER
        return is_user and principal.realm == self.directory.pk


BUILDER_IDS = Realm(None)


def find_by_start_url(url: str) -> Realm | None:
    """Return the realm that a program means by the address of a portal, AWS's or the one here."""
    if directories.portal_in(url) == BUILDER_ID_PORTAL:
        return BUILDER_IDS
    directory = directories.find_by_start_url(url)
    return Realm(directory) if directory else None


def of(principal: Principal) -> Realm:
    """Return the realm of somebody who let a program in; their profile was read with them."""
    if principal.kind == Principal.Kind.BUILDER_ID:
        return BUILDER_IDS
    return Realm(principal.profile.directory)
