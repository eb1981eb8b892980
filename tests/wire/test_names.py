"""The hosts that AWS's SDK asks by itself have their doors, dual-stack ones too."""

from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.config import Config

from signin import hosts
from signin.kernel import partitions

CALLS = {
    "sso-oidc": lambda client: client.register_client(clientName="x", clientType="public"),
    "sso": lambda client: client.logout(accessToken="x"),
    "sts": lambda client: client.get_caller_identity(),
    "signin": lambda client: client.create_o_auth2_token(
        tokenInput={
            "clientId": "arn:aws:signin:::devtools/same-device",
            "grantType": "refresh_token",
            "refreshToken": "x",
        }
    ),
}


class Asked(Exception):
    """A request was about to be sent."""


def stop(request, **_):
    raise Asked(request.url)


@pytest.mark.parametrize("fips", [False, True])
@pytest.mark.parametrize("dual_stack", [False, True])
@pytest.mark.parametrize(
    "region",
    [
        *("us-east-1", "ap-northeast-1", "eu-central-1", "cn-north-1", "cn-northwest-1"),
        *("us-gov-west-1", "us-gov-east-1", "eusc-de-east-1"),
    ],
)
@pytest.mark.parametrize("service", CALLS)
def test_what_the_sdk_asks_is_a_door(service, region, dual_stack, fips):
    client = botocore.session.Session().create_client(
        service,
        region_name=region,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(use_dualstack_endpoint=dual_stack, use_fips_endpoint=fips),
    )
    client.meta.events.register("before-send", stop)
    with pytest.raises(Asked) as asked:
        CALLS[service](client)
    url = urlsplit(asked.value.args[0])
    host, values = hosts.find_real(url.hostname)
    # GovCloud has one name for sign-in by FIPS that is of no region.
    expected = {} if url.hostname == "signin-fips.amazonaws-us-gov.com" else {"region": region}
    assert (host.door, values) == (service, expected)
    assert host.partition is partitions.of_region(region)
    assert url.hostname.endswith(f".{host.partition.dual_stack}") == dual_stack
