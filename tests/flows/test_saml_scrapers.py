"""What programs read of the page of the roles, as their own sources do it.

saml2aws (``aws_account.go``), aws-adfs (``account_aliases_fetcher.py``) and gimme-aws-creds
(``aws.py``, and its reading of today's page) post a response and look for roles and accounts.
"""

import base64
import json
import re

import pytest
from lxml import html

from tests.flows.saml_walks import ENDPOINT
from tests.saml_roles import ACCOUNT, OTHER_ACCOUNT, answer, make_provider, make_role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

WITH_ALIAS = re.compile(r"Account: *([^(]+) *\(([0-9]+)\)")
WITHOUT = re.compile(r"Account: *\(?([0-9]+)\)?")


@pytest.fixture
def made():
    """Return the roles of two accounts, the second of which has no alias."""
    provider, other = make_provider(), make_provider(OTHER_ACCOUNT)
    return [
        (make_role("Reader", provider), provider),
        (make_role("Writer", provider, path="/team/"), provider),
        (make_role("Auditor", other), other),
    ]


@pytest.fixture
def page(browser, made):
    """Return the page as a program gets it: it has neither cookies nor an origin."""
    fields = {"SAMLResponse": answer(*made), "RelayState": ""}
    browser.headers = {"Accept-Language": "en"}
    browser.post(ENDPOINT, fields, Origin="http://signin.aws.amazon.com.localhost:8000")
    assert browser.status == 200
    return html.fromstring(browser.page.content)


@pytest.mark.requirement("R-037")
def test_saml2aws_finds_accounts_and_roles(page, made):
    found = {}
    for account in page.xpath("//fieldset/div[@class='saml-account']"):
        name = "".join(each.text_content() for each in descendants(account, "saml-account-name"))
        found[name] = {label.text_content(): label.get("for") for label in account.iter("label")}
    assert found == {
        f"Account: example-corp ({ACCOUNT})": {
            "Reader": f"arn:aws:iam::{ACCOUNT}:role/Reader",
            "Writer": f"arn:aws:iam::{ACCOUNT}:role/team/Writer",
        },
        f"Account: {OTHER_ACCOUNT}": {"Auditor": f"arn:aws:iam::{OTHER_ACCOUNT}:role/Auditor"},
    }


def descendants(element, name):
    """Return the divisions below an element that have exactly this class."""
    return element.xpath(f".//div[@class='{name}']")


@pytest.mark.requirement("R-037")
def test_aws_adfs_finds_the_aliases_of_accounts(page):
    found = {}
    for element in descendants(page, "saml-account-name"):
        if match := WITH_ALIAS.search(element.text):
            found[match[2]] = match[1].strip()
        elif match := WITHOUT.search(element.text):
            found[match[1]] = match[0].strip()
    assert found == {ACCOUNT: "example-corp", OTHER_ACCOUNT: f"Account: {OTHER_ACCOUNT}"}


@pytest.mark.requirement("R-037")
def test_gimme_aws_creds_finds_the_names_around_a_role(page):
    found = []
    for role in page.xpath("//div[contains(concat(' ', @class, ' '), ' saml-role ')]"):
        label = role.find("label")
        # The first division in the first division of what is around what is around the role.
        account = role.getparent().getparent().find(".//div").find(".//div")
        found.append((account.text_content(), label.text_content(), label.get("for")))
    assert found == [
        (f"Account: example-corp ({ACCOUNT})", "Reader", f"arn:aws:iam::{ACCOUNT}:role/Reader"),
        (
            f"Account: example-corp ({ACCOUNT})",
            "Writer",
            f"arn:aws:iam::{ACCOUNT}:role/team/Writer",
        ),
        (f"Account: {OTHER_ACCOUNT}", "Auditor", f"arn:aws:iam::{OTHER_ACCOUNT}:role/Auditor"),
    ]


@pytest.mark.requirement("R-037")
def test_gimme_aws_creds_of_today_finds_the_data_of_the_page(page, made):
    [data] = page.xpath("//meta[@name='data']/@content")
    assert json.loads(base64.b64decode(data)) == {
        "roles_accounts": {
            f"example-corp ({ACCOUNT})": [made[0][0].arn, made[1][0].arn],
            OTHER_ACCOUNT: [made[2][0].arn],
        }
    }


@pytest.mark.requirement("R-037")
def test_the_form_has_the_fields_that_programs_post(page, made):
    [form] = page.xpath("//form[@id='saml_form']")
    assert (form.get("method"), form.get("action"), form.get("name")) == (
        "post",
        "/saml",
        "saml_form",
    )
    hidden = {each.get("name") for each in form.xpath(".//input[@type='hidden']")}
    assert hidden == {"RelayState", "SAMLResponse", "name"}
    radios = form.xpath(".//input[@type='radio']")
    assert {each.get("name") for each in radios} == {"roleIndex"}
    assert [each.get("value") for each in radios] == [role.arn for role, _ in made]
    assert all(each.get("value") == each.get("id") for each in radios)
    assert len(form.xpath(".//*[@id='signin_button']")) == 1


@pytest.mark.requirement("R-037", "S-088")
def test_a_program_that_posts_the_choice_is_led_to_the_console(browser, made):
    response, role = answer(*made), made[0][0]
    fields = {"SAMLResponse": response, "roleIndex": role.arn}
    browser.post(ENDPOINT, fields)
    assert browser.signed_in_as == "Reader/zhang@example.com @ example-corp"
