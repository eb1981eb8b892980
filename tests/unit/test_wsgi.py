"""The WSGI application: what it gives to the server."""

import io
import re

import pytest
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection, connections
from django.http import HttpRequest, RawPostDataException, UnreadablePostError
from django.urls import get_urlconf

from signin.kernel import clock
from signin.wsgi import _Request, application

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo")]


def ask(path, answer_by=application, **more):
    """Return the status of an answer, its headers, and what comes of it, as servers ask for it."""
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
        **more,
    }
    answer = answer_by(environ, lambda *head: told.extend(head))
    return (*told, answer)


def whole(answer):
    """Return all of an answer, as servers send and close it."""
    try:
        return b"".join(answer)
    finally:
        getattr(answer, "close", list)()


def without_end(value):
    """Return a header's value but for the time at which a cookie ends."""
    return re.sub("expires=[^;]+", "", value.strip())


def test_a_whole_answer_is_a_list():
    status, _headers, answer = ask("/")
    assert status == "200 OK"
    assert isinstance(answer, list)
    assert b"</html>" in b"".join(answer)


@pytest.mark.parametrize(
    "path", ["/", "/?locale=ja", "/nowhere", "/mailbox/9", "/static/img/mark.svg"]
)
def test_an_answer_is_the_one_that_django_gives(path):
    clock.freeze()
    path, _, query = path.partition("?")
    (status, headers, answer), theirs = (
        ask(path, by, QUERY_STRING=query) for by in (application, WSGIHandler())
    )
    assert status == theirs[0]
    assert [(name, without_end(value)) for name, value in headers] == [
        (name, without_end(value)) for name, value in theirs[1]
    ]
    assert whole(answer) == whole(theirs[2])


def test_a_refused_request_is_logged_as_django_does(caplog):
    caplog.set_level("WARNING", logger="django.request")
    logged = []
    for by in (application, WSGIHandler()):
        ask("/nowhere", by)
        logged += [(each.name, each.levelname, each.getMessage()) for each in caplog.records]
        caplog.clear()
    assert logged == [("django.request", "WARNING", "Not Found: /nowhere")] * 2


def test_what_comes_in_parts_is_over_when_the_server_closes_it(monkeypatch):
    closed = []
    monkeypatch.setattr(HttpRequest, "close", lambda request: closed.append(request.path))
    status, _headers, answer = ask("/static/img/mark.svg")
    assert status == "200 OK"
    assert b"<svg" in b"".join(answer)
    assert not closed
    answer.close()
    assert closed == ["/static/img/mark.svg"]


def test_with_a_whole_answer_the_request_is_closed(monkeypatch):
    closed = []
    monkeypatch.setattr(HttpRequest, "close", lambda request: closed.append(request.path))
    ask("/")
    assert closed == ["/"]


def test_a_connection_that_is_lost_is_closed_with_the_request(monkeypatch):
    connection.ensure_connection()
    monkeypatch.setattr(type(connections["default"]), "is_usable", lambda _self: False)
    connection.errors_occurred = True
    ask("/static/nowhere")
    assert connection.connection is None


class Broken(io.RawIOBase):
    """A body that breaks off."""

    def read(self, _size=-1):
        raise OSError("gone")


def with_body(content, **more):
    """Return a request of the application's own kind, and one of Django's, each with a body."""
    for kind in (_Request, WSGIRequest):
        yield kind(
            {
                "REQUEST_METHOD": "POST",
                "PATH_INFO": "/",
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "CONTENT_LENGTH": str(len(content)),
                "wsgi.input": io.BytesIO(content + b"&beyond=it"),
                **more,
            }
        )


def test_a_body_is_the_one_that_django_reads():
    for request in with_body(b"a=1&b=%C3%A9"):
        assert request.body == request.body == b"a=1&b=%C3%A9"
        assert request.POST.dict() == {"a": "1", "b": "\xe9"}
        assert request.read() == request.body
    for request in with_body(b"a=1"):
        assert request.POST.dict() == {"a": "1"}
        assert request.body == b"a=1"


def test_a_body_is_refused_where_django_refuses_it(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2
    for request in with_body(b"a=1"):
        with pytest.raises(RequestDataTooBig):
            _ = request.body
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 3
    for request in with_body(b"a=1"):
        request.read(1)
        with pytest.raises(RawPostDataException):
            _ = request.body
    for request in with_body(b"a=1", **{"wsgi.input": Broken()}):
        with pytest.raises(UnreadablePostError, match="gone"):
            _ = request.body


def test_what_a_view_leaves_to_be_rendered_is_rendered():
    status, _headers, answer = ask("/admin/login/")
    assert status == "200 OK"
    assert b'name="password"' in b"".join(answer)


def test_what_programs_ask_for_leaves_the_addresses_alone(monkeypatch):
    monkeypatch.setattr("signin.wsgi.set_urlconf", lambda _urlconf: pytest.fail("they were set"))
    host = f"sts.amazonaws.com.{settings.SIGNIN_SUFFIX}:{settings.SIGNIN_PORT}"
    status, _headers, answer = ask("/", HTTP_HOST=host)
    assert status == "400 Bad Request"
    assert b"<Code>InvalidAction</Code>" in b"".join(answer)


@pytest.mark.parametrize("path", ["/", "/static/img/mark.svg"])
def test_addresses_are_those_of_the_whole_server_again(path):
    whole(ask(path)[2])
    assert get_urlconf() is None


def test_afterwards_the_clock_is_looked_at_each_time_again(settings):
    ask("/")
    draft = settings.SIGNIN_CLOCK_FILE.with_suffix(".other")
    draft.write_text('{"frozen_at": "2031-01-01T00:00:00+00:00", "offset_seconds": 0}')
    draft.replace(settings.SIGNIN_CLOCK_FILE)
    assert clock.now().year == 2031
