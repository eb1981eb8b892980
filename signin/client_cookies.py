"""Cookies that programs of other people know: names, hosts and contents are AWS's.

All that are copied are here, each with its reason; what this server itself goes by is in
``signin.http``. They are given beside our own, end with them, and open nothing here, but for the
token of the portal, which is what its readers want. They have no prefix, since their readers look
for the very names.
"""

from django.http import HttpResponse

from signin.http import is_tls

# At the consoles. Extensions that colour and label them read who is signed in: the content scripts
# of aws-account-colorizer, speedrun and others by `document.cookie`, popups by the browser's API.
USER_INFO = "aws-userInfo"
# The same, signed: read by those that find no other, and sent on by awsapilib.
SIGNED_USER_INFO = "aws-userInfo-signed"
# awsapilib sends these on by name; extensions that keep several sessions apart, or clean up after
# a failed sign-in, look for them. Of their contents nobody knows more than what they look like.
CREDENTIALS = "aws-creds"
SERVLET_SESSION = "JSESSIONID"
CONSOLE_SESSION = "noflush_awsccs_sid"
ACCOUNT_DATA = "aws-account-data"
MFA_ENTERED = "aws-mfa-entered"

# At the sign-in hosts, as long as an account is remembered. Those that clean up look for them.
REMEMBER_ACCOUNT = "remember-account"
ACCOUNT_ALIAS = "aws-account-alias"

# At the portals. Programs that drive a browser send it to the portal's API as the bearer token.
PORTAL_TOKEN = "x-amz-sso_authn"

OF_CONSOLES = (
    USER_INFO,
    SIGNED_USER_INFO,
    CREDENTIALS,
    SERVLET_SESSION,
    CONSOLE_SESSION,
    ACCOUNT_DATA,
    MFA_ENTERED,
)
OF_SIGN_IN_HOSTS = (REMEMBER_ACCOUNT, ACCOUNT_ALIAS)
OF_PORTALS = (PORTAL_TOKEN,)
# What scripts can read of all cookies of this server. It says what the page says.
FOR_SCRIPTS = frozenset({USER_INFO})


def give(response: HttpResponse, name: str, value: str, *, max_age: int) -> None:
    """Give one of these cookies to a browser, for this host alone; ``max_age`` in seconds."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        secure=is_tls(),
        httponly=name not in FOR_SCRIPTS,
        samesite="Lax",
    )


def take_back(response: HttpResponse, *names: str) -> None:
    """Take some of these cookies back."""
    for name in names:
        response.delete_cookie(name, path="/", samesite="Lax")
