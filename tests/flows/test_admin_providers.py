"""The operator looks after identity providers of accounts and of directories."""

import json

import pytest

from accounts.models import (
    Account,
    Directory,
    DirectoryIdentityProvider,
    OidcProvider,
    Role,
    SamlPrivateKey,
    SamlProvider,
    TrustedTokenIssuer,
)
from signin.events.models import Event
from tests.directories import DIRECTORY, make_directory
from tests.flows.admin_directory_walks import confirm
from tests.flows.admin_walks import page
from tests.issuers import key, key_set
from tests.saml import ENTITY_ID, SIGN_IN_URL, metadata
from tests.saml_encryption import pem
from tests.walks import EXAMPLE_CORP

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

CORP = f"arn:aws:iam::{EXAMPLE_CORP}:saml-provider/Corp"
URL = "https://token.example.com"
TOKENS = f"arn:aws:iam::{EXAMPLE_CORP}:oidc-provider/token.example.com"
SAML = {"account": EXAMPLE_CORP, "name": "Corp", "metadata": metadata()}
OIDC = {
    "account": EXAMPLE_CORP,
    "url": URL,
    "audiences": "sts.amazonaws.com\n\n my-app \nmy-app",
    "keys": json.dumps(key_set()),
}
ISSUER = {
    "directory": DIRECTORY,
    "name": "Apps",
    "url": URL,
    "claim": "email",
    "attribute": "emails.value",
    "audiences": "my-app",
    "keys": json.dumps(key_set()),
}


@pytest.fixture
def directory(db):
    return make_directory(account=Account.objects.get(pk=EXAMPLE_CORP))


def add(operator, kind, **fields):
    return operator.visit(page(f"{kind}/add/")).submit(f"{kind}_form", **fields)


def delete(operator, kind, row):
    return confirm(operator.visit(page(f"{kind}/{row.pk}/delete/")))


def told():
    """Return the names and the parameters of all events, oldest first."""
    documents = [event.document for event in Event.objects.order_by("pk")]
    return [(each["eventName"], each["requestParameters"]) for each in documents]


class TestSamlProviders:
    def test_metadata_say_what_a_provider_is(self, operator):
        add(operator, "samlprovider", **SAML)
        provider = SamlProvider.objects.get()
        assert (provider.arn, provider.entity_id) == (CORP, ENTITY_ID)
        assert provider.sign_in_url == SIGN_IN_URL
        [event] = [each.document for each in Event.objects.all()]
        assert event["eventName"] == "CreateSAMLProvider"
        assert event["requestParameters"] == {"name": "Corp"}
        assert event["responseElements"] == {"sAMLProviderArn": CORP}
        assert event["recipientAccountId"] == EXAMPLE_CORP

    def test_other_metadata_take_the_place_of_those_that_are_there(self, operator):
        add(operator, "samlprovider", **SAML)
        change = page(f"samlprovider/{SamlProvider.objects.get().pk}/change/")
        operator.visit(change)
        assert CORP in operator.text
        assert ENTITY_ID in operator.text
        operator.submit("samlprovider_form", metadata="", name="Other")
        assert SamlProvider.objects.get().arn == CORP
        other = metadata(entity_id="https://other.example.com")
        operator.visit(change).submit("samlprovider_form", metadata=other)
        assert SamlProvider.objects.get().entity_id == "https://other.example.com"
        assert told()[-1] == ("UpdateSAMLProvider", {"sAMLProviderArn": CORP})

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"metadata": ""}, "Paste the provider"),
            ({"metadata": "<html/>"}, "metadata"),
            ({"name": "two words"}, "without blanks"),
        ],
    )
    def test_a_provider_that_can_not_be_is_refused(self, operator, fields, problem):
        add(operator, "samlprovider", **{**SAML, **fields})
        assert problem in operator.words
        assert not SamlProvider.objects.exists()

    def test_a_private_key_is_entered_and_never_shown(self, operator):
        fields = {**SAML, "assertion_encryption_mode": "Required", "add_private_key": ""}
        add(operator, "samlprovider", **fields)
        assert "needs a private key" in operator.words
        operator.submit("samlprovider_form", **{**fields, "add_private_key": pem()})
        provider = SamlProvider.objects.get()
        assert provider.requires_encryption
        old = provider.private_keys.get()
        change = page(f"samlprovider/{provider.pk}/change/")
        operator.visit(change)
        assert f"/saml/acs/{provider.uuid}" in operator.text
        assert old.key_id in operator.text
        assert "PRIVATE KEY" not in operator.text
        operator.submit(
            "samlprovider_form", add_private_key=pem("next"), remove_private_key=old.key_id
        )
        assert provider.private_keys.get().key_id != old.key_id
        operator.visit(change).submit("samlprovider_form", add_private_key="nonsense")
        assert "An RSA private key" in operator.words
        assert provider.private_keys.count() == 1
        delete(operator, "samlprovider", provider)
        assert not SamlPrivateKey.objects.exists()

    @pytest.mark.requirement("S-086")
    def test_metadata_with_a_document_type_are_refused(self, operator):
        hostile = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + metadata()
        add(operator, "samlprovider", **{**SAML, "metadata": hostile})
        assert not SamlProvider.objects.exists()


