"""The control API's calls about people and what they have in their hands."""

from django.http import HttpRequest
from ninja import Field, Router, Schema

from signin.control.api_shapes import PROBLEMS, Refused, Strict
from signin.phones import calls

router = Router()


class KeysIn(Strict):
    keys: str = Field(pattern="^[0-9]{6}$", description="The six digits that the page shows.")


class KeysOut(Schema):
    answered: bool


@router.post(
    "/phone/{number}/keys",
    response={200: KeysOut, **PROBLEMS},
    summary="Press keys on a phone that rings",
)
def press_keys(request: HttpRequest, number: str, body: KeysIn) -> dict[str, bool]:
    if calls.waiting(number) is None:
        raise Refused(
            404,
            f"No call waits at {number}.",
            "Let the sign-in page call it; a call rings for ten minutes, and takes five tries.",
        )
    return {"answered": calls.press(number, body.keys)}
