"""Signing in in each partition: at its own hosts, by its own people, and nowhere else."""

import base64
import re
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.management import call_command

from accounts.models import Account, Directory
from mfa import webauthn
from signin import hosts
from signin.control import scenarios
from signin.events.models import Event
from signin.kernel import partitions
from signin.kernel.partitions import AWS, OTHERS, PARTITIONS
from tests.browser import DESK, address
from tests.programs import Program, let_in

pytestmark = pytest.mark.django_db

ZHANG = {"username": "zhang", "password": "Zhang-demo-1"}
ROOT = {"email": "root@example.com", "password": "Root-demo-1"}
JANE = "jane_doe", "Jane-portal-1"


@pytest.fixture(autouse=True)
def everywhere(db):
    """Fill the tables with an account and a directory in each partition."""
    scenarios.store(scenarios.read(scenarios.find("partitions")))


@pytest.fixture(params=PARTITIONS.values(), ids=PARTITIONS)
def partition(request):
    return request.param


def account_of(partition):
    return Account.objects.get(partition=partition.id)


def directory_of(partition):
    return Directory.objects.get(account__partition=partition.id)


def console(partition, path="/console/home"):
    return hosts.url("console", path, None, partition)


def sign_in(browser, partition):
    """Sign in as the IAM user, by the account's own address."""
    alias = account_of(partition).alias
    page = hosts.url("account", "/console", None, partition, account=alias)
    return browser.visit(page).submit(**ZHANG)


def portal(partition):
    directory = directory_of(partition)
    return hosts.url("portal", "/start/", **hosts.portal_named(directory.portal_name))


def enter(browser, partition):
    """Sign in to the portal."""
    browser.visit(portal(partition)).submit(username=JANE[0])
    return browser.submit(password=JANE[1])


def domains(browser):
    """Return the real domains of all hosts that a browser was at."""
    seen = {urlsplit(url).hostname.removesuffix(".localhost") for url in browser.trail}
    return {each for each in seen if each}


def is_within(partition, names):
    return all(hosts.find_real(name)[0].partition is partition for name in names)


def events(name):
    return [each.document for each in Event.objects.filter(name=name)]


class TestTheConsole:
    def test_lets_its_own_iam_user_in_and_stays_in_its_partition(self, browser, partition):
        sign_in(browser, partition)
        assert browser.signed_in_as.startswith("zhang")
        assert urlsplit(browser.url).hostname == f"console.{partition.console}.localhost"
        assert is_within(partition, domains(browser))
        [event] = events("ConsoleLogin")
        assert event["userIdentity"]["arn"] == (
            f"arn:{partition.id}:iam::{account_of(partition).pk}:user/zhang"
        )
        assert partition.has_region(event["awsRegion"])

    def test_lets_its_own_root_user_in(self, browser, partition):
        browser.visit(hosts.url("console", "/", {"user_type": "root"}, partition))
        browser.submit(email=ROOT["email"]).submit(password=ROOT["password"])
        assert browser.signed_in_as
        [event] = events("ConsoleLogin")
        account_id = account_of(partition).pk
        assert event["userIdentity"]["arn"] == f"arn:{partition.id}:iam::{account_id}:root"
        assert event["awsRegion"] == partition.home

    def test_offers_the_regions_of_its_partition(self, browser, partition):
        sign_in(browser, partition)
        offered = set(re.findall(r"//([a-z0-9-]+)\.console\.", browser.text))
        assert partition.home in offered
        assert all(partition.has_region(each) for each in offered)
        browser.visit(hosts.url("console", "/console/home", region=partition.home))
        assert browser.status == 200

    def test_has_its_address_at_the_sign_out(self, browser, partition):
        sign_in(browser, partition).submit("sign-out")
        assert browser.signed_in_as is None
        assert is_within(partition, domains(browser))

    @pytest.mark.parametrize("other", OTHERS, ids=lambda each: each.id)
    def test_knows_nobody_of_another_partition(self, new_browser, other):
        for here, there in ((AWS, other), (other, AWS)):
            answers = []
            for account in (account_of(there).pk, "999900009999"):
                browser = new_browser().visit(console(here))
                browser.submit(account=account, **ZHANG)
                if browser.step == "iam-user":
                    browser.submit(account=account, **ZHANG)
                assert browser.signed_in_as is None
                answers.append((browser.status, browser.step, browser.alert))
            assert answers[0] == answers[1]
            assert is_within(here, domains(browser))

    @pytest.mark.parametrize("other", OTHERS, ids=lambda each: each.id)
    def test_leads_nowhere_in_another_partition(self, browser, other):
        sign_in(browser, AWS)
        query = {"redirect_uri": console(other), "code_challenge": "x" * 43}
        query |= {"code_challenge_method": "SHA-256", "response_type": "code"}
        browser.visit(f"{address('signin.aws.amazon.com', '/oauth')}?{urlencode(query)}")
        assert is_within(AWS, domains(browser))

    def test_keeps_forms_in_its_partition(self, browser, partition):
        browser.visit(console(partition))
        policy = browser.page.headers["Content-Security-Policy"]
        targets = policy.split("form-action")[1].split(";")[0].split()[1:]
        named = [each.partition("//*.")[2].partition(".localhost")[0] for each in targets]
        assert partition.console in named
        others = {each.console for each in PARTITIONS.values()} - {partition.console}
        assert others.isdisjoint(named)

    def test_asks_for_passkeys_of_its_own_domain(self, partition):
        root_user = account_of(partition).principals.get(kind="root-user")
        with partitions.at(partition):
            name = webauthn.rp_id(root_user)
        assert f"console.{partition.console}.localhost".endswith(f".{name}")


