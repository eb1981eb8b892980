"""Calls of STS by botocore, and bare ones."""

import http.client
import io
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode, urlsplit

import botocore.session
import pyotp
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from tests import issuers
from tests.signing import ZHANG, code_of, signed

ZHANG_ARN = "arn:aws:iam::111122223333:user/zhang"
AUDIT = "arn:aws:iam::444455556666:role/Audit"
PARTNER = "arn:aws:iam::444455556666:role/Partner"
PHONE = "arn:aws:iam::111122223333:mfa/phone"
PHONE_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEXT = "arn:aws:iam::111122223333:role/team/Next"
LAST = "arn:aws:iam::111122223333:role/Last"
THERE = "444455556666"
ISSUER = f"arn:aws:iam::{THERE}:oidc-provider/issuer.example.com"
DEPLOY = "arn:aws:iam::444455556666:role/ci/Deploy"
ONE_OF_TWO = "repo:octo-org/*:ref:refs/heads/ma?n"
# What accounts of the demo scenario have besides.
MEMBERS = {
    "111122223333": {
        "roles": [
            {
                "name": "Next",
                "path": "/team/",
                "session_seconds": 43_200,
                "trusts": [AUDIT, ZHANG_ARN],
            },
            {"name": "Last", "session_seconds": 43_200, "trusts": ["111122223333"]},
            {"name": "Foreign", "trusts": [ISSUER]},
        ],
    },
    THERE: {
        "roles": [
            {
                "name": "Deploy",
                "path": "/ci/",
                "session_seconds": 7200,
                "trusts": [ISSUER],
                "subjects": ["somebody", ONE_OF_TWO],
            },
        ],
    },
    "777788889999": {
        "roles": [
            {"name": "Asleep", "trusts": [ZHANG_ARN]},
            {
                "name": "Dormant",
                "trusts": ["arn:aws:iam::777788889999:oidc-provider/issuer.example.com"],
            },
        ]
    },
}
MANAGED = {"444455556666": "111122223333"}


def providers(account_id, place):
    """Return the OpenID Connect providers of an account; one of them has keys to fetch."""
    known = {
        "url": issuers.URL,
        "audiences": [issuers.AUDIENCE, "my-app"],
        "keys": issuers.key_set(issuers.key(), issuers.key("P-256", "two")),
    }
    if account_id == "111122223333":
        return []
    fetched = {"url": place.url, "audiences": [issuers.AUDIENCE], "fetch_keys": True}
    return [known, fetched]


OPEN = []


def client(server, credentials=ZHANG, *, host="", region="us-east-1"):
    """Return a client of STS that knows its credentials and the endpoint."""
    session = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    sts = session.create_client(
        "sts",
        region_name=region,
        endpoint_url=f"http://{host or '127.0.0.1'}:{server.port}",
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        config=Config(retries={"max_attempts": 0}),
    )
    OPEN.append(sts)
    if host:  # the machine need not know the name
        sts.meta.events.register("before-send.sts", partial(deliver, server))
    return sts


def deliver(server, request, **_):
    """Bring a client's request to the server by its number, with the host that it is for."""
    parts = urlsplit(request.url)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
    headers["Host"] = parts.netloc
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection.request(request.method, path, request.body, headers)
    answer = connection.getresponse()
    content = Content(answer.read())
    connection.close()
    return AWSResponse(request.url, answer.status, answer.headers, content)


class Content(io.BytesIO):
    """The content of an answer, as botocore reads it."""

    def stream(self):
        yield self.read()


def given(output):
    """Return the credentials that a call answered with."""
    told = output["Credentials"]
    return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])


def is_as_modelled(operation, output):
    """Return whether an output has the shape of the service's model."""
    model = botocore.session.Session().get_service_model("sts").operation_model(operation)
    plain = {name: value for name, value in output.items() if name != "ResponseMetadata"}
    assert set(plain) <= set(model.output_shape.members)
    report = ParamValidator().validate(plain, model.output_shape)
    assert not report.has_errors(), report.generate_report()
    return True


def assume(sts, role=AUDIT, **options):
    return sts.assume_role(RoleArn=role, RoleSessionName="me", **options)


def refusal(call, *arguments, **options):
    """Return the status and the code with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call(*arguments, **options)
    response = refused.value.response
    assert response["Error"]["Message"]
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def seconds_left(output):
    left = output["Credentials"]["Expiration"] - datetime.now(UTC)
    return round(left.total_seconds(), -1)


def keys_of(server, username):
    """Return new long-term credentials of somebody, made by the control API."""
    [person] = server.control("GET", f"/principals?username={username}")
    made = server.control("POST", f"/principals/{person['id']}/access_keys")
    return Credentials(made["access_key_id"], made["secret_access_key"])


def send(server, request, *, host=None):
    """Send a signed request as it is, and return status, type and text of the answer."""
    parts = urlsplit(request.url)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": host or parts.netloc, **dict(request.headers.items())}
    connection.request(request.method, path, request.data or None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers["Content-Type"], text


def call(server, **fields):
    """Send fields that botocore's client would refuse to send."""
    body = urlencode({"Version": "2011-06-15", **fields})
    status, _, text = send(server, signed(url=f"http://127.0.0.1:{server.port}/", body=body))
    return status, code_of(text)


def events(server, name):
    return server.control("GET", f"/events?name={name}")["Records"]


def totp():
    return pyotp.TOTP(PHONE_SECRET).now()
