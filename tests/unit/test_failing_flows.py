"""What a flow shows of a refusal: its own page if it has one, else the step's alert."""

import html
import re

import pytest
from django import forms
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import set_urlconf

from signin.faults import faults
from signin.faults.errors import UsNotYou
from signin.faults.faults import Kind
from signin.faults.models import Incident
from signin.faults.views import us_not_you
from signin.flow import views
from signin.flow.engine import Flow, Step, no_page
from signin.flow.models import Attempt
from signin.http import flow_key
from signin.kernel.errors import Refusal

AGAIN = "/start/"


class Question(Step):
    """One question, in which any part can be broken. Its name is not the class's: it is no step."""

    form_class = forms.Form
    template = "steps/email_code.html"

    def __init__(self, broken):
        self.name, self.broken = "question", broken

    @property
    def acts(self):
        return {"act": lambda attempt: self.reach("act")}

    def needed(self, attempt):
        return "answered" not in attempt.facts

    def prepare(self, attempt):
        self.reach("prepare")

    def submit(self, attempt, answer):
        attempt.facts["known"] = True
        self.reach("submit")
        attempt.facts["answered"] = True

    def reach(self, part):
        if part == self.broken:
            faults.check(*Kind)


def failed(request, attempt, refusal):
    if isinstance(refusal, UsNotYou):
        return us_not_you(request, refusal.cause, again=AGAIN)
    return None


@pytest.fixture(autouse=True)
def urls(db):
    set_urlconf("signin.console.signin_urls")
    yield
    set_urlconf(None)


@pytest.fixture
def ask():
    """Return what sends a request through a flow that is broken at one part."""

    def send(broken, fields=None, *, failed=failed, attempt=None):
        def finish(request, attempt):
            flow.steps[0].reach("finish")
            return HttpResponse("finished")

        flow = Flow(
            "broken", "layouts/console_signin.html", [Question(broken)], finish, dict, failed
        )
        factory = RequestFactory(headers={"host": "signin.aws.amazon.com.localhost:8000"})
        factory.cookies["vestibule-flow"] = "key"
        send = factory.get if fields is None else factory.post
        request = send("/signin/x?token=secret", fields or {})
        request.host_values = {}
        if attempt is None:
            return views.begin(request, flow, {})
        assert flow_key(request) == "key"
        return views.take(request, attempt.handle, {"broken": flow})

    return send


@pytest.fixture
def attempt():
    return Attempt.begin(flow="broken", flow_key="key", facts={})


@pytest.mark.requirement("R-257", "R-258", "R-262")
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("broken", "fields"),
    [("submit", {"a": "b"}), ("act", {"act": "act"}), ("finish", {"a": "b"}), ("prepare", None)],
)
def test_a_flow_has_a_page_for_what_no_step_can_show(ask, attempt, broken, fields, kind):
    faults.arm(kind, 1)
    page = ask(broken, fields, attempt=attempt)
    assert page.status_code == 503
    text = page.content.decode()
    assert 'id="us-not-you"' in text
    assert f'href="{AGAIN}" id="go-on"' in text
    incident = Incident.objects.get()
    assert re.search(r'id="correlation-id">([^<]+)<', text)[1] == incident.number
    assert incident.cause == kind
    assert incident.place == "signin.aws.amazon.com.localhost:8000/signin/x"
    assert kind not in text
    assert str(kind.label) not in html.unescape(text)


def test_what_was_learned_until_then_is_kept(ask, attempt):
    faults.arm(Kind.CLOCK_SKEW, 1)
    ask("submit", {"a": "b"}, attempt=attempt)
    attempt.refresh_from_db()
    assert attempt.facts == {"known": True}
    assert ask("submit", {"a": "b"}, attempt=attempt).content == b"finished"


def test_an_attempt_whose_first_page_fails_is_begun_all_the_same(ask):
    faults.arm(Kind.CLOCK_SKEW, 1)
    page = ask("prepare")
    assert page.status_code == 503
    assert page.cookies["vestibule-flow"].value == "key"
    assert ask("prepare", attempt=Attempt.objects.get()).status_code == 200


@pytest.mark.parametrize("fields", [{"a": "b"}, {"act": "act"}])
def test_without_such_a_page_a_refusal_is_an_alert(ask, attempt, fields):
    faults.arm(Kind.CLOCK_SKEW)
    page = ask("act" if "act" in fields else "submit", fields, failed=no_page, attempt=attempt)
    assert page.status_code == 200
    assert "through no fault of yours" in page.content.decode()
    assert not Incident.objects.exists()


@pytest.mark.parametrize(("broken", "fields"), [("prepare", None), ("finish", {"a": "b"})])
def test_without_such_a_page_and_step_it_is_our_mistake(ask, attempt, broken, fields):
    faults.arm(Kind.CLOCK_SKEW)
    with pytest.raises(Refusal):
        ask(broken, fields, failed=no_page, attempt=attempt)
