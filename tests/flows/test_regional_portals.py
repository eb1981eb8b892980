"""Portals in several regions: sessions count in each, programs are known where they ask."""

import json
import re
from urllib.parse import quote_plus, urlsplit

import pytest
from django.test import Client

from accounts.models import Directory, Session
from signin import client_cookies
from signin.events.models import Event
from signin.oidc.models import Grant
from tests.browser import address
from tests.portal_walks import DIRECTORY, JANE, PORTAL, settings_are
from tests.walks import EXAMPLE_CORP

pytestmark = pytest.mark.django_db

OTHER = "eu-west-1"
ABROAD = "sa-east-1"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture(autouse=True)
def several_regions(demo):
    settings_are(additional_regions=[OTHER])


def instance():
    return Directory.objects.get(pk=DIRECTORY).instance_id


def regional(region=OTHER, path="/", instance_id=""):
    return address(f"{instance_id or instance()}.{region}.portal.amazonaws.com", path)


def is_at_portal(browser):
    return 'id="accounts"' in browser.text


def sign_in_at(browser, url, person=JANE):
    username, password = person
    return browser.visit(url).submit(username=username).submit(password=password)


def call(path, body=None, *, region=OTHER, service="oidc", token=""):
    """Call a service of a region as a program does; return status and members."""
    headers = {"host": f"{service}.{region}.amazonaws.com.localhost:8000"}
    client = Client()
    if body is None:
        answer = client.get(path, headers=headers | {"x-amz-sso_bearer_token": token})
    else:
        answer = client.post(
            path, json.dumps(body), content_type="application/json", headers=headers
        )
    return answer.status_code, json.loads(answer.content or b"{}")


def registered(region=OTHER):
    asked = {"clientName": "x", "clientType": "public", "scopes": ["sso:account:access"]}
    _, told = call("/client/register", asked, region=region)
    return {name: told[name] for name in ("clientId", "clientSecret")}


def begun(start_url, region=OTHER):
    client = registered(region)
    status, told = call("/device_authorization", {**client, "startUrl": start_url}, region=region)
    return status, told, client


def let_in(browser, region=OTHER):
    """Let a program in that asks in a region; return its credentials and its tokens."""
    _, told, client = begun(regional(region), region)
    sign_in_at(browser, PORTAL)
    browser.visit(told["verificationUriComplete"]).submit("confirm-code")
    browser.submit("decide", button="decision=allow")
    asked = {**client, "grantType": DEVICE_CODE, "deviceCode": told["deviceCode"]}
    status, tokens = call("/token", asked, region=region)
    assert status == 200, tokens
    return client, tokens


