"""The control API's calls about Builder IDs."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime

from accounts.errors import PasswordRefused
from accounts.models import Principal
from builderid import people
from builderid.errors import BuilderIdTaken
from builderid.forms import LONGEST_EMAIL
from builderid.models import LONGEST_NAME
from signin.control.api_shapes import PROBLEMS, Problem, Refused, Strict

router = Router()

# Neither a null character nor another that would break a line.
ON_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"


class BuilderIdIn(Strict):
    email: str = Field(max_length=LONGEST_EMAIL, pattern=ON_ONE_LINE)
    name: str = Field(min_length=1, max_length=LONGEST_NAME, pattern=ON_ONE_LINE)
    nickname: str = Field("", max_length=LONGEST_NAME, pattern=ON_ONE_LINE)
    password: str = Field(description="It has to keep the rules that the page names.")


class BuilderIdOut(Schema):
    id: int = Field(description="Of the principal, for the calls about devices and phones.")
    user_id: str
    email: str
    name: str
    nickname: str
    email_verified_at: AwareDatetime | None


@router.get("/builder_ids", response=list[BuilderIdOut], summary="Who has a Builder ID")
def builder_ids(request: HttpRequest) -> list[dict[str, Any]]:
    return [_builder_id(person) for person in people.everybody()]


@router.post(
    "/builder_ids",
    response={201: BuilderIdOut, 409: Problem, **PROBLEMS},
    summary="Make a Builder ID, without mails and codes",
)
def create_builder_id(request: HttpRequest, body: BuilderIdIn) -> Status[dict[str, Any]]:
    try:
        EmailValidator()(body.email)
        person = people.create(
            body.email, body.name, nickname=body.nickname, password=body.password
        )
    except ValidationError as error:
        raise Refused(422, "email: not an address", "Give one like dev@example.com.") from error
    except BuilderIdTaken as refusal:
        problem = f"There is a Builder ID {body.email}."
        raise Refused(409, problem, "Take another address.") from refusal
    except PasswordRefused as refusal:
        raise Refused(422, f"password: {refusal.message}", "Give another one.") from refusal
    return Status(201, _builder_id(people.find(person.username) or person))


def _builder_id(person: Principal) -> dict[str, Any]:
    profile = person.builder_id_profile
    return {
        "id": person.pk,
        "user_id": person.unique_id,
        "email": person.username,
        "name": profile.name,
        "nickname": profile.nickname,
        "email_verified_at": profile.email_verified_at,
    }
