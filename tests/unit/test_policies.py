"""Password policies: what they let through, and until when."""

import unicodedata
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts import passwords, policies
from accounts.errors import PasswordRefused
from accounts.models import Account, OldPassword, PasswordPolicy, Principal
from signin.kernel import clock
from tests.directories import make_directory, make_user

GOOD = "Tidy-Kettle-88"

# Another reading of the policies: each class as the list of its characters, each rule as a row.
CLASSES = {
    "uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lowercase": "abcdefghijklmnopqrstuvwxyz",
    "digits": "0123456789",
    "symbols": "! @ # $ % ^ & * ( ) _ + - = [ ] { } | '".replace(" ", ""),
}


def iam_user(username="zhang", *, kind=Principal.Kind.IAM_USER, policy=None):
    account = Account(id="111122223333", name="Example Corp", alias="example-corp")
    own = None if policy is None else PasswordPolicy(account=account, **policy)
    account._state.fields_cache["password_policy"] = own  # as if it had been read
    return Principal(kind=kind, account=account, username=username)


def broken(password, principal):
    rules = policies.rules_for(principal)
    return [each.rule for each in policies.problems(password, principal, rules)]


def expected(password, asked, least, classes):
    found = {name: any(each in members for each in password) for name, members in CLASSES.items()}
    rows = [
        ("length", len(password) < least or len(password) > 128),
        *((name, not found[name]) for name in CLASSES if asked[f"require_{name}"]),
        ("classes", sum(found.values()) < classes),
    ]
    return [name for name, is_broken in rows if is_broken]


# No letters of which names and leaked words consist, so that only the other rules speak.
ALPHABET = "QXJqxj0479!'|{<>~ §é" + "\U0001f511"


@pytest.mark.requirement("S-001")
@given(
    st.text(ALPHABET, max_size=140),
    st.integers(6, 128),
    st.fixed_dictionaries({name: st.booleans() for name in CLASSES}),
)
def test_a_custom_policy_asks_for_each_class_by_itself(password, least, asked):
    columns = {"digits": "numbers"}
    policy = {f"require_{columns.get(name, name)}": value for name, value in asked.items()}
    person = iam_user(policy={"minimum_length": least, **policy})
    wanted = {f"require_{name}": value for name, value in asked.items()}
    found = [each for each in broken(password, person) if each != "leaked"]
    assert found == expected(password, wanted, least, 0)


@pytest.mark.requirement("S-001")
@given(st.text(ALPHABET, max_size=140))
def test_the_default_policy_asks_for_three_of_four_classes(password):
    wanted = {f"require_{name}": False for name in CLASSES}
    found = [each for each in broken(password, iam_user()) if each != "leaked"]
    assert found == expected(password, wanted, 8, 3)


def test_only_root_users_have_angle_brackets_for_symbols():
    assert broken("abcdefXQ<>", iam_user()) == ["classes"]
    root_user = iam_user("root@example.com", kind=Principal.Kind.ROOT_USER)
    assert broken("abcdefXQ<>", root_user) == []


def test_an_account_s_policy_does_not_bind_its_root_user():
    strict = {"minimum_length": 40, "require_symbols": True, "max_age_days": 1}
    root_user = iam_user("root@example.com", kind=Principal.Kind.ROOT_USER, policy=strict)
    assert broken(GOOD, root_user) == []
    assert passwords.expires_at(root_user) is None


@pytest.mark.requirement("S-002")
@pytest.mark.parametrize("password", ["P@ssw0rd", "Passw0rd1", "Password123", "International"])
def test_leaked_passwords_and_single_words_are_refused(password):
    assert "leaked" in broken(password, iam_user(policy={"minimum_length": 6}))


@pytest.mark.requirement("S-003")
@pytest.mark.parametrize(
    ("password", "is_refused"),
    [
        ("My-ZHANG-pass-1", True),
        ("Example Corp-77", True),
        ("77-example-CORP-x", True),
        ("Amazonian-77-x", True),
        ("Good-AWS-pass-1", True),
        ("Two-laws-77-x", False),
        ("Strawsuit-77", False),
        (GOOD, False),
    ],
)
def test_names_of_user_account_and_maker_are_refused(password, is_refused):
    assert ("names" in broken(password, iam_user())) is is_refused


