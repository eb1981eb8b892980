"""The hidden field of forms is what Django's own checks accept."""

import re

import pytest
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.template import Context, RequestContext, engines
from django.test import RequestFactory

from signin.csrf import field_value

FIELD = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken" value="([A-Za-z0-9]{64})">')


@pytest.fixture
def browser(settings):
    """Return a request of a browser that has its cookie, as the middleware passes it on."""
    first = RequestFactory().get("/")
    get_token(first)
    secret = first.META["CSRF_COOKIE"]

    def ask(**fields):
        request = RequestFactory().post("/", fields)
        request.COOKIES[settings.CSRF_COOKIE_NAME] = secret
        CsrfViewMiddleware(lambda request: None).process_request(request)
        return request

    return ask


def refusal(request):
    """Return what Django's check answers to a form; None if it lets it pass."""
    view = CsrfViewMiddleware(lambda request: None)
    return view.process_view(request, lambda request: None, (), {})


def rendered(context):
    return engines["django"].engine.from_string("{% csrf_token %}").render(context)


@pytest.mark.requirement("S-049")
def test_django_takes_it_back_and_nothing_like_it(browser):
    value = FIELD.fullmatch(rendered(RequestContext(browser())))[1]
    assert refusal(browser(csrfmiddlewaretoken=value)) is None
    other = value[:-1] + ("a" if value[-1] != "a" else "b")
    assert refusal(browser(csrfmiddlewaretoken=other)).status_code == 403


def test_it_is_another_each_time(browser):
    request = browser()
    values = {field_value(request) for _ in range(20)}
    assert len(values) == len({value[:32] for value in values}) == 20
    assert all(refusal(browser(csrfmiddlewaretoken=value)) is None for value in values)


def test_who_has_no_cookie_gets_one(browser):
    request = RequestFactory().get("/")
    value = field_value(request)
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"]
    assert len(value) == 64
    before = browser()
    field_value(before)
    assert before.META["CSRF_COOKIE_NEEDS_UPDATE"]


def test_where_no_request_is_answered_there_is_no_field():
    assert rendered(Context()) == ""
