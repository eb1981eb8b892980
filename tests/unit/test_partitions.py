"""The partitions of AWS: their facts, and who is known where."""

import json
from importlib.resources import files

import pytest

from accounts import directories, principals, role_sessions, signers
from accounts.errors import RoleRefused
from accounts.models import AccessKey, Account, Directory, Principal, Role
from accounts.role_sessions import Wish
from signin import host_table, hosts
from signin.console import regions
from signin.control import scenarios
from signin.federation import iam_saml
from signin.kernel import arns, partitions
from signin.kernel.partitions import AWS, AWS_CN, AWS_EUSC, AWS_US_GOV, OTHERS, PARTITIONS

KNOWN = json.loads(files("botocore.data").joinpath("partitions.json").read_text())["partitions"]
BY_ID = {each["id"]: each for each in KNOWN}
ACCOUNTS = {
    "aws": "111122223333",
    "aws-cn": "222233334444",
    "aws-us-gov": "333344445555",
    "aws-eusc": "444455556666",
}


@pytest.fixture
def everywhere(db):
    """Fill the tables with an account and a directory in each partition."""
    scenarios.store(scenarios.read(scenarios.find("partitions")))


@pytest.fixture(params=PARTITIONS.values(), ids=PARTITIONS)
def partition(request):
    return request.param


class TestTheFacts:
    def test_are_those_that_clients_go_by(self, partition):
        outputs = BY_ID[partition.id]["outputs"]
        assert partition.services == outputs["dnsSuffix"]
        assert partition.dual_stack == outputs["dualStackDnsSuffix"]

    def test_each_region_that_clients_know_is_in_one_partition(self, partition):
        named = [each for each in BY_ID[partition.id]["regions"] if "global" not in each]
        assert named
        for region in named:
            assert [each for each in PARTITIONS.values() if each.has_region(region)] == [partition]
            assert partitions.of_region(region) is partition

    def test_the_home_is_a_region_of_its_own(self, partition):
        assert partition.home in BY_ID[partition.id]["regions"]

    def test_each_region_of_the_console_s_menu_is_one_of_the_partition(self, partition):
        with partitions.at(partition):
            offered = regions.here()
        assert partition.home in offered
        assert set(offered) <= set(BY_ID[partition.id]["regions"])

    def test_an_arn_says_its_partition(self, partition):
        assert partitions.of_arn(arns.root_user(partition.id, "111122223333")) is partition
        assert partitions.of_arn(f"arn:{partition.id}x:iam::111122223333:root") is None
        assert partitions.of_arn(f"{partition.id}:iam") is None

    @pytest.mark.parametrize("name", ["", "us-iso-east-1", "us-gov-west-1x", "cn_north_1", "eusc"])
    def test_other_names_are_regions_of_none(self, name):
        assert not any(each.has_region(name) for each in PARTITIONS.values())


class TestAddresses:
    @pytest.mark.parametrize(
        ("region", "door", "host"),
        [
            ("cn-north-1", "signin", "cn-north-1.signin.amazonaws.cn"),
            ("us-gov-west-1", "signin", "us-gov-west-1.signin.amazonaws-us-gov.com"),
            ("eusc-de-east-1", "signin", "eusc-de-east-1.signin.amazonaws-eusc.eu"),
            ("cn-north-1", "sso-oidc", "oidc.cn-north-1.amazonaws.com.cn"),
            ("us-gov-west-1", "sso-oidc", "oidc.us-gov-west-1.amazonaws.com"),
            ("eusc-de-east-1", "sso", "portal.sso.eusc-de-east-1.amazonaws.eu"),
            ("cn-northwest-1", "sts", "sts.cn-northwest-1.amazonaws.com.cn"),
        ],
    )
    def test_a_region_says_whose_they_are(self, region, door, host):
        for here in (None, *PARTITIONS.values()):
            with partitions.at(here):
                assert hosts.origin(door, region=region) == f"http://{host}.localhost:8000"

    @pytest.mark.parametrize(
        ("partition", "host"),
        [
            (AWS, "console.aws.amazon.com"),
            (AWS_CN, "console.amazonaws.cn"),
            (AWS_US_GOV, "console.amazonaws-us-gov.com"),
            (AWS_EUSC, "console.amazonaws-eusc.eu"),
        ],
    )
    def test_without_a_region_they_are_of_the_door_that_was_asked(self, partition, host):
        with partitions.at(partition):
            assert hosts.origin("console") == f"http://{host}.localhost:8000"
        assert hosts.origin("console", partition) == f"http://{host}.localhost:8000"

    def test_of_another_partition_are_none_of_ours(self, partition):
        for other in PARTITIONS.values():
            url = hosts.url("console", "/console/home", None, other)
            with partitions.at(partition):
                assert (hosts.find_url(url) is not None) == (other is partition)
                assert (hosts.here(url) is not None) == (other is partition)
            assert hosts.find_url(url)

    def test_no_region_is_at_another_partition_s_host(self, partition):
        for other in PARTITIONS.values():
            found = hosts.find_real(f"{other.home}.{partition.signin}")
            assert (found[0].door == "signin") == (other is partition)
            assert hosts.find_real(f"{other.home}.console.{partition.console}") is None or (
                other is partition
            )

    def test_each_row_is_of_one_partition(self):
        assert {row.partition for row in host_table.HOSTS} == set(PARTITIONS.values())


