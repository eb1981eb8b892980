"""One function per mail to a principal."""

from datetime import datetime

from accounts.models import Principal
from signin import mails

NO_REPLY_VERIFY = "no-reply@verify.signin.aws"


def verification_code(root_user: Principal, *, code: str, expires_at: datetime) -> None:
    """Mail the six digits that confirm a root user's sign-in (R-217, R-218)."""
    mails.send(
        "verification-code",
        sender=NO_REPLY_VERIFY,
        to=root_user.username,
        context={"account": root_user.account, "code": code, "expires_at": expires_at},
        code=code,
    )