@pytest.mark.requirement("S-003")
def test_of_an_email_the_part_before_the_at_sign_counts_and_short_names_do_not():
    assert "names" in broken("Mailed-77-xyz", iam_user("mailed@example.com"))
    assert "names" not in broken("Bob-likes-77", iam_user("bob@example.com"))


def test_every_rule_has_a_text_of_its_own():
    listed = policies.Rules(
        classes=3, uppercase=True, lowercase=True, digits=True, symbols=True, reuse=4
    ).listed()
    texts = [str(each.text) for each in listed]
    assert len(set(texts)) == len(listed) == 9
    assert "last 4 passwords" in texts[-1]
    assert "8 to 128" in texts[0]


@pytest.mark.parametrize(
    ("column", "least", "most"),
    [("minimum_length", 6, 128), ("max_age_days", 1, 1095), ("reuse_prevention", 1, 24)],
)
def test_the_numbers_of_a_policy_have_limits(column, least, most):
    for value, is_good in [(least - 1, False), (least, True), (most, True), (most + 1, False)]:
        policy = PasswordPolicy(**{column: value})
        if is_good:
            policy.clean_fields(exclude=["account"])
        else:
            with pytest.raises(ValidationError):
                policy.clean_fields(exclude=["account"])


def test_hard_expiry_needs_an_age():
    with pytest.raises(ValidationError):
        PasswordPolicy(hard_expiry=True).clean()


def test_a_permission_of_one_s_own_wins_over_the_account_s():
    for allowed in (True, False):
        person = iam_user(policy={"users_may_change": allowed})
        assert policies.may_change(person) is allowed
        person.may_change_password = not allowed
        assert policies.may_change(person) is not allowed
    assert policies.may_change(iam_user())


def test_a_password_expires_to_the_second():
    clock.freeze()
    person = iam_user(policy={"max_age_days": 90})
    passwords.assign(person, GOOD)
    clock.advance(timedelta(days=90, seconds=-1))
    assert not passwords.is_expired(person)
    clock.advance(timedelta(seconds=1))
    assert passwords.is_expired(person)


@pytest.mark.parametrize("least", [8, 128])
def test_a_made_up_password_keeps_the_rules(least):
    person = iam_user(policy={"minimum_length": least, "require_symbols": True})
    password = passwords.generate(person)
    assert broken(password, person) == []
    assert len(password) == max(20, least)
    assert passwords.generate(person) != password


@pytest.mark.django_db
class TestChanging:
    @pytest.fixture
    def zhang(self, demo):
        return Principal.objects.get(username="zhang")

    @pytest.mark.requirement("S-004")
    def test_the_last_so_many_passwords_can_not_return_but_the_next_one_can(self, zhang):
        PasswordPolicy.objects.create(account=zhang.account, reuse_prevention=3)
        chosen = [f"{GOOD}-{number}" for number in range(4)]
        for password in chosen:
            passwords.change(zhang, to=password)
        for password in chosen[1:]:
            with pytest.raises(PasswordRefused) as refused:
                passwords.change(zhang, to=password)
            assert [each.rule for each in refused.value.problems] == ["reused"]
        passwords.change(zhang, to=chosen[0])
        assert passwords.is_right(zhang, chosen[0])

    @pytest.mark.requirement("S-010")
    def test_the_password_in_use_is_never_a_new_one(self, zhang):
        passwords.change(zhang, to=GOOD)
        with pytest.raises(PasswordRefused):
            passwords.change(zhang, to=GOOD)

    @pytest.mark.requirement("S-008")
    def test_another_spelling_of_the_same_characters_is_no_other_password(self, zhang):
        passwords.change(zhang, to=unicodedata.normalize("NFC", "Grüne-Kessel-8"))
        with pytest.raises(PasswordRefused):
            passwords.change(zhang, to=unicodedata.normalize("NFD", "Grüne-Kessel-8"))

    def test_what_is_refused_leaves_everything_as_it_was(self, zhang):
        before = zhang.password, zhang.password_changed_at
        with pytest.raises(PasswordRefused) as refused:
            passwords.change(zhang, to="qxqx")
        assert [each.rule for each in refused.value.problems] == ["length", "classes"]
        assert all(str(each.text) in str(refused.value.message) for each in refused.value.problems)
        zhang.refresh_from_db()
        assert (zhang.password, zhang.password_changed_at) == before
        assert not OldPassword.objects.exists()

    def test_a_change_fulfils_the_demand_for_one_and_is_dated(self, zhang):
        clock.freeze()
        passwords.replace(zhang, "Given-Away-77", must_change=True)
        clock.advance(timedelta(hours=1))
        passwords.change(zhang, to=GOOD)
        zhang.refresh_from_db()
        assert not zhang.must_change_password
        assert zhang.password_changed_at == clock.now()

    @pytest.mark.requirement("S-006")
    def test_twenty_four_old_hashes_are_kept_and_no_more(self, zhang):
        for number in range(30):
            passwords.replace(zhang, f"{GOOD}-{number}")
        kept = list(OldPassword.objects.values_list("encoded", flat=True))
        assert len(kept) == 24
        assert all(encoded.startswith("argon2") for encoded in kept)
        assert passwords.is_reused(zhang, f"{GOOD}-6", 24)
        assert not passwords.is_reused(zhang, f"{GOOD}-5", 24)

    def test_an_operator_need_not_keep_the_rules(self, zhang):
        passwords.replace(zhang, "x")
        assert passwords.is_right(zhang, "x")


