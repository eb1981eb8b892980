"""Single-use things under parallel requests: of many, one wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from threading import Event as Sign
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from accounts import (
    codes,
    delegations,
    directory_users,
    email_changes,
    invitations,
    lockout,
    openings,
    passwords,
    recovery,
    sessions,
    states,
    verifications,
)
from accounts.credentials import Keys
from accounts.errors import CodeDead, EmailTaken, LinkOver
from accounts.models import Account, Lockout, Principal, Session, TemporaryCredentials
from mfa import devices, totp
from mfa.errors import TooManyDevices
from mfa.models import Device
from signin.captcha import challenges
from signin.events.models import Event
from signin.flow.models import Attempt
from signin.http import Browser
from signin.kernel import clock
from signin.kernel.errors import LockedOut, Refusal
from signin.mailbox.models import Message
from tests.devices import add_app, code_of, device, directory_user, named
from tests.directories import PASSWORD, make_directory, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo")]

THREADS = 8


def at_once(act: Callable[[], Any], times: int = THREADS) -> list[Any]:
    """Run an act in several threads that start together; return results and refusals."""
    start = Barrier(times)

    def run() -> Any:
        try:
            start.wait()
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return [each.result() for each in [pool.submit(run) for _ in range(times)]]


@pytest.fixture
def attempt():
    return Attempt.begin(flow="root-user", flow_key="key", facts={})


@pytest.fixture
def chromium():
    return Browser(
        ip="127.0.0.1",
        user_agent="",
        host="signin",
        region=None,
        device_key="",
    )


@pytest.mark.requirement("S-047", "S-032")
def test_a_code_is_redeemed_once(attempt):
    code = codes.issue(attempt)
    results = at_once(lambda: codes.redeem(attempt, code), 4)
    assert results.count(None) == 1


@pytest.mark.requirement("S-032")
def test_parallel_guesses_don_t_exceed_five(attempt):
    code = codes.issue(attempt)
    wrong = "000000" if code != "000000" else "111111"
    at_once(lambda: codes.redeem(attempt, wrong), 12)
    attempt.refresh_from_db()
    assert attempt.verification_code.tries == 5
    with pytest.raises(Refusal):
        codes.redeem(attempt, code)


@pytest.mark.requirement("S-015", "S-047")
def test_a_captcha_is_solved_once(attempt):
    captcha = challenges.issue(attempt)
    answer = challenges.answer_to(captcha.id)
    results = at_once(lambda: challenges.solve(captcha.id, answer, attempt=attempt))
    assert results.count(True) == 1


@pytest.mark.requirement("S-047")
def test_a_hand_off_code_is_accepted_once(chromium):
    zhang = Principal.objects.get(username="zhang")
    challenge = sessions.challenge_of("verifier")
    signed_in = sessions.open_for(
        zhang, browser=chromium, factors=["password"], host="console", challenge=challenge
    )
    results = at_once(lambda: sessions.accept(signed_in.code, host="console", verifier="verifier"))
    assert len([key for key in results if key]) == 1


@pytest.mark.requirement("S-047")
def test_an_attempt_is_closed_once(attempt):
    assert at_once(attempt.close).count(True) == 1


@pytest.mark.requirement("S-012")
def test_parallel_tries_are_all_counted_and_none_slips_through(monkeypatch):
    monkeypatch.setattr(lockout, "PATIENCE", 0)
    results = at_once(lambda: lockout.admit(("iam", "x"), ip="127.0.0.1", principal=None), 24)
    admitted = [each for each in results if isinstance(each, lockout.Try)]
    refused = [each for each in results if isinstance(each, LockedOut)]
    assert len(admitted) == lockout.IDENTITY.failures
    assert len(refused) == 24 - lockout.IDENTITY.failures
    assert Lockout.objects.get(kind="identity").failures == lockout.IDENTITY.failures
    assert Lockout.objects.get(kind="client").failures == lockout.IDENTITY.failures


@pytest.mark.requirement("S-012")
@pytest.mark.parametrize("is_right", [True, False])
def test_a_try_waits_for_those_under_way(monkeypatch, is_right):
    look, looked = lockout._longest_wait, Sign()

    def look_and_tell(*keys: str) -> timedelta:
        looked.set()
        return look(*keys)

    monkeypatch.setattr(lockout, "_longest_wait", look_and_tell)

    def admit() -> Any:
        return lockout.admit(("iam", "x"), ip="127.0.0.1", principal=None)

    under_way = [admit() for _ in range(lockout.IDENTITY.failures)]
    with ThreadPoolExecutor(1) as pool:
        next_one = pool.submit(at_once, admit, 1)
        assert looked.wait(30)
        if is_right:
            under_way[-1].succeed()
        else:
            under_way[-1].fail()
        [result] = next_one.result()
    if is_right:
        assert result.failures[result.identity] == 1
    else:
        assert result.retry_after > timedelta(seconds=1)


@pytest.mark.requirement("S-025", "S-047")
def test_a_link_sets_one_password(chromium):
    recovery.request("mailed@example.com", browser=chromium)
    token = Message.objects.get().link.partition("token=")[2]
    chosen = iter([f"Brand-new-{number}" for number in range(70, 70 + THREADS)])

    def set_one() -> str:
        password = next(chosen)
        recovery.complete(token, password, browser=chromium)
        return password

    results = at_once(set_one)
    [winner] = [each for each in results if isinstance(each, str)]
    assert sum(isinstance(each, LinkOver) for each in results) == THREADS - 1
    root_user = Principal.objects.get(username="mailed@example.com")
    assert passwords.is_right(root_user, winner)
    assert Event.objects.filter(name="PasswordRecoveryCompleted").count() == 1
    assert Message.objects.filter(kind="password-changed").count() == 1


@pytest.mark.requirement("S-025", "S-047")
def test_an_invitation_is_accepted_once(chromium):
    user = make_user(make_directory(), password=None)
    invitations.send(user)
    token = Message.objects.get().link.partition("token=")[2]
    results = at_once(lambda: invitations.accept(token, PASSWORD, browser=chromium))
    assert sum(isinstance(each, LinkOver) for each in results) == THREADS - 1
    assert Event.objects.filter(name="UpdatePassword").count() == 1


@pytest.mark.requirement("S-025", "S-047")
def test_an_address_is_verified_once(chromium):
    user = make_user(make_directory())
    verifications.send(user)
    token = Message.objects.get().link.partition("token=")[2]
    results = at_once(lambda: verifications.confirm(token, browser=chromium))
    assert sum(isinstance(each, LinkOver) for each in results) == THREADS - 1
    assert Event.objects.filter(name="VerifyEmail").count() == 1


@pytest.mark.requirement("S-047")
def test_a_name_in_a_directory_is_given_once():
    directory = make_directory()

    def add_one() -> object:
        try:
            return make_user(directory)
        except ValidationError as error:
            return error

    results = at_once(add_one, 4)
    assert sum(isinstance(each, ValidationError) for each in results) == 3
    assert Event.objects.filter(name="CreateUser").count() == 1


@pytest.mark.requirement("S-044", "S-047")
def test_a_user_is_disabled_once(chromium):
    user = make_user(make_directory())
    at_once(lambda: directory_users.disable(user, browser=chromium), 4)
    assert Event.objects.filter(name="DisableUser").count() == 1


@pytest.fixture
def session(chromium):
    root_user = Principal.objects.get(username="mailed@example.com")
    sessions.open_for(root_user, browser=chromium, factors=[], host="console", challenge="x")
    return Session.objects.select_related("principal__account").get(door=sessions.CONSOLE)


@pytest.mark.requirement("S-032", "S-047")
def test_a_code_changes_an_address_once(chromium, session):
    email_changes.request(session, "new@example.com", browser=chromium)
    code = Message.objects.get().code
    results = at_once(lambda: email_changes.confirm(session, code, browser=chromium), 4)
    assert results.count(None) == 1
    assert Event.objects.filter(name="EmailUpdated").count() == 1
    assert Message.objects.filter(kind="email-changed").count() == 1


@pytest.mark.requirement("R-236", "S-047")
def test_an_address_is_given_to_one_of_those_who_confirm_it_at_once(chromium, session):
    other = Principal.objects.get(username="strict@example.com")
    sessions.open_for(other, browser=chromium, factors=[], host="console", challenge="y")
    both = [session, other.sessions.select_related("principal").get(door=sessions.CONSOLE)]
    for each in both:
        email_changes.request(each, "new@example.com", browser=chromium)
    codes_sent = [mail.code for mail in Message.objects.order_by("id")]
    waiting = iter(zip(both, codes_sent, strict=True))

    def confirm_one() -> None:
        mine, code = next(waiting)
        email_changes.confirm(mine, code, browser=chromium)

    results = at_once(confirm_one, 2)
    assert results.count(None) == 1
    assert sum(isinstance(each, CodeDead) for each in results) == 1
    assert Principal.objects.filter(folded="new@example.com").count() == 1


@pytest.mark.requirement("S-047")
def test_an_account_is_closed_once(chromium, session):
    account, root_user = session.principal.account, session.principal
    at_once(lambda: states.close_own(account, root_user, typed=account.id, browser=chromium), 4)
    assert Event.objects.filter(name="CloseAccount").count() == 1
    assert Message.objects.filter(kind="account-closed").count() == 1


@pytest.mark.requirement("S-026", "S-047")
def test_of_links_that_are_asked_for_at_once_one_lives(chromium):
    at_once(lambda: recovery.request("mailed@example.com", browser=chromium), 6)
    tokens = [mail.link.partition("token=")[2] for mail in Message.objects.all()]
    assert len(tokens) == 6
    assert len([token for token in tokens if recovery.find(token)]) == 1


@pytest.mark.requirement("S-061", "S-047")
def test_a_code_of_a_device_is_used_up_once():
    code = code_of()
    results = at_once(lambda: devices.check_code([device()], code))
    assert sum(not isinstance(each, Refusal) for each in results) == 1


@pytest.mark.requirement("S-066", "S-047")
def test_of_many_new_devices_at_once_no_more_than_eight_are_there():
    for number in range(6):
        add_app("zhang", f"app-{number}")
    numbers = iter(range(100, 200))
    results = at_once(lambda: add_app("zhang", f"app-{next(numbers)}"))
    assert sum(not isinstance(each, Refusal) for each in results) == 2
    assert len(devices.of(named("zhang"))) == 8


@pytest.mark.requirement("S-066", "S-047", "R-167")
@pytest.mark.parametrize(("kind", "most"), [(Device.Kind.TOTP, 2), (Device.Kind.PASSKEY, 6)])
def test_a_directory_s_user_who_registers_many_at_once_has_no_more_than_there_is_room(kind, most):
    ines = directory_user()
    numbers = iter(range(100))

    def add() -> None:
        number = next(numbers)
        credential_id = f"credential-{number}" if kind == Device.Kind.PASSKEY else None
        serial = f"mfa-{number}"
        devices.settle(
            Device(principal=ines, kind=kind, serial_number=serial, credential_id=credential_id)
        )

    results = at_once(add)
    assert results.count(None) == most
    assert sum(isinstance(each, TooManyDevices) for each in results) == THREADS - most
    assert len(devices.of(ines)) == most


@pytest.mark.requirement("S-061", "S-047")
def test_one_code_registers_one_app_once():
    begun = devices.begin_app(directory_user(), "app")
    code = totp.code_at(devices.secret_of(begun), totp.step_at(clock.now()))
    results = at_once(lambda: devices.finish_code(Device.objects.get(pk=begun.pk), code))
    assert results.count(None) == 1


@pytest.mark.requirement("S-047")
def test_a_token_is_taken_by_one():
    people = iter(["zhang", "jane.doe", "new.starter", "no.console"] * 2)

    def take() -> Any:
        return devices.begin_token(named(next(people)), "blue", serial_number="GAHT12345678")

    results = at_once(take)
    winners = {each.principal_id for each in results if not isinstance(each, Refusal)}
    assert Device.objects.filter(serial_number="GAHT12345678").count() == 1
    assert len(winners) == 1


@pytest.mark.requirement("S-047")
def test_a_trade_in_token_gives_credentials_once():
    given = delegations.give(named("zhang"), seconds=900)
    found = delegations.find(given.token, partition="aws")
    results = at_once(lambda: delegations.trade_in(found))
    assert sum(isinstance(each, Keys) for each in results) == 1
    assert TemporaryCredentials.objects.filter(principal=named("zhang")).count() == 1


def opening(email: str, flow_key: str, chromium: Browser) -> Attempt:
    attempt = Attempt.begin(
        flow="open-account", flow_key=flow_key, facts={"email": email, "account_name": "New"}
    )
    attempt.browser = chromium
    openings.choose_password(attempt, "Brand-new-77")
    return attempt


@pytest.mark.requirement("S-047")
def test_an_opening_makes_one_account(chromium):
    attempt = opening("new@example.com", "key", chromium)
    results = at_once(lambda: openings.complete(attempt, phone="555-0100"))
    assert sum(isinstance(each, Principal) for each in results) == 1
    assert Account.objects.filter(name="New").count() == 1
    assert Message.objects.filter(kind="account-opened").count() == 1


@pytest.mark.requirement("R-236", "S-047")
def test_of_openings_with_one_address_one_gets_through(chromium):
    attempts = [opening("new@example.com", str(number), chromium) for number in range(THREADS)]
    waiting = iter(attempts)
    results = at_once(lambda: openings.complete(next(waiting), phone="555-0100"))
    assert sum(isinstance(each, Principal) for each in results) == 1
    assert sum(isinstance(each, EmailTaken) for each in results) == THREADS - 1
    assert Account.objects.filter(name="New").count() == 1
    assert Principal.objects.filter(folded="new@example.com").count() == 1
