"""The numbers that the documentation tells, as the code has them."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model

from accounts import (
    access_keys,
    browsers,
    codes,
    delegations,
    directory_users,
    forms,
    invitations,
    lockout,
    multi_sessions,
    passwords,
    policies,
    recovery,
    role_sessions,
    root_sessions,
    sessions,
    verifications,
)
from accounts.models import Application, Directory, PasswordPolicy, PermissionSet
from accounts.models.accounts import REOPENABLE_FOR
from accounts.models.credentials import MOST_ACCESS_KEYS
from accounts.models.identity_providers import MOST_PRIVATE_KEYS
from accounts.models.roles import HOUR
from builderid import forms as builder_id_forms
from builderid import people
from builderid.models import LONGEST_NAME
from mfa import devices, grace, slots, totp
from mfa.models import MOST_DEVICES, Ceremony
from mfa.steps.sign_in import WRONG_ANSWERS
from signin import client_cookies
from signin import http as signin_http
from signin.captcha import challenges
from signin.console import remembered, role_history
from signin.console.views import EXPIRY_TOLD
from signin.federation import (
    application_sign_ons,
    arrivals,
    assertions,
    certificates,
    documents,
    iam_saml,
    idp,
    issuer_keys,
    metadata,
    outbound,
    private_keys,
    statements,
    web_tokens,
)
from signin.federation import requests as federation_requests
from signin.federation import tokens as federation_tokens
from signin.flow import models as flow
from signin.idp import views as idp_views
from signin.logins import chains, proofs, requests
from signin.logins.models import Client
from signin.oidc import clients, consents, device_authorizations, grants, tokens
from signin.phones import calls
from signin.wire import sigv4, sso, sts, sts_fields, sts_outbound


def column(model: type[Model], name: str) -> Any:
    """Return a column of a table."""
    return model._meta.get_field(name)


def limits(name: str, model: type[Model] = PasswordPolicy) -> str:
    """Return the least and the greatest number that may stand in a column."""
    least, most, *_ = (each.limit_value for each in column(model, name).validators)
    return f"{least} to {most}"


# What each row of the table of numbers says, from the code.
NUMBERS: dict[str, list[timedelta | str]] = {
    "Console session": [sessions.CONSOLE_LIFETIME],
    "Sessions side by side in one browser": [
        f"{multi_sessions.MOST_SESSIONS} sessions",
        multi_sessions.LIFETIME,
    ],
    "Fresh sign-in, for what is important": [sessions.FRESH_FOR],
    "Attempt": [flow.LIFETIME, flow.WAIT],
    "Hand-off code": [sessions.HANDOFF_LIFETIME],
    "Security check": [challenges.LIFETIME, f"{challenges.LENGTH} characters"],
    "Mailed code": [codes.LIFETIME, f"{codes.TRIES} tries"],
    "Recovery link": [recovery.LIFETIME],
    "Link for a lost device": [flow.WAIT],
    "Call to the contact phone": [
        calls.LIFETIME,
        f"{calls.TRIES} tries",
        f"{calls.DIGITS} digits",
    ],
    "Calls to one phone": [
        f"{lockout.CALLS_TO_ONE.failures} in",
        lockout.CALLS_TO_ONE.memory,
    ],
    "Known browser": [browsers.REMEMBERED_FOR],
    "Remembered account": [timedelta(seconds=remembered.LIFETIME)],
    "Closed account can be reopened": [REOPENABLE_FOR],
    "Throttling of one identity": [
        f"{lockout.IDENTITY.failures} failures",
        lockout.IDENTITY.first_wait,
        lockout.IDENTITY.longest_wait,
        lockout.IDENTITY.memory,
    ],
    "Throttling of one client address": [
        f"{lockout.CLIENT.failures} failures",
        lockout.CLIENT.first_wait,
        lockout.CLIENT.longest_wait,
        lockout.CLIENT.memory,
    ],
    "Security check after failures": [f"{lockout.FAILURES_BEFORE_CAPTCHA} failures"],
    "Mails to one person": [
        f"{lockout.MAILS_TO_ONE.failures} in",
        lockout.MAILS_TO_ONE.memory,
    ],
    "Mails from one client address": [
        f"{lockout.MAILS_FROM_CLIENT.failures} in",
        lockout.MAILS_FROM_CLIENT.memory,
    ],
    "Account name": [
        f"1 to {forms.AccountNameForm.base_fields['account_name'].max_length} characters"
    ],
    "Contact phone": ["6 to 20 characters"],
    "Longest password": [f"{passwords.LONGEST} characters"],
    "Password of a root user or an IAM user without a policy": [
        f"{policies.DEFAULT.min_length} to {policies.DEFAULT.max_length} characters",
    ],
    "Symbols that count": [f"{len(policies.IAM_SYMBOLS)} for IAM users"],
    "Password policy: shortest password": [limits("minimum_length")],
    "Password policy: age": [limits("max_age_days")],
    "Password policy: reuse": [limits("reuse_prevention")],
    "Notice before a password expires": [EXPIRY_TOLD],
    "Devices of a root user or an IAM user": [f"{MOST_DEVICES} devices"],
    "Devices of an Identity Center user": [
        f"{len(slots.APPS)} authenticator apps",
        f"{len(slots.PASSKEYS)} passkeys",
    ],
    "Late code of an Identity Center user": [f"{totp.LATE_WINDOW} steps"],
    "Code of a device": [
        f"{totp.DIGITS} digits",
        f"{totp.STEP} seconds",
        f"{totp.SIGN_IN_WINDOW} step",
    ],
    "Wrong answers of a device": [
        f"{WRONG_ANSWERS} answers",
        f"{lockout.IDENTITY.failures} failures",
    ],
    "Registration of a device": [
        devices.REGISTRATION_LIFETIME,
        f"{totp.REGISTRATION_WINDOW} steps",
    ],
    "Resynchronising": [f"{totp.RESYNC_WINDOW} steps"],
    "Challenge of a passkey": [Ceremony.LIFETIME],
    "Grace of a root user without a device": [grace.GRACE],
    "Name of a device": ["64 characters"],
    "E-mail of a new account": [f"{forms.SHORTEST_EMAIL} to {forms.LONGEST_EMAIL} characters"],
    "Invitation": [invitations.LIFETIME],
    "Link that confirms an address": [verifications.LIFETIME],
    "One-time password of an Identity Center user": [directory_users.ONE_TIME_LIFETIME],
    "Password of an Identity Center user": [
        f"{policies.DIRECTORY.min_length} to {policies.DIRECTORY.max_length} characters",
        f"last {policies.DIRECTORY.reuse}",
    ],
    "Symbols that count for Identity Center": [str(len(policies.DIRECTORY_SYMBOLS))],
    "Session at the access portal": [
        timedelta(minutes=column(Directory, "session_minutes").default),
        limits("session_minutes", Directory),
    ],
    "Session at the access portal, external provider": ["SessionNotOnOrAfter"],
    "Way back from an external provider": [flow.LIFETIME, arrivals.LIFETIME],
    "Assertion for an application": [statements.LIFETIME, application_sign_ons.OPEN_FOR],
    "Session at a SAML application": [
        f"{column(Application, 'session_minutes').default} minutes",
        limits("session_minutes", Application),
    ],
    "Answer of the test identity provider": [statements.LIFETIME, idp.TOKEN_LIFETIME],
    "Session with a Builder ID": [people.SIGNED_IN_FOR],
    "Name of a Builder ID": [f"1 to {LONGEST_NAME} characters"],
    "E-mail of a Builder ID": [f"{builder_id_forms.LONGEST_EMAIL} characters"],
    "Password of a Builder ID": [
        f"{policies.DIRECTORY.min_length} to {policies.DIRECTORY.max_length} characters",
        f"last {policies.DIRECTORY.reuse}",
    ],
    "Session as a role": [limits("session_minutes", PermissionSet)],
    "Disabled user, as slow as at AWS": [
        directory_users.PORTAL_ENDS_AFTER,
        directory_users.ROLES_END_AFTER,
    ],
    "Request of a command line": [requests.LIFETIME],
    "Code for a command line": [
        requests.CODE_LIFETIMES[Client.SAME_DEVICE],
        requests.CODE_LIFETIMES[Client.CROSS_DEVICE],
    ],
    "Login of a command line": [chains.LIFETIME],
    "Credentials of a command line": [chains.CREDENTIALS_LIFETIME],
    "Sign-in token": [federation_tokens.LIFETIME],
    "Console session by federation": [
        timedelta(seconds=federation_requests.SHORTEST_SECONDS),
        timedelta(seconds=federation_requests.LONGEST_SECONDS),
        timedelta(seconds=sts.LONGEST),
    ],
    "Request for a sign-in token": [f"{federation_requests.LONGEST} bytes"],
    "Console session by SAML": [
        timedelta(seconds=iam_saml.SHORTEST),
        timedelta(seconds=iam_saml.LONGEST),
        timedelta(seconds=HOUR),
    ],
    "SAML response": [
        f"{documents.LONGEST} characters",
        assertions.FRESH_FOR,
        assertions.SKEW,
    ],
    "Private keys of a SAML provider": [
        f"{MOST_PRIVATE_KEYS} keys",
        f"{private_keys.SHORTEST_RSA} to {private_keys.LONGEST_RSA} bits",
        f"{private_keys.LONGEST} characters",
    ],
    "Keys of a SAML provider": [
        f"{metadata.MOST_KEYS} keys",
        f"{certificates.SHORTEST_RSA} bits",
        f"{certificates.SHORTEST_EC} bits",
    ],
    "Proof of a key": [proofs.FRESH_FOR, "128 characters"],
    "Registration of a program": [clients.LIFETIME, f"{clients.LONGEST_NAME} characters"],
    "Device authorization": [
        device_authorizations.LIFETIME,
        f"{device_authorizations.LENGTH} letters",
        f"{device_authorizations.INTERVAL} second",
    ],
    "Wrong codes of programs, from one client and in one session": [
        f"{lockout.USER_CODES.failures} failures in",
        lockout.USER_CODES.memory,
    ],
    "Question of a program in the browser": [consents.LIFETIME],
    "Authorization code of a program": [
        f"{int(consents.CODE_LIFETIME.total_seconds())} seconds",
    ],
    "Access token of a program": [tokens.ACCESS_LIFETIME],
    "Page of the portal's API": [f"1 to {sso.MOST_RESULTS} results"],
    "Access keys of a root user or an IAM user": [f"{MOST_ACCESS_KEYS} access keys"],
    "Last use of an access key": [access_keys.NOTED_EVERY],
    "Signature of a request": [sigv4.SKEW],
    "Presigned address": [sigv4.LONGEST_PRESIGNED],
    "Session of a role, by STS": [
        timedelta(seconds=role_sessions.SHORTEST),
        timedelta(seconds=sts_fields.LONGEST_ROLE),
        timedelta(seconds=role_sessions.LONGEST_CHAINED),
    ],
    "Session of a user, federated user": [
        timedelta(seconds=role_sessions.SHORTEST),
        timedelta(seconds=sts.LONGEST),
        timedelta(seconds=sts.DEFAULT),
        timedelta(seconds=sts.LONGEST_OF_ROOT),
    ],
    "Token of an OpenID Connect provider": [
        f"up to {web_tokens.LONGEST} characters",
        f"subject of up to {web_tokens.LONGEST_SUBJECT}",
        timedelta(seconds=web_tokens.SKEW),
    ],
    "Fetched keys of an issuer": [
        issuer_keys.KEPT_FOR,
        f"up to {issuer_keys.LARGEST} bytes",
        f"within {int(issuer_keys.PATIENCE)} seconds",
    ],
    "Token for another service": [
        timedelta(seconds=outbound.SHORTEST),
        timedelta(seconds=outbound.LONGEST),
        timedelta(seconds=outbound.DEFAULT),
        f"up to {sts_outbound.MOST_AUDIENCES} audiences",
    ],
    "Background session of a user": [
        timedelta(minutes=column(Directory, "background_minutes").default),
        limits("background_minutes", Directory),
    ],
    "Extended session of Kiro and Amazon Q Developer": [grants.EXTENDED_LIFETIME],
    "Contexts of a session": [f"up to {sts.MOST_CONTEXTS}"],
    "Session tags and policies": [
        f"{sts_fields.MOST_TAGS} tags",
        f"{sts_fields.MOST_POLICIES} policies",
    ],
    "Acting as a root user, by STS": [timedelta(seconds=root_sessions.LONGEST)],
    "Trade-in token": [
        delegations.LIFETIME,
        timedelta(seconds=delegations.SHORTEST),
        timedelta(seconds=delegations.LONGEST),
        timedelta(seconds=delegations.DEFAULT),
    ],
    "Name of a session, source identity": ["2 to 64"],
    "IAM user name": [f"{forms.IamUserForm.base_fields['username'].max_length} characters"],
}

COOKIES = {
    signin_http.FLOW_COOKIE: flow.LIFETIME,
    signin_http.SIGNIN_COOKIE: sessions.CONSOLE_LIFETIME,
    signin_http.CONSOLE_COOKIE: sessions.CONSOLE_LIFETIME,
    signin_http.MULTI_SESSION_COOKIE: multi_sessions.LIFETIME,
    signin_http.BUILDER_ID_COOKIE: people.SIGNED_IN_FOR,
    signin_http.PORTAL_COOKIE: Directory().session_lifetime,
    signin_http.DEVICE_COOKIE: browsers.REMEMBERED_FOR,
    signin_http.REMEMBER_COOKIE: timedelta(seconds=remembered.LIFETIME),
    signin_http.IDP_COOKIE: timedelta(seconds=idp_views.REMEMBERED_FOR),
    signin_http.ROLES_COOKIE: timedelta(seconds=role_history.LIFETIME),
    **dict.fromkeys(client_cookies.OF_CONSOLES, sessions.CONSOLE_LIFETIME),
    **dict.fromkeys(client_cookies.OF_SIGN_IN_HOSTS, timedelta(seconds=remembered.LIFETIME)),
    **dict.fromkeys(client_cookies.OF_PORTALS, Directory().session_lifetime),
    settings.CSRF_COOKIE_NAME: None,
    settings.LANGUAGE_COOKIE_NAME: timedelta(seconds=settings.LANGUAGE_COOKIE_AGE),
    settings.SESSION_COOKIE_NAME: timedelta(seconds=settings.SESSION_COOKIE_AGE),
}
