"""The Query protocol of AWS's services (sts): fields of a form in, XML out.

The operation is named by ``Action``, lists are written ``Tags.member.1.Key``. Whoever accepts
JSON gets JSON, as at AWS.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import cached_property
from django.views.decorators.csrf import csrf_exempt

from accounts.signers import Signer
from signin import arrivals
from signin.faults.faults import Kind
from signin.http import Browser, browser_of
from signin.kernel import clock, entropy
from signin.kernel.errors import Refusal
from signin.wire import sigv4, strikes
from signin.wire.rest_json import Malformed
from signin.wire.sigv4 import SignatureRefused
from signin.wire.strikes import CallFailed, TooManyCalls

logger = logging.getLogger(__name__)

LONGEST_BODY = 512 * 1024  # bytes
MOST_FIELDS = 1000
_MEMBER = ".member."
_LONGEST_KNOWN = 200  # characters of a text that is kept, so that 500 of them are not many
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What can't stand in a text as it is: the same, and three that have to be escaped.
_SPECIAL = re.compile("[^\t\n\r\x20-%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Record = dict[str, str]
Output = dict[str, Any]
View = Callable[[HttpRequest], HttpResponse]


class Inputs(dict[str, str]):
    """The fields of a form by their names; ``lists`` are the names of the lists among them."""

    @cached_property
    def lists(self) -> frozenset[str]:
        """What stands before ``.member.`` in the names."""
        return frozenset([name.partition(_MEMBER)[0] for name in self if _MEMBER in name])


class ActionUnknown(Refusal):
    """A service has no such operation, in this version."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.message = problem


@dataclass(frozen=True)
class Error:
    """One of a service's errors: its code and the HTTP status."""

    code: str
    status: int = 400

    @property
    def type(self) -> str:
        """Whose mistake it is."""
        return "Sender" if self.status < 500 else "Receiver"


BROKEN = Error("InternalFailure", 500)


@dataclass(frozen=True)
class Call:
    """One call: its operation, its fields, and who signed it, if it has to be signed.

    ``error_of`` tells which error a refusal is to whoever calls.
    """

    request: HttpRequest
    action: str
    inputs: Inputs
    request_id: str
    error_of: Callable[[Refusal], Error]
    signed_by: Signer | None = None

    @property
    def signer(self) -> Signer:
        """Whoever signed; of an operation that has to be signed."""
        if self.signed_by is None:
            raise RuntimeError(f"{self.action} need not be signed")
        return self.signed_by

    @property
    def browser(self) -> Browser:
        """What the request tells of the program that sent it."""
        return browser_of(self.request)


@dataclass(frozen=True)
class Operation:
    """An operation of a service."""

    answer: Callable[[Call], Output]
    is_signed: bool = True


@dataclass(frozen=True)
class Service:
    """A service: what it can do, and how it says what went wrong.

    ``errors`` maps refusals to errors; a subclass is found by its nearest parent. ``on_refusal``
    hears of what was refused to somebody who signed. An exception that nobody expected becomes
    InternalFailure: nothing is granted then (S-110). ``faults`` are those that may strike a call,
    before anything is looked up for it: not even whose key signed it, as that notes its use.
    """

    name: str
    version: str
    namespace: str
    operations: Mapping[str, Operation]
    errors: Mapping[type[Refusal], Error]
    on_refusal: Callable[[Call, Error, str], None]
    known: frozenset[str] = field(default_factory=frozenset)  # AWS's operations that are not here
    faults: tuple[Kind, ...] = ()

    def view(self) -> View:
        """Return the view of the service."""

        @csrf_exempt
        def view(request: HttpRequest) -> HttpResponse:
            arrivals.note(request.META.get("HTTP_USER_AGENT", ""))
            call = Call(request, "", Inputs(), entropy.identifier_text(), self.error_of)
            try:
                return self._answer(call)
            except Refusal as refusal:
                return self._refuse(call, refusal)
            except Exception:
                logger.exception("%s failed", self.name)
                return self._tell(call, BROKEN, CallFailed.message)

        return view

    def error_of(self, refusal: Refusal) -> Error:
        """Return the error that a refusal is on the wire."""
        if isinstance(refusal, SignatureRefused):
            return Error(refusal.code, refusal.status)
        for kind in type(refusal).__mro__:
            if error := self.errors.get(kind) or ERRORS.get(kind):
                return error
        logger.error("No error is named for %s", type(refusal).__name__)
        return BROKEN

    def _answer(self, call: Call) -> HttpResponse:
        inputs = _inputs(call.request)
        action = inputs.get("Action", "")
        operation = self._operation(action, inputs.get("Version", ""))
        strikes.check(self.faults)
        signer = None
        if operation.is_signed:
            signer = sigv4.verify(call.request, services=frozenset({self.name}))
        call = Call(call.request, action, inputs, call.request_id, call.error_of, signer)
        try:
            output = operation.answer(call)
        except Refusal as refusal:
            if signer:
                self.on_refusal(call, self.error_of(refusal), said(refusal))
            raise
        metadata = {"RequestId": call.request_id}
        document = {f"{action}Result": output, "ResponseMetadata": metadata}
        return self._write(call, f"{action}Response", document)

    def _operation(self, action: str, version: str) -> Operation:
        if not action:
            raise ActionUnknown("Action is missing: the name of an operation.")
        if version != self.version:
            raise ActionUnknown(f"Version is {self.version}.")
        if action in self.known:
            raise ActionUnknown(f"Vestibule does not emulate {action}.")
        if action not in self.operations:
            raise ActionUnknown(f"There is no operation {action[:64]}.")
        return self.operations[action]

    def _refuse(self, call: Call, refusal: Refusal) -> HttpResponse:
        return self._tell(call, self.error_of(refusal), said(refusal))

    def _tell(self, call: Call, error: Error, text: str) -> HttpResponse:
        told = {"Type": error.type, "Code": error.code, "Message": text}
        document = {"Error": told, "RequestId": call.request_id}
        return self._write(call, "ErrorResponse", document, error.status)

    def _write(self, call: Call, root: str, document: Output, status: int = 200) -> HttpResponse:
        if call.request.META.get("HTTP_ACCEPT") == "application/json":
            named = document if root == "ErrorResponse" else {root: document}
            content, kind = json.dumps(named, default=datetime.timestamp), "application/json"
        else:
            content = f'<{root} xmlns="{self.namespace}">{_xml(document)}</{root}>\n'
            kind = "text/xml"
        headers = {"Content-Type": kind, "x-amzn-RequestId": call.request_id}
        return HttpResponse(content.encode(), status=status, headers=headers)


