"""Scenarios: identity providers of accounts and of directories, and roles that trust them."""

import json

import pytest

from accounts.models import (
    Account,
    Directory,
    DirectoryIdentityProvider,
    OidcProvider,
    Role,
    SamlProvider,
    TrustedTokenIssuer,
)
from signin.control import scenarios
from signin.control.scenarios import Scenario, ScenarioInvalid
from signin.federation import private_keys
from tests.issuers import key, key_set
from tests.saml import ENTITY_ID, SIGN_IN_URL, certificate, metadata
from tests.saml_encryption import pair, pem

pytestmark = pytest.mark.django_db

HERE = "222233334444"
UUID = "SAMLSPAAAAAAAAAAAAAAA0"
SAML = {
    "name": "Corp",
    "entity_id": "https://idp.example.com/saml",
    "certificates": [certificate()],
    "sign_in_url": "https://idp.example.com/sso",
}
ASSERTIONS = {name: value for name, value in SAML.items() if name != "name"}
OIDC = {"url": "https://token.example.com", "audiences": ["sts.amazonaws.com"], "keys": key_set()}
FETCHED = {"url": "http://idp.localhost:8000", "audiences": ["app"], "fetch_keys": True}
ISSUER = {"name": "Apps", **OIDC}


def load(directory=None, **members):
    document = {"accounts": [{"id": HERE, "name": "A", **members}]}
    if directory is not None:
        document["directories"] = [{"id": "d-0123456789", "account": HERE, **directory}]
    scenarios.store(scenarios.read(Scenario(name="test", text=json.dumps(document))))


def test_an_account_has_providers_and_roles_that_trust_them():
    trusts = [
        f"arn:aws:iam::{HERE}:oidc-provider/token.example.com",
        f"arn:aws:iam::{HERE}:saml-provider/Corp",
    ]
    load(
        saml_providers=[SAML],
        oidc_providers=[OIDC, FETCHED],
        roles=[{"name": "Deploy", "trusts": trusts, "subjects": ["repo:octo-org/*"]}],
    )
    saml = SamlProvider.objects.get()
    assert (saml.arn, saml.entity_id) == (trusts[1], SAML["entity_id"])
    assert (saml.certificates, saml.sign_in_url) == (SAML["certificates"], SAML["sign_in_url"])
    fetched, known = OidcProvider.objects.order_by("url")
    assert (known.arn, known.audiences) == (trusts[0], OIDC["audiences"])
    assert (known.keys, known.fetches_keys) == (OIDC["keys"], False)
    assert (fetched.keys, fetched.fetches_keys) == ({}, True)
    role = Role.objects.get()
    assert (role.trusts, role.subjects) == (trusts, ["repo:octo-org/*"])
    assert Account.objects.get().issues_web_identity_tokens is False


def test_metadata_say_what_a_provider_is():
    load(
        {"identity_source": "external", "identity_provider": {"metadata": metadata()}},
        saml_providers=[{"name": "Corp", "metadata": metadata()}],
    )
    for provider in (SamlProvider.objects.get(), DirectoryIdentityProvider.objects.get()):
        assert provider.entity_id == ENTITY_ID
        assert provider.sign_in_url == SIGN_IN_URL
        assert provider.certificates == [certificate()]


def test_a_provider_has_an_identifier_and_keys_for_what_is_encrypted():
    encrypting = {
        "name": "Encrypting",
        "uuid": UUID,
        "assertion_encryption_mode": "Allowed",
        "private_keys": [pem(), pem("next")],
    }
    load(saml_providers=[SAML, {**SAML, **encrypting}])
    plain, found = SamlProvider.objects.order_by("name")
    assert (plain.uuid, plain.assertion_encryption_mode) == ("SAMLSPGRYTNHZO446QJ2OJ", "")
    assert (found.uuid, found.assertion_encryption_mode) == (UUID, "Allowed")
    numbers = [key.private_numbers().d for key in private_keys.of(found)]
    assert numbers == [pair(kind).private_numbers().d for kind in ("sp", "next")]
    assert private_keys.public(found) == pair("next").public_key()


def test_this_installation_has_a_key_for_what_is_encrypted(settings, tmp_path):
    settings.SIGNIN_DATA_DIR = tmp_path
    own = {"assertion_encryption_mode": "Required", "private_keys": ["built-in"]}
    load(saml_providers=[{**SAML, **own}, {**SAML, "name": "Other", **own}])
    [made] = tmp_path.iterdir()
    assert made.stat().st_mode & 0o777 == 0o600
    one, other = map(private_keys.public, SamlProvider.objects.all())
    assert one == other
    assert one.key_size == 2048


def test_an_account_may_give_tokens_for_other_services():
    load(issues_web_identity_tokens=True)
    assert Account.objects.get().issues_web_identity_tokens


