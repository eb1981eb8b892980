"""Scenarios: what their documents may say."""

import json
from datetime import timedelta

import pytest

from accounts import policies
from accounts.models import Account, Behaviour, Principal
from signin.control import scenarios
from signin.control.scenarios import Scenario, ScenarioInvalid
from signin.kernel import clock

pytestmark = pytest.mark.django_db

ROOT = {"email": "a@example.com", "password": "Long-enough-1"}


def load(document):
    scenarios.store(scenarios.read(Scenario(name="test", text=json.dumps(document))))


def account(**members):
    return {"id": "222233334444", "name": "A", **members}


@pytest.mark.requirement("R-009", "R-016", "R-018")
def test_the_demo_scenario_has_its_people(demo):
    assert Account.objects.get(id="111122223333").alias == "example-corp"
    root = Principal.objects.get(username="root@example.com")
    assert root.kind == Principal.Kind.ROOT_USER
    assert root.check_password("Root-demo-1")
    iam_users = Principal.objects.filter(kind="iam-user", account="111122223333")
    names = set(iam_users.values_list("username", flat=True))
    assert names == {"zhang", "jane.doe", "new.starter", "no.console"}
    assert Principal.objects.get(username="new.starter").must_change_password
    assert not Principal.objects.get(username="no.console").has_usable_password()
    states = dict(Account.objects.values_list("id", "state"))
    assert states["777788889999"] == "suspended"
    assert states["123456789012"] == "closed"


def test_accounts_take_the_scenario_s_checks_unless_they_say_otherwise():
    load(
        {
            "sign_in": {"captcha": "after-failures", "code": "always"},
            "accounts": [
                account(),
                account(id="333344445555", sign_in={"captcha": "never"}),
            ],
        }
    )
    modes = {each.id: (each.captcha_mode, each.email_code_mode) for each in Account.objects.all()}
    assert modes == {
        "222233334444": ("after-failures", "always"),
        "333344445555": ("never", "always"),
    }
    assert Behaviour.objects.get().captcha_mode == "after-failures"


@pytest.mark.requirement("S-021")
@pytest.mark.parametrize(("says", "mode"), [({}, "neutral"), ({"used_email": "told"}, "told")])
def test_a_scenario_says_whether_a_used_address_is_told(says, mode):
    load({"sign_in": says})
    assert Behaviour.objects.get().used_email_mode == mode


def test_a_policy_and_the_age_of_a_password_come_from_the_document():
    clock.freeze()
    old = {"name": "a", "password": "b", "password_set_days_ago": 7, "may_change_password": False}
    policy = {"minimum_length": 20, "require_numbers": True, "max_age_days": 30}
    load({"accounts": [account(users=[old], password_policy=policy)]})
    person = Principal.objects.get(username="a")
    assert person.password_changed_at == clock.now() - timedelta(days=7)
    assert person.may_change_password is False
    rules = policies.rules_for(person)
    assert (rules.min_length, rules.digits, rules.symbols, rules.max_age) == (20, True, False, 30)


