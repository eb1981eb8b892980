"""The page and the command that tell programs the way: what they say is what programs read."""

import io
import os
import shlex
from datetime import timedelta

import botocore.session
import pytest
from botocore.configloader import load_config
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Directory
from signin import arrivals
from signin.control import programs, recipes
from signin.events import log
from signin.events.models import Event
from signin.gateway import place
from signin.gateway.place import Place
from signin.http import Browser as Sender
from signin.kernel import clock
from tests.browser import DESK
from tests.signing import FORM, WHO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

AGENTS = {
    "aws-cli": "aws-cli/2.38.1 md/awscrt#0.31.2 ua/2.1 os/linux#6.1 md/Botocore#1.44.8",
    "boto3": "Boto3/1.44.8 md/Botocore#1.44.8 ua/2.1 os/linux#6.1",
    "javascript": "aws-sdk-js/3.1100.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#22.1.0",
    "terraform": "APN/1.0 HashiCorp/1.0 Terraform/1.14.0 terraform-provider-aws/6.20.0 "
    "aws-sdk-go-v2/1.40.0 ua/2.1",
    "go": "aws-sdk-go-v2/1.40.0 ua/2.1 os/linux",
    "java": "aws-sdk-java/2.40.1 md/io#sync",
}
PIN = "SiAL4Gf5Ze8kwW9yXDeJX0UvFTqfCyrNxUJAyqVbGmY="


@pytest.fixture
def gateway(settings, tmp_path):
    settings.SIGNIN_DATA_DIR = tmp_path / "a folder"
    place.folder().mkdir(parents=True)
    place.tell(Place(8001, str(place.folder() / "ca.pem"), PIN))


@pytest.fixture
def two_directories(demo):
    owner = Directory.objects.get().account
    Directory.objects.create(pk="d-0987654321", account=owner, region="eu-west-1")


def call_by(agent):
    sender = Sender(ip="127.0.0.1", user_agent=agent, host="127.0.0.1", region=None, device_key="")
    log.record_api_call(
        "RegisterClient",
        source="sso-oidc.amazonaws.com",
        identity={"type": "Unknown"},
        account_id="",
        region="us-east-1",
        browser=sender,
        user_agent=agent,
        parameters=None,
    )


def told(*arguments):
    written = io.StringIO()
    call_command("connect", *arguments, stdout=written)
    return written.getvalue()


def variables(text):
    """Return what a shell would set, if all its lines export something."""
    lines = [shlex.split(line) for line in text.splitlines()]
    assert all(len(line) == 2 and line[0] == "export" for line in lines), text
    return dict(line[1].split("=", 1) for line in lines)


def profile_of(text, tmp_path):
    (tmp_path / "config").write_text(text)
    return load_config(str(tmp_path / "config"))


def test_the_page_shows_every_recipe_with_a_button_to_copy_it(browser):
    browser.visit(DESK + "connect/")
    for recipe in recipes.recipes(Directory.objects.get()):
        assert f'<code id="text-{recipe.name}">{recipe.text}</code>' in browser.text
        assert f'data-copies="text-{recipe.name}"' in browser.text
    assert 'id="no-gateway"' in browser.text
    assert 'href="/connect/"' in browser.visit(DESK).text


def test_a_shell_takes_the_endpoints():
    found = variables(told("--shell"))
    assert found == dict.fromkeys(
        (f"AWS_ENDPOINT_URL_{service}" for service in ("SSO_OIDC", "SSO", "STS", "SIGNIN")),
        "http://127.0.0.1:8000",
    )


