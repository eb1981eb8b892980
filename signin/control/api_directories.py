"""The control API's calls about directories and their users."""

from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime, StrictBool, StrictInt

from accounts import directory_events, directory_users, invitations, passwords, verifications
from accounts.directory_emails import start_url
from accounts.directory_users import Person, Way
from accounts.models import Directory, DirectoryUser, Principal
from signin.control.api_shapes import PROBLEMS, Problem, Refused, Strict, Text
from signin.control.scenario_directories import (
    FLAGS,
    MINUTES,
    MODES,
    SIGN_IN_FLAGS,
    SIGN_IN_MODES,
)
from signin.http import browser_of, without_null
from signin.kernel.errors import Refusal

router = Router()

# The settings, and their columns.
COLUMNS = {
    **{name: column for name, (column, _choices) in {**SIGN_IN_MODES, **MODES}.items()},
    **SIGN_IN_FLAGS,
    **FLAGS,
    **{name: name for name in MINUTES},
    "additional_regions": "additional_regions",
}
OF_DEVICES = frozenset({"mfa", "no_device", "apps", "passkeys", "users_manage_devices"})

LIST_DIRECTORIES = "GET /control/v1/directories lists them."
LIST_USERS = "GET /control/v1/principals?kind=directory-user lists the users of directories."


class DirectoryOut(Schema):
    id: str
    account: str
    partition: str
    region: str
    additional_regions: list[str]
    instance_id: str
    subdomain: str | None
    portal: str = Field(description="The address of the access portal.")
    users: int


class SettingsOut(Schema):
    """What a directory's administrator decides; the words are those of scenarios."""

    mfa: Literal["context-aware", "always-on", "never"]
    no_device: Literal["register", "email-code", "block", "allow"]
    code: Literal["never", "new-browser", "always"]
    apps: bool
    passkeys: bool
    users_manage_devices: bool
    skips_consent: bool
    mails_one_time_passwords: bool
    session_minutes: int
    background_minutes: int
    extended_sessions: bool
    disabling: Literal["at-once", "delayed"]
    event_identity: Literal["2025", "legacy"]
    additional_regions: list[str]


class SettingsIn(Strict):
    """Some of the settings; the others stay as they are."""

    mfa: Literal["context-aware", "always-on", "never"] | None = None
    no_device: Literal["register", "email-code", "block", "allow"] | None = None
    code: Literal["never", "new-browser", "always"] | None = None
    apps: StrictBool | None = None
    passkeys: StrictBool | None = None
    users_manage_devices: StrictBool | None = None
    skips_consent: StrictBool | None = None
    mails_one_time_passwords: StrictBool | None = None
    session_minutes: StrictInt | None = Field(None, description="15 to 129600: 90 days.")
    background_minutes: StrictInt | None = Field(None, description="15 to 129600: 90 days.")
    extended_sessions: StrictBool | None = Field(
        None, description="Kiro and Amazon Q Developer stay signed in for 90 days."
    )
    disabling: Literal["at-once", "delayed"] | None = None
    event_identity: Literal["2025", "legacy"] | None = None
    additional_regions: list[str] | None = Field(
        None, description="Where the portal is as well, beside the directory's own region."
    )


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
            "partition": directory.partition.id,
            "region": directory.region,
            "additional_regions": directory.additional_regions,
            "instance_id": directory.instance_id,
            "subdomain": directory.subdomain,
            "portal": start_url(directory),
            "users": directory.user_count,
        }
        for directory in Directory.objects.annotate(user_count=Count("profiles")).order_by("id")
    ]


@router.get(
    "/directories/{directory_id}/settings",
    response={200: SettingsOut, **PROBLEMS},
    summary="How users of a directory sign in",
)
def settings(request: HttpRequest, directory_id: str) -> dict[str, Any]:
    return _settings(find_directory(directory_id))


@router.patch(
    "/directories/{directory_id}/settings",
    response={200: SettingsOut, **PROBLEMS},
    summary="Change how users of a directory sign in",
)
def change_settings(request: HttpRequest, directory_id: str, body: SettingsIn) -> dict[str, Any]:
    directory = find_directory(directory_id)
    chosen = body.dict(exclude_none=True)
    for name, value in chosen.items():
        setattr(directory, COLUMNS[name], value)
    try:
        directory.full_clean()
    except ValidationError as error:
        raise Refused(422, told(error), "Mend what is named, and send it again.") from error
    directory.save()
    if OF_DEVICES.intersection(chosen):
        directory_events.mfa_settings_put(directory, browser=browser_of(request))
    return _settings(directory)


@router.post(
    "/directories/{directory_id}/users",
    response={201: UserOut, **PROBLEMS},
    summary="Add a user to a directory, as its API does",
)
def add_user(request: HttpRequest, directory_id: str, body: UserIn) -> Status[dict[str, Any]]:
    directory = find_directory(directory_id)
    person = Person(**body.dict(exclude={"password"}))
    try:
        user, _ = directory_users.create(
            directory, person, way=Way.NONE, password=body.password, browser=browser_of(request)
        )
    except ValidationError as error:
        raise Refused(422, told(error), "Mend what is named, and post it again.") from error
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
    "/principals/{principal_id}/email-verification",
    response={204: None, 409: Problem, **PROBLEMS},
    summary="Mail a user of a directory a link to confirm the address",
)
def verify_email(request: HttpRequest, principal_id: int) -> Status[None]:
    user = _find(principal_id)
    try:
        verifications.send(user)
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


def find_directory(directory_id: str) -> Directory:
    """Return a directory, or raise Refused."""
    directory = Directory.objects.filter(pk=without_null(directory_id)).first()
    if directory is None:
        raise Refused(404, f"There is no directory {directory_id}.", LIST_DIRECTORIES)
    return directory


def _settings(directory: Directory) -> dict[str, Any]:
    return {name: getattr(directory, column) for name, column in COLUMNS.items()}


def told(error: ValidationError) -> str:
    """Return what a model says of its columns, in a line."""
    return "; ".join(
        f"{name}: {' '.join(problems)}" for name, problems in error.message_dict.items()
    )
