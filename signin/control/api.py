"""The control API: what a test suite asks of the desk. Its description is ``openapi.json``.

Errors have one shape, ``{"error": …, "next": …}``: what is so, and what to do about it.
"""

import gzip
import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Query, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import AwareDatetime, StrictInt, model_validator

from accounts import lockout
from signin.captcha import challenges
from signin.captcha.models import Captcha
from signin.control import (
    api_access_keys,
    api_builder_ids,
    api_clients,
    api_console_access,
    api_delegations,
    api_devices,
    api_directories,
    api_faults,
    api_identity_provider,
    api_people,
    api_providers,
    api_sessions,
    databases,
    scenarios,
)
from signin.control.api_shapes import PROBLEMS, Refused, Strict
from signin.control.models import LoadedScenario
from signin.events.models import Event
from signin.http import without_null
from signin.kernel import clock, entropy
from signin.kernel.errors import Refusal
from signin.mailbox.models import Message

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]

VERSION = "1"
LONGEST_WAIT = 30  # seconds
POLL = 0.05  # seconds
# Each wait holds one of the server's threads; the others must stay free to send the mail.
_waits = threading.BoundedSemaphore(8)


class Health(Schema):
    status: Literal["ok"]
    scenario: str
    time: AwareDatetime


class ResetIn(Strict):
    scenario: str | None = Field(None, description="Its name; without one, the present scenario.")


class ResetOut(Schema):
    scenario: str


class MessageOut(Schema):
    id: int
    channel: Literal["mail", "sms"]
    kind: str
    sender: str
    to: str
    subject: str
    text: str
    code: str | None
    link: str | None
    sent_at: AwareDatetime


class CaptchaOut(Schema):
    answer: str


class ClockIn(Strict):
    """One or more of: stand still at a moment, move on, show the machine's time again."""

    reset: bool | None = Field(None, strict=True)
    freeze: AwareDatetime | Literal["now"] | None = Field(
        None, description="A moment with its offset from UTC, or `now`."
    )
    advance_seconds: Annotated[StrictInt, Field(ge=0, le=10**10)] | None = None

    @model_validator(mode="after")
    def says_something(self) -> "ClockIn":
        if not self.reset and self.freeze is None and self.advance_seconds is None:
            raise ValueError("give freeze, advance_seconds or reset")
        return self


class ClockOut(Schema):
    now: AwareDatetime
    frozen: bool
    offset_seconds: float


class Released(Schema):
    released: int


class Records(Schema):
    """Events as CloudTrail's files have them, newest first."""

    Records: list[dict[str, Any]]


api = NinjaAPI(
    title="Vestibule control API",
    version=VERSION,
    description="Seeds, resets, watches and steers this emulator. Loopback only, no credentials.",
    docs_url=None,
    urls_namespace="control",
)
api.add_router("", api_devices.router)
api.add_router("", api_access_keys.router)
api.add_router("", api_people.router)
api.add_router("", api_faults.router)
api.add_router("", api_directories.router)
api.add_router("", api_clients.router)
api.add_router("", api_sessions.router)
api.add_router("", api_providers.router)
api.add_router("", api_identity_provider.router)
api.add_router("", api_delegations.router)
api.add_router("", api_builder_ids.router)
api.add_router("", api_console_access.router)


@api.get("/health", response=Health, summary="Whether the server is up, and with which scenario")
def health(request: HttpRequest) -> dict[str, Any]:
    return {"status": "ok", "scenario": LoadedScenario.objects.get().name, "time": clock.now()}


@api.post(
    "/reset", response={200: ResetOut, **PROBLEMS}, summary="Take everything back to a scenario"
)
def reset(request: HttpRequest, body: ResetIn | None = None) -> dict[str, str]:
    name = body.scenario if body and body.scenario else LoadedScenario.objects.get().name
    try:
        databases.reset(name)
    except scenarios.ScenarioUnknown as refusal:
        raise Refused(404, str(refusal.message), "Post one of these names.") from refusal
    except Refusal as refusal:
        raise Refused(400, str(refusal.message), "Mend the scenario's file.") from refusal
    return {"scenario": name}


