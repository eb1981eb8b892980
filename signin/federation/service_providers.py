"""Who takes SAML assertions here: the console, and directories with an external identity source.

Entity IDs and addresses are good by the local names and by the real ones: with the gateway, both
are the same door. The first of each is the one by which whoever asks now sees this server.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Directory, Role, SamlProvider
from signin import hosts, naming
from signin.federation import documents, iam_saml, idp, statements
from signin.federation.metadata import POST
from signin.kernel.partitions import AWS, PARTITIONS, Partition, get

CONSOLE = "console"
# A directory's entity ID, which is the address of its metadata, and where its answers arrive.
METADATA_PATH = "/platform/saml/"
ACS_PATH = "/platform/saml/acs/"
DOORS = ("platform", "signin")
DUAL_STACK = "platform-dual-stack"  # in the partition aws only
IS_DEFAULT = ' isDefault="true"'


@dataclass(frozen=True)
class ServiceProvider:
    """Somebody who takes assertions: by which names it is known, and where they are posted.

    ``key`` is the console's word, with the partition's ID where it is another than ``aws``, the ID
    of a directory, or the identifier of a SAML provider of an account: of the address that is its
    own, where the console takes encrypted assertions of it.
    """

    key: str
    entity_ids: Sequence[str]
    acs_urls: Sequence[str]
    directory: Directory | None = None
    saml_provider: SamlProvider | None = None
    partition: Partition = AWS

    @property
    def entity_id(self) -> str:
        """The entity ID, as whoever asks sees it."""
        return self.entity_ids[0]

    @property
    def acs_url(self) -> str:
        """The address of the assertion consumer service, as whoever asks sees it."""
        return self.acs_urls[0]

    @property
    def name(self) -> str:
        """What people call it."""
        if self.saml_provider:
            return _("Console, encrypted for %(name)s") % {"name": self.saml_provider.name}
        if self.directory:
            return self.directory.portal_name
        console = _("Console")
        return console if self.partition is AWS else f"{console} ({self.partition.id})"


def console(partition: Partition = AWS) -> ServiceProvider:
    """Return a console, which opens roles for whom a provider of an account vouches."""
    addresses = named("signin", iam_saml.PATH, partition)
    key = CONSOLE if partition is AWS else f"{CONSOLE}-{partition.id}"
    names = [partition.urn, *addresses] if partition.urn else addresses
    return ServiceProvider(key, names, addresses, partition=partition)


def encrypted_for(provider: SamlProvider) -> ServiceProvider:
    """Return the console as it takes the encrypted assertions of one provider of an account."""
    partition = get(provider.account.partition)
    addresses = named("signin", iam_saml.own_path(provider), partition)
    names = [partition.urn, *addresses] if partition.urn else addresses
    return ServiceProvider(provider.uuid, names, addresses, None, provider, partition)


def of(directory: Directory) -> ServiceProvider:
    """Return a directory as the service provider that it is.

    Its addresses are at Identity Center's own host, at that one's dual-stack name, and at the older
    one of the console's name, which its entity ID has as well.
    """
    partition, region = directory.partition, directory.region
    path = f"{ACS_PATH}{directory.pk}"
    doors = [*DOORS, DUAL_STACK] if partition is AWS else DOORS
    addresses = (named(door, path, partition, region=region) for door in doors)
    return ServiceProvider(
        directory.pk,
        named("signin", f"{METADATA_PATH}{directory.pk}", partition, region=region),
        [url for of_one_naming in zip(*addresses, strict=True) for url in of_one_naming],
        directory,
        partition=partition,
    )


def metadata(directory: Directory) -> bytes:
    """Return a directory's metadata, as its provider's administrator copies them."""
    here = of(directory)
    services = "".join(
        f'<md:AssertionConsumerService Binding="{POST}" Location={quoteattr(url)}'
        f' index="{number}"{"" if number else IS_DEFAULT}/>'
        for number, url in enumerate(_by_one_naming(here))
    )
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<md:EntityDescriptor xmlns:md="{documents.METADATA}"'
        f" entityID={quoteattr(here.entity_id)}>"
        '<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true"'
        f' protocolSupportEnumeration="{documents.PROTOCOL}">'
        f"<md:NameIDFormat>{statements.EMAIL}</md:NameIDFormat>{services}"
        "</md:SPSSODescriptor></md:EntityDescriptor>\n"
    )
    return document.encode()


def metadata_url(directory: Directory) -> str:
    """Return where a directory's metadata are, to which its entity ID leads as well."""
    return hosts.url("platform", f"{METADATA_PATH}{directory.pk}", region=directory.region)


def find_directory(directory_id: str, *, region: str) -> Directory | None:
    """Return the directory with an ID in a region, if its users prove elsewhere who they are."""
    source = Directory.IdentitySource.EXTERNAL
    found = Directory.objects.filter(pk=directory_id, region=region, identity_source=source)
    return found.select_related("identity_provider", "account").first()


def known() -> list[ServiceProvider]:
    """Return those for whom the built-in identity provider vouches: whoever trusts it."""
    vouching = [provider for provider, _ in roles_by_account()]
    trusting = {provider.account.partition for provider in vouching}
    consoles = [console(each) for each in PARTITIONS.values() if each.id in trusting]
    consoles += [encrypted_for(each) for each in vouching if each.assertion_encryption_mode]
    return [*consoles, *map(of, _directories())]


def find(key: str) -> ServiceProvider | None:
    """Return one of those for whom the built-in identity provider vouches."""
    return next((each for each in known() if each.key == key), None)


def asked_by(entity_id: str, acs_url: str) -> ServiceProvider | None:
    """Return whoever has an entity ID or a key, if the address is exactly its own (S-094).

    An address that was left out is its own. The console has one name and several addresses.
    """
    named = [each for each in known() if entity_id in {each.key, *each.entity_ids}]
    return next((each for each in named if not acs_url or acs_url in each.acs_urls), None)


def roles_by_account() -> Iterator[tuple[SamlProvider, list[Role]]]:
    """Yield the providers of accounts that are the built-in one, with the roles that trust them."""
    providers = SamlProvider.objects.filter(entity_id=idp.entity_id()).select_related("account")
    for provider in providers:
        own = Role.objects.filter(account=provider.account, permission_set=None)
        if roles := [role for role in own if provider.arn in role.trusts]:
            yield provider, roles


def _directories() -> Iterator[Directory]:
    external = Q(identity_source=Directory.IdentitySource.EXTERNAL)
    mine = Q(identity_provider__entity_id=idp.entity_id())
    yield from Directory.objects.filter(external & mine)


def _by_one_naming(provider: ServiceProvider) -> Sequence[str]:
    """Return the addresses of a directory by the present naming."""
    return provider.acs_urls[: len(DOORS) + (provider.partition is AWS)]


def named(door: str, path: str, partition: Partition, **values: str) -> list[str]:
    """Return an address by all the names that it has, the present one first."""
    found = {hosts.url(door, path, None, partition, **values): None}
    for each in (naming.local(), naming.REAL):
        with naming.seen_as(each):
            found[hosts.url(door, path, None, partition, **values)] = None
    return list(found)