class TestPortals:
    def test_let_their_users_in_and_on_to_a_role_in_the_partition(self, browser, partition):
        enter(browser, partition)
        assert browser.status == 200
        assert "Example" in browser.words
        assert is_within(partition, domains(browser))
        account_id = account_of(partition).pk
        query = {"account_id": account_id, "role_name": "AdministratorAccess"}
        browser.visit(f"/start/console?{urlencode(query)}")
        assert urlsplit(browser.url).hostname == f"console.{partition.console}.localhost"
        assert browser.signed_in_as.startswith("AWSReservedSSO_AdministratorAccess")
        assert is_within(partition, domains(browser))
        newest = events("ConsoleLogin")[-1]["userIdentity"]
        assert newest["arn"].startswith(f"arn:{partition.id}:sts::{account_id}:assumed-role/")
        issuer = newest["sessionContext"]["sessionIssuer"]["arn"]
        assert issuer.startswith(f"arn:{partition.id}:iam::{account_id}:role/aws-reserved/")

    @pytest.mark.parametrize("other", OTHERS, ids=lambda each: each.id)
    def test_are_not_there_in_another_partition(self, browser, other):
        directory = directory_of(other)
        assert browser.visit(address(f"{directory.pk}.awsapps.com", "/start/")).status == 404
        assert browser.visit(address(f"{directory.subdomain}.awsapps.com", "/start/")).status == 404
        for name in ("identitycenter.amazonaws.com",):
            assert browser.visit(address(name, f"/{directory.instance_id}")).status == 404
        found = browser.visit(address(other.instances, f"/{directory.instance_id}"))
        assert is_within(other, domains(found)) is False or found.step
        assert found.step == "directory-user" or found.status == 200

    @pytest.mark.parametrize(
        ("host", "name", "status"),
        [
            ("start.home.awsapps.cn", "d-2345678901", 200),
            ("start.cn-north-1.home.awsapps.cn", "example-cn", 200),
            ("start.cn-northwest-1.home.awsapps.cn", "example-cn", 404),
            ("start.us-gov-home.awsapps.com", "example-gov", 200),
            ("start.us-gov-home.awsapps.com", "example-cn", 404),
            ("start.home.awsapps.cn", "d-1234567890", 404),
        ],
    )
    def test_are_found_by_the_names_that_they_share(self, browser, host, name, status):
        browser.visit(address(host, f"/directory/{name}"))
        assert browser.status == status
        if status == 200:
            assert ".sso.signin.amazonaws" in browser.url

    def test_have_no_builder_ids_outside_of_aws(self, browser):
        for each in OTHERS:
            query = {"directory": "view", "code_challenge": "x" * 43}
            there = hosts.url("platform", "/platform/login", query, region=each.home)
            assert browser.visit(there).status == 404


