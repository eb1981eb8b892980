"""The control API's calls about directories and their users."""

from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime

from accounts import directory_users, invitations, passwords
from accounts.directory_emails import start_url
from accounts.directory_users import Person, Way
from accounts.models import Directory, DirectoryUser, Principal
from signin.control.api_shapes import PROBLEMS, Problem, Refused, Strict
from signin.http import browser_of
from signin.kernel.errors import Refusal

router = Router()

Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]  # what a database can store

LIST_DIRECTORIES = "GET /control/v1/directories lists them."
LIST_USERS = "GET /control/v1/principals?kind=directory-user lists the users of directories."


class DirectoryOut(Schema):
    id: str
    account: str
    region: str
    subdomain: str | None
    portal: str = Field(description="The address of the access portal.")
    users: int


class UserIn(Strict):
    """A user as the API of the identity store makes one: without a password, unless one is given.

    A given password is the user's own, whatever the rules say.
    """

    username: Text
    email: Text
    given_name: Text = ""
    family_name: Text = ""
    display_name: Text = ""
    password: str | None = Field(None, min_length=1, max_length=passwords.LONGEST)


class UserOut(Schema):
    id: int
    directory: str
    username: str
    user_id: str
    email: str
    display_name: str
    enabled: bool
    has_own_password: bool


class OneTimePasswordOut(Schema):
    password: str
    expires_at: AwareDatetime


@router.get("/directories", response=list[DirectoryOut], summary="The directories")
def directories(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "id": directory.pk,
            "account": directory.account_id,
            "region": directory.region,
            "subdomain": directory.subdomain,
            "portal": start_url(directory),
            "users": directory.user_count,
        }
        for directory in Directory.objects.annotate(user_count=Count("profiles")).order_by("id")
    ]


@router.post(
    "/directories/{directory_id}/users",
    response={201: UserOut, **PROBLEMS},
    summary="Add a user to a directory, as its API does",
)
def add_user(request: HttpRequest, directory_id: str, body: UserIn) -> Status[dict[str, Any]]:
    directory = Directory.objects.filter(pk=directory_id).first()
    if directory is None:
        raise Refused(404, f"There is no directory {directory_id}.", LIST_DIRECTORIES)
    person = Person(**body.dict(exclude={"password"}))
    try:
        user, _ = directory_users.create(
            directory, person, way=Way.NONE, password=body.password, browser=browser_of(request)
        )
    except ValidationError as error:
        told = "; ".join(
            f"{name}: {' '.join(problems)}" for name, problems in error.message_dict.items()
        )
        raise Refused(422, told, "Mend what is named, and post it again.") from error
    return Status(201, _user(user))


@router.post(
    "/principals/{principal_id}/disable",
    response={200: UserOut, **PROBLEMS},
    summary="Disable a user of a directory",
)
def disable(request: HttpRequest, principal_id: int) -> dict[str, Any]:
    user = _find(principal_id)
    directory_users.disable(user, browser=browser_of(request))
    return _user(user)


@router.post(
    "/principals/{principal_id}/enable",
    response={200: UserOut, **PROBLEMS},
    summary="Enable a user of a directory",
)
def enable(request: HttpRequest, principal_id: int) -> dict[str, Any]:
    user = _find(principal_id)
    directory_users.enable(user, browser=browser_of(request))
    return _user(user)


@router.post(
    "/principals/{principal_id}/invitation",
    response={204: None, 409: Problem, **PROBLEMS},
    summary="Mail a user of a directory an invitation",
)
def invite(request: HttpRequest, principal_id: int) -> Status[None]:
    user = _find(principal_id)
    try:
        directory_users.invite(user, browser=browser_of(request))
    except Refusal as refusal:
        raise _conflict(refusal) from refusal
    return Status(204, None)


@router.post(
    "/principals/{principal_id}/one-time-password",
    response={200: OneTimePasswordOut, 409: Problem, **PROBLEMS},
    summary="Give a user of a directory a one-time password",
)
def give_one_time_password(request: HttpRequest, principal_id: int) -> dict[str, Any]:
    user = _find(principal_id)
    try:
        password = directory_users.give_one_time_password(user, browser=browser_of(request))
    except Refusal as refusal:
        raise _conflict(refusal) from refusal
    return {"password": password, "expires_at": user.profile.one_time_until}


@router.delete(
    "/principals/{principal_id}",
    response={204: None, **PROBLEMS},
    summary="Delete a user of a directory",
)
def delete(request: HttpRequest, principal_id: int) -> Status[None]:
    directory_users.delete(_find(principal_id), browser=browser_of(request))
    return Status(204, None)


def _find(principal_id: int) -> Principal:
    user = DirectoryUser.objects.filter(pk=principal_id).first()
    if user is None:
        raise Refused(404, f"No user of a directory has the id {principal_id}.", LIST_USERS)
    return user


def _conflict(refusal: Refusal) -> Refused:
    return Refused(409, str(refusal.message), LIST_USERS)


def _user(user: Principal) -> dict[str, Any]:
    profile = user.profile
    return {
        "id": user.pk,
        "directory": profile.directory_id,
        "username": user.username,
        "user_id": profile.user_id,
        "email": profile.email,
        "display_name": profile.display_name,
        "enabled": profile.is_enabled,
        "has_own_password": invitations.has_joined(user),
    }