class TestOidcProviders:
    def test_a_provider_has_keys_and_audiences(self, operator):
        add(operator, "oidcprovider", **OIDC)
        provider = OidcProvider.objects.get()
        assert (provider.arn, provider.audiences) == (TOKENS, ["sts.amazonaws.com", "my-app"])
        assert (provider.keys, provider.fetches_keys) == (key_set(), False)
        parameters = {"url": URL, "clientIDList": ["sts.amazonaws.com", "my-app"]}
        assert told() == [("CreateOpenIDConnectProvider", parameters)]

    def test_one_may_have_its_keys_fetched(self, operator):
        add(operator, "oidcprovider", **{**OIDC, "keys": "", "fetches_keys": "on"})
        provider = OidcProvider.objects.get()
        assert (provider.keys, provider.fetches_keys) == ({}, True)

    def test_other_audiences_are_recorded_one_by_one(self, operator):
        add(operator, "oidcprovider", **OIDC)
        operator.visit(page(f"oidcprovider/{OidcProvider.objects.get().pk}/change/"))
        assert TOKENS in operator.text
        operator.submit("oidcprovider_form", audiences="my-app\nother")
        assert OidcProvider.objects.get().audiences == ["my-app", "other"]
        named = {"openIDConnectProviderArn": TOKENS}
        assert told()[1:] == [
            ("AddClientIDToOpenIDConnectProvider", {**named, "clientID": "other"}),
            ("RemoveClientIDFromOpenIDConnectProvider", {**named, "clientID": "sts.amazonaws.com"}),
        ]

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"url": "token.example.com"}, "The address of an issuer"),
            ({"url": f"{URL}?a=b"}, "The address of an issuer"),
            ({"keys": ""}, "Either its keys"),
            ({"fetches_keys": "on"}, "Either its keys"),
            ({"keys": "{"}, "valid JSON"),
            ({"keys": '{"keys": 7}'}, "JSON Web Key Set"),
            ({"keys": json.dumps({"keys": [key().as_dict(private=True)]})}, "Public keys only"),
            ({"audiences": "x" * 256}, "up to 255"),
        ],
    )
    def test_a_provider_that_can_not_be_is_refused(self, operator, fields, problem):
        add(operator, "oidcprovider", **{**OIDC, **fields})
        assert problem in operator.words
        assert not OidcProvider.objects.exists()

    def test_a_role_trusts_providers_and_says_whom_they_may_send(self, operator):
        Role.objects.all().delete()
        add(
            operator,
            "role",
            account=EXAMPLE_CORP,
            path="/",
            name="Deploy",
            trusts=f"{TOKENS}\n{CORP}",
            subjects="repo:octo-org/*\n\nrepo:octo-org/*\nsomebody else",
            external_id="",
            session_seconds="3600",
        )
        role = Role.objects.get()
        assert role.trusts == [TOKENS, CORP]
        assert role.subjects == ["repo:octo-org/*", "somebody else"]
        operator.visit(page(f"role/{role.pk}/change/"))
        assert "repo:octo-org/*" in operator.text


class TestDirectories:
    def test_an_identity_provider_becomes_the_source_of_its_directory(self, operator, directory):
        add(operator, "directoryidentityprovider", directory=DIRECTORY, metadata=metadata())
        provider = DirectoryIdentityProvider.objects.get()
        assert provider.entity_id == ENTITY_ID
        assert Directory.objects.get(pk=DIRECTORY).is_external
        assert told()[-1][0] == "CreateExternalIdPConfiguration"
        delete(operator, "directoryidentityprovider", provider)
        assert Directory.objects.get(pk=DIRECTORY).identity_source == "directory"
        assert told()[-1][0] == "DeleteExternalIdPConfiguration"

    def test_a_directory_is_not_left_to_a_provider_that_nobody_knows(self, operator, directory):
        operator.visit(page(f"directory/{DIRECTORY}/change/"))
        operator.submit(
            "directory_form",
            identity_source="external",
            mfa_mode="never",
            no_device_mode="register",
            email_code_mode="never",
            disabling_mode="at-once",
            event_identity="2025",
        )
        assert "Add the identity provider" in operator.words
        assert not Directory.objects.get(pk=DIRECTORY).is_external

    def test_an_issuer_of_tokens_is_trusted_until_it_is_deleted(self, operator, directory):
        add(operator, "trustedtokenissuer", **ISSUER)
        issuer = TrustedTokenIssuer.objects.get()
        assert (issuer.claim, issuer.attribute) == ("email", "emails.value")
        assert issuer.audiences == ["my-app"]
        operator.visit(page(f"trustedtokenissuer/{issuer.pk}/change/"))
        operator.submit("trustedtokenissuer_form", claim="sub", attribute="userName")
        issuer.refresh_from_db()
        assert (issuer.claim, issuer.attribute, issuer.keys) == ("sub", "userName", key_set())
        delete(operator, "trustedtokenissuer", issuer)
        assert [name for name, _ in told()] == [
            "CreateTrustedTokenIssuer",
            "UpdateTrustedTokenIssuer",
            "DeleteTrustedTokenIssuer",
        ]


def test_the_lists_show_them_and_each_goes_by_itself(operator, directory):
    add(operator, "samlprovider", **SAML)
    add(operator, "oidcprovider", **OIDC)
    for kind, model in (("samlprovider", SamlProvider), ("oidcprovider", OidcProvider)):
        operator.visit(page(f"{kind}/?q=1111-2222-3333"))
        assert "1111-2222-3333" in operator.text
        delete(operator, kind, model.objects.get())
        assert not model.objects.exists()
    names = [name for name, _ in told()]
    assert names[2:] == ["DeleteSAMLProvider", "DeleteOpenIDConnectProvider"]


def test_an_account_gives_tokens_for_other_services_once_it_is_said(operator):
    operator.visit(page(f"account/{EXAMPLE_CORP}/change/"))
    chosen = {
        "state": "active",
        "captcha_mode": "always",
        "email_code_mode": "never",
        "root_mfa_mode": "optional",
    }
    operator.submit("account_form", **chosen, issues_web_identity_tokens="on")
    assert Account.objects.get(pk=EXAMPLE_CORP).issues_web_identity_tokens
    assert told()[-1] == ("EnableOutboundWebIdentityFederation", None)