@pytest.mark.requirement("R-236")
@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"account": []}, "test: not known here: account"),
        ({"accounts": {}}, "test.accounts: a list"),
        ({"accounts": [{"id": "222233334444"}]}, "accounts[0]: missing: name"),
        ({"accounts": [account(id="12")]}, "accounts[0].id: Twelve digits"),
        ({"accounts": [account(id=12)]}, "accounts[0].id: a text"),
        ({"accounts": [account(name="ü")]}, "accounts[0].name: Only"),
        ({"accounts": [account(alias="Upper")]}, "accounts[0].alias: 3 to 63"),
        ({"accounts": [account(alias="123456789012")]}, "accounts[0].alias: 3 to 63"),
        ({"accounts": [account(alias="us-east-1")]}, "accounts[0].alias: This is a region"),
        ({"accounts": [account(state="gone")]}, "accounts[0].state: "),
        ({"accounts": [account(state="closed", closed_days_ago="x")]}, "closed_days_ago: a whole"),
        ({"accounts": [account(state="closed", closed_days_ago=True)]}, "closed_days_ago: a whole"),
        ({"accounts": [account(state="closed", closed_days_ago=-1)]}, "closed_days_ago: a whole"),
        ({"accounts": [account(state="closed", closed_days_ago=10**12)]}, "from 0 to 36500"),
        ({"accounts": [account(users=[{"name": "a", "password": "x" * 129}])]}, "at most 128"),
        (
            {"accounts": [account(users=[{"name": "a", "must_change_password": "no"}])]},
            "must_change_password: true or false",
        ),
        ({"accounts": [account(password_policy=[])]}, "password_policy: an object"),
        ({"accounts": [account(password_policy={"age": 3})]}, "password_policy: not known here"),
        (
            {"accounts": [account(password_policy={"minimum_length": 5})]},
            "accounts[0].password_policy.minimum_length: ",
        ),
        (
            {"accounts": [account(password_policy={"minimum_length": "9"})]},
            "password_policy.minimum_length: a whole number",
        ),
        (
            {"accounts": [account(password_policy={"max_age_days": True})]},
            "password_policy.max_age_days: a whole number",
        ),
        (
            {"accounts": [account(password_policy={"require_symbols": 1})]},
            "password_policy.require_symbols: true or false",
        ),
        (
            {"accounts": [account(password_policy={"hard_expiry": True})]},
            "password_policy.hard_expiry: Say after",
        ),
        (
            {"accounts": [account(users=[{"name": "a", "may_change_password": 1}])]},
            "may_change_password: true or false",
        ),
        (
            {
                "accounts": [
                    account(users=[{"name": "a", "password": "b", "password_set_days_ago": -1}])
                ]
            },
            "users[0].password_set_days_ago: a whole",
        ),
        ({"accounts": [account(sign_in={"captcha": "x"})]}, "sign_in.captcha: one of always"),
        ({"sign_in": {"used_email": "x"}}, "sign_in.used_email: one of neutral, told"),
        ({"accounts": [account(sign_in={"used_email": "told"})]}, "sign_in: not known here"),
        ({"accounts": [account(root={})]}, "accounts[0].root: missing: email"),
        ({"accounts": [account(root={"email": "x"})]}, "accounts[0].root.email: Type the whole"),
        ({"accounts": [account(users=[{"name": "two words"}])]}, "users[0].name: A user name"),
        ({"accounts": [account(users=[{"name": "a", "age": 3}])]}, "users[0]: not known here"),
        ({"accounts": [account(users=[{"name": "a"}, {"name": "A"}])]}, "twice there: iam-user"),
        ({"accounts": [account(), account()]}, "twice there: account 222233334444"),
        (
            {"accounts": [account(management_account="333344445555")]},
            "accounts[0].management_account: not there: 333344445555",
        ),
        (
            {"accounts": [account(management_account="222233334444")]},
            "accounts[0].management_account: Another account",
        ),
        ({"accounts": [account(management_account=1)]}, "accounts[0].management_account: a text"),
        (
            {"accounts": [account(root=ROOT), account(id="333344445555", root=ROOT)]},
            "twice there: root-user a@example.com",
        ),
        (
            {"accounts": [account(alias="abc"), account(id="333344445555", alias="abc")]},
            "alias abc",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_nothing_is_loaded(document, says):
    with pytest.raises(ScenarioInvalid) as refused:
        load(document)
    assert says in str(refused.value.message)
    assert not Account.objects.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", "null"])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(ScenarioInvalid):
        scenarios.read(Scenario(name="test", text=text))


def test_an_account_is_managed_by_one_that_comes_later():
    load({"accounts": [account(management_account="333344445555"), account(id="333344445555")]})
    managed = Account.objects.get(management_account="333344445555")
    assert managed.pk == "222233334444"


@pytest.mark.requirement("R-236", "R-238")
def test_a_sub_address_is_another_address():
    tagged = {**ROOT, "email": "a+tag@example.com"}
    load({"accounts": [account(root=ROOT), account(id="333344445555", root=tagged)]})
    assert Principal.objects.filter(kind="root-user").count() == 2


@pytest.mark.parametrize("name", ["../demo", "hashes", "", "demo.json", "/etc/passwd"])
def test_only_names_that_are_listed_are_found(name):
    with pytest.raises(scenarios.ScenarioUnknown) as refused:
        scenarios.find(name)
    assert "demo, empty" in str(refused.value.message)
