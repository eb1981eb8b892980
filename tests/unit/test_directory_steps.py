"""The steps of second factors as Identity Center uses them, and what they record."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import translation

from mfa import devices, totp
from mfa.errors import ClockOff, CodeWrong, KindImpossible, TooManyApps, TooOftenWrong
from mfa.models import Device
from mfa.steps import records
from mfa.steps.directory_registration import (
    NameDeviceStep,
    NewDirectoryDeviceStep,
    RegisterAuthenticatorStep,
    RegisterSecurityKeyStep,
)
from mfa.steps.lost_device import LostDeviceStep
from mfa.steps.sign_in import (
    WRONG_ANSWERS,
    ChooseDeviceStep,
    CodeStep,
    PasskeyStep,
    ResyncStep,
    ask_for_device,
    who,
)
from signin.events.models import Event
from signin.flow.models import Attempt
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.mailbox.models import Message
from tests.authenticator import SoftwareKey
from tests.devices import code_from, directory_user, wrong_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HOST = "us-east-1.signin.aws.localhost:8000"
ORIGIN = f"http://{HOST}"
CHROMIUM = Browser(ip="127.0.0.1", user_agent="", host=HOST, region="us-east-1", device_key="")


@pytest.fixture(autouse=True)
def still():
    """Let no step end in the midst of a test, and speak English."""
    clock.freeze()
    with translation.override("en"):
        yield


@pytest.fixture
def ines():
    return directory_user()


def begin(user, **facts):
    """Return an attempt in which the password of a user was right."""
    attempt = Attempt.begin(
        flow="portal",
        flow_key="key",
        facts={
            "principal_id": user.pk,
            "auth_workflow": str(entropy.identifier()),
            "request_id": "of-the-password",
            **facts,
        },
    )
    attempt.browser = CHROMIUM
    return attempt


def add_app(user):
    app = devices.app(user, "app", totp.new_secret())
    devices.settle(app)
    return app


def add_passkey(user):
    """Register a passkey by the steps, and return the key behind it."""
    attempt, key = begin(user, registering=True), SoftwareKey()
    NewDirectoryDeviceStep().submit(attempt, {"device_kind": "passkey"})
    submit(RegisterSecurityKeyStep(), attempt, key.create)
    Event.objects.all().delete()
    return key


def submit(step, attempt, answers):
    """Let a key answer the challenge that a step shows."""
    step.prepare(attempt)
    options = json.loads(step.context(attempt)["options"])
    step.submit(attempt, {"credential": json.dumps(answers(options, ORIGIN))})


def ask(user):
    """Return an attempt that was asked for a device."""
    attempt = begin(user)
    assert ask_for_device(attempt, records.DIRECTORY)
    return attempt


def code_of(device, later=0):
    return code_from(devices.secret_of(device), later=later)


def told():
    """Return name, factor and outcome of each event, but the challenges' outcome."""
    documents = [event.document for event in Event.objects.order_by("id")]
    return [
        (
            each["eventName"].removeprefix("Credential"),
            each["additionalEventData"]["CredentialType"],
            each["serviceEventDetails"][each["eventName"]],
        )
        for each in documents
    ]


ASKED = ("Challenge", "TOTP", "Success")
RIGHT = ("Verification", "TOTP", "Success")
WRONG = ("Verification", "TOTP", "Failure")