@api.get("/messages", response={200: list[MessageOut], **PROBLEMS}, summary="Mails and SMS sent")
def messages(
    request: HttpRequest,
    to: str = "",
    kind: str = "",
    after: int = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[dict[str, Any]]:
    return [_message(found) for found in _messages(to, kind, after).order_by("-id")[:limit]]


@api.get(
    "/messages/wait",
    response={200: MessageOut, **PROBLEMS},
    summary="The next message that matches, as soon as it is there",
)
def wait_for_message(
    request: HttpRequest,
    to: str = "",
    kind: str = "",
    after: Annotated[int, Query(ge=0, description="The id of the last message seen.")] = 0,
    timeout: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds.")] = 10,
) -> dict[str, Any]:
    if not _waits.acquire(blocking=False):
        raise Refused(503, "Too many requests wait for messages.", "Try again in a second.")
    try:
        deadline = time.monotonic() + timeout
        while True:
            # Without `after` the newest will do: it may have come before the question.
            order = "id" if after else "-id"
            if found := _messages(to, kind, after).order_by(order).first():
                return _message(found)
            if time.monotonic() >= deadline:
                raise Refused(
                    404,
                    f"No such message came within {timeout:g} seconds.",
                    "GET /control/v1/messages lists those that were sent; compare to and kind.",
                )
            time.sleep(POLL)
    finally:
        _waits.release()


@api.get(
    "/captchas/{captcha_id}",
    response={200: CaptchaOut, **PROBLEMS},
    summary="The characters of a security check that is on a page",
)
def captcha(request: HttpRequest, captcha_id: str) -> dict[str, str]:
    living = Captcha.objects.filter(id=captcha_id, used_at=None, expires_at__gt=clock.now())
    if not living.exists():
        raise Refused(
            404,
            "No security check with this id waits for an answer.",
            "Take captcha_id from the page that is shown now; each is good once, for five minutes.",
        )
    return {"answer": challenges.answer_to(captcha_id)}


@api.get("/events", response={200: Records, **PROBLEMS}, summary="The sign-in events")
def events(
    request: HttpRequest,
    name: str = "",
    account: str = "",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
) -> dict[str, Any]:
    return {"Records": _events(name, account, limit)}


@api.get("/events.json.gz", summary="The sign-in events as a CloudTrail log file, oldest first")
def events_file(request: HttpRequest, name: str = "", account: str = "") -> HttpResponse:
    content = json.dumps({"Records": _events(name, account)[::-1]}).encode()
    return HttpResponse(
        gzip.compress(content),
        content_type="application/gzip",
        headers={"Content-Disposition": 'attachment; filename="vestibule_CloudTrail.json.gz"'},
    )


@api.get("/clock", response=ClockOut, summary="The time that the server shows")
def read_clock(request: HttpRequest) -> dict[str, Any]:
    state = clock.state()
    return {
        "now": clock.now(),
        "frozen": state.frozen_at is not None,
        "offset_seconds": state.offset.total_seconds(),
    }


@api.put("/clock", response={200: ClockOut, **PROBLEMS}, summary="Freeze, advance or reset time")
def set_clock(request: HttpRequest, body: ClockIn) -> dict[str, Any]:
    if body.reset:
        clock.reset()
    try:
        if body.freeze is not None:
            clock.freeze(None if body.freeze == "now" else body.freeze)
        if body.advance_seconds is not None:
            clock.advance(timedelta(seconds=body.advance_seconds))
    except clock.TimeOutOfRange as refusal:
        raise Refused(422, str(refusal.message), 'Or let it go: {"reset": true}.') from refusal
    return read_clock(request)


@api.delete("/lockouts", response=Released, summary="Forget all failed tries")
def release_lockouts(request: HttpRequest) -> dict[str, int]:
    return {"released": lockout.release_all()}


@api.exception_handler(Refused)
def on_refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    return api.create_response(request, refused.problem, status=refused.status)


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    problems = [
        f"{'.'.join(str(part) for part in error['loc'][1:]) or 'body'}: {error['msg']}"
        for error in invalid.errors
    ]
    problem = {"error": "; ".join(problems), "next": "See /control/v1/openapi.json."}
    return api.create_response(request, problem, status=422)


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    problem = {"error": str(error), "next": "See /control/v1/openapi.json."}
    return api.create_response(request, problem, status=error.status_code)


@api.exception_handler(Exception)
def on_mistake(request: HttpRequest, mistake: Exception) -> HttpResponse:
    number = entropy.handle()[:12]
    logger.error("%s %s failed, number %s", request.method, request.path, number, exc_info=mistake)
    problem = {
        "error": f"That is our mistake, number {number}.",
        "next": "The server's log tells more under this number.",
    }
    return api.create_response(request, problem, status=500)


def answering_in_shape(view: View) -> View:
    """Give the API's one answer that is no JSON, to a method that a path lacks, its shape."""

    @wraps(view)
    def in_shape(request: HttpRequest, *arguments: Any, **values: Any) -> HttpResponse:
        response = view(request, *arguments, **values)
        if response.status_code != 405:
            return response
        problem = {
            "error": f"{request.path} has no {request.method}.",
            "next": f"It has {response.headers.get('Allow', 'others')}.",
        }
        return api.create_response(request, problem, status=405)

    return in_shape


def not_found(request: HttpRequest, path: str) -> HttpResponse:
    """Answer a path that the API doesn't have."""
    problem = {
        "error": f"The control API has no {request.method} {request.path}.",
        "next": "See /control/v1/openapi.json for all there is.",
    }
    return api.create_response(request, problem, status=404)


def _messages(to: str, kind: str, after: int) -> Any:
    wanted: dict[str, Any] = {"id__gt": after}
    if to := without_null(to):
        wanted["recipient__iexact"] = to
    if kind := without_null(kind):
        wanted["kind"] = kind
    return Message.objects.filter(**wanted)


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "channel": message.channel,
        "kind": message.kind,
        "sender": message.sender,
        "to": message.recipient,
        "subject": message.subject,
        "text": message.text,
        "code": message.code or None,
        "link": message.link or None,
        "sent_at": message.sent_at,
    }


def _events(name: str, account: str, limit: int | None = None) -> list[dict[str, Any]]:
    wanted = {"name": without_null(name), "account_id": without_null(account)}
    found = Event.objects.filter(**{column: value for column, value in wanted.items() if value})
    return [event.document for event in found[:limit]]
