"""The sign-ins that are measured, and the scenario that makes them whole without a human.

The root user's account asks for no security check and no mailed code: what is left is who, and
the password. The IAM user comes by the account's own address, the user of the directory by its
portal.
"""

from tests.bench.browser import Browser, Transport
from tests.bench.figures import Unusable

SCENARIO = "bench"
ACCOUNT = "111122223333"
EMAIL = "root@bench.example.com"
USERNAME = "bench"
PASSWORD = "Correct-horse-1"
ACCESS_KEY = ("AKIABENCHMARKEXAMPLE", "bench/mark/secret+not+for+production/key")
ROLE = "Bench"
DIRECTORY = "d-0123456789"
REGION = "us-east-1"
PERMISSION_SET = "ReadOnly"

DOCUMENT = {
    "title": "One account, for measurements",
    "accounts": [
        {
            "id": ACCOUNT,
            "name": "Bench",
            "sign_in": {"captcha": "never", "code": "never"},
            "root": {"email": EMAIL, "password": PASSWORD},
            "users": [
                {
                    "name": USERNAME,
                    "password": PASSWORD,
                    "access_keys": [
                        dict(zip(("access_key_id", "secret_access_key"), ACCESS_KEY, strict=True))
                    ],
                }
            ],
            "roles": [{"name": ROLE, "trusts": [ACCOUNT]}],
        }
    ],
    "directories": [
        {
            "id": DIRECTORY,
            "account": ACCOUNT,
            "region": REGION,
            "sign_in": {"mfa": "never"},
            "users": [
                {
                    "name": USERNAME,
                    "email": f"{USERNAME}@bench.example.com",
                    "display_name": "Bench",
                    "password": PASSWORD,
                }
            ],
            "permission_sets": [{"name": PERMISSION_SET}],
            "assignments": [
                {"permission_set": PERMISSION_SET, "accounts": [ACCOUNT], "users": [USERNAME]}
            ],
        }
    ],
}


def as_root_user(transport: Transport, port: int) -> Browser:
    """Sign the root user in with a new browser; raise Unusable if that fails."""
    browser = Browser(transport).visit(f"http://console.aws.amazon.com.localhost:{port}/")
    browser.submit(user_type="root", email=EMAIL).submit(password=PASSWORD)
    return _arrived(browser)


def as_iam_user(transport: Transport, port: int, username: str = USERNAME) -> Browser:
    """Sign an IAM user in with a new browser; raise Unusable if that fails."""
    return _arrived(try_as_iam_user(transport, port, username))


def as_directory_user(transport: Transport, port: int, username: str = USERNAME) -> Browser:
    """Sign a user of the directory in at the portal; raise Unusable if that fails."""
    browser = Browser(transport).visit(portal(port))
    browser.submit(username=username).submit(password=PASSWORD)
    if browser.url != portal(port) or browser.answer.status != 200:
        raise _lost(browser)
    return browser


def portal(port: int) -> str:
    """Return the address of the portal's first page."""
    return f"http://{DIRECTORY}.awsapps.com.localhost:{port}/start/"


def try_as_iam_user(transport: Transport, port: int, username: str) -> Browser:
    """Type an IAM user's name and password, whatever comes of it."""
    start = f"http://{ACCOUNT}.signin.aws.amazon.com.localhost:{port}/console"
    browser = Browser(transport).visit(start)
    return browser.submit(account=ACCOUNT, username=username, password=PASSWORD)


def has_arrived(browser: Browser) -> bool:
    """Return whether a browser shows the console home, signed in."""
    at_home = browser.url.partition("?")[0].endswith("/console/home")
    return at_home and browser.answer.status == 200


def _arrived(browser: Browser) -> Browser:
    if not has_arrived(browser):
        raise _lost(browser)
    return browser


def _lost(browser: Browser) -> Unusable:
    return Unusable(f"sign-in ended at {browser.url} with {browser.answer.status}")
