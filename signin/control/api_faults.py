"""The control API's calls about faults, and about the incidents that come of them."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from pydantic import AwareDatetime, StrictInt

from signin.control.api_shapes import PROBLEMS, Refused, Strict
from signin.faults import faults
from signin.faults.faults import MOST_TIMES, Kind
from signin.faults.models import Fault, Incident
from signin.http import without_null

router = Router()


class FaultIn(Strict):
    times: Annotated[StrictInt, Field(ge=1, le=MOST_TIMES)] | None = Field(
        None, description="How often it strikes; null: until it is disarmed."
    )


class FaultOut(Schema):
    kind: Kind
    armed: bool
    left: int | None = Field(description="Times left; null: not armed, or until it is disarmed.")
    armed_at: AwareDatetime | None


class IncidentOut(Schema):
    number: str = Field(description="The correlation ID that the page showed.")
    cause: Kind
    place: str
    occurred_at: AwareDatetime


@router.get("/faults", response=list[FaultOut], summary="All faults there are, armed or not")
def list_faults(request: HttpRequest) -> list[dict[str, Any]]:
    armed = {fault.kind: fault for fault in faults.armed()}
    return [_fault(kind, armed.get(kind)) for kind in Kind]


@router.put(
    "/faults/{kind}",
    response={200: FaultOut, **PROBLEMS},
    summary="Arm a fault: it strikes so many times, or until it is disarmed",
)
def arm(request: HttpRequest, kind: str, body: FaultIn) -> dict[str, Any]:
    found = _kind(kind)
    return _fault(found, faults.arm(found, body.times))


@router.delete(
    "/faults/{kind}", response={204: None, **PROBLEMS}, summary="Disarm a fault, if it is armed"
)
def disarm(request: HttpRequest, kind: str) -> Status[None]:
    faults.disarm(_kind(kind))
    return Status(204, None)


@router.get(
    "/incidents",
    response={200: list[IncidentOut], **PROBLEMS},
    summary="What went wrong behind the pages, with its true cause",
)
def incidents(
    request: HttpRequest,
    number: str = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[dict[str, Any]]:
    wanted = {"number": number} if (number := without_null(number).lower()) else {}
    return [_incident(each) for each in Incident.objects.filter(**wanted)[:limit]]


def _kind(name: str) -> Kind:
    if name not in Kind.values:
        known = ", ".join(Kind.values)
        raise Refused(404, f"There is no fault “{name}”.", f"Known faults: {known}.")
    return Kind(name)


def _fault(kind: Kind, fault: Fault | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "armed": fault is not None,
        "left": fault.left if fault else None,
        "armed_at": fault.armed_at if fault else None,
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "number": incident.number,
        "cause": incident.cause,
        "place": incident.place,
        "occurred_at": incident.occurred_at,
    }
