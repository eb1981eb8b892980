"""The operator looks after people's devices at the admin site."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from accounts.models import Account
from mfa import devices, totp
from mfa.models import Device
from signin.events.models import Event
from signin.kernel import clock, entropy
from signin.mailbox.models import Message
from tests.browser import CONSOLE
from tests.devices import GRACED, JANE, PHONE, ROOT_PHONE, SANDBOX, add_token, code_of, device
from tests.flows.admin_walks import ADMIN, NEW_PASSWORD, act, named, page, set_password
from tests.flows.test_admin_records import crawl
from tests.walks import MAILED, sign_in_as_iam_user, sign_in_as_root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

DEVICES = ADMIN + "mfa/device/"


def add_passkey(username):
    """Give somebody a passkey that no authenticator has."""
    passkey = Device(
        principal=named(username),
        kind=Device.Kind.PASSKEY,
        name="key",
        serial_number=devices.passkey_serial(named(username), "key"),
        credential_id=entropy.handle(),
        credential=b"what an authenticator attested",
    )
    devices.settle(passkey)
    return passkey


def deactivate(operator, *chosen):
    """Choose devices of the list and deactivate them."""
    operator.visit(DEVICES)
    pks = [str(each.pk) for each in chosen]
    return operator.submit("changelist-form", action="deactivate", _selected_action=pks)


def resynchronise(operator, first, second):
    """Type two codes of Jane's authenticator app at the page for that."""
    operator.visit(f"{DEVICES}{device().pk}/change/")
    operator.visit(re.search(r'href="([^"]*)" id="resynchronise"', operator.text)[1])
    return operator.submit("resync-form", code1=first, code2=second)


def test_devices_are_listed_filtered_and_found(operator):
    Device.objects.filter(serial_number=ROOT_PHONE).update(out_of_step=True)
    devices.begin_app(named("zhang"), "begun")
    add_passkey("zhang")
    operator.visit(DEVICES)
    assert f"phone jane.doe @ 1111-2222-3333 authenticator app {PHONE}" in operator.words
    assert "begun" not in operator.words
    for query, found in [
        ("kind__exact=passkey", {"key"}),
        ("kind__exact=totp", {"phone", "root-phone", "authenticator"}),
        ("out_of_step__exact=1", {"root-phone"}),
        ("q=JANE", {"phone"}),
        ("q=mfa/root", {"root-phone"}),
        ("q=1111-2222-3333", {"phone", "key"}),
        ("q=example-corp", {"phone", "key", "authenticator"}),
        (f"principal={named('zhang').pk}", {"key"}),
    ]:
        operator.visit(f"{DEVICES}?{query}")
        names = set(re.findall(r'/change/[^"]*">([\w-]+)</a></th>', operator.text))
        assert names == found, query


def test_a_person_s_page_leads_to_their_devices(operator):
    for path, name in [
        (f"iamuser/{named('jane.doe').pk}/change/", "phone"),
        (f"rootuser/{named(SANDBOX[0]).pk}/change/", "root-phone"),
    ]:
        operator.visit(page(path))
        operator.visit(re.search(r'href="([^"]*)" id="devices"', operator.text)[1])
        assert re.findall(r'/change/[^"]*">([\w-]+)</a></th>', operator.text) == [name]


def test_a_device_is_looked_at_and_not_changed(operator):
    shown = f"{DEVICES}{device().pk}/"
    operator.visit(shown + "change/")
    assert PHONE in operator.words
    assert "steps that its clock is ahead" in operator.words.lower()
    assert not re.findall(r'<input[^>]* name="(?!csrf)', operator.text.split('id="content"')[1])
    for path in (shown + "delete/", DEVICES + "add/"):
        assert operator.visit(path).status == 403
    passkey = add_passkey("zhang")
    operator.visit(f"{DEVICES}{passkey.pk}/change/")
    assert "clock" not in operator.words
    assert 'id="resynchronise"' not in operator.text
    assert operator.visit(f"{DEVICES}{passkey.pk}/resynchronise/").status == 404


@pytest.mark.requirement("R-208")
def test_who_lost_a_device_signs_in_with_the_password_once_it_is_deactivated(operator, browser):
    sign_in_as_iam_user(browser, *JANE)
    assert browser.step == "mfa-code"
    deactivate(operator, device())
    assert "1 device is deactivated." in operator.words
    assert not Device.objects.filter(principal=named("jane.doe")).exists()
    assert sign_in_as_iam_user(browser, *JANE).signed_in_as