class TestRecords:
    @pytest.mark.requirement("S-108")
    def test_a_code_is_asked_for_and_verified(self, ines):
        app = add_app(ines)
        attempt = ask(ines)
        CodeStep(records.DIRECTORY).submit(attempt, {"code": code_of(app)})
        assert told() == [ASKED, RIGHT]
        asked, verified = (event.document for event in Event.objects.order_by("id"))
        assert asked["requestID"] == "of-the-password"
        assert verified["requestID"] == attempt.facts["request_id"]
        assert UUID(attempt.facts["request_id"])
        workflows = {each["additionalEventData"]["AuthWorkflowID"] for each in (asked, verified)}
        assert workflows == {attempt.facts["auth_workflow"]}
        assert attempt.facts["mfa_verified"]
        assert attempt.facts["factors_proved"] == ["TOTP"]

    def test_a_passkey_is_asked_for_and_verified(self, ines):
        key = add_passkey(ines)
        attempt = ask(ines)
        submit(PasskeyStep(records.DIRECTORY), attempt, key.get)
        assert [each[:2] for each in told()] == [
            ("Challenge", "WEBAUTHN"),
            ("Verification", "WEBAUTHN"),
        ]
        assert attempt.facts["factors_proved"] == ["WEBAUTHN"]

    def test_a_wrong_code_is_a_failure_and_no_other_challenge(self, ines):
        app = add_app(ines)
        attempt, step = ask(ines), CodeStep(records.DIRECTORY)
        with pytest.raises(CodeWrong):
            step.submit(attempt, {"code": wrong_code(app.serial_number)})
        step.submit(attempt, {"code": code_of(app)})
        assert told() == [ASKED, WRONG, RIGHT]

    def test_each_kind_is_asked_for_once_when_it_is_chosen(self, ines):
        app, key = add_app(ines), add_passkey(ines)
        attempt = ask(ines)
        assert told() == []
        choose = ChooseDeviceStep(records.DIRECTORY)
        for kind in ("totp", "passkey", "totp"):
            assert choose.needed(attempt)
            choose.submit(attempt, {"device_kind": kind})
            CodeStep(records.DIRECTORY).acts["another"](attempt)
        assert [each[1] for each in told()] == ["TOTP", "WEBAUTHN"]
        assert key.id
        choose.submit(attempt, {"device_kind": "totp"})
        CodeStep(records.DIRECTORY).submit(attempt, {"code": code_of(app)})
        assert told()[-1] == RIGHT

    def test_resynchronising_has_a_name_of_its_own_and_leads_back_to_the_password(self, ines):
        app = add_app(ines)
        attempt = ask(ines)
        CodeStep(records.DIRECTORY).acts["resync"](attempt)
        step = ResyncStep(records.DIRECTORY)
        assert step.needed(attempt)
        step.submit(attempt, {"code1": code_of(app, -20), "code2": code_of(app, -19)})
        assert [each[:2] for each in told()] == [
            ("Challenge", "TOTP"),
            ("Challenge", "RESYNC_TOTP"),
            ("Verification", "RESYNC_TOTP"),
        ]
        assert attempt.facts["resynchronised"]
        assert "mfa_verified" not in attempt.facts
        assert not step.needed(attempt)

    @pytest.mark.requirement("S-064")
    def test_five_wrong_codes_lead_back_to_the_password_and_are_all_recorded(self, ines):
        app = add_app(ines)
        attempt = begin(ines, password_verified=True)
        ask_for_device(attempt, records.DIRECTORY)
        for number in range(WRONG_ANSWERS):
            with pytest.raises(TooOftenWrong if number == WRONG_ANSWERS - 1 else CodeWrong):
                CodeStep(records.DIRECTORY).submit(attempt, {"code": wrong_code(app.serial_number)})
        assert told().count(WRONG) == WRONG_ANSWERS
        assert "password_verified" not in attempt.facts
        assert attempt.facts["auth_workflow"]

    @pytest.mark.requirement("S-062", "S-064")
    def test_a_late_code_says_that_the_clock_is_off_and_offers_the_remedy(self, ines):
        app = add_app(ines)
        attempt, step = ask(ines), CodeStep(records.DIRECTORY)
        with pytest.raises(CodeWrong):
            step.submit(attempt, {"code": code_of(app, 5)})
        assert not step.context(attempt)["offers_resync"]
        attempt.forget("mfa_wrong")
        with pytest.raises(ClockOff):
            step.submit(attempt, {"code": code_of(app, -5)})
        assert step.context(attempt)["offers_resync"]
        assert told().count(WRONG) == 2

    @pytest.mark.requirement("S-107")
    def test_no_event_has_a_code(self, ines):
        app = add_app(ines)
        attempt, code = ask(ines), code_of(app)
        CodeStep(records.DIRECTORY).submit(attempt, {"code": code})
        assert f"'{code}'" not in str([event.document for event in Event.objects.all()])

    def test_somebody_without_a_device_is_asked_for_none(self, ines):
        attempt = begin(ines)
        assert not ask_for_device(attempt, records.DIRECTORY)
        assert told() == []
        assert not CodeStep(records.DIRECTORY).needed(attempt)

    def test_trouble_leads_to_the_administrator(self, ines):
        add_app(ines)
        attempt, step = ask(ines), LostDeviceStep(records.DIRECTORY)
        CodeStep(records.DIRECTORY).acts["trouble"](attempt)
        assert step.needed(attempt)
        page = step.context(attempt)
        assert not page["is_of_console"]
        assert not page["is_root"]
        assert page["who"] == who(attempt) == "ines"
        step.acts["resync"](attempt)
        assert not step.needed(attempt)
        assert told()[-1][1] == "RESYNC_TOTP"


