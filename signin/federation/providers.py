"""Identity providers as somebody enters them: checked, stored, recorded."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import provider_events
from accounts.models import (
    Account,
    Directory,
    DirectoryIdentityProvider,
    OidcProvider,
    SamlPrivateKey,
    SamlProvider,
    TrustedTokenIssuer,
)
from accounts.models.identity_providers import AssertionIssuer
from signin.federation import certificates, idp, messages, metadata
from signin.federation.certificates import CertificateWrong
from signin.http import Browser

BUILT_IN = "built-in"


def columns_of(document: str) -> dict[str, Any]:
    """Return the columns of a provider that its metadata say, or raise MetadataRefused.

    A word stands for those of the built-in provider, which each installation makes for itself.
    """
    if document.strip() == BUILT_IN:
        return idp.columns()
    read = metadata.read(document.encode("utf-8", "replace"))
    return {
        "entity_id": read.entity_id,
        "certificates": list(read.certificates),
        "sign_in_url": read.sign_in_url,
    }


def check_certificates(provider: AssertionIssuer) -> None:
    """Raise ValidationError unless all the certificates of a provider can be read."""
    try:
        for each in provider.certificates:
            certificates.read(each)
    except (CertificateWrong, AttributeError) as error:
        raise ValidationError({"certificates": messages.CERTIFICATE_WRONG}) from error


def put_saml(
    provider: SamlProvider, *, keys: Sequence[SamlPrivateKey] | None = None, browser: Browser
) -> None:
    """Store a SAML provider of an account, a new one or one that is there.

    ``keys`` are all the private keys that it is to have; left out, they stay as they are.
    """
    is_new = provider.pk is None
    with transaction.atomic():
        provider.save()
        if keys is not None:
            added = [each for each in keys if each._state.adding]
            kept = [each.pk for each in keys if not each._state.adding]
            provider.private_keys.exclude(pk__in=kept).delete()
            for each in added:
                each.provider = provider
                each.save()
    provider_events.saml_put(provider, is_new=is_new, browser=browser)


def delete_saml(provider: SamlProvider, *, browser: Browser) -> None:
    """Delete a SAML provider; roles go on trusting its ARN, as AWS's do."""
    provider_events.saml_deleted(provider, browser=browser)
    provider.delete()


def put_oidc(provider: OidcProvider, *, browser: Browser) -> None:
    """Store an OpenID Connect provider of an account, a new one or one that is there."""
    there = OidcProvider.objects.filter(pk=provider.pk).first()
    provider.save()
    before = there.audiences if there else None
    provider_events.oidc_put(provider, before=before, browser=browser)


def delete_oidc(provider: OidcProvider, *, browser: Browser) -> None:
    """Delete an OpenID Connect provider; roles go on trusting its ARN, as AWS's do."""
    provider_events.oidc_deleted(provider, browser=browser)
    provider.delete()


def put_source(provider: DirectoryIdentityProvider, *, browser: Browser) -> None:
    """Make a provider the identity source of its directory."""
    with transaction.atomic():
        provider.save()
        Directory.objects.filter(pk=provider.directory_id).update(
            identity_source=Directory.IdentitySource.EXTERNAL, domain=""
        )
    provider_events.source_put(provider, browser=browser)


def delete_source(provider: DirectoryIdentityProvider, *, browser: Browser) -> None:
    """Take a provider away; its directory looks after its users by itself again."""
    directory = Directory.objects.get(pk=provider.directory_id)
    with transaction.atomic():
        provider.delete()
        if directory.is_external:
            directory.identity_source = Directory.IdentitySource.DIRECTORY
            directory.save()
    provider_events.source_deleted(directory, browser=browser)


def put_issuer(issuer: TrustedTokenIssuer, *, browser: Browser) -> None:
    """Store an issuer whose tokens a directory takes for its users."""
    is_new = issuer.pk is None
    issuer.save()
    provider_events.issuer_put(issuer, is_new=is_new, browser=browser)


def delete_issuer(issuer: TrustedTokenIssuer, *, browser: Browser) -> None:
    """Delete an issuer; what its tokens were exchanged for stays good."""
    provider_events.issuer_deleted(issuer, browser=browser)
    issuer.delete()


def set_issuing(account: Account, *, is_on: bool, browser: Browser) -> None:
    """Let an account give its people tokens for other services, or no more."""
    account.issues_web_identity_tokens = is_on
    account.save(update_fields=["issues_web_identity_tokens"])
    provider_events.issuing_set(account, browser=browser)
