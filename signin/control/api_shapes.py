"""What the calls of the control API have in common: strict bodies, and one shape of errors."""

from typing import Annotated

from ninja import Field, Schema
from pydantic import ConfigDict

Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]  # what a database can store


class Problem(Schema):
    """Why something was refused, and what to do next."""

    error: str
    next: str


class Refused(Exception):
    """A request that gets an error answer."""

    def __init__(self, status: int, error: str, next_: str) -> None:
        super().__init__(error)
        self.status, self.problem = status, {"error": error, "next": next_}


class Strict(Schema):
    """A request body: unknown members and members of another type are refused."""

    model_config = ConfigDict(extra="forbid")


PROBLEMS = {400: Problem, 404: Problem, 422: Problem, 503: Problem}