DIRECTORY_SYMBOLS = "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/"


def directory_user(username="zhang"):
    return Principal(kind=Principal.Kind.DIRECTORY_USER, realm="d-1234567890", username=username)


class TestDirectories:
    @pytest.mark.requirement("R-122", "S-001")
    @pytest.mark.parametrize(
        ("length", "refused"), [(7, True), (8, False), (64, False), (65, True)]
    )
    def test_a_password_has_8_to_64_characters(self, length, refused):
        password = ("Qx7~" * 17)[:length]
        assert broken(password, directory_user()) == (["length"] if refused else [])

    @pytest.mark.requirement("R-121", "R-123")
    @pytest.mark.parametrize(
        ("password", "missing"),
        [
            ("quiet-harbour-41", ["uppercase"]),
            ("QUIET-HARBOUR-41", ["lowercase"]),
            ("Quiet-Harbour-xx", ["digits"]),
            ("QuietHarbour4141", ["symbols"]),
            ("quietharbourtown", ["uppercase", "digits", "symbols"]),
            ("QuietHarbour41€ü", ["symbols"]),
        ],
    )
    def test_all_four_classes_are_needed_and_capitals_are_others(self, password, missing):
        assert broken(password, directory_user()) == missing

    @pytest.mark.requirement("R-123")
    def test_each_symbol_of_aws_s_list_is_one(self):
        for symbol in DIRECTORY_SYMBOLS:
            assert broken(f"QuietHarbour41{symbol}", directory_user()) == [], symbol

    def test_the_rules_name_the_symbols(self):
        told = " ".join(str(each.text) for each in policies.DIRECTORY.listed())
        assert DIRECTORY_SYMBOLS in told
        assert "8 to 64" in told
        assert "names" not in told

    @pytest.mark.requirement("R-125")
    def test_what_is_known_from_leaks_is_refused(self, monkeypatch):
        monkeypatch.setattr(policies, "_leaked", lambda: frozenset({"p@ssw0rd1"}))
        assert broken("P@ssw0rd1", directory_user()) == ["leaked"]

    def test_names_may_be_in_it_because_aws_asks_for_no_more(self):
        assert broken("Zhangwei-of-AWS-1", directory_user("zhangwei")) == []

    def test_everybody_may_change_their_own(self):
        assert policies.may_change(directory_user())

    def test_a_builder_id_has_the_same_rules(self):
        builder = Principal(kind=Principal.Kind.BUILDER_ID, username="b@example.com")
        assert policies.rules_for(builder) == policies.DIRECTORY
        assert policies.may_change(builder)

    def test_a_made_up_password_keeps_them(self):
        for _ in range(20):
            assert broken(passwords.generate(directory_user()), directory_user()) == []

    @pytest.mark.requirement("R-124")
    @pytest.mark.django_db
    def test_the_last_three_do_not_come_back(self):
        user = make_user(make_directory(), password="Quiet-Harbour-1")
        for number in (2, 3):
            passwords.change(user, to=f"Quiet-Harbour-{number}")
        for number in (1, 2, 3):
            with pytest.raises(PasswordRefused):
                passwords.change(user, to=f"Quiet-Harbour-{number}")
        passwords.change(user, to="Quiet-Harbour-4")
        passwords.change(user, to="Quiet-Harbour-1")
