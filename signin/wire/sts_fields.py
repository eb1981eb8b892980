"""What the calls of STS have in common: how their fields look."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence

from accounts import role_sessions
from accounts.models.principals import fold
from accounts.models.roles import HOUR
from signin.kernel.errors import Refusal
from signin.wire.query import Inputs, Output, records, text, texts

LONGEST_ROLE = 12 * HOUR
MOST_TAGS = role_sessions.MOST_TAGS
MOST_POLICIES = 10
PACKED = 8192  # characters of policies and tags, of which AWS tells how much of its own is used

SESSION_NAME = role_sessions.SESSION_NAME
SOURCE_IDENTITY = role_sessions.SOURCE_IDENTITY
TAGS = {"Key": role_sessions.TAG_KEY, "Value": role_sessions.TAG_VALUE}
ARN = r"[!-~]{20,2048}"


class PolicyMalformed(Refusal):
    """A session policy is no JSON object."""

    message = "Policy is not a JSON object."


class PolicyTooLarge(Refusal):
    """Session policies and tags are more than a session can hold."""

    message = "The policies and tags of the session are too large together."


class TagsWrong(Refusal):
    """Session tags contradict each other."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.message = problem


class Denied(Refusal):
    """Whoever signed may not do this, whatever they ask for."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.message = problem


def tags_of(inputs: Inputs) -> dict[str, str]:
    """Return the session tags of a call, or raise TagsWrong."""
    found = records(inputs, "Tags", TAGS, most=MOST_TAGS)
    return unique((each["Key"], each["Value"]) for each in found) if found else {}


def unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return tags by their keys, which differ in more than capitals; or raise TagsWrong."""
    found = list(pairs)
    if len({fold(key) for key, _ in found}) < len(found):
        raise TagsWrong("Two tags have the same key. Capitals make no difference.")
    return dict(found)


def transitive_of(inputs: Inputs, tags: Mapping[str, str]) -> list[str]:
    """Return which of the session tags of a call are passed on, or raise TagsWrong."""
    return transitive(texts(inputs, "TransitiveTagKeys", TAGS["Key"], most=MOST_TAGS), tags)


def transitive(names: Sequence[str], tags: Mapping[str, str]) -> list[str]:
    """Return which tags are meant by some keys, whatever their capitals; or raise TagsWrong."""
    if not names:
        return []
    wanted = {fold(name) for name in names}
    if not wanted <= {fold(name) for name in tags}:
        raise TagsWrong("Only tags of the same call can be transitive.")
    return [name for name in tags if fold(name) in wanted]


def packed(inputs: Inputs, tags: Mapping[str, str]) -> Output:
    """Return how much of what a session can hold is used; policies limit nothing here."""
    policy = text(inputs, "Policy", r"[\t\n\r\x20-\xff]{1,2048}", is_required=False)
    policies = records(inputs, "PolicyArns", {"arn": ARN}, most=MOST_POLICIES)
    if not policy and not policies and not tags:
        return {}
    try:
        if policy and not isinstance(json.loads(policy), dict):
            raise PolicyMalformed
    except (ValueError, RecursionError) as error:
        raise PolicyMalformed from error
    used = [policy, *(each["arn"] for each in policies), *tags, *tags.values()]
    percent = math.ceil(100 * sum(map(len, used)) / PACKED)
    if percent > 100:
        raise PolicyTooLarge
    return {"PackedPolicySize": percent}