class TestPages:
    @pytest.mark.parametrize("path", ["/", "/start", "/start/"])
    def test_the_sign_in_is_at_the_host_of_the_region(self, browser, path):
        browser.visit(regional(path=path))
        assert urlsplit(browser.url).netloc == f"{OTHER}.signin.aws.localhost:8000"
        browser.submit(username=JANE[0]).submit(password=JANE[1])
        assert browser.url == regional(path="/start/")
        assert is_at_portal(browser)

    def test_its_own_region_has_such_a_name_too(self, browser):
        sign_in_at(browser, regional("us-east-1"))
        assert browser.url == regional("us-east-1", "/start/")

    @pytest.mark.parametrize(("first", "second"), [(PORTAL, ""), ("", PORTAL)])
    def test_a_session_counts_in_each_region(self, browser, first, second):
        sign_in_at(browser, first or regional())
        assert is_at_portal(browser.visit(second or regional()))
        assert browser.url.startswith(second or regional())
        assert Session.objects.filter(door="signin", ended_at=None).count() == 1

    @pytest.mark.parametrize(("first", "second"), [(PORTAL, ""), ("", PORTAL)])
    def test_a_sign_out_in_one_region_counts_in_each(self, browser, first, second):
        sign_in_at(browser, first or regional())
        browser.visit(second or regional()).submit("sign-out")
        assert browser.step == "username"
        assert not is_at_portal(browser.visit(first or regional(path="/start/")))
        assert not Session.objects.filter(ended_at=None).exists()

    def test_whoever_has_to_sign_in_again_does_it_where_they_did(self, browser, running_clock):
        sign_in_at(browser, PORTAL)
        browser.visit(regional())
        browser.visit(regional(path="/start/mfa/new"))
        assert urlsplit(browser.url).netloc == "us-east-1.signin.aws.localhost:8000"
        assert browser.step == "choose-device-kind"

    @pytest.mark.parametrize("asked", ["x", ABROAD, OTHER, f"{OTHER},us-east-1", ",,", "us-east-1"])
    def test_whatever_an_address_says_of_who_was_asked_it_ends_at_a_page(self, browser, asked):
        browser.visit(PORTAL)
        [begins] = [url for url in browser.trail if "/platform/login?" in url][:1]
        browser.visit(f"{begins}&asked={asked}")
        assert browser.step == "username"

    def test_a_role_opens_from_there(self, browser):
        sign_in_at(browser, regional())
        query = f"?account_id={EXAMPLE_CORP}&role_name=ReadOnlyAccess"
        browser.visit(regional(path=f"/start/console{query}"))
        assert "ReadOnlyAccess" in browser.signed_in_as

    @pytest.mark.parametrize("region", [ABROAD, "us-west-2"])
    def test_where_the_instance_is_not_there_is_no_portal(self, browser, region):
        assert browser.visit(regional(region)).status == 404

    def test_of_another_instance_there_is_none(self, browser):
        assert browser.visit(regional(instance_id="ssoins-" + "0" * 16)).status == 404

    def test_a_region_that_is_taken_away_has_none_any_more(self, browser):
        sign_in_at(browser, regional())
        settings_are(additional_regions=[])
        assert browser.visit(regional()).status == 404

    def test_the_sign_in_host_of_another_region_knows_nobody(self, browser):
        browser.visit(regional())
        begins = next(url for url in browser.trail if "/platform/login?" in url)
        answer = browser.visit(begins.replace(f"//{OTHER}.", f"//{ABROAD}."))
        assert answer.status == 400

    def test_the_dual_stack_name_leads_there(self, browser):
        browser.visit(address(f"{instance()}.portal.{OTHER}.app.aws"))
        assert regional(path="/start/") in browser.trail

    @pytest.mark.parametrize("end", ["", "/"])
    def test_the_name_for_all_instances_leads_there(self, browser, end):
        browser.visit(address("identitycenter.amazonaws.com", f"/{instance()}{end}"))
        assert regional("us-east-1", "/start/") in browser.trail

    @pytest.mark.parametrize("path", ["/", "/ssoins-0000000000000000", "/x"])
    def test_the_name_for_all_instances_has_no_other_pages(self, browser, path):
        assert browser.visit(address("identitycenter.amazonaws.com", path)).status == 404

    def test_events_are_of_the_region(self, browser):
        sign_in_at(browser, regional())
        found = Event.objects.filter(name__in=["UserAuthentication", "CredentialVerification"])
        assert {event.document["awsRegion"] for event in found} == {OTHER}

    def test_nobody_is_sent_to_a_portal_of_another_instance(self, browser):
        browser.visit(PORTAL)
        begins = next(url for url in browser.trail if "/platform/login?" in url)
        foreign = regional(path="/start/", instance_id="ssoins-" + "0" * 16)
        wanted = begins.replace(quote_plus(PORTAL), quote_plus(foreign))
        assert wanted != begins
        browser.visit(wanted).submit(username=JANE[0]).submit(password=JANE[1])
        assert urlsplit(browser.url).netloc == urlsplit(PORTAL).netloc