@pytest.mark.usefixtures("everywhere")
class TestWhoIsKnown:
    def test_accounts_by_their_own_doors_alone(self, partition):
        for here, account_id in ACCOUNTS.items():
            own = here == partition.id
            alias = Account.objects.get(pk=account_id).alias
            with partitions.at(partition):
                assert (principals.find_account(account_id) is not None) == own
                assert (principals.find_account(alias) is not None) == own
            assert principals.find_account(account_id)

    def test_one_e_mail_is_a_root_user_in_each(self, partition):
        with partitions.at(partition):
            assert principals.find_root_user("root@example.com").partition == partition.id

    def test_an_e_mail_of_another_partition_is_nobody_s(self, partition):
        Principal.objects.filter(kind="root-user").exclude(account__partition=partition.id).update(
            username="other@example.com", folded="other@example.com"
        )
        with partitions.at(partition):
            assert principals.find_root_user("other@example.com") is None

    def test_keys(self, partition):
        for key in AccessKey.objects.select_related("principal__account"):
            own = key.principal.partition == partition.id
            with partitions.at(partition):
                assert (signers.find(key.pk) is not None) == own
            assert signers.find(key.pk)

    def test_portals_by_each_of_their_names(self, partition):
        for directory in Directory.objects.select_related("account"):
            own = directory.partition is partition
            with partitions.at(partition):
                for name in directory.portal_names:
                    assert (directories.find_by_portal(name) is not None) == own
                assert bool(directories.find_by_instance(directory.instance_id)) == own

    @pytest.mark.parametrize(
        ("url", "meant"),
        [
            ("https://d-1234567890.awsapps.com/start", "d-1234567890"),
            ("https://start.home.awsapps.cn/directory/d-2345678901", "d-2345678901"),
            ("https://start.cn-north-1.home.awsapps.cn/directory/example-cn/", "d-2345678901"),
            ("https://start.us-gov-home.awsapps.com/directory/example-gov", "d-3456789012"),
            ("https://start.us-gov-home.awsapps.com/directory/example-cn", None),
            ("https://start.home.awsapps.cn/directory/d-3456789012", None),
            ("https://start.home.awsapps.cn/", None),
            ("https://{cn}.cn-north-1.portal.amazonaws.com.cn", "d-2345678901"),
            ("https://{cn}.cn-north-1.portal.amazonaws.com.cn/start", "d-2345678901"),
            ("https://{gov}.us-gov-west-1.portal.amazonaws.com/", "d-3456789012"),
            ("https://{eusc}.eusc-de-east-1.portal.amazonaws.eu", "d-4567890123"),
            ("https://{gov}.portal.us-gov-west-1.app.aws", "d-3456789012"),
            ("https://{cn}.portal.cn-north-1.app.amazonwebservices.com.cn", "d-2345678901"),
            ("https://{eusc}.portal.eusc-de-east-1.api.amazonwebservices.eu", "d-4567890123"),
            ("https://identitycenter.amazonaws.com.cn/{cn}", "d-2345678901"),
            ("https://identitycenter.us-gov.amazonaws.com/{gov}", "d-3456789012"),
            ("https://identitycenter.amazonaws.eu/{eusc}", "d-4567890123"),
        ],
    )
    def test_start_urls_as_programs_take_them(self, url, meant):
        named = {each.subdomain[8:]: each.instance_id for each in Directory.objects.all()}
        found = directories.find_by_start_url(url.format(**named))
        assert (found and found.pk) == meant


