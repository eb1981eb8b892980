"""Identity providers by the control API, as a test suite uses it."""

import re

import pytest

from accounts.models import Account, Directory, OidcProvider, SamlPrivateKey, SamlProvider
from signin.events.models import Event
from tests.browser import address
from tests.directories import DIRECTORY, make_directory
from tests.issuers import key, key_set
from tests.saml import ENTITY_ID, SIGN_IN_URL, certificate, metadata
from tests.saml import key as key_of
from tests.saml_encryption import pem, written
from tests.walks import EXAMPLE_CORP

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ACCOUNT = f"/accounts/{EXAMPLE_CORP}"
SAML = f"{ACCOUNT}/saml_providers"
OIDC = f"{ACCOUNT}/oidc_providers"
SOURCE = f"/directories/{DIRECTORY}/identity_provider"
ISSUERS = f"/directories/{DIRECTORY}/trusted_token_issuers"
URL = "https://token.example.com"
DESCRIBED = {
    "entity_id": ENTITY_ID,
    "certificates": [certificate()],
    "sign_in_url": SIGN_IN_URL,
}
KNOWN = {"url": URL, "audiences": ["my-app"], "keys": key_set()}
ISSUER = {**KNOWN, "name": "Apps"}


@pytest.fixture
def directory(db):
    return make_directory()


def names():
    return list(Event.objects.order_by("pk").values_list("name", flat=True))


def test_a_saml_provider_is_put_listed_and_deleted(control):
    status, told = control("PUT", f"{SAML}/Corp", {"metadata": metadata()})
    uuid = SamlProvider.objects.get().uuid
    assert (status, told) == (
        200,
        {
            "arn": f"arn:aws:iam::{EXAMPLE_CORP}:saml-provider/Corp",
            "name": "Corp",
            "uuid": uuid,
            "acs": address("signin.aws.amazon.com", f"/saml/acs/{uuid}"),
            "assertion_encryption_mode": "",
            "private_keys": [],
            **DESCRIBED,
        },
    )
    assert control("GET", SAML) == (200, [told])
    other = {**DESCRIBED, "entity_id": "https://other.example.com"}
    assert control("PUT", f"{SAML}/Corp", other)[1]["entity_id"] == other["entity_id"]
    assert SamlProvider.objects.get().entity_id == other["entity_id"]
    assert control("DELETE", f"{SAML}/Corp") == (204, None)
    assert control("DELETE", f"{SAML}/Corp")[0] == 404
    assert names() == ["CreateSAMLProvider", "UpdateSAMLProvider", "DeleteSAMLProvider"]


def test_a_saml_provider_has_up_to_two_private_keys_which_nobody_is_told(control):
    body = {**DESCRIBED, "assertion_encryption_mode": "Required"}
    _, told = control("PUT", f"{SAML}/Corp", {**body, "add_private_key": pem()})
    assert told["assertion_encryption_mode"] == "Required"
    [old] = told["private_keys"]
    assert re.fullmatch("[A-Z0-9]{22}", old["id"])
    _, told = control("PUT", f"{SAML}/Corp", {**body, "add_private_key": pem("next")})
    assert old in told["private_keys"]
    assert len(told["private_keys"]) == 2
    status, problem = control("PUT", f"{SAML}/Corp", {**body, "add_private_key": pem("third")})
    assert (status, problem["error"][:17]) == (422, "add_private_key: ")
    _, told = control("PUT", f"{SAML}/Corp", {**body, "remove_private_key": old["id"]})
    [left] = told["private_keys"]
    assert left["id"] != old["id"]
    assert "PRIVATE" not in str(control("GET", SAML))
    assert not any("PRIVATE" in str(event.document) for event in Event.objects.all())
    gone = {**body, "remove_private_key": left["id"]}
    status, problem = control("PUT", f"{SAML}/Corp", gone)
    assert (status, problem["error"][:27]) == (422, "assertion_encryption_mode: ")
    assert control("PUT", f"{SAML}/Corp", {**gone, "assertion_encryption_mode": ""})[0] == 200
    assert not SamlPrivateKey.objects.exists()


def test_an_oidc_provider_is_put_listed_and_deleted(control):
    arn = f"arn:aws:iam::{EXAMPLE_CORP}:oidc-provider/token.example.com"
    told = {**KNOWN, "arn": arn, "fetch_keys": False}
    assert control("PUT", OIDC, KNOWN) == (200, told)
    assert control("GET", OIDC) == (200, [told])
    fetched = {"url": URL, "audiences": ["my-app"], "fetch_keys": True}
    assert control("PUT", OIDC, fetched)[1] == {**fetched, "arn": arn, "keys": {}}
    assert OidcProvider.objects.get().fetches_keys
    assert control("DELETE", f"{OIDC}?url={URL}") == (204, None)
    assert control("DELETE", f"{OIDC}?url={URL}")[0] == 404
    assert names() == ["CreateOpenIDConnectProvider", "DeleteOpenIDConnectProvider"]


