"""The WSGI application: what it gives to the server."""

import io

import pytest
from django.conf import settings
from django.core.signals import request_finished

from signin.kernel import clock
from signin.wsgi import application

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo")]


@pytest.fixture
def finished():
    """Return a list that gets one entry for each request that is over."""
    seen = []

    def note(**_given):
        seen.append(None)

    request_finished.connect(note)
    yield seen
    request_finished.disconnect(note)


def ask(path):
    """Return the status of an answer and what comes of it, as servers ask for it."""
    told = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "HTTP_HOST": f"localhost:{settings.SIGNIN_PORT}",
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(settings.SIGNIN_PORT),
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
    }
    answer = application(environ, lambda status, headers, exc_info=None: told.append(status))
    return told[0], answer


def test_a_whole_answer_is_a_list_and_the_request_is_over(finished):
    status, answer = ask("/")
    assert status.startswith("200")
    assert isinstance(answer, list)
    assert b"</html>" in b"".join(answer)
    assert finished == [None]


def test_what_comes_in_parts_is_over_when_the_server_closes_it(finished):
    status, answer = ask("/static/img/mark.svg")
    assert status.startswith("200")
    assert b"<svg" in b"".join(answer)
    assert finished == []
    answer.close()
    assert finished == [None]


def test_afterwards_the_clock_is_looked_at_each_time_again(settings):
    ask("/")
    draft = settings.SIGNIN_CLOCK_FILE.with_suffix(".other")
    draft.write_text('{"frozen_at": "2031-01-01T00:00:00+00:00", "offset_seconds": 0}')
    draft.replace(settings.SIGNIN_CLOCK_FILE)
    assert clock.now().year == 2031
