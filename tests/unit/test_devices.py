"""The devices of a principal: their codes, their number, their clocks."""

from datetime import timedelta

import pytest

from mfa import devices, totp
from mfa.errors import (
    CodeWrong,
    NameTaken,
    PairWrong,
    RegistrationOver,
    SerialTaken,
    TooManyDevices,
)
from mfa.models import Device
from signin.control import sweep
from signin.kernel import clock
from tests.devices import JANE, PHONE, add_app, code_from, code_of, device, named, wrong_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ZHANG = "zhang"


@pytest.fixture(autouse=True)
def still():
    """Let no step end in the midst of a test."""
    clock.freeze()


def pair_of(begun: Device, later: int = 0) -> tuple[str, str]:
    """Return the code of the step before, moved by so many steps, and the one after it."""
    secret = devices.secret_of(begun)
    return code_from(secret, later=later - 1), code_from(secret, later=later)


def register(username: str, name: str = "app") -> Device:
    begun = devices.begin_app(named(username), name)
    devices.finish_codes(begun, *pair_of(begun))
    return begun


class TestRegistering:
    def test_an_app_is_there_once_it_has_shown_two_codes(self):
        begun = devices.begin_app(named(ZHANG), "app")
        assert devices.of(named(ZHANG)) == []
        devices.finish_codes(begun, *pair_of(begun))
        [registered] = devices.of(named(ZHANG))
        assert registered.serial_number == "arn:aws:iam::111122223333:mfa/app"
        assert registered.registered_at == clock.now()
        assert registered.slot == 1
        assert registered.expires_at is None
        assert not registered.out_of_step

    @pytest.mark.requirement("S-061")
    def test_the_codes_of_the_registration_are_used_up(self):
        registered = register(ZHANG)
        for code in pair_of(registered):
            with pytest.raises(CodeWrong):
                devices.check_code([registered], code)
        clock.advance(timedelta(seconds=totp.STEP))
        code = code_of(registered.serial_number)
        assert devices.check_code([device(registered.serial_number)], code) == registered

    @pytest.mark.requirement("S-063")
    def test_equal_swapped_and_distant_codes_register_nothing(self):
        begun = devices.begin_app(named(ZHANG), "app")
        first, second = pair_of(begun)
        third = code_from(devices.secret_of(begun), later=1)
        for one, other in [(first, first), (second, first), (first, third)]:
            with pytest.raises(PairWrong):
                devices.finish_codes(begun, one, other)
        assert devices.of(named(ZHANG)) == []

    @pytest.mark.parametrize(
        ("late", "outcome"),
        [
            (0, "in step"),
            (-1, "in step"),
            (1, "in step"),
            (-2, "out"),
            (10, "out"),
            (11, "refused"),
        ],
    )
    def test_an_app_whose_clock_is_off_is_registered_out_of_step(self, late, outcome):
        begun = devices.begin_app(named(ZHANG), "app")
        if outcome == "refused":
            with pytest.raises(PairWrong):
                devices.finish_codes(begun, *pair_of(begun, late))
            return
        devices.finish_codes(begun, *pair_of(begun, late))
        assert device(begun.serial_number).out_of_step is (outcome == "out")

    def test_a_registration_is_open_for_a_quarter_of_an_hour_to_the_second(self):
        begun = devices.begin_app(named(ZHANG), "app")
        clock.advance(devices.REGISTRATION_LIFETIME - timedelta(seconds=1))
        assert devices.being_registered(named(ZHANG), begun.pk) == begun
        clock.advance(timedelta(seconds=1))
        with pytest.raises(RegistrationOver):
            devices.being_registered(named(ZHANG), begun.pk)
        with pytest.raises(RegistrationOver):
            devices.finish_codes(begun, *pair_of(begun))

    @pytest.mark.requirement("S-060")
    def test_nobody_goes_on_with_another_one_s_registration(self):
        begun = devices.begin_app(named(ZHANG), "app")
        with pytest.raises(RegistrationOver):
            devices.being_registered(named(JANE[0]), begun.pk)

    def test_a_name_is_taken_in_the_whole_account_while_it_is_registered_too(self):
        devices.begin_app(named(ZHANG), "app")
        for name in ("app", "phone"):
            with pytest.raises(NameTaken):
                devices.begin_app(named("new.starter"), name)
        devices.begin_app(named("sandbox@example.com"), "phone")

    def test_one_s_own_unfinished_app_gives_way_and_so_does_an_old_one(self):
        first = devices.begin_app(named(ZHANG), "app")
        second = devices.begin_app(named(ZHANG), "app")
        assert devices.secret_of(first) != devices.secret_of(second)
        with pytest.raises(RegistrationOver):
            devices.finish_codes(first, *pair_of(first))
        clock.advance(devices.REGISTRATION_LIFETIME)
        devices.begin_app(named("new.starter"), "app")

    def test_a_token_belongs_to_one_principal(self):
        begun = devices.begin_token(named(ZHANG), "blue", serial_number="GAHT12345678")
        devices.finish_codes(begun, *pair_of(begun))
        assert (begun.name, begun.serial_number) == ("blue", "GAHT12345678")
        with pytest.raises(SerialTaken):
            devices.begin_token(named(JANE[0]), "red", serial_number="GAHT12345678")

    @pytest.mark.requirement("S-066")
    def test_the_ninth_device_is_refused_and_a_free_place_is_used_again(self):
        for number in range(8):
            add_app(ZHANG, f"app-{number}")
        with pytest.raises(TooManyDevices):
            devices.begin_app(named(ZHANG), "app-8")
        with pytest.raises(TooManyDevices):
            devices.begin_token(named(ZHANG), "blue", serial_number="GAHT12345678")
        devices.remove(devices.of(named(ZHANG))[3])
        register(ZHANG, "app-8")
        assert [each.slot for each in devices.of(named(ZHANG))] == [1, 2, 3, 4, 5, 6, 7, 8]

    @pytest.mark.requirement("S-006", "S-065")
    def test_no_secret_lies_in_the_database_as_it_is(self):
        registered = register(ZHANG)
        secret = devices.secret_of(registered)
        stored = str(Device.objects.filter(pk=registered.pk).values_list())
        for form in (totp.encode(secret), secret.hex(), repr(secret)):
            assert form not in stored