def test_two_oidc_providers_never_share_an_arn(control):
    assert control("PUT", OIDC, KNOWN)[0] == 200
    status, problem = control("PUT", OIDC, {**KNOWN, "url": URL.replace("https", "http")})
    assert status == 422
    assert "url" in problem["error"]
    assert OidcProvider.objects.get().url == URL


def test_an_identity_provider_is_the_source_of_a_directory_until_it_is_deleted(control, directory):
    assert control("GET", SOURCE)[0] == 404
    assert control("PUT", SOURCE, DESCRIBED) == (200, DESCRIBED)
    assert control("PUT", SOURCE, {"metadata": metadata()}) == (200, DESCRIBED)
    assert control("GET", SOURCE) == (200, DESCRIBED)
    assert Directory.objects.get(pk=DIRECTORY).is_external
    assert control("DELETE", SOURCE) == (204, None)
    assert not Directory.objects.get(pk=DIRECTORY).is_external


def test_an_issuer_is_trusted_until_it_is_deleted(control, directory):
    told = {**ISSUER, "claim": "email", "attribute": "emails.value", "fetch_keys": False}
    assert control("PUT", ISSUERS, ISSUER) == (200, told)
    assert control("GET", ISSUERS) == (200, [told])
    changed = {**ISSUER, "claim": "sub", "attribute": "userName"}
    assert control("PUT", ISSUERS, changed)[1]["claim"] == "sub"
    assert control("DELETE", f"{ISSUERS}?url={URL}") == (204, None)
    assert control("DELETE", f"{ISSUERS}?url={URL}")[0] == 404
    assert names() == [f"{done}TrustedTokenIssuer" for done in ("Create", "Update", "Delete")]


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        (f"{SAML}/Corp", {"metadata": "<no/>"}, "metadata: "),
        (f"{SAML}/Corp", {"metadata": metadata(), **DESCRIBED}, "metadata: give them, or"),
        (f"{SAML}/Corp", {}, "entity_id: "),
        (f"{SAML}/Corp", {**DESCRIBED, "certificates": ["MIIB"]}, "certificates: Each"),
        (f"{SAML}/Corp", {**DESCRIBED, "sign_in_url": "javascript:1"}, "sign_in_url: "),
        (f"{SAML}/two%20words", DESCRIBED, "name: "),
        (f"{SAML}/Corp", {**DESCRIBED, "assertion_encryption_mode": "allowed"}, "encryption_mode"),
        (f"{SAML}/Corp", {**DESCRIBED, "assertion_encryption_mode": "Allowed"}, "a private key"),
        (f"{SAML}/Corp", {**DESCRIBED, "add_private_key": "x"}, "add_private_key: An RSA"),
        (f"{SAML}/Corp", {**DESCRIBED, "add_private_key": written(key_of("ec"))}, "An RSA"),
        (f"{SAML}/Corp", {**DESCRIBED, "add_private_key": written(key_of("rsa-1024"))}, "An RSA"),
        (f"{SAML}/Corp", {**DESCRIBED, "remove_private_key": "A" * 22}, "remove_private_key: "),
        (f"{SAML}/Corp", {**DESCRIBED, "more": 1}, "more: "),
        (OIDC, {**KNOWN, "url": "x"}, "url: "),
        (OIDC, {**KNOWN, "keys": {}}, "keys: Either"),
        (OIDC, {**KNOWN, "fetch_keys": True}, "keys: Either"),
        (OIDC, {**KNOWN, "fetch_keys": 1}, "fetch_keys: "),
        (OIDC, {**KNOWN, "keys": {"keys": [key().as_dict(private=True)]}}, "keys: Public"),
        (OIDC, {**KNOWN, "audiences": [""]}, "audiences: "),
        (ISSUERS, {**ISSUER, "attribute": "phone"}, "attribute: "),
        (ISSUERS, KNOWN, "name: "),
    ],
)
def test_what_can_not_be_is_named(control, directory, path, body, problem):
    status, told = control("PUT", path, body)
    assert status == 422
    assert problem in told["error"]
    assert not SamlProvider.objects.exists()
    assert not OidcProvider.objects.exists()


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_what_is_not_there_is_404(control, method):
    for path, body in ((SAML, None), (OIDC, KNOWN)):
        gone = path.replace(EXAMPLE_CORP, "000000000000")
        if method == "GET" or body:
            assert control(method, gone, body if method == "PUT" else None)[0] == 404
    assert control(method, SOURCE, DESCRIBED if method == "PUT" else None)[0] == 404
    assert control(method, ISSUERS, ISSUER if method == "PUT" else None)[0] == 404


def test_an_account_gives_tokens_for_other_services_once_it_is_said(control):
    path = f"{ACCOUNT}/web_identity_tokens"
    assert control("PUT", path, {"enabled": True})[1]["enabled"] is True
    assert Account.objects.get(pk=EXAMPLE_CORP).issues_web_identity_tokens
    assert control("PUT", path, {"enabled": False})[1]["enabled"] is False
    assert control("PUT", path, {"enabled": "yes"})[0] == 422
    assert names() == [f"{done}OutboundWebIdentityFederation" for done in ("Enable", "Disable")]
