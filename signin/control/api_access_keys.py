"""The control API's calls about the long-term access keys of users."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime

from accounts import access_key_events, access_keys
from accounts.models import AccessKey
from signin.control.api_devices import find_principal
from signin.control.api_shapes import PROBLEMS, Problem, Refused
from signin.http import browser_of, without_null
from signin.kernel.errors import Refusal

router = Router()

LIST_KEYS = "GET /control/v1/principals/{id}/access_keys lists the access keys of somebody."


class AccessKeyOut(Schema):
    access_key_id: str
    active: bool
    created_at: AwareDatetime
    last_used_at: AwareDatetime | None


class NewAccessKeyOut(AccessKeyOut):
    secret_access_key: str = Field(description="Told this once.")


@router.get(
    "/principals/{principal_id}/access_keys",
    response={200: list[AccessKeyOut], **PROBLEMS},
    summary="The access keys of somebody",
)
def access_keys_of(request: HttpRequest, principal_id: int) -> list[dict[str, Any]]:
    return [_access_key(each) for each in access_keys.of(find_principal(principal_id))]


@router.post(
    "/principals/{principal_id}/access_keys",
    response={201: NewAccessKeyOut, 409: Problem, **PROBLEMS},
    summary="Make an access key for somebody",
)
def add_access_key(request: HttpRequest, principal_id: int) -> Status[dict[str, Any]]:
    try:
        keys = access_keys.create(find_principal(principal_id))
    except Refusal as refusal:
        raise Refused(409, str(refusal.message), LIST_KEYS) from refusal
    access_key_events.created(
        keys.access_key, session=None, has_device=False, browser=browser_of(request)
    )
    told = {"secret_access_key": keys.secret_access_key}
    return Status(201, {**_access_key(keys.access_key), **told})


@router.delete(
    "/access_keys/{access_key_id}",
    response={204: None, **PROBLEMS},
    summary="Delete an access key",
)
def delete_access_key(request: HttpRequest, access_key_id: str) -> Status[None]:
    there = AccessKey.objects.select_related("principal")
    found = there.filter(pk=without_null(access_key_id)).first()
    if found is None:
        raise Refused(404, f"There is no access key {access_key_id}.", LIST_KEYS)
    if access_keys.delete(found):
        access_key_events.deleted(
            found, session=None, has_device=False, browser=browser_of(request)
        )
    return Status(204, None)


def _access_key(access_key: AccessKey) -> dict[str, Any]:
    return {
        "access_key_id": access_key.access_key_id,
        "active": access_key.is_active,
        "created_at": access_key.created_at,
        "last_used_at": access_key.last_used_at,
    }
