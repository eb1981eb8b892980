"""The ways to the pages about devices."""

from mfa.steps.sign_in import WRONG_ANSWERS
from tests.browser import CONSOLE, Browser
from tests.devices import GRACED, JANE, add_token, code_of, device, wrong_code
from tests.walks import name_root, sign_in_as_iam_user


def asked(browser: Browser) -> Browser:
    """Go to the page that asks Jane for a code."""
    return sign_in_as_iam_user(browser, *JANE)


def signed_in(browser: Browser, path: str) -> Browser:
    """Sign in as Jane, and open a page of the console."""
    return asked(browser).submit(code=code_of()).visit(CONSOLE + path)


def several_kinds(browser: Browser) -> Browser:
    """Go to the page on which Jane chooses among her devices."""
    add_token(JANE[0], "GAHT12345678")
    return asked(browser)


def twice_wrong(browser: Browser) -> Browser:
    """Type two wrong codes, so that more help is offered."""
    return asked(browser).submit(code=wrong_code()).submit(code=wrong_code())


def too_often_wrong(browser: Browser) -> Browser:
    """Type so many wrong codes that the password is asked for again."""
    asked(browser)
    for _ in range(WRONG_ANSWERS):
        browser.submit(code=wrong_code())
    return browser


def register(browser: Browser, kind: str) -> Browser:
    """Go to the page that registers a device of a kind."""
    return signed_in(browser, "iam/mfa/new").submit(device_name="new", device_kind=kind)


def prompted(browser: Browser) -> Browser:
    """Go to the page that wants a root user to register a device."""
    return name_root(browser, GRACED[0]).submit(password=GRACED[1])


PAGES = {
    "code of a device": asked,
    "code of a token": lambda browser: several_kinds(browser).submit(device_kind="hardware"),
    "choose a device": several_kinds,
    "resynchronise": lambda browser: asked(browser).submit(button="act=resync"),
    "more help": twice_wrong,
    "device wanted": prompted,
    "device wanted now": lambda browser: prompted(browser).submit(),
    "devices": lambda browser: signed_in(browser, "iam/security_credentials"),
    "one device": lambda browser: signed_in(browser, f"iam/mfa/{device().pk}"),
    "new device": lambda browser: signed_in(browser, "iam/mfa/new"),
    "new app": lambda browser: register(browser, "totp"),
    "new token": lambda browser: register(browser, "hardware"),
    "new passkey": lambda browser: register(browser, "passkey"),
}
REFUSALS = {
    "wrong code of a device": (
        lambda browser: asked(browser).submit(code=wrong_code()),
        "そのコードは現在のものではありません",
    ),
    "no pair of codes": (
        lambda browser: (
            asked(browser).submit(button="act=resync").submit(code1="123456", code2="123456")
        ),
        "続けて表示された 2 つのコードではありません",
    ),
    "name of a device is taken": (
        lambda browser: signed_in(browser, "iam/mfa/new").submit(
            device_name="phone", device_kind="totp"
        ),
        "この名前のデバイスはすでにあります",
    ),
    "five wrong codes": (
        too_often_wrong,
        "パスワードをもう一度入力",
    ),
}


def registration_over(browser: Browser) -> Browser:
    """Open the page of a registration that there never was."""
    return signed_in(browser, "iam/mfa/new/nothing")


ERRORS = {
    "registration over": (registration_over, 410, "この登録は終了しています"),
}
