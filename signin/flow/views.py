"""The only views that run flows."""

import math
from collections.abc import Mapping

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from signin.flow.engine import Act, Flow, Step
from signin.flow.facts import Facts
from signin.flow.models import LIFETIME, Attempt
from signin.http import FLOW_COOKIE, browser_of, flow_key, set_cookie
from signin.kernel import clock
from signin.kernel.errors import LockedOut, Refusal
from signin.safeguards import content_security_policy

Flows = Mapping[str, Flow]


def begin(request: HttpRequest, flow: Flow, facts: Facts) -> HttpResponse:
    """Start an attempt and show its first step."""
    key = flow_key(request)
    attempt = Attempt.begin(flow=flow.name, flow_key=key, facts=facts)
    attempt.browser = browser_of(request)
    step = flow.current_step(attempt)
    response = show(request, flow, attempt, step) if step else _finish(request, flow, attempt)
    set_cookie(response, FLOW_COOKIE, key, max_age=int(LIFETIME.total_seconds()))
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, handle: str, flows: Flows) -> HttpResponse:
    """Show an attempt's current step, or take the answer to it."""
    attempt = Attempt.find(handle, flow_key=flow_key(request))
    if attempt is None or attempt.flow not in flows:
        return over(request)
    return go_on(request, attempt, flows)


def go_on(request: HttpRequest, attempt: Attempt, flows: Flows) -> HttpResponse:
    """Show the current step of an attempt that was found for this browser, or take its answer."""
    attempt.browser = browser_of(request)
    flow = flows[attempt.flow]
    step = flow.current_step(attempt)
    if step is None:
        return _finish(request, flow, attempt)
    if request.method != "POST" or step.is_elsewhere:
        return show(request, flow, attempt, step)
    if request.POST.get("step", step.name) != step.name:
        return redirect(request.path)  # an old page was sent again
    if act := step.acts.get(request.POST.get("act", "")):
        return _act(request, flow, attempt, step, act)
    return _answer(request, flow, attempt, step)


def show(
    request: HttpRequest,
    flow: Flow,
    attempt: Attempt,
    step: Step,
    form: forms.Form | None = None,
    alert: str = "",
) -> HttpResponse:
    """Show the page of one step, with what was refused and a form that may carry errors.

    A step that is elsewhere has none: the browser is sent there.
    """
    before = dict(attempt.facts)
    try:
        step.prepare(attempt)
        elsewhere = step.redirect(attempt) if step.is_elsewhere else ""
    except Refusal as refusal:
        return _fail(request, flow, attempt, refusal)
    if attempt.facts != before:
        is_kept = attempt.keep()
        if not is_kept or flow.current_step(attempt) is not step:
            return redirect("attempt", attempt.handle)
    if elsewhere:
        return redirect(elsewhere)
    page = {
        "layout": flow.layout,
        "step": step,
        "form": form or step.form_class(initial=step.initial(attempt)),
        "alert": alert,
        "action": reverse("attempt", args=[attempt.handle]),
        **flow.links(attempt.facts),
        **step.context(attempt),
    }
    response = render(request, step.template, page)
    if targets := step.targets(attempt):
        response.headers["Content-Security-Policy"] = content_security_policy(*targets)
    return response


def over(request: HttpRequest) -> HttpResponse:
    """Show that an attempt has ended, was never there, or belongs to another browser."""
    return render(request, "errors/attempt_over.html", status=410)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show that a form came without the secret that its page had."""
    return render(request, "errors/stale_form.html", status=403)


def _answer(request: HttpRequest, flow: Flow, attempt: Attempt, step: Step) -> HttpResponse:
    form = step.form_class(request.POST)
    if not form.is_valid():
        return show(request, flow, attempt, step, form)
    try:
        step.submit(attempt, form.cleaned_data)
    except Refusal as refusal:
        return _refuse(request, flow, attempt, step, form, refusal)
    if flow.current_step(attempt) is None:
        return _finish(request, flow, attempt)
    attempt.keep()
    return redirect("attempt", attempt.handle)


def _act(request: HttpRequest, flow: Flow, attempt: Attempt, step: Step, act: Act) -> HttpResponse:
    before = attempt.expires_at
    try:
        act(attempt)
    except Refusal as refusal:
        return _refuse(request, flow, attempt, step, None, refusal)
    attempt.keep()
    response = redirect("attempt", attempt.handle)
    if attempt.expires_at != before:
        # What ties it to this browser has to last as long.
        lifetime = attempt.expires_at - clock.now()
        max_age = int(lifetime.total_seconds())
        set_cookie(response, FLOW_COOKIE, flow_key(request), max_age=max_age)
    return response


def _finish(request: HttpRequest, flow: Flow, attempt: Attempt) -> HttpResponse:
    try:
        return flow.finish(request, attempt)
    except Refusal as refusal:
        return _fail(request, flow, attempt, refusal)


def _fail(request: HttpRequest, flow: Flow, attempt: Attempt, refusal: Refusal) -> HttpResponse:
    """Show the flow's page for a refusal for which there is no step to show it."""
    if page := flow.failed(request, attempt, refusal):
        return page
    raise refusal


def _refuse(
    request: HttpRequest,
    flow: Flow,
    attempt: Attempt,
    step: Step,
    form: forms.Form | None,
    refusal: Refusal,
) -> HttpResponse:
    """Show what was refused, at the step that is needed now: a refusal may change which."""
    needed = flow.current_step(attempt) or step
    attempt.keep()
    if page := flow.failed(request, attempt, refusal):
        return page
    alert = str(refusal.message)
    if needed is not step:
        form = None
    elif form and refusal.field in form.fields:
        form.add_error(refusal.field, alert)
        alert = ""
    response = show(request, flow, attempt, needed, form, alert)
    if isinstance(refusal, LockedOut):
        response.status_code = 429
        response.headers["Retry-After"] = str(math.ceil(refusal.retry_after.total_seconds()))
    return response