def test_botocore_takes_the_endpoints_from_there(monkeypatch):
    for name, value in variables(told("--shell")).items():
        monkeypatch.setenv(name, value)
    session = botocore.session.get_session()
    for service in ("sso-oidc", "sso", "sts", "signin"):
        client = session.create_client(
            service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        assert client.meta.endpoint_url == "http://127.0.0.1:8000"


@pytest.mark.usefixtures("gateway")
def test_a_shell_takes_the_gateway_instead(browser):
    found = variables(told("--shell", "--gateway"))
    assert found.pop("HTTPS_PROXY") == "http://127.0.0.1:8001"
    assert set(found) == {
        "AWS_CA_BUNDLE",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_FILE",
        "NODE_EXTRA_CA_CERTS",
    }
    assert set(found.values()) == {str(place.folder() / "ca.pem")}
    browser.visit(DESK + "connect/")
    assert 'id="no-gateway"' not in browser.text
    assert "export HTTPS_PROXY=http://127.0.0.1:8001" in browser.text
    assert "new HttpsProxyAgent(process.env.HTTPS_PROXY)" in browser.text
    assert f"--ignore-certificate-errors-spki-list={PIN}" in browser.text
    assert "HTTPS_PROXY" in told()


def test_without_a_gateway_nothing_leads_to_one(settings, tmp_path):
    settings.SIGNIN_DATA_DIR = tmp_path
    with pytest.raises(CommandError, match="--gateway"):
        told("--shell", "--gateway")
    assert "HTTPS_PROXY" not in told()


def test_botocore_reads_the_profile(tmp_path):
    read = profile_of(told("--config"), tmp_path)
    assert read["sso_sessions"]["example-corp"] == {
        "sso_start_url": "https://d-1234567890.awsapps.com/start",
        "sso_region": "us-east-1",
        "sso_registration_scopes": "sso:account:access",
    }
    profile = read["profiles"]["example-corp"]
    assert profile["sso_session"] == "example-corp"
    assert profile["region"] == "us-east-1"
    assigned = Directory.objects.get().permission_sets.filter(
        name=profile["sso_role_name"], assignments__account=profile["sso_account_id"]
    )
    assert assigned.exists()


@pytest.mark.usefixtures("two_directories")
def test_each_directory_has_its_own(browser, tmp_path):
    read = profile_of(told("--config", "--directory", "d-0987654321"), tmp_path)
    assert read["sso_sessions"]["d-0987654321"]["sso_region"] == "eu-west-1"
    assert not read["profiles"]
    shown = browser.visit(DESK + "connect/?directory=d-0987654321").text
    assert "https://d-0987654321.awsapps.com/start" in shown
    assert "https://d-1234567890.awsapps.com/start" not in shown
    assert 'id="choose-directory"' in shown
    assert "--profile example-corp" in browser.visit(DESK + "connect/?directory=d-1234567890").text
    with pytest.raises(CommandError, match="no directory d-none"):
        told("--directory", "d-none")


def test_without_a_directory_the_endpoints_are_there(browser):
    Directory.objects.all().delete()
    shown = browser.visit(DESK + "connect/").text
    assert 'id="no-directory"' in shown
    assert "AWS_ENDPOINT_URL_STS" in shown
    assert "sso-session" not in told()
    with pytest.raises(CommandError, match="no directory"):
        told("--config")


@pytest.mark.parametrize(("family", "agent"), AGENTS.items())
def test_a_program_is_known_by_how_it_names_itself(browser, family, agent):
    browser.visit(DESK + "connect/")
    since = browser.text.split('data-seen="', 1)[1].split('"')[0]
    assert "Has called" not in browser.visit(since).words
    call_by(agent)
    rows = browser.visit(since).text.split("<tr")
    [row] = [each for each in rows if "Has called" in each]
    assert f'id="program-{family}"' in row


@pytest.mark.parametrize(("family", "agent"), AGENTS.items())
def test_a_call_that_leaves_no_event_counts_as_well(browser, family, agent):
    browser.visit(DESK + "connect/")
    since = browser.text.split('data-seen="', 1)[1].split('"')[0].replace("&amp;", "&")
    again = browser.text.split('<noscript><p><a href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "Has called" not in browser.visit(since).words
    headers = {"host": "sts.amazonaws.com.localhost:8000", "user-agent": agent}
    assert Client().post("/", "Action=GetCallerIdentity", FORM, headers=headers).status_code == 400
    headers["host"] = "portal.sso.us-east-1.amazonaws.com.localhost:8000"
    assert Client().get("/assignment/accounts", headers=headers).status_code == 401
    assert not Event.objects.exists()
    for page in (since, again):
        [row] = [one for one in browser.visit(page).text.split("<tr") if "Has called" in one]
        assert f'id="program-{family}"' in row


def test_nobody_who_came_before_has_called_for_a_page_that_opens_later(browser):
    headers = {"host": "sts.amazonaws.com.localhost:8000", "user-agent": AGENTS["go"]}
    browser.visit(DESK + "connect/")
    Client().post("/", WHO, FORM, headers=headers)
    assert arrivals.since(clock.EARLIEST)
    long_ago = clock.machine_now().timestamp() - 60
    os.utime(arrivals._noted("go"), (long_ago, long_ago))
    assert "Has called" not in browser.visit(DESK + "connect/").words


def test_calls_are_noted_only_while_somebody_waits(browser):
    headers = {"host": "sts.amazonaws.com.localhost:8000", "user-agent": AGENTS["go"]}
    Client().post("/", WHO, FORM, headers=headers)
    browser.visit(DESK + "connect/")
    long_ago = clock.machine_now() - arrivals.PATIENCE - timedelta(seconds=1)
    os.utime(arrivals._awaited(), (long_ago.timestamp(), long_ago.timestamp()))
    Client().post("/", WHO, FORM, headers=headers)
    assert not arrivals.since(clock.EARLIEST)
    assert not arrivals._awaited().exists()


def test_calls_count_from_the_opening_of_the_page(browser):
    call_by(AGENTS["aws-cli"])
    browser.visit(DESK + "connect/")
    assert "Has called" not in browser.words
    call_by("Mozilla/5.0 (X11; Linux x86_64)")
    again = browser.text.split('<noscript><p><a href="', 1)[1].split('"')[0]
    assert "Has called" not in browser.visit(again).words
    call_by(AGENTS["aws-cli"])
    assert browser.visit(again).words.count("Has called") == 1


def test_after_a_reset_everything_counts_again():
    call_by(AGENTS["boto3"])
    seen = programs.seen_since(10_000, clock.EARLIEST)
    assert [each.family for each in seen if each.seen_at] == ["boto3"]


@pytest.mark.parametrize("since", ["", "x", "-1", "1.5", "9" * 40, "%00"])
def test_a_number_that_is_none_is_taken_for_the_beginning(browser, since):
    call_by(AGENTS["boto3"])
    assert "Has called" in browser.visit(f"{DESK}connect/seen?since={since}").words
