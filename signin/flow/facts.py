"""The words that steps share: everything an attempt can have learned."""

from typing import Literal, TypedDict


class SamlFacts(TypedDict):
    """What an identity provider said of somebody; not the response in which it said so."""

    assertion: str  # the ID by which it can be used once
    issuer: str
    expires_at: str
    session_expires_at: str  # of the session at the provider, or nothing
    subject: str
    subject_format: str
    recipient: str  # the address of ours that it was for
    provider: str  # ARN
    role: str  # ARN of the one that was chosen
    session_name: str
    seconds: int | None  # that the session shall last


class Facts(TypedDict, total=False):
    """What is known so far. Never a secret: no password, code, answer or token."""

    destination: str  # the absolute URL first asked for, one of our own console pages
    challenge: str  # S256 of the secret that the application host gave this browser; or nothing

    reauthenticates: bool  # is signed in already, and proves it again

    user_type: Literal["root", "iam"]
    email: str  # as typed
    access_controlled: bool  # the account says from where its root user may sign in
    account: str  # an account ID or alias, as typed
    username: str  # as typed
    remember_account: bool
    alias_remembered: bool  # the browser came with an account's alias in its cookie

    signin_token: int  # the row of the sign-in token with which a broker sent somebody
    issuer: str  # the address of the broker
    saml: SamlFacts

    directory: str  # ID of the directory whose portal is signed in to
    portal: str  # and the first part of the portal's host name
    auth_workflow: str  # the same in all events of this sign-in
    request_id: str  # of the event of the last factor that was proved
    factors_proved: list[str]  # as events name them, in order
    one_time_mailed: bool  # a one-time password was mailed in place of a password that isn't there
    one_time_kept: bool  # one was kept, if only for show
    trust_device: bool  # this browser shall be trusted from now on
    portal_code_due: bool  # six digits go to a directory user's address
    mfa_blocked: bool  # the directory lets nobody in without a device
    enrolment_forced: bool  # a device had to be registered on the way

    external: bool  # the directory's users prove who they are to somebody else's provider
    external_verified: bool  # and the provider vouched for one
    external_until: str  # when the provider wants the session to end, if it says so
    arrival_due: bool  # nobody here had asked, so the person is asked whether it is meant

    captcha_due: bool
    captcha_id: str  # the challenge that the page shows
    captcha_solved: bool

    password_verified: bool
    principal_id: int  # whose password it was
    password_set_at: str  # and when they had chosen it

    new_password_due: bool  # of an IAM user, before the console opens

    full_name: str  # of somebody who creates a Builder ID, as typed
    suggested_email: str  # was typed where somebody wanted to sign in
    came_from: str  # the handle of the attempt that Cancel leads back to
    account_name: str  # of an account to be opened, as typed
    phone: str  # of its owner, as typed
    recovery_requested: bool

    mfa_due: bool  # the principal has devices
    mfa_kinds: list[str]  # of these kinds
    mfa_kind: str  # the one that is asked for
    mfa_asked: list[str]  # factors whose challenge Identity Center's events tell of
    mfa_wrong: int  # answers that were wrong, in this attempt
    mfa_trouble: bool  # somebody can't use the device
    mfa_ceremony: str  # the challenge that the page shows
    mfa_verified: bool
    mfa_identifier: str  # serial number or ARN of the device that proved it
    resync_due: bool
    resynchronised: bool

    lost_device_mailed: bool
    lost_device: bool  # a mailed link and a call stood in for the device

    mfa_prompt_due: bool  # the account wants its root user to register a device
    mfa_may_skip: bool  # not yet, that is
    registering: bool
    new_kind: str  # of the device that is being registered
    new_name: str
    new_device: int
    device_registered: bool
    name_due: bool  # of a device that is registered
    session: str  # the ID of the session in which this goes on

    email_code_due: bool
    email_code_sent: bool
    email_code_verified: bool
