"""The SAML applications of a scenario: what a document says of them, and what it can't."""

import pytest

from accounts.models import Application, Directory
from signin.control import scenario_applications
from signin.control.documents import ScenarioInvalid

ACS = "http://localhost:9000/saml/acs"
SAML = {"acs_url": ACS, "audience": "board"}


def read(**members):
    return scenario_applications.read({"name": "Board", **members}, "x", Directory(id="d-1"))


def test_everything_that_is_left_out_has_its_usual_value():
    board = read(saml=SAML)
    assert (board.start_url, board.acs_url, board.audience) == ("", ACS, "board")
    assert board.is_enabled
    assert board.subject == Application.Subject.EMAIL
    assert board.name_id_format == Application.NameIdFormat.EMAIL
    assert (board.attributes, board.session_minutes, board.logout_url) == ({}, 60, "")


def test_everything_can_be_said():
    said = {
        "relay_state": "/today",
        "subject": "${user:subject}",
        "name_id_format": "persistent",
        "attributes": {"who": "${user:givenName} ${user:familyName}"},
        "session_minutes": 15,
        "logout_url": "http://localhost:9000/slo",
    }
    board = read(saml=SAML | said, enabled=False, start_url="http://localhost:9000/")
    assert {name: getattr(board, name) for name in said} == said
    assert not board.is_enabled


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({}, "x.start_url: "),
        ({"saml": []}, "x.saml: an object"),
        ({"saml": {"acs_url": ACS}}, "x.saml: missing: audience"),
        ({"saml": SAML | {"entity_id": "x"}}, "x.saml: not known here: entity_id"),
        ({"saml": SAML | {"acs_url": "javascript:alert(1)"}}, "x.saml.acs_url: "),
        ({"saml": SAML | {"acs_url": ""}}, "x.start_url: "),
        ({"saml": SAML | {"logout_url": "/slo"}}, "x.saml.logout_url: "),
        ({"saml": SAML | {"subject": "${user:name}"}}, "x.saml.subject: one of"),
        ({"saml": SAML | {"name_id_format": "transient"}}, "x.saml.name_id_format: one of"),
        ({"saml": SAML | {"attributes": []}}, "x.saml.attributes: "),
        ({"saml": SAML | {"attributes": {"a": "${x}"}}}, "x.saml.attributes: "),
        ({"saml": SAML | {"session_minutes": 721}}, "x.saml.session_minutes: "),
        ({"enabled": "yes", "saml": SAML}, "x.enabled: "),
    ],
)
def test_a_mistake_is_named_with_its_place(members, problem):
    with pytest.raises(ScenarioInvalid) as refused:
        read(**members)
    assert refused.value.message.startswith(problem), refused.value.message