class TestCodes:
    @pytest.mark.requirement("S-062")
    @pytest.mark.parametrize(
        ("later", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
    )
    def test_a_code_is_right_in_its_step_and_the_two_beside_it(self, later, is_right):
        code = code_of(later=later)
        if is_right:
            assert devices.check_code([device()], code) == device()
        else:
            with pytest.raises(CodeWrong):
                devices.check_code([device()], code)

    @pytest.mark.requirement("S-061")
    def test_a_code_and_those_before_it_are_good_once(self):
        devices.check_code([device()], code_of())
        for later in (0, -1):
            with pytest.raises(CodeWrong):
                devices.check_code([device()], code_of(later=later))
        devices.check_code([device()], code_of(later=1))

    @pytest.mark.requirement("S-062")
    def test_late_codes_don_t_move_the_window(self):
        for _ in range(5):
            devices.check_code([device()], code_of(later=-1))
            clock.advance(timedelta(seconds=totp.STEP))
        with pytest.raises(CodeWrong):
            devices.check_code([device()], code_of(later=-2))
        assert device().drift == 0

    def test_of_several_devices_the_one_is_told_that_shows_the_code(self):
        second = add_app(JANE[0], "tablet")
        own = devices.of(named(JANE[0]))
        assert devices.check_code(own, code_of(second.serial_number)) == second
        assert devices.check_code(own, code_of()) == device()
        assert device().last_used_at == clock.now()

    @pytest.mark.requirement("S-114")
    def test_a_clock_set_back_revives_no_code(self):
        code = code_of()
        devices.check_code([device()], code)
        clock.freeze(clock.now() - timedelta(seconds=totp.STEP))
        with pytest.raises(CodeWrong):
            devices.check_code([device()], code)


class TestResynchronising:
    @pytest.mark.parametrize("off", [-50, -7, 7, 50])
    def test_a_clock_that_is_off_is_learned_from_two_codes(self, off):
        with pytest.raises(CodeWrong):
            devices.check_code([device()], code_of(later=off))
        devices.resync([device()], code_of(later=off - 1), code_of(later=off))
        assert device().drift == off
        clock.advance(timedelta(seconds=totp.STEP))
        assert devices.check_code([device()], code_of(later=off)) == device()

    def test_a_clock_that_is_further_off_is_not(self):
        with pytest.raises(PairWrong):
            devices.resync([device()], code_of(later=50), code_of(later=51))

    @pytest.mark.requirement("S-061")
    def test_codes_that_were_used_resynchronise_nothing(self):
        first, second = code_of(later=-1), code_of()
        devices.resync([device()], first, second)
        with pytest.raises(PairWrong):
            devices.resync([device()], first, second)
        with pytest.raises(CodeWrong):
            devices.check_code([device()], second)

    def test_a_pair_that_is_none_changes_nothing(self):
        for first, second in [(code_of(), code_of()), (code_of(), wrong_code())]:
            with pytest.raises(PairWrong):
                devices.resync([device()], first, second)
        assert (device().drift, device().last_step) == (0, -1)


def test_another_name_leaves_the_arn(demo):
    devices.rename(device(), "old-phone")
    assert (device(PHONE).name, device(PHONE).serial_number) == ("old-phone", PHONE)


def test_a_device_is_removed_once(demo):
    gone = device()
    assert devices.remove(gone)
    assert not devices.remove(gone)


def test_what_was_never_finished_is_swept_away_and_devices_stay(demo):
    devices.begin_app(named(ZHANG), "app")
    registered = set(Device.objects.filter(slot__isnull=False))
    sweep.expired()
    assert Device.objects.filter(name="app").exists()
    clock.advance(devices.REGISTRATION_LIFETIME)
    sweep.expired()
    assert set(Device.objects.all()) == registered
