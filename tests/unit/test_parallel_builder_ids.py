"""Single-use things of Builder IDs under parallel requests: of many, one wins."""

import pytest

from accounts import lockout
from accounts.errors import LinkOver
from accounts.models import Opening, Principal
from builderid import people, recovery, sign_ups
from builderid.errors import BuilderIdTaken, SignUpOver
from builderid.models import Profile
from signin.events.models import Event
from signin.flow.models import Attempt
from signin.http import Browser
from signin.kernel.errors import LockedOut
from signin.mailbox.models import Message
from tests.builder_id_walks import CHOSEN, DEV, NEW
from tests.unit.test_parallel import THREADS, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("demo")]

BROWSER = Browser(
    ip="127.0.0.1", user_agent="x", host="us-east-1.signin.aws", region="us-east-1", device_key=""
)


def sign_up(key: str = "key", email: str = NEW[0]) -> Attempt:
    """Return an attempt in which all but the last answer is there."""
    facts = {"email": email, "full_name": "Ana Silva"}
    attempt = Attempt.begin(flow="builder-id-sign-up", flow_key=key, facts=facts)
    attempt.browser = BROWSER
    sign_ups.choose_password(attempt, NEW[1])
    return attempt


@pytest.mark.requirement("S-047")
def test_a_sign_up_makes_one_builder_id():
    attempt = sign_up()
    results = at_once(lambda: sign_ups.complete(attempt))
    assert sum(isinstance(each, Principal) for each in results) == 1
    assert sum(isinstance(each, SignUpOver) for each in results) == THREADS - 1
    assert Profile.objects.filter(name="Ana Silva").count() == 1
    assert Event.objects.filter(name="BuilderSignUp").count() == 1
    assert not Opening.objects.exists()


@pytest.mark.requirement("R-189", "S-047")
def test_of_sign_ups_with_one_address_one_gets_through():
    spelled = [NEW[0], NEW[0].upper()]
    waiting = iter([sign_up(str(number), spelled[number % 2]) for number in range(THREADS)])
    results = at_once(lambda: sign_ups.complete(next(waiting)))
    assert sum(isinstance(each, Principal) for each in results) == 1
    assert sum(isinstance(each, BuilderIdTaken) for each in results) == THREADS - 1
    assert Principal.objects.filter(folded=NEW[0]).count() == 1
    assert Event.objects.filter(name="BuilderSignUp").count() == 1


@pytest.mark.requirement("S-026", "S-047")
def test_a_link_sets_one_password():
    recovery.request(DEV[0], browser=BROWSER)
    token = Message.objects.get(kind="builder-id-password-reset").link.partition("token=")[2]
    results = at_once(lambda: recovery.complete(token, CHOSEN, browser=BROWSER))
    assert results.count(None) == 1
    assert sum(isinstance(each, LinkOver) for each in results) == THREADS - 1
    assert Message.objects.filter(kind="builder-id-password-changed").count() == 1


@pytest.mark.requirement("S-010", "S-012")
def test_parallel_failures_are_all_counted():
    person = people.find(DEV[0])

    def fail():
        lockout.admit(("builder-id", DEV[0]), ip="127.0.0.1", principal=person).fail()

    results = at_once(fail, 16)
    assert sum(isinstance(each, LockedOut) for each in results) >= 16 - lockout.IDENTITY.failures
