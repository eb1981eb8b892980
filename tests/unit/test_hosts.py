"""The host table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signin import hosts
from signin.console.regions import REGIONS


@pytest.mark.parametrize(
    ("name", "door", "values"),
    [
        ("console.aws.amazon.com.localhost", "console", {}),
        ("eu-central-1.console.aws.amazon.com.localhost", "console", {"region": "eu-central-1"}),
        ("signin.aws.amazon.com.localhost", "signin", {}),
        ("us-east-2.signin.aws.amazon.com.localhost", "signin", {"region": "us-east-2"}),
        ("111122223333.signin.aws.amazon.com.localhost", "account", {"account": "111122223333"}),
        ("example-corp.signin.aws.amazon.com.localhost", "account", {"account": "example-corp"}),
        ("EXAMPLE-Corp.SIGNIN.aws.amazon.com.localhost.", "account", {"account": "example-corp"}),
        ("aws.amazon.com.localhost", "public", {}),
        ("localhost", "desk", {}),
        ("127.0.0.1", "desk", {}),
        ("[::1]", "desk", {}),
    ],
)
def test_each_host_has_its_door(name, door, values):
    host, found = hosts.find(name)
    assert (host.door, found) == (door, values)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "localhost.localhost",
        "signin.aws.amazon.com",
        "x.console.aws.amazon.com.localhost",
        "-corp.signin.aws.amazon.com.localhost",
        "corp-.signin.aws.amazon.com.localhost",
        "a--b.signin.aws.amazon.com.localhost",
        "ab.signin.aws.amazon.com.localhost",
        "a.b.signin.aws.amazon.com.localhost",
        "a_b.signin.aws.amazon.com.localhost",
        f"{'a' * 64}.signin.aws.amazon.com.localhost",
        "signin.aws.amazon.com.localhost.evil.example",
        "signin-aws.amazon.com.localhost",
        "signinXaws.amazon.com.localhost",
    ],
)
def test_what_no_row_claims_is_nobody_s(name):
    assert hosts.find(name) is None


def test_no_sample_is_claimed_twice():
    values = {
        "account": "example-corp",
        "portal": "example-corp",
        "session": "111122223333-ab12cd34",
        "issuer": "01234567-89ab-4cde-8f01-23456789abcd",
        "instance": "ssoins-0123456789abcdef",
    }
    for row in hosts.HOSTS:
        sample = row.name.format(**values, region=row.partition.home)
        claims = [host.name for host in hosts.HOSTS if host.pattern.fullmatch(sample)]
        first = hosts.find(f"{sample}.localhost")[0].name
        # A region's name would do as an alias too; the row above it is asked first.
        assert claims[0] == first
        assert len(claims) == 1 or claims[1:] == [f"{{account}}.{row.partition.signin}"]


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_of_the_menu_has_its_hosts(region):
    for door in ("console", "signin"):
        host, values, path = hosts.find_url(hosts.url(door, "/x", region=region))
        assert (host.door, values, path) == (door, {"region": region}, "/x")


def test_addresses_carry_their_query_and_the_port():
    assert hosts.url("console", "/a", {"b": "c d"}) == (
        "http://console.aws.amazon.com.localhost:8000/a?b=c+d"
    )
    assert hosts.origin("desk") == "http://localhost:8000"


@given(st.text())
def test_no_text_makes_the_look_up_stumble(text):
    hosts.find(text)
    found = hosts.find_url(text)
    assert found is None or text.startswith("http://")
