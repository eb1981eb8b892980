"""The REST-JSON protocol of AWS's services (sso, sso-oidc, signin).

An error has the exception's name in a header, which is what clients go by, and a body in the
service's own shape.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from signin import arrivals
from signin.faults.faults import Kind
from signin.kernel import entropy
from signin.kernel.errors import Refusal
from signin.wire import strikes

logger = logging.getLogger(__name__)

LONGEST_BODY = 64 * 1024  # bytes
# What no database takes, and halves of characters, which can't be encoded.
_UNFIT = re.compile("[\x00\ud800-\udfff]")

Inputs = dict[str, Any]
Output = dict[str, Any]
Handler = Callable[[HttpRequest, Inputs], Output | None]
Reader = Callable[[HttpRequest], Inputs]
View = Callable[..., HttpResponse]


class Malformed(Refusal):
    """A request is not as the service's model has it; what was wrong is told in English."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.message = problem


@dataclass(frozen=True)
class Error:
    """One of a service's errors: the exception's name, the HTTP status, the code in the body."""

    exception: str
    status: int = 400
    code: str = ""


@dataclass(frozen=True)
class Service:
    """How a service says what went wrong.

    ``errors`` maps refusals to errors; a subclass is found by its nearest parent. ``describe``
    returns the body of an error from the error and its text. ``broken`` is what an exception that
    nobody expected becomes: nothing is granted then (S-110). ``faults`` are those that may
    strike a call, before anything is looked up for it.
    """

    errors: Mapping[type[Refusal], Error]
    describe: Callable[[Error, str], Output]
    broken: Error
    faults: tuple[Kind, ...] = ()

    def operation(
        self, handler: Handler, *, method: str = "POST", reader: Reader | None = None
    ) -> View:
        """Return the view of one operation; ``reader`` is for what is not only sent as JSON."""

        @csrf_exempt
        def view(request: HttpRequest) -> HttpResponse:
            arrivals.note(request.META.get("HTTP_USER_AGENT", ""))
            try:
                if request.method != method:
                    raise Malformed(f"{request.path} takes {method}.")
                inputs = (reader or read)(request)
                strikes.check(self.faults)
                output = handler(request, inputs)
            except Refusal as refusal:
                return self.refuse(self.error_of(refusal), str(refusal.message))
            except Exception:
                logger.exception("%s %s failed", request.method, request.path)
                return self.refuse(self.broken, strikes.CallFailed.message)
            return _answer(output)

        return view

    def error_of(self, refusal: Refusal) -> Error:
        """Return the error that a refusal is on the wire."""
        for kind in type(refusal).__mro__:
            if error := self.errors.get(kind):
                return error
        logger.error("No error is named for %s", type(refusal).__name__)
        return self.broken

    def refuse(self, error: Error, text: str) -> HttpResponse:
        """Return the answer that tells an error."""
        response = _answer(self.describe(error, text), error.status)
        response.headers["x-amzn-ErrorType"] = error.exception
        return response


def text(inputs: Inputs, name: str, *, longest: int = 2048, is_required: bool = True) -> str:
    """Return a text member, or an empty one where it may be left out; or raise Malformed."""
    value = inputs.get(name)
    if value is None or value == "":
        if is_required:
            raise Malformed(f"{name} is missing.")
        return ""
    if not isinstance(value, str) or len(value) > longest or _UNFIT.search(value):
        raise Malformed(f"{name} is not a text of up to {longest} characters.")
    return value


def texts(inputs: Inputs, name: str, *, most: int = 100, longest: int = 2048) -> list[str]:
    """Return a list of texts, an empty one if it is left out; or raise Malformed."""
    value = inputs.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most:
        raise Malformed(f"{name} is not a list of up to {most} texts.")
    return [text({name: each}, name, longest=longest) for each in value]


def body_of(request: HttpRequest) -> bytes:
    """Return a request's body, or raise Malformed for one that is too long."""
    try:
        body = request.body
    except RequestDataTooBig as error:
        raise Malformed("The body is too long.") from error
    if len(body) > LONGEST_BODY:
        raise Malformed("The body is too long.")
    return body


def read(request: HttpRequest) -> Inputs:
    """Return the members that a request has in its query or in its body, or raise Malformed."""
    if request.method == "GET":
        return dict(request.GET.items())
    body = body_of(request)
    if not body:
        return {}
    try:
        inputs = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON.") from error
    if not isinstance(inputs, dict):
        raise Malformed("The body is not a JSON object.")
    return inputs


def _answer(output: Output | None, status: int = 200) -> HttpResponse:
    content = b"" if output is None else json.dumps(output).encode()
    response = HttpResponse(content, status=status, content_type="application/json")
    response.headers["x-amzn-RequestId"] = entropy.identifier_text()
    return response