@pytest.mark.usefixtures("everywhere")
class TestRoles:
    def wish(self, arn):
        return Wish(role_arn=arn, session_name="session")

    def test_are_of_their_account_s_partition(self, partition):
        role = Role.objects.get(account__partition=partition.id, name="Audit")
        account_id = ACCOUNTS[partition.id]
        assert role.arn == f"arn:{partition.id}:iam::{account_id}:role/Audit"
        assert role.session_arn("me") == (
            f"arn:{partition.id}:sts::{account_id}:assumed-role/Audit/me"
        )

    def test_are_admitted_by_the_arn_of_the_own_partition_alone(self, partition):
        key = AccessKey.objects.get(principal__account__partition=partition.id)
        signer, account_id = signers.find(key.pk), ACCOUNTS[partition.id]
        for each in PARTITIONS:
            wish = self.wish(f"arn:{each}:iam::{account_id}:role/Audit")
            if each == partition.id:
                assert role_sessions.admit(signer, wish).name == "Audit"
            else:
                with pytest.raises(RoleRefused):
                    role_sessions.admit(signer, wish)

    @pytest.mark.parametrize("other", OTHERS, ids=lambda each: each.id)
    def test_of_another_partition_are_refused_even_if_they_trust(self, other):
        for mine, theirs in ((AWS, other), (other, AWS)):
            signer = signers.find(AccessKey.objects.get(principal__account=ACCOUNTS[mine.id]).pk)
            role = Role.objects.get(account=ACCOUNTS[theirs.id], name="Audit")
            role.trusts = [signer.arn, arns.root_user(mine.id, signer.account_id)]
            role.save()
            with pytest.raises(RoleRefused):
                role_sessions.admit(signer, self.wish(role.arn))


class TestSaml:
    def test_assertions_name_the_partition_where_they_are_posted(self, partition):
        with partitions.at(partition):
            for other in PARTITIONS.values():
                address = hosts.url("signin", iam_saml.PATH, None, other)
                assert (address in iam_saml.Endpoints()) == (other is partition)
                assert (address in iam_saml.Audiences()) == (other is partition)
                if other.urn:
                    assert (other.urn in iam_saml.Audiences()) == (other is partition)


def document(**account):
    own = {"id": "111122223333", "name": "Example"}
    return {"accounts": [own | account], "directories": []}


class TestScenarios:
    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"partition": "aws-moon"}, "accounts[0].partition"),
            (
                {"partition": "aws-cn", "issues_web_identity_tokens": True},
                "accounts[0].issues_web_identity_tokens",
            ),
            (
                {
                    "partition": "aws-cn",
                    "roles": [{"name": "A", "trusts": ["arn:aws:iam::111122223333:root"]}],
                },
                "accounts[0].roles[0].trusts[0]",
            ),
        ],
    )
    def test_a_mistake_is_named_with_its_place(self, change, place):
        with pytest.raises(scenarios.ScenarioInvalid) as refused:
            scenarios.read(scenarios.Scenario("some", json.dumps(document(**change))))
        assert refused.value.message.startswith(place)

    @pytest.mark.parametrize(
        ("partition", "more", "place"),
        [
            ("aws-cn", {"region": "us-east-1"}, "directories[0].region"),
            ("aws", {"region": "cn-north-1"}, "directories[0].region"),
            (
                "aws-us-gov",
                {"additional_regions": ["us-east-1"]},
                "directories[0].additional_regions",
            ),
        ],
    )
    def test_a_directory_is_where_its_account_is(self, partition, more, place):
        wrong = document(partition=partition)
        wrong["directories"] = [{"id": "d-1234567890", "account": "111122223333", **more}]
        with pytest.raises(scenarios.ScenarioInvalid) as refused:
            scenarios.read(scenarios.Scenario("some", json.dumps(wrong)))
        assert refused.value.message.startswith(place)

    def test_a_directory_s_region_is_the_home_of_its_account_s_partition(self, partition):
        read = document(partition=partition.id)
        read["directories"] = [{"id": "d-1234567890", "account": "111122223333"}]
        content = scenarios.read(scenarios.Scenario("some", json.dumps(read)))
        assert content.directories[0].directory.region == partition.home
