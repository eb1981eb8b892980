"""What a sign-in with a Builder ID writes down of its second factor: what was wrong alone.

That a device was right is told at the end, by the sign-in.
"""

from collections.abc import Sequence

from accounts import builder_id_events
from accounts.steps import proven
from mfa.models import Device
from signin.flow.models import Attempt


class BuilderIdRecord:
    """A BuilderSignIn for each wrong answer (events E-23)."""

    def asked(self, attempt: Attempt, kinds: Sequence[str]) -> None:
        pass

    def chosen(self, attempt: Attempt) -> None:
        pass

    def passed(self, attempt: Attempt, device: Device) -> None:
        pass

    def failed(self, attempt: Attempt) -> None:
        builder_id_events.sign_in_failed(proven(attempt), browser=attempt.browser, mfa_used=True)

    def resynchronised(self, attempt: Attempt, device: Device) -> None:
        pass


BUILDER_ID = BuilderIdRecord()
