"""Requests that botocore signs, as programs do, and what a server makes of them."""

import re

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ZHANG_ID = "AKIAZHANGDEMOEXAMPLE"
ZHANG_SECRET = "zhang/demo/secret+not+for+production/key"
ZHANG = Credentials(ZHANG_ID, ZHANG_SECRET)
STS = "http://sts.amazonaws.com.localhost:8000/"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
WHO = "Action=GetCallerIdentity&Version=2011-06-15"


def keys_of(made):
    """Return credentials for botocore, of keys that were issued."""
    token = getattr(made, "session_token", None)
    return Credentials(made.access_key_id, made.secret_access_key, token)


def signed(
    credentials=ZHANG,
    url=STS,
    body=WHO,
    *,
    method="POST",
    headers=None,
    region="us-east-1",
    service="sts",
):
    """Return a request that botocore signed in its headers."""
    headers = {"Content-Type": FORM, **(headers or {})}
    request = AWSRequest(method=method, url=url, data=body, headers=headers)
    SigV4Auth(credentials, service, region).add_auth(request)
    return request


def presigned(credentials=ZHANG, url=f"{STS}?{WHO}", *, expires=60, headers=None):
    """Return a request whose address botocore signed."""
    request = AWSRequest(method="GET", url=url, headers=headers or {})
    SigV4QueryAuth(credentials, "sts", "us-east-1", expires).add_auth(request)
    return request


def code_of(text):
    """Return the code of the error that an answer tells; nothing of an answer that is none."""
    found = re.search(r"<Code>(\w+)</Code>", text)
    return found[1] if found else ""