def test_a_directory_has_a_provider_as_its_source_and_issuers_that_it_trusts():
    load(
        {
            "identity_source": "external",
            "identity_provider": ASSERTIONS,
            "trusted_token_issuers": [
                ISSUER,
                {"name": "Own", **FETCHED, "claim": "sub", "attribute": "userName"},
            ],
        }
    )
    assert Directory.objects.get().is_external
    assert DirectoryIdentityProvider.objects.get().entity_id == SAML["entity_id"]
    by_url = {each.url: each for each in TrustedTokenIssuer.objects.all()}
    plain, other = by_url[OIDC["url"]], by_url[FETCHED["url"]]
    assert (plain.name, plain.claim, plain.attribute) == ("Apps", "email", "emails.value")
    assert (other.claim, other.attribute, other.fetches_keys) == ("sub", "userName", True)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"saml_providers": {}}, "saml_providers: a list"),
        ({"saml_providers": [ASSERTIONS]}, "accounts[0].saml_providers[0]: missing: name"),
        ({"saml_providers": [{**SAML, "name": "a b"}]}, "saml_providers[0].name: Up to 128"),
        ({"saml_providers": [{**SAML, "certificates": []}]}, "saml_providers[0].certificates"),
        (
            {"saml_providers": [{**SAML, "certificates": ["MIIB"]}]},
            "saml_providers[0].certificates: Each",
        ),
        ({"saml_providers": [{**SAML, "certificates": [7]}]}, "saml_providers[0].certificates: "),
        ({"saml_providers": [{**SAML, "sign_in_url": "javascript:1"}]}, "[0].sign_in_url: An"),
        ({"saml_providers": [{**SAML, "metadata": ""}]}, "saml_providers[0]: either metadata"),
        (
            {"saml_providers": [{"name": "Corp", "metadata": "<no/>"}]},
            "saml_providers[0].metadata: ",
        ),
        ({"saml_providers": [{**SAML, "uuid": "SAMLSP"}]}, "saml_providers[0].uuid: SAMLSP and"),
        (
            {"saml_providers": [{**SAML, "assertion_encryption_mode": "required"}]},
            "assertion_encryption_mode: one of Allowed, Required",
        ),
        (
            {"saml_providers": [{**SAML, "assertion_encryption_mode": "Required"}]},
            "private_keys: To decrypt",
        ),
        ({"saml_providers": [{**SAML, "private_keys": [1]}]}, "private_keys: a list of texts"),
        ({"saml_providers": [{**SAML, "private_keys": ["x"]}]}, "private_keys: An RSA"),
        ({"saml_providers": [{**SAML, "private_keys": [pem()] * 2}]}, "private_keys: The provider"),
        (
            {"saml_providers": [{**SAML, "private_keys": [pem(), pem("next"), pem("third")]}]},
            "private_keys: The provider has two",
        ),
        (
            {"saml_providers": [{**SAML, "name": name, "uuid": UUID} for name in "AB"]},
            "twice there: uuid",
        ),
        ({"saml_providers": [SAML, SAML]}, "twice there: arn:aws:iam::222233334444:saml-provider"),
        ({"oidc_providers": [{"url": "x"}]}, "oidc_providers[0]: missing: audiences"),
        ({"oidc_providers": [{**OIDC, "url": "x"}]}, "oidc_providers[0].url: The address"),
        ({"oidc_providers": [{**OIDC, "url": f"{OIDC['url']}?a"}]}, "oidc_providers[0].url: "),
        ({"oidc_providers": [{**OIDC, "audiences": [""]}]}, "oidc_providers[0].audiences: An"),
        ({"oidc_providers": [{**OIDC, "fetch_keys": True}]}, "oidc_providers[0].keys: Either"),
        ({"oidc_providers": [{**FETCHED, "fetch_keys": False}]}, "oidc_providers[0].keys: Either"),
        ({"oidc_providers": [{**FETCHED, "fetch_keys": 1}]}, "fetch_keys: true or false"),
        ({"oidc_providers": [{**OIDC, "keys": []}]}, "oidc_providers[0].keys: "),
        ({"oidc_providers": [{**OIDC, "keys": {"keys": {}}}]}, "oidc_providers[0].keys: A JSON"),
        ({"oidc_providers": [{**OIDC, "keys": {"keys": ["a"]}}]}, "oidc_providers[0].keys: Each"),
        (
            {"oidc_providers": [{**OIDC, "keys": {"keys": [{"kty": "EC", "kid": "a\0"}]}}]},
            "oidc_providers[0].keys: Each",
        ),
        (
            {"oidc_providers": [{**OIDC, "keys": {"keys": [{"kty": "EC", "x5c": [[]]}]}}]},
            "oidc_providers[0].keys: Each",
        ),
        ({"oidc_providers": [{**OIDC, "keys": {**key_set(), "a": 1}}]}, "keys: A JSON"),
        ({"oidc_providers": [{**OIDC, "audiences": ["a\ud800"]}]}, "audiences: An"),
        (
            {"oidc_providers": [{**OIDC, "keys": {"keys": [key().as_dict(private=True)]}}]},
            "oidc_providers[0].keys: Public",
        ),
        (
            {"oidc_providers": [OIDC, {**OIDC, "url": "http://token.example.com"}]},
            "twice there: arn:aws:iam::222233334444:oidc-provider/token.example.com",
        ),
        ({"roles": [{"name": "A", "subjects": "a"}]}, "roles[0].subjects: a list"),
        ({"roles": [{"name": "A", "subjects": [7]}]}, "roles[0].subjects: A pattern"),
        ({"roles": [{"name": "A", "trusts": ["arn:aws:iam::1:x"]}]}, "roles[0].trusts[0]: an"),
        ({"issues_web_identity_tokens": "yes"}, "issues_web_identity_tokens: true or false"),
        (
            {"directory": {"identity_source": "external"}},
            "directories[0].identity_provider: needed",
        ),
        ({"directory": {"identity_provider": ASSERTIONS}}, "identity_provider: needed"),
        (
            {"directory": {"trusted_token_issuers": [{**ISSUER, "attribute": "phone"}]}},
            "trusted_token_issuers[0].attribute: one of",
        ),
        ({"directory": {"trusted_token_issuers": [ISSUER, ISSUER]}}, "directories[0]: twice"),
    ],
)
def test_what_can_not_be_is_named_with_its_place(members, says):
    with pytest.raises(ScenarioInvalid) as refused:
        load(**members)
    assert says in str(refused.value.message)
    assert not OidcProvider.objects.exists()