class TestRegistering:
    def register_app(self, attempt, later=0):
        NewDirectoryDeviceStep().submit(attempt, {"device_kind": "totp"})
        begun = Device.objects.get(pk=attempt.facts["new_device"])
        step = RegisterAuthenticatorStep()
        assert step.needed(attempt)
        step.prepare(attempt)
        assert totp.encode(devices.secret_of(begun)) == step.context(attempt)["secret"]
        step.submit(attempt, {"code": code_of(begun, later)})

    @pytest.mark.requirement("R-171", "R-172")
    def test_an_app_is_registered_recorded_and_told(self, ines):
        attempt = begin(ines, registering=True)
        self.register_app(attempt)
        assert attempt.facts["device_registered"]
        assert [each.name for each in devices.of(ines)] == ["Authenticator app"]
        assert list(Event.objects.order_by("id").values_list("name", flat=True)) == [
            "StartVirtualMfaDeviceRegistration",
            "CompleteVirtualMfaDeviceRegistration",
        ]
        assert Message.objects.get().recipient == "ines@example.com"
        assert not NameDeviceStep().needed(attempt)

    def test_a_clock_that_is_off_leaves_the_page_as_it_is(self, ines):
        attempt = begin(ines, registering=True)
        with pytest.raises(ClockOff):
            self.register_app(attempt, later=-7)
        assert RegisterAuthenticatorStep().needed(attempt)
        assert devices.of(ines) == []

    @pytest.mark.requirement("R-175", "R-176")
    def test_a_key_is_registered_and_named_after_it(self, ines):
        attempt, key = begin(ines, registering=True), SoftwareKey()
        NewDirectoryDeviceStep().submit(attempt, {"device_kind": "passkey"})
        submit(RegisterSecurityKeyStep(), attempt, key.create)
        naming = NameDeviceStep()
        assert naming.needed(attempt)
        assert naming.initial(attempt) == {"device_name": "Security key"}
        naming.submit(attempt, {"device_name": "Key on my ring"})
        assert not naming.needed(attempt)
        assert [each.name for each in devices.of(ines)] == ["Key on my ring"]
        assert list(Event.objects.order_by("id").values_list("name", flat=True)) == [
            "StartWebAuthnDeviceRegistration",
            "CompleteWebAuthnDeviceRegistration",
            "UpdateMfaDeviceForUser",
        ]

    def test_the_name_may_stay(self, ines):
        attempt = begin(ines, registering=True)
        NewDirectoryDeviceStep().submit(attempt, {"device_kind": "passkey"})
        submit(RegisterSecurityKeyStep(), attempt, SoftwareKey().create)
        NameDeviceStep().acts["skip"](attempt)
        assert not NameDeviceStep().needed(attempt)
        assert [each.name for each in devices.of(ines)] == ["Security key"]
        assert not Event.objects.filter(name="UpdateMfaDeviceForUser").exists()

    def test_a_device_that_is_gone_already_needs_no_name(self, ines):
        attempt = begin(ines, registering=True)
        NewDirectoryDeviceStep().submit(attempt, {"device_kind": "passkey"})
        submit(RegisterSecurityKeyStep(), attempt, SoftwareKey().create)
        devices.remove(devices.of(ines)[0])
        NameDeviceStep().submit(attempt, {"device_name": "ring"})
        assert not NameDeviceStep().needed(attempt)

    @pytest.mark.parametrize(
        ("setting", "kind", "possible"),
        [("allows_apps", "totp", "passkey"), ("allows_passkeys", "passkey", "totp")],
    )
    def test_a_kind_that_the_directory_does_not_allow_can_not_be_chosen(
        self, setting, kind, possible
    ):
        user, step = directory_user(**{setting: False}), NewDirectoryDeviceStep()
        attempt = begin(user, registering=True)
        assert step.initial(attempt) == {"device_kind": possible}
        against = step.context(attempt)["against_app" if kind == "totp" else "against_passkey"]
        assert "administrator" in str(against)
        for each in (kind, "hardware"):
            with pytest.raises(KindImpossible):
                step.submit(attempt, {"device_kind": each})
        step.submit(attempt, {"device_kind": possible})
        assert attempt.facts["new_kind"] == possible

    @pytest.mark.requirement("S-066")
    def test_a_kind_that_is_full_can_not_be_chosen(self, ines):
        for _ in range(2):
            add_app(ines)
        attempt, step = begin(ines, registering=True), NewDirectoryDeviceStep()
        page = step.context(attempt)
        assert "two authenticator apps" in str(page["against_app"])
        assert page["is_possible"]
        with pytest.raises(TooManyApps):
            step.submit(attempt, {"device_kind": "totp"})

    def test_going_back_undoes_what_was_begun(self, ines):
        attempt = begin(ines, registering=True)
        NewDirectoryDeviceStep().submit(attempt, {"device_kind": "totp"})
        RegisterAuthenticatorStep().acts["back"](attempt)
        assert NewDirectoryDeviceStep().needed(attempt)
        assert not Device.objects.filter(principal=ines).exists()

    def test_a_registration_that_took_too_long_begins_anew(self, ines):
        attempt = begin(ines, registering=True)
        NewDirectoryDeviceStep().submit(attempt, {"device_kind": "totp"})
        clock.advance(devices.REGISTRATION_LIFETIME + timedelta(seconds=1))
        RegisterAuthenticatorStep().prepare(attempt)
        assert NewDirectoryDeviceStep().needed(attempt)
