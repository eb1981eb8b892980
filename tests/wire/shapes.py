"""Compares answers on the wire with the models of AWS's services, as botocore has them."""

import json
from typing import Any

# What AWS's front door says of signatures, before a service is asked; no model has it.
OF_THE_FRONT_DOOR = {
    "MissingAuthenticationTokenException": 403,
    "IncompleteSignatureException": 400,
    "InvalidSignatureException": 403,
    "UnrecognizedClientException": 403,
}
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
}


def check_answer(operation: Any, raw: dict[str, Any]) -> None:
    """Fail unless an answer is as the operation's model has it, or one of its errors is."""
    if raw["status_code"] < 300:
        assert raw["status_code"] == 200
        if operation.output_shape is None or not operation.output_shape.members:
            assert raw["body"] == b""
        else:
            check(operation.output_shape, json.loads(raw["body"]), operation.name)
        return
    name = raw["headers"]["x-amzn-errortype"]
    modelled = {shape.name: shape for shape in operation.service_model.error_shapes}
    body = json.loads(raw["body"])
    # The protocol's own member, which no model lists; the portal's API alone has it.
    assert body.pop("__type", name).endswith(name), operation.name
    if name == "ForbiddenException":  # AWS sends it, and has no model of it
        assert (raw["status_code"], set(body)) == (403, {"message"})
    elif name in OF_THE_FRONT_DOOR:
        assert (raw["status_code"], set(body)) == (OF_THE_FRONT_DOOR[name], {"message"})
    elif name != "InternalServerException" or name in modelled:
        assert name in {shape.name for shape in operation.error_shapes}, (operation.name, name)
        assert raw["status_code"] == modelled[name].metadata["error"]["httpStatusCode"]
        check(modelled[name], body, name)


def check(shape: Any, value: Any, place: str) -> None:
    """Fail unless a JSON value has the type, and only the members, of a shape."""
    if shape.type_name == "structure":
        known = {
            member.serialization.get("name", name): member for name, member in shape.members.items()
        }
        assert isinstance(value, dict), place
        assert set(value) <= set(known), (place, set(value) - set(known))
        assert set(shape.required_members) <= set(value), place
        for name, each in value.items():
            if each is not None:  # such as the token of a page that doesn't follow
                check(known[name], each, f"{place}.{name}")
    elif shape.type_name == "list":
        assert isinstance(value, list), place
        for each in value:
            check(shape.member, each, f"{place}[]")
    else:
        assert type(value) in TYPES[shape.type_name], (place, value)
