"""Directories and users for the tests of Identity Center; the scenario need not have any."""

from accounts import directory_users, passwords
from accounts.directory_users import Person, Way
from accounts.models import Account, Directory
from signin.http import Browser

DIRECTORY = "d-9067f2c1a0"
PASSWORD = "Quiet-Harbour-41"
DESK_BROWSER = Browser(
    ip="127.0.0.1", user_agent="a test", host="localhost:8000", region=None, device_key=""
)


def make_account(account_id="555500001111", name="Example Directory"):
    """Return an account that a directory can belong to."""
    return Account.objects.get_or_create(id=account_id, defaults={"name": name})[0]


def make_directory(directory_id=DIRECTORY, **columns):
    """Return a new directory in an account of its own."""
    columns.setdefault("account", make_account())
    return Directory.objects.create(id=directory_id, **columns)


def make_user(directory, username="jane_doe", *, password=PASSWORD, email="", **names):
    """Return a new user of a directory; without a password if that is None."""
    person = Person(username=username, email=email or f"{username}@example.com", **names)
    user, _ = directory_users.create(
        directory, person, way=Way.NONE, password=password, browser=DESK_BROWSER
    )
    return user


def is_right(user, password):
    """Return whether a password is a user's, as stored now."""
    user.refresh_from_db()
    return passwords.is_right(user, password)
