"""What somebody sees who comes by the gateway: the real names, and nothing of ours beside them."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from signin import client_cookies, hosts, naming
from signin.mailbox.models import Message
from tests import external_idp, saml_encryption
from tests.browser import Browser
from tests.programs import Program
from tests.saml_roles import answer, make_provider, make_role, said_of
from tests.walks import MAILED, ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

SECRET = "the secret of this start"
VALUES = {
    "region": "eu-west-1",
    "account": "example-corp",
    "portal": "example-corp",
    "session": "111122223333-ab12cd34",
    "issuer": "01234567-89ab-4cde-8f01-23456789abcd",
    "instance": "ssoins-0123456789abcdef",
}
OF_CLIENTS = {*client_cookies.OF_CONSOLES, *client_cookies.OF_SIGN_IN_HOSTS}
CONSOLE = "https://console.aws.amazon.com/"


class RealBrowser(Browser):
    """A browser behind the gateway."""

    def __init__(self, **more):
        super().__init__(**more)
        self.headers[naming.GATEWAY_HEADER] = SECRET


@pytest.fixture(autouse=True)
def gateway(settings):
    settings.SIGNIN_GATEWAY_SECRET = SECRET


@pytest.fixture
def behind():
    return RealBrowser()


def sign_in(browser):
    browser.visit("https://example-corp.signin.aws.amazon.com/console")
    return browser.submit(username="zhang", password="Zhang-demo-1")


def addresses(text):
    """Return every absolute address in a page but the desk's, which has no real name."""
    return [each for each in re.findall(r'https?://[^\s"<]+', text) if "//localhost:" not in each]


def test_a_sign_in_goes_from_real_name_to_real_name(behind):
    behind.visit(CONSOLE)
    assert [urlsplit(url).netloc for url in behind.trail] == [
        "console.aws.amazon.com",
        "console.aws.amazon.com",
        "signin.aws.amazon.com",
    ]
    sign_in(behind)
    assert behind.url == f"{CONSOLE}console/home"
    assert behind.signed_in_as
    assert "Local emulator, not AWS" in behind.words
    assert not [url for url in behind.trail if ".localhost" in url]


def test_the_portal_leads_to_the_console_by_real_names(behind):
    behind.visit("https://d-1234567890.awsapps.com/start")
    assert urlsplit(behind.url).netloc == "us-east-1.signin.aws"
    behind.submit(username="jane_doe").submit(password="Jane-portal-1")
    assert urlsplit(behind.url).netloc == "d-1234567890.awsapps.com"
    link = re.search(r'href="([^"]*/start/console[^"]*)"', behind.text)[1]
    behind.visit(urljoin(behind.url, link))
    assert urlsplit(behind.url).netloc.endswith("console.aws.amazon.com")
    assert "jane_doe" in behind.signed_in_as


def test_pages_name_no_local_address_but_the_desk_s(behind):
    for url in (
        CONSOLE,
        "https://aws.amazon.com/console/",
        "https://d-1234567890.awsapps.com/start",
    ):
        text = behind.visit(url).text
        assert ".localhost" not in text, url
        assert all(each.startswith("https://") for each in addresses(text)), url
    assert ".localhost" not in sign_in(behind).text


def test_the_policy_of_a_page_names_the_real_doors(behind):
    policy = behind.visit(CONSOLE).page.headers["Content-Security-Policy"]
    assert "https://*.aws.amazon.com" in policy
    assert "localhost" not in policy
    assert "Strict-Transport-Security" not in behind.page.headers


@pytest.mark.requirement("S-037")
def test_cookies_are_secure_and_ours_bound_to_their_host(behind):
    sign_in(behind)
    found = [morsel for jar in behind.cookies.values() for morsel in jar.values()]
    assert found
    for morsel in found:
        assert morsel["secure"], morsel.key
        is_of_clients = morsel.key in OF_CLIENTS
        is_ours = morsel.key.startswith("__Host-") or morsel.key == "vestibule-csrf"
        assert is_ours or is_of_clients, morsel.key


@pytest.mark.requirement("S-024")
@pytest.mark.parametrize("header", [None, "", "wrong", SECRET + " "])
def test_without_the_secret_nothing_is_real(header):
    given = {"host": "signin.aws.amazon.com"}
    given |= {} if header is None else {naming.GATEWAY_HEADER: header}
    answer = Client().get("/", headers=given)
    assert answer.status_code == 421
    given["host"] = "console.aws.amazon.com.localhost:8000"
    answer = Client().get("/console/home", headers=given)
    assert answer.headers["Location"].startswith("http://signin.aws.amazon.com.localhost:8000/")
    assert "vestibule-flow" in answer.cookies


@pytest.mark.parametrize("header", ["", "anything"])
def test_where_no_gateway_runs_no_secret_is_right(settings, header):
    settings.SIGNIN_GATEWAY_SECRET = ""
    given = {"host": "signin.aws.amazon.com", naming.GATEWAY_HEADER: header}
    assert Client().get("/", headers=given).status_code == 421


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8000",
        "127.0.0.1",
        "signin.aws.amazon.com.localhost:8000",
        "s3.amazonaws.com",
        "evil.example",
    ],
)
def test_behind_the_gateway_there_are_the_real_names_only(host):
    given = {"host": host, naming.GATEWAY_HEADER: SECRET}
    assert Client().get("/", headers=given).status_code == 421


