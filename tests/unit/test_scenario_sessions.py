"""Scenarios: how long programs work for a directory's users."""

import pytest

from accounts.models import Directory
from signin.control.scenarios import ScenarioInvalid
from tests.unit.test_scenario_directories import load

pytestmark = pytest.mark.django_db


def test_a_directory_that_says_nothing_is_as_aws_makes_it():
    load()
    directory = Directory.objects.get()
    assert (directory.background_minutes, directory.extended_sessions) == (7 * 24 * 60, False)


@pytest.mark.parametrize("minutes", [15, 129_600])
def test_it_is_as_the_document_says(minutes):
    load(background_minutes=minutes, extended_sessions=True)
    directory = Directory.objects.get()
    assert (directory.background_minutes, directory.extended_sessions) == (minutes, True)
    assert directory.session_minutes == 480


@pytest.mark.requirement("S-040")
@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"background_minutes": 14}, "directories[0].background_minutes: "),
        ({"background_minutes": 129_601}, "directories[0].background_minutes: "),
        ({"background_minutes": "60"}, "directories[0].background_minutes: a whole number"),
        ({"background_minutes": True}, "directories[0].background_minutes: a whole number"),
        ({"extended_sessions": 1}, "directories[0].extended_sessions: true or false"),
        ({"sign_in": {"extended_sessions": True}}, "sign_in: not known here: extended_sessions"),
    ],
)
def test_what_can_t_be_is_refused(members, says):
    with pytest.raises(ScenarioInvalid) as refused:
        load(**members)
    assert says in str(refused.value.message)