def test_a_deactivation_is_recorded_told_and_logged(operator):
    key = add_passkey("zhang")
    deactivate(operator, key, device())
    assert "2 devices are deactivated." in operator.words
    of_key = {"userName": "zhang", "serialNumber": key.serial_number}
    of_phone = {"userName": "jane.doe", "serialNumber": PHONE}
    recorded = {
        (event.name, *event.document["requestParameters"].values()) for event in Event.objects.all()
    }
    assert recorded == {
        ("DeactivateMFADevice", *of_key.values()),
        ("DeactivateMFADevice", *of_phone.values()),
        ("DeleteVirtualMFADevice", PHONE),
    }
    assert {event.document["userIdentity"]["type"] for event in Event.objects.all()} == {"Root"}
    mails = Message.objects.values_list("kind", "recipient")
    assert set(mails) == {("device-removed", "root@example.com")}
    logged = LogEntry.objects.filter(content_type__model="device")
    assert {(entry.object_repr, entry.is_deletion()) for entry in logged} == {
        ("key", True),
        ("phone", True),
    }


@pytest.mark.requirement("S-062")
def test_two_codes_bring_a_device_into_step_again(operator, browser):
    clock.freeze()
    sign_in_as_iam_user(browser, *JANE).submit(code=code_of(later=40))
    assert not browser.signed_in_as
    resynchronise(operator, code_of(later=40), code_of(later=41))
    assert "The device phone is in step again." in operator.words
    assert operator.url == f"{DEVICES}{device().pk}/change/"
    [resync] = Event.objects.filter(name="ResyncMFADevice")
    expected = {"userName": "jane.doe", "serialNumber": PHONE}
    assert resync.document["requestParameters"] == expected
    assert sign_in_as_iam_user(browser, *JANE).submit(code=code_of(later=42)).signed_in_as


@pytest.mark.requirement("S-061", "S-063")
def test_codes_that_are_not_a_pair_bring_nothing_into_step_however_often(operator):
    clock.freeze()
    first, second = code_of(), code_of(later=1)
    for wrong in [(first, first), (second, first), ("000000", "111111")] * 5:
        resynchronise(operator, *wrong)
        assert "These are not two codes" in operator.words
        assert not [code for code in wrong if f'value="{code}"' in operator.text]
    resynchronise(operator, "12345", "")
    assert "six digits" in operator.words
    assert not Event.objects.filter(name="ResyncMFADevice").exists()
    resynchronise(operator, first, second)
    assert "in step again" in operator.words
    resynchronise(operator, first, second)
    assert "These are not two codes" in operator.words


def test_nobody_but_the_operator_gets_to_the_pages(browser):
    sign_in_as_iam_user(browser)
    for path in (DEVICES, f"{DEVICES}{device().pk}/resynchronise/"):
        assert "admin/login" in browser.visit(path).url


def test_an_account_can_demand_a_device_of_its_root_user_and_leave_it_again(operator, browser):
    account = named(MAILED[0]).account
    act(operator, "account/", "require_device", account.pk, named(GRACED[0]).account_id)
    assert "1 account changed" in operator.words  # the other one demands it already
    assert sign_in_as_root(browser, *MAILED).step == "mfa-prompt"
    operator.visit(page(f"account/{account.pk}/change/"))
    assert "Root user may do without a device until" in operator.words
    assert 'name="root_mfa_grace_ends_at' not in operator.text
    act(operator, "account/", "leave_devices", account.pk)
    account.refresh_from_db()
    assert account.root_mfa_mode == Account.RootMfaMode.OPTIONAL
    assert account.root_mfa_grace_ends_at is None
    assert sign_in_as_root(browser, *MAILED).visit(CONSOLE + "console/home").signed_in_as
    change = {"state": "active", "captcha_mode": "never", "email_code_mode": "never"}
    operator.visit(page(f"account/{account.pk}/change/"))
    operator.submit("account_form", **change, root_mfa_mode="required")
    account.refresh_from_db()
    assert account.root_mfa_mode == Account.RootMfaMode.REQUIRED


@pytest.mark.requirement("S-065")
def test_no_page_shows_a_secret_or_a_credential(operator):
    add_token("zhang", "GALT4711")
    passkey = add_passkey("zhang")
    resynchronise(operator, "000000", "111111")
    set_password(operator, named("zhang"), NEW_PASSWORD)
    secrets = [passkey.credential_id, passkey.credential.decode()]
    for each in Device.objects.exclude(kind=Device.Kind.PASSKEY):
        plain = devices.secret_of(each)
        secrets += [each.secret, totp.encode(plain), plain.hex()]
    seen = crawl(operator, DEVICES)
    for person in ("zhang", "jane.doe"):
        for path in ("change", "delete", "history"):
            url = page(f"iamuser/{named(person).pk}/{path}/")
            seen[url] = operator.visit(url).text
    assert len(seen) > 15
    for url, text in seen.items():
        assert not [secret for secret in secrets if secret in text], url
