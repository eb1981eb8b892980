"""Clearing away what has expired."""

from datetime import timedelta

from django.db import transaction

from accounts.models import (
    EmailChange,
    EmailVerification,
    Invitation,
    KnownBrowser,
    Lockout,
    MultiSession,
    PasswordRecovery,
    PermissionStatement,
    RoleSwitch,
    Session,
    TemporaryCredentials,
    TradeInToken,
)
from mfa.models import Device
from signin.faults.models import Incident
from signin.federation.models import (
    ApplicationQuestion,
    Arrival,
    SignInQuestion,
    SigninToken,
    UsedAssertion,
)
from signin.flow.models import Attempt
from signin.kernel import clock
from signin.logins.models import DpopProof, Login, LoginRequest
from signin.oidc.models import (
    AuthorizationCode,
    Client,
    ConsentRequest,
    DeviceAuthorization,
    Token,
)

SESSIONS_KEPT = timedelta(days=7)
EXPIRING = (
    Attempt,
    Lockout,
    KnownBrowser,
    MultiSession,
    PasswordRecovery,
    EmailChange,
    Invitation,
    EmailVerification,
    PermissionStatement,
    RoleSwitch,
    TemporaryCredentials,
    TradeInToken,
    Device,
    Incident,
    LoginRequest,
    Login,
    DpopProof,
    SigninToken,
    UsedAssertion,
    SignInQuestion,
    Arrival,
    ApplicationQuestion,
    AuthorizationCode,
    ConsentRequest,
    DeviceAuthorization,
    Token,
    Client,
)


def expired() -> None:
    """Delete attempts with all that belongs to them, and what else is over.

    A device has an end only while it is being registered, a statement once it is deleted.
    """
    now = clock.now()
    with transaction.atomic():
        for model in EXPIRING:
            model._default_manager.filter(expires_at__lte=now).delete()
        Session.objects.filter(expires_at__lte=now - SESSIONS_KEPT).delete()
