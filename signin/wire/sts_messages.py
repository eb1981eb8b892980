"""The operation of STS that tells what an encoded message says of a refusal."""

from accounts import authorization_messages, signer_events
from signin.wire.query import Call, Output, text
from signin.wire.sts_answers import signed

MESSAGE = r"[\s\S]{1,10240}"


def decode_authorization_message(call: Call) -> Output:
    """Tell what a message says that was encoded for the account of whoever signed."""
    encoded = text(call.inputs, "EncodedMessage", MESSAGE)
    decoded = authorization_messages.decode(encoded, account_id=call.signer.account_id)
    signer_events.answered(signed(call), {})
    return {"DecodedMessage": decoded}