@pytest.mark.parametrize("row", hosts.HOSTS, ids=lambda row: row.name)
def test_every_row_of_the_table_is_there_by_its_real_name(row):
    values = VALUES | {"region": row.partition.home}
    given = {"host": row.name.format(**values), naming.GATEWAY_HEADER: SECRET}
    assert Client().get("/nothing", headers=given).status_code != 421


def test_the_secret_reaches_no_page_and_no_note(behind):
    answer = Client().get(
        "/",
        headers={"host": "signin.aws.amazon.com", naming.GATEWAY_HEADER: SECRET},
    )
    assert naming.GATEWAY_HEADER not in answer.wsgi_request.headers
    assert "HTTP_X_VESTIBULE_GATEWAY" not in answer.wsgi_request.META
    assert answer.wsgi_request.is_secure()


@pytest.mark.requirement("S-024")
def test_a_mailed_link_is_local_whoever_asks(behind, control):
    behind.visit(CONSOLE).submit(user_type="root", email=MAILED[0])
    behind.visit(re.search(r'href="([^"]*/recovery)"', behind.text)[1])
    shown = behind.value_of("captcha_id")
    behind.submit(captcha=control("GET", f"/captchas/{shown}")[1]["answer"])
    mail = Message.objects.get(recipient=MAILED[0])
    assert mail.link.startswith("http://signin.aws.amazon.com.localhost:8000/recovery?token=")
    assert "https://" not in mail.text


def test_another_site_s_page_is_refused_here_too(behind):
    behind.visit(CONSOLE)
    foreign = behind.post(behind.url, {}, Origin="https://evil.example")
    assert foreign.status == 403


def test_the_next_request_is_named_locally_again(behind):
    assert ".localhost" not in behind.visit(CONSOLE).url
    assert hosts.origin("signin") == "http://signin.aws.amazon.com.localhost:8000"
    assert naming.current() == naming.local()


def test_a_captcha_s_picture_is_there_by_its_real_name(behind):
    behind.visit(CONSOLE).submit(user_type="root", email=ROOT[0])
    picture = re.search(r'src="([^"]*captcha/[^"]*\.png)"', behind.text)[1]
    assert behind.visit(picture).page.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("remote", [False, True])
def test_a_program_that_knows_the_real_names_is_let_in(behind, remote):
    program = Program(endpoint="https://us-east-1.signin.aws.amazon.com", remote=remote)
    program.headers[naming.GATEWAY_HEADER] = SECRET
    behind.visit(program.address()).submit(user_type="iam", account="example-corp")
    behind.submit(username="zhang", password="Zhang-demo-1")
    assert urlsplit(behind.url).netloc == "us-east-1.signin.aws.amazon.com"
    behind.submit("login-request", button="decision=allow")
    assert program.redeem(program.code_of(behind)).status == 200
    assert program.refresh().status == 200


@pytest.mark.requirement("R-037", "S-089")
def test_a_provider_s_response_for_aws_s_own_names_signs_in(behind):
    real, provider = "https://signin.aws.amazon.com/saml", make_provider()
    role = make_role("Federated", provider)
    response = answer((role, provider), recipient=real, destination=real, audience=real)
    behind.post(real, {"SAMLResponse": response}).submit("saml_form")
    assert behind.url == f"{CONSOLE}console/home"
    assert behind.signed_in_as.startswith("Federated/zhang@example.com")
    behind.visit("https://signin.aws.amazon.com/static/saml-metadata.xml")
    assert f'Location="{real}"' in behind.text


@pytest.mark.requirement("R-037", "S-089")
def test_an_encrypted_response_for_a_provider_s_own_real_address_signs_in(behind):
    provider = saml_encryption.require(make_provider())
    real = f"https://signin.aws.amazon.com/saml/acs/{provider.uuid}"
    attributes = said_of((make_role("Federated", provider), provider))
    response = saml_encryption.answer(recipient=real, destination=real, attributes=attributes)
    behind.post(real, {"SAMLResponse": response}).submit("saml_form")
    assert behind.signed_in_as.startswith("Federated/zhang@example.com")


def test_an_external_provider_is_at_its_local_name_and_leads_back_to_the_real_ones(behind):
    external_idp.make_mary(external_idp.make_external())
    portal = f"https://{external_idp.DIRECTORY}.awsapps.com/start/"
    behind.visit(portal).submit(username=external_idp.MARY)
    assert behind.url.startswith("http://idp.localhost:8000/saml/sso?")
    beside = Browser().visit(behind.url)  # the gateway is not asked for local names
    external_idp.choose(beside)
    acs = f"https://eu-central-1.signin.aws/platform/saml/acs/{external_idp.DIRECTORY}"
    assert f'action="{acs}"' in beside.text
    behind.post(acs, external_idp.answer_on(beside), **external_idp.FROM_PROVIDER)
    assert behind.url == portal
    assert external_idp.MARY in behind.words
