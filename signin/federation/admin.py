"""Identity providers in the admin site: of accounts, and of directories.

Keys and certificates of providers are public, so pages may show them.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.owners import OwnerAdmin
from accounts.models import (
    DirectoryIdentityProvider,
    OidcProvider,
    SamlPrivateKey,
    SamlProvider,
    TrustedTokenIssuer,
)
from signin.federation import iam_saml, private_keys, providers, service_providers
from signin.federation.errors import MetadataRefused
from signin.flow.admin import pretty
from signin.http import browser_of

LINES = {"rows": 4, "class": "vLargeTextField", "spellcheck": "false"}


class MetadataForm(forms.ModelForm):  # type: ignore[type-arg]
    """A SAML provider, which is what its metadata say."""

    metadata = forms.CharField(
        label=_("Metadata"),
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={**LINES, "rows": 12}),
        help_text=_("The XML document that the provider has for AWS. Nothing is fetched."),
    )

    def clean_metadata(self) -> str:
        """Take over what metadata say; of a provider that is there they may be left out."""
        document: str = self.cleaned_data["metadata"]
        if not document and self.instance._state.adding:
            raise forms.ValidationError(_("Paste the provider's metadata."))
        if document:
            try:
                found = providers.columns_of(document)
            except MetadataRefused as refusal:
                raise forms.ValidationError(str(refusal.message)) from refusal
            for column, value in found.items():
                setattr(self.instance, column, value)
        return document


class SamlProviderForm(MetadataForm):
    """A SAML provider of an account: metadata, and how its assertions are encrypted.

    A private key is entered, and never shown.
    """

    add_private_key = forms.CharField(
        label=_("Private key to add"),
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={**LINES, "autocomplete": "off"}),
        help_text=_("PEM of the pair for whose public key the provider encrypts; up to two."),
    )
    remove_private_key = forms.ChoiceField(
        label=_("Private key to remove"),
        required=False,
        help_text=_("Remove the old one when the provider encrypts for the new one."),
    )

    keys: "list[SamlPrivateKey]"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        there = self.instance.private_keys.all() if self.instance.pk else []
        choices = [("", "---------"), *((each.key_id, each.key_id) for each in there)]
        self.fields["remove_private_key"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find out which keys there are to be, with the mode that was chosen."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            self.instance.assertion_encryption_mode = cleaned["assertion_encryption_mode"]
            self.keys = private_keys.changed(
                self.instance,
                add=cleaned["add_private_key"],
                remove=cleaned["remove_private_key"],
            )
        return cleaned


class IssuerForm(forms.ModelForm):  # type: ignore[type-arg]
    """An issuer of tokens, with its audiences, one in a line, and its keys as JSON."""

    audiences = forms.CharField(
        label=_("Audiences"),
        required=False,
        widget=forms.Textarea(attrs=LINES),
        help_text=_("One client ID in a line; a token has to be for one of them."),
    )
    keys = forms.JSONField(
        label=_("Keys"),
        required=False,
        widget=forms.Textarea(attrs={**LINES, "rows": 12}),
        help_text=_("A JSON Web Key Set with the public keys, unless they are fetched."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.initial["audiences"] = "\n".join(self.instance.audiences)
        self.initial["keys"] = self.instance.keys or None

    def clean_audiences(self) -> list[str]:
        """Return the audiences, each once."""
        return list(dict.fromkeys(self.cleaned_data["audiences"].split()))

    def clean_keys(self) -> dict[str, Any]:
        """Return the keys; none where they are fetched."""
        return self.cleaned_data["keys"] or {}


class AssertionAdmin(OwnerAdmin):
    """Whoever signs SAML assertions; the page shows what metadata said."""

    form = MetadataForm
    entered: ClassVar[list[str]]  # when it is added; but metadata, nothing of it changes
    told: ClassVar[list[str]] = ["entity_id", "sign_in_url", "keys"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.entered, "metadata", *self.told] if obj else [*self.entered, "metadata"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self.entered, *self.told] if obj else []

    @admin.display(description=_("certificates"))
    def keys(self, provider: Any) -> SafeString:
        return pretty(provider.certificates)


@admin.register(SamlProvider)
class SamlProviderAdmin(AssertionAdmin):
    """SAML providers of accounts, as IAM has them."""

    form = SamlProviderForm
    list_display = ["name", "account", "entity_id", "assertion_encryption_mode"]
    list_select_related = ["account"]
    search_fields = ["name", "entity_id", "uuid", "account__id", "account__name", "account__alias"]
    search_help_text = _("Name or entity ID; or ID, name or alias of the account")
    autocomplete_fields = ["account"]
    entered = ["account", "name"]
    encrypted: ClassVar[list[str]] = [
        "assertion_encryption_mode",
        "add_private_key",
        "remove_private_key",
    ]
    told = ["arn", "uuid", "own_url", *AssertionAdmin.told, "private_keys", "created_at"]

    def get_fields(self, request: HttpRequest, obj: SamlProvider | None = None) -> Any:
        if obj is None:
            return [*self.entered, "metadata", *self.encrypted[:2]]
        return [*self.entered, "metadata", *self.encrypted, *self.told]

    @admin.display(description=_("ARN"))
    def arn(self, provider: SamlProvider) -> str:
        return provider.arn

    @admin.display(description=_("address that is its own, also for encrypted assertions"))
    def own_url(self, provider: SamlProvider) -> str:
        return iam_saml.own_url(provider)

    @admin.display(description=_("private keys"))
    def private_keys(self, provider: SamlProvider) -> SafeString:
        """Show the IDs of the keys, and since when they are there."""
        return pretty(private_keys.told(provider))

    def save_model(self, request: HttpRequest, obj: SamlProvider, form: Any, change: bool) -> None:
        providers.put_saml(obj, keys=form.keys, browser=browser_of(request))

    def delete_model(self, request: HttpRequest, obj: SamlProvider) -> None:
        providers.delete_saml(obj, browser=browser_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SamlProvider]) -> None:
        for provider in queryset:
            self.delete_model(request, provider)


@admin.register(DirectoryIdentityProvider)
class DirectoryIdentityProviderAdmin(AssertionAdmin):
    """Providers that are the identity source of a directory; adding one makes it so."""

    list_display = ["entity_id", "directory"]
    list_select_related = ["directory"]
    search_fields = ["entity_id", "directory__id", "directory__subdomain"]
    autocomplete_fields = ["directory"]
    entered = ["directory"]
    told = [*AssertionAdmin.told, "own_entity_id", "own_acs_url", "own_metadata"]

    @admin.display(description=_("entity ID of the directory, for the provider"))
    def own_entity_id(self, provider: DirectoryIdentityProvider) -> str:
        return service_providers.of(provider.directory).entity_id

    @admin.display(description=_("address that takes the provider's answers (ACS)"))
    def own_acs_url(self, provider: DirectoryIdentityProvider) -> str:
        return service_providers.of(provider.directory).acs_url

    @admin.display(description=_("metadata of the directory, for the provider"))
    def own_metadata(self, provider: DirectoryIdentityProvider) -> str:
        return service_providers.metadata_url(provider.directory)

    def save_model(
        self, request: HttpRequest, obj: DirectoryIdentityProvider, form: forms.Form, change: bool
    ) -> None:
        providers.put_source(obj, browser=browser_of(request))

    def delete_model(self, request: HttpRequest, obj: DirectoryIdentityProvider) -> None:
        providers.delete_source(obj, browser=browser_of(request))

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[DirectoryIdentityProvider]
    ) -> None:
        for provider in queryset:
            self.delete_model(request, provider)


@admin.register(OidcProvider)
class OidcProviderAdmin(OwnerAdmin):
    """OpenID Connect providers of accounts, as IAM has them."""

    form = IssuerForm
    list_display = ["url", "account", "named_audiences", "fetches_keys"]
    list_select_related = ["account"]
    search_fields = ["url", "account__id", "account__name", "account__alias"]
    search_help_text = _("Address; or ID, name or alias of the account")
    autocomplete_fields = ["account"]

    def get_fields(self, request: HttpRequest, obj: OidcProvider | None = None) -> Any:
        entered = ["account", "url", "audiences", "keys", "fetches_keys"]
        return [*entered, "arn", "created_at"] if obj else entered

    def get_readonly_fields(
        self, request: HttpRequest, obj: OidcProvider | None = None
    ) -> list[str]:
        """Leave a provider its account and its address: its ARN is what roles know it by."""
        return ["account", "url", "arn", "created_at"] if obj else []

    @admin.display(description=_("audiences"))
    def named_audiences(self, provider: OidcProvider) -> str:
        return ", ".join(provider.audiences)

    @admin.display(description=_("ARN"))
    def arn(self, provider: OidcProvider) -> str:
        return provider.arn

    def save_model(
        self, request: HttpRequest, obj: OidcProvider, form: forms.Form, change: bool
    ) -> None:
        providers.put_oidc(obj, browser=browser_of(request))

    def delete_model(self, request: HttpRequest, obj: OidcProvider) -> None:
        providers.delete_oidc(obj, browser=browser_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[OidcProvider]) -> None:
        for provider in queryset:
            self.delete_model(request, provider)


@admin.register(TrustedTokenIssuer)
class TrustedTokenIssuerAdmin(OwnerAdmin):
    """Issuers whose tokens stand for users of a directory."""

    form = IssuerForm
    list_display = ["name", "directory", "url", "claim", "attribute"]
    list_filter = ["directory"]
    list_select_related = ["directory"]
    search_fields = ["name", "url", "directory__id", "directory__subdomain"]
    autocomplete_fields = ["directory"]
    fields = [
        "directory",
        "name",
        "url",
        "claim",
        "attribute",
        "audiences",
        "keys",
        "fetches_keys",
    ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: TrustedTokenIssuer | None = None
    ) -> list[str]:
        return ["directory", "url"] if obj else []

    def save_model(
        self, request: HttpRequest, obj: TrustedTokenIssuer, form: forms.Form, change: bool
    ) -> None:
        providers.put_issuer(obj, browser=browser_of(request))

    def delete_model(self, request: HttpRequest, obj: TrustedTokenIssuer) -> None:
        providers.delete_issuer(obj, browser=browser_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[TrustedTokenIssuer]) -> None:
        for issuer in queryset:
            self.delete_model(request, issuer)
