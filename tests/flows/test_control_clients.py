"""Programs and their access, by the control API and in the admin site."""

from datetime import timedelta

import pytest

from accounts import sessions
from accounts.models import Principal, Session
from signin.kernel import clock
from signin.oidc import device_authorizations, tokens
from signin.oidc.models import Grant
from tests.directories import DESK_BROWSER, DIRECTORY, make_directory, make_user
from tests.unit.programs import Program, register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def jane():
    return make_user(make_directory(subdomain="testing-corp"))


@pytest.fixture
def aws(jane):
    return Program(register(), jane, Session())


def path(begun, how="approve"):
    return f"/device_authorizations/{begun.user_code}/{how}"


def test_a_program_is_let_in_as_on_the_page(control, aws, jane):
    clock.freeze()
    begun = aws.begin()
    assert control("POST", path(begun), {"principal": jane.pk}) == (204, None)
    given = aws.redeem(begun.device_code)
    assert tokens.find(given.access_token).grant.session.principal == jane
    session = Session.objects.get(principal=jane)
    assert session.host == "us-east-1.signin.aws.localhost:8000"
    assert session.expires_at == clock.now() + timedelta(hours=8)
    _, [grant] = control("GET", f"/grants?principal={jane.pk}")
    assert grant["client"] == aws.credentials.client_id
    assert control("GET", "/grants?principal=0") == (200, [])


def test_a_session_that_lives_is_taken(control, aws, jane):
    for _ in range(2):
        control("POST", path(aws.begin()), {"principal": jane.pk})
    assert Session.objects.filter(principal=jane).count() == 1
    sessions.end_all(jane)
    control("POST", path(aws.begin()), {"principal": jane.pk})
    assert Session.objects.filter(principal=jane).count() == 2


def test_one_that_a_program_has_for_itself_is_not_taken(control, aws, jane):
    opened = sessions.open_in_background(jane, browser=DESK_BROWSER, lifetime=timedelta(days=7))
    control("POST", path(aws.begin()), {"principal": jane.pk})
    assert Grant.objects.get().session != opened


def test_who_can_t_let_a_program_in(control, aws, jane):
    begun = aws.begin()
    stranger = Principal.objects.get(username="nikki_wolf")
    assert control("POST", path(begun), {"principal": stranger.pk})[0] == 409
    root = Principal.objects.get(username="root@example.com")
    assert control("POST", path(begun), {"principal": root.pk})[0] == 404
    control("POST", f"/principals/{jane.pk}/disable")
    assert control("POST", path(begun), {"principal": jane.pk})[0] == 409
    assert device_authorizations.find(begun.user_code)


@pytest.mark.parametrize("name", ["jane_doe", "Jane_Doe"])
def test_a_user_name_means_the_user_of_the_program_s_directory(control, aws, jane, name):
    namesake = Principal.objects.exclude(pk=jane.pk).get(username="jane_doe")
    begun = aws.begin()
    assert control("POST", path(begun), {"principal": name}) == (204, None)
    given = aws.redeem(begun.device_code)
    assert tokens.find(given.access_token).grant.principal == jane
    assert not Session.objects.filter(principal=namesake).exists()


def test_a_user_name_of_active_directory_has_its_forms(control, aws, jane):
    jane.profile.directory.domain = "corp.example.com"
    jane.profile.directory.save()
    for name in ("jane_doe", "CORP\\jane_doe", "jane_doe@corp.example.com"):
        assert control("POST", path(aws.begin()), {"principal": name}) == (204, None), name


def test_names_that_nobody_of_the_directory_has(control, aws):
    begun = aws.begin()
    for name in ("nikki_wolf", "root@example.com", "", "1"):
        status, problem = control("POST", path(begun), {"principal": name})
        assert status == 404
        assert DIRECTORY in problem["error"]
        assert "/principals?kind=directory-user" in problem["next"]
    for wrong in ("a\0b", True, None, 1.5, ["jane_doe"], {"username": "jane_doe"}):
        assert control("POST", path(begun), {"principal": wrong})[0] == 422, wrong
    assert device_authorizations.find(begun.user_code)


def test_codes_that_no_program_waits_with(control, aws, jane):
    begun = aws.begin()
    assert control("POST", path(begun, "deny")) == (204, None)
    assert control("POST", path(begun, "deny"))[0] == 404
    assert control("POST", path(begun), {"principal": jane.pk})[0] == 404


def test_programs_are_listed_until_their_registration_ends(control, aws):
    _, [listed] = control("GET", "/clients")
    assert listed["id"] == aws.credentials.client_id
    assert listed["name"] == "a program"
    assert aws.credentials.secret not in str(listed)
    clock.advance(timedelta(days=90))
    assert control("GET", "/clients") == (200, [])


def test_access_is_taken_back(control, aws, jane):
    begun = aws.begin()
    control("POST", path(begun), {"principal": jane.pk})
    given = aws.redeem(begun.device_code)
    _, [grant] = control("GET", "/grants")
    assert control("DELETE", f"/grants/{grant['id']}") == (204, None)
    assert control("DELETE", f"/grants/{grant['id']}")[0] == 404
    assert tokens.find(given.access_token) is None


def test_the_operator_sees_programs_and_takes_their_access_back(operator, control, aws, jane):
    begun = aws.begin()
    control("POST", path(begun), {"principal": jane.pk})
    given = aws.redeem(begun.device_code)
    registered = aws.registered.client
    operator.visit(f"http://localhost:8000/admin/oidc/client/{registered.pk}/change/")
    assert "a program" in operator.words
    assert registered.secret_digest not in operator.text
    grant = tokens.find(given.access_token).grant
    operator.visit("http://localhost:8000/admin/oidc/grant/")
    assert "jane_doe" in operator.words
    operator.submit("changelist-form", action="revoke", _selected_action=str(grant.pk))
    assert "The access of 1 program is taken back." in operator.words
    assert tokens.find(given.access_token) is None