ERRORS: Mapping[type[Refusal], Error] = {
    Malformed: Error("ValidationError"),
    ActionUnknown: Error("InvalidAction"),
    TooManyCalls: Error("Throttling"),
    CallFailed: BROKEN,
}


def text(inputs: Inputs, name: str, pattern: str, *, is_required: bool = True) -> str:
    """Return a field of a form, or an empty one where it may be left out; or raise Malformed."""
    value = inputs.get(name, "")
    if not value and not is_required:
        return ""
    return _matching(name, value, pattern)


def number(inputs: Inputs, name: str, *, least: int, most: int) -> int | None:
    """Return a whole number, or None if it is left out; or raise Malformed."""
    value = inputs.get(name, "")
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise Malformed(f"{name} is not a whole number from {least} to {most}.")
    return int(value)


def records(inputs: Inputs, name: str, patterns: Mapping[str, str], *, most: int) -> list[Record]:
    """Return a list of records whose members have these forms; or raise Malformed."""
    return [
        {
            member: _matching(f"{name}.{member}", each.get(member, ""), pattern)
            for member, pattern in patterns.items()
        }
        for each in _members(inputs, name, most)
    ]


def texts(inputs: Inputs, name: str, pattern: str, *, most: int) -> list[str]:
    """Return a list of texts of a form; or raise Malformed."""
    return [_matching(name, each.get("", ""), pattern) for each in _members(inputs, name, most)]


def said(refusal: Refusal) -> str:
    """Return what a refusal says, in the language of programs."""
    with translation.override("en"):
        return str(refusal.message)


def _members(inputs: Inputs, name: str, most: int) -> list[Record]:
    if name not in inputs.lists:
        return []
    prefix, found = f"{name}{_MEMBER}", dict[int, Record]()
    for key, value in inputs.items():
        if key.startswith(prefix):
            place, _, member = key.removeprefix(prefix).partition(".")
            if not re.fullmatch(r"[0-9]{1,4}", place):
                raise Malformed(f"{key[:64]} names no member of a list.")
            found.setdefault(int(place), {})[member] = value
    if len(found) > most:
        raise Malformed(f"{name} has more than {most} members.")
    return [found[place] for place in sorted(found)]


def _matching(name: str, value: str, pattern: str) -> str:
    if not _compiled(pattern).fullmatch(value):
        raise Malformed(f"{name} does not match {pattern}." if value else f"{name} is missing.")
    return value


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _inputs(request: HttpRequest) -> Inputs:
    """Return the fields of the query and of the form in the body."""
    if request.method not in {"GET", "POST"}:
        raise ActionUnknown("Operations are called by POST or GET.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
        raise Malformed("The body is too long.")
    fields = [request.META.get("QUERY_STRING", "")]
    if request.method == "POST":
        fields.append(request.body.decode("utf-8", "replace"))
    inputs = Inputs()
    for each in fields:
        if each.count("&") >= MOST_FIELDS:
            raise Malformed(f"There are more than {MOST_FIELDS} fields.")
        for pair in each.split("&"):
            name, _, value = pair.partition("=")
            if "%" in pair or "+" in pair:
                name, value = _decoded(name), _decoded(value)
            if pair:
                inputs[name] = value
    return inputs


def _decoded(text: str) -> str:
    return _known(text) if len(text) < _LONGEST_KNOWN else unquote_plus(text)


@lru_cache(maxsize=500)
def _known(text: str) -> str:
    """Return what is sent again and again, as ARNs are."""
    return unquote_plus(text)


def _xml(value: Any) -> str:
    if type(value) is str:
        return escape(NOT_IN_XML.sub("\ufffd", value)) if _SPECIAL.search(value) else value
    if isinstance(value, dict):
        return "".join([f"<{name}>{_xml(each)}</{name}>" for name, each in value.items()])
    return clock.written(value) if isinstance(value, datetime) else _xml(str(value))