class TestPrograms:
    def test_let_in_by_a_sign_in_have_the_partition_s_arns(self, browser, partition):
        endpoint = hosts.origin("signin", region=partition.home)
        program = Program(endpoint=endpoint)
        browser.visit(program.address()).submit(user_type="iam", account=account_of(partition).pk)
        browser.submit(**ZHANG)
        answer = let_in(browser, program)
        assert answer.status == 200
        assert answer.body["accessToken"]["accessKeyId"]
        token = answer.body["idToken"].split(".")[1]
        claims = base64.urlsafe_b64decode(token + "==").decode()
        assert f"arn:{partition.id}:iam::{account_of(partition).pk}:user/zhang" in claims
        assert is_within(partition, domains(browser) - {"127.0.0.1"})

    def test_are_let_in_where_they_asked_alone(self, browser, partition):
        endpoint = hosts.origin("signin", region=partition.home)
        program = Program(endpoint=endpoint, remote=True)
        for other in PARTITIONS.values():
            there = hosts.url("signin", "/v1/sessions/confirmation", region=other.home)
            browser.visit(program.address(redirect_uri=there))
            assert ('id="login-refused"' in browser.text) == (other is not partition)


class TestSaml:
    def test_metadata_name_the_partition(self, browser, partition):
        page = hosts.url("signin", "/static/saml-metadata.xml", None, partition)
        text = browser.visit(page).text
        there = hosts.url("signin", "/saml", None, partition)
        assert f'Location="{there}"' in text
        assert f'entityID="{partition.urn or there}"' in text


class TestTheDesk:
    def test_names_the_doors_of_each_partition(self, browser):
        browser.visit(DESK)
        for each in PARTITIONS.values():
            assert console(each, "/") in browser.text
            assert portal(each) in browser.text
            assert hosts.origin("sso-oidc", region=each.home) in browser.text

    def test_says_in_which_partition_somebody_is(self, browser, partition):
        told = browser.visit(f"{DESK}control/v1/directories").page.json()
        [directory] = [each for each in told if each["partition"] == partition.id]
        assert directory["portal"] == portal(partition)
        people = browser.visit(f"{DESK}control/v1/principals").page.json()
        arns = {each["arn"] for each in people if each["partition"] == partition.id}
        assert len(arns) == 3
        assert all(each.startswith(f"arn:{partition.id}:") for each in arns)

    def test_tells_programs_the_addresses_of_a_directory(self, capsys, partition):
        directory = directory_of(partition)
        call_command("connect", "--directory", directory.pk)
        told = capsys.readouterr().out
        host = f"{directory.instance_id}.{partition.home}.portal.{partition.services}"
        if partition is AWS:
            host = "d-1234567890.awsapps.com/start"
        assert f"sso_start_url = https://{host}\n" in told
        assert f"sso_region = {partition.home}\n" in told
        signin = hosts.origin("signin", region=partition.home)
        assert (f"AWS_ENDPOINT_URL_SIGNIN={signin}\n" in told) == (partition is not AWS)


class TestWhatPagesTell:
    def test_of_portals_is_of_their_partition(self, browser, partition):
        browser.visit(hosts.url("signin", "/help/ways-to-sign-in", None, partition))
        [told] = re.findall(r"<code>(http://[^<]+/start)</code>", browser.text)
        host, _, _ = hosts.find_url(told)
        assert (host.door, host.partition) == ("portal", partition)
        browser.visit(hosts.url("platform", "/", region=partition.home))
        assert f"it has {partition.portals} in it" in browser.words