class TestPrograms:
    @pytest.mark.parametrize("region", ["us-east-1", OTHER])
    @pytest.mark.parametrize(
        "form",
        [
            "https://{instance}.eu-west-1.portal.amazonaws.com",
            "https://{instance}.us-east-1.portal.amazonaws.com/start",
            "https://{instance}.portal.eu-west-1.app.aws",
            "https://identitycenter.amazonaws.com/{instance}",
            "https://example-corp.awsapps.com/start",
            "https://d-1234567890.awsapps.com/start#/",
        ],
    )
    def test_each_form_of_a_start_url_is_known_in_each_region(self, form, region):
        status, told, _ = begun(form.format(instance=instance()), region)
        assert status == 200
        assert told["verificationUri"] == address(f"device.sso.{region}.amazonaws.com")

    @pytest.mark.parametrize(
        "form",
        [
            "https://{instance}.sa-east-1.portal.amazonaws.com",
            "https://ssoins-0000000000000000.eu-west-1.portal.amazonaws.com",
            "https://identitycenter.amazonaws.com/ssoins-0000000000000000",
            "https://identitycenter.amazonaws.com/",
            "https://identitycenter.amazonaws.com/\x00",
        ],
    )
    def test_others_are_no_portals(self, form):
        status, told, _ = begun(form.format(instance=instance()))
        assert (status, told["error"]) == (400, "invalid_request")

    def test_in_another_region_no_start_url_is_known(self):
        status, told, _ = begun("https://example-corp.awsapps.com/start", ABROAD)
        assert (status, told["error"]) == (400, "invalid_request")

    def test_a_program_is_let_in_at_the_portal_of_its_region(self, browser):
        _, tokens = let_in(browser)
        assert urlsplit(browser.url).netloc == urlsplit(regional()).netloc
        status, told = call(
            "/assignment/accounts", service="portal.sso", token=tokens["accessToken"]
        )
        assert status == 200
        assert told["accountList"]
        assert Grant.objects.get().region == OTHER

    @pytest.mark.requirement("S-103")
    @pytest.mark.parametrize("region", ["us-east-1", ABROAD])
    def test_its_tokens_are_unknown_elsewhere(self, browser, region):
        client, tokens = let_in(browser)
        token = tokens["accessToken"]
        assert (
            call("/assignment/accounts", region=region, service="portal.sso", token=token)[0] == 401
        )
        asked = {**client, "grantType": "refresh_token", "refreshToken": tokens["refreshToken"]}
        status, told = call("/token", asked, region=region)
        assert (status, told["error"]) == (400, "invalid_grant")
        assert call("/token", asked)[0] == 200

    def test_its_code_is_unknown_elsewhere(self):
        _, told, client = begun(regional())
        asked = {**client, "grantType": DEVICE_CODE, "deviceCode": told["deviceCode"]}
        status, refused = call("/token", asked, region="us-east-1")
        assert (status, refused["error"]) == (400, "invalid_grant")
        assert call("/token", asked)[1]["error"] == "authorization_pending"

    @pytest.mark.parametrize(
        ("region", "status"), [("us-east-1", 200), (OTHER, 200), (ABROAD, 401)]
    )
    def test_the_portal_s_own_token_is_known_in_its_regions(self, browser, region, status):
        sign_in_at(browser, regional())
        token = browser.cookie(client_cookies.PORTAL_TOKEN, regional())
        path = "/assignment/accounts"
        assert call(path, region=region, service="portal.sso", token=token)[0] == status

    def test_the_end_of_the_session_ends_what_programs_got_in_each_region(self, browser):
        _, tokens = let_in(browser)
        browser.visit(PORTAL).submit("sign-out")
        token = tokens["accessToken"]
        assert call("/assignment/accounts", service="portal.sso", token=token)[0] == 401

    def test_the_fips_name_is_the_same_service(self):
        asked = {"clientName": "x", "clientType": "public"}
        assert call("/client/register", asked, service="oidc-fips")[0] == 200


def test_an_instance_has_an_id_that_no_other_has():
    ids = {each.instance_id for each in Directory.objects.all()}
    assert len(ids) == Directory.objects.count()
    assert all(re.fullmatch(r"ssoins-[0-9a-f]{16}", each) for each in ids)
