"""The two languages: pages without a rest of English."""

import re
from collections.abc import Callable

import pytest

from signin.console import signin_views
from signin.control import operators
from signin.mailbox.models import Message as Mail
from tests.browser import CONSOLE, DESK, SIGNIN, Browser, address
from tests.catalogue import TAG, english_pieces
from tests.devices import device
from tests.flows import account_walks, builder_id_pages, device_walks, portal_pages
from tests.flows.opening_walks import (
    EMAIL,
    choose,
    taken_meanwhile,
    told_of_use,
    up_to_the_phone,
    verify,
)
from tests.walks import (
    ACCOUNT_PAGE,
    MAILED,
    ROOT,
    ZHANG,
    ask_for_recovery,
    mailed_link,
    name_root,
    newest_code,
    open_account,
    pass_captcha,
    sign_in_as_iam_user,
    sign_in_as_root,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

BANNER = (
    "これはローカルエミュレーターで、AWS ではありません。本物の認証情報を入力しないでください。"
)
JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")


# The pages.


def session_over(browser: Browser) -> Browser:
    sign_in_as_iam_user(browser)
    browser.cookies["console.aws.amazon.com.localhost:8000"]["vestibule-console"] = "dead"
    return browser.visit("/console/home")


def throttled(browser: Browser) -> Browser:
    browser.visit(ACCOUNT_PAGE)
    for _ in range(11):
        browser.submit(username=ZHANG[0], password="wrong")
    return browser


def with_mail(browser: Browser, path: str) -> Browser:
    mailed_code(browser)
    return browser.visit(DESK + path.format(id=Mail.objects.latest("id").pk))


def mailed_code(browser: Browser) -> Browser:
    return name_root(browser, MAILED[0]).submit(password=MAILED[1])


def as_operator(browser: Browser, path: str) -> Browser:
    password = operators.create()
    browser.visit(DESK + "admin/")
    browser.submit("login-form", username=operators.NAME, password=password)
    return browser.visit(f"{DESK}admin/{path}")


def resynchronise(browser: Browser) -> Browser:
    return as_operator(browser, f"mfa/device/{device().pk}/resynchronise/")


def new_password(browser):
    return sign_in_as_iam_user(browser, "new.starter", "Start-demo-1")


def again(browser):
    query = f"redirect_uri={CONSOLE}account/&code_challenge={'x' * 43}&prompt=login"
    return browser.visit(f"{SIGNIN}oauth?{query}")


def in_strict(browser, username, password):
    browser.visit(address("example-strict.signin.aws.amazon.com", "/console"))
    return browser.submit(username=username, password=password)


Walk = Callable[[Browser], Browser]

SIGN_IN_PAGES: dict[str, Walk] = {
    "kind of user": lambda browser: browser.visit(CONSOLE),
    "security check": lambda browser: name_root(browser, ROOT[0]),
    "password": lambda browser: name_root(browser, MAILED[0]),
    "mailed code": mailed_code,
    "recovery": lambda browser: ask_for_recovery(browser, MAILED[0]),
    "recovery, sent": lambda browser: pass_captcha(ask_for_recovery(browser, MAILED[0])),
    "reset password": lambda browser: browser.visit(mailed_link(browser, MAILED[0])),
    "password set": lambda browser: browser.visit(SIGNIN + "recovery/done"),
    "new account": lambda browser: browser.visit(SIGNIN + "open-account"),
    "new account, code": lambda browser: open_account(browser, EMAIL),
    "new account, password": verify,
    "new account, phone": up_to_the_phone,
    "IAM user": lambda browser: browser.visit(ACCOUNT_PAGE),
    "given password": new_password,
    "root user again": lambda browser: again(sign_in_as_root(browser, *ROOT)),
    "IAM user again": lambda browser: again(sign_in_as_iam_user(browser)),
    "expired password": lambda browser: in_strict(browser, "expired.user", "Expired-demo-1"),
}
REFUSALS: dict[str, tuple[Walk, str]] = {
    "no e-mail": (
        lambda browser: browser.visit(CONSOLE).submit(user_type="root", email=""),
        "メールアドレスを入力",
    ),
    "no account": (
        lambda browser: browser.visit(CONSOLE).submit(user_type="iam", account="-"),
        "12 桁の数字",
    ),
    "nothing typed": (
        lambda browser: browser.visit(ACCOUNT_PAGE).submit(username="", password=""),
        "印の付いた項目",
    ),
    "wrong characters": (
        lambda browser: name_root(browser, ROOT[0]).submit(captcha="zzz"),
        "文字が一致しません",
    ),
    "wrong password of a root user": (
        lambda browser: name_root(browser, MAILED[0]).submit(password="wrong"),
        "内容が一致しません",
    ),
    "wrong password of an IAM user": (
        lambda browser: sign_in_as_iam_user(browser, ZHANG[0], "wrong"),
        "内容が一致しません",
    ),
    "too many tries": (throttled, "しばらく待って"),
    "wrong code": (
        lambda browser: mailed_code(browser).submit(code=another(newest_code(MAILED[0]))),
        "送信したコードと異なり",
    ),
    "poor new password": (
        lambda browser: new_password(browser).submit(
            password="Start-demo-1", new_password="Ab1", confirm_password="Ab1"
        ),
        "8～128 文字にしてください",
    ),
    "wrong current password": (
        lambda browser: new_password(browser).submit(
            password="wrong", new_password="Tidy-Kettle-88", confirm_password="Tidy-Kettle-88"
        ),
        "現在のパスワードと一致しません",
    ),
    "no permission to choose": (
        lambda browser: in_strict(browser, "stuck.user", "Stuck-demo-1"),
        "管理者に依頼してください",
    ),
    "no address for a new account": (
        lambda browser: open_account(browser, ""),
        "使用するメールアドレスを入力",
    ),
    "address in use": (told_of_use, "すでにアカウントで使われています"),
    "no name for a new account": (
        lambda browser: open_account(browser, EMAIL, "漢字"),
        "半角の英数字",
    ),
    "poor first password": (lambda browser: choose(verify(browser), "Ab1"), "8～128 文字"),
    "no phone number": (lambda browser: up_to_the_phone(browser).submit(phone="x"), "電話番号は"),
    **account_walks.REFUSALS,
    "no code at all": (lambda browser: mailed_code(browser).submit(code="1"), "数字 6 桁"),
}
CONSOLE_PAGES: dict[str, Walk] = {
    "home of a root user": lambda browser: sign_in_as_root(browser, *MAILED),
    **account_walks.PAGES,
    "home of an IAM user": sign_in_as_iam_user,
    "security credentials": lambda browser: sign_in_as_iam_user(browser).visit(
        "/iam/security_credentials"
    ),
    "own password": lambda browser: sign_in_as_iam_user(browser).visit("/iam/password"),
    "password expires": lambda browser: in_strict(browser, "expires.soon", "Soon-demo-1"),
    "support center": lambda browser: sign_in_as_iam_user(browser).visit("/support/home"),
    "suspended": lambda browser: sign_in_as_root(
        browser, "suspended@example.com", "Suspended-demo-1"
    ),
    "closed": lambda browser: sign_in_as_root(browser, "closed@example.com", "Closed-demo-1"),
    "public page": lambda browser: browser.visit(address("aws.amazon.com", "/console/")),
}
HELP_PAGES: dict[str, Walk] = {
    name: lambda browser, name=name: browser.visit(f"{SIGNIN}help/{name}")
    for name in sorted(signin_views.HELP_PAGES)
}
DESK_PAGES: dict[str, Walk] = {
    "doors": lambda browser: browser.visit(DESK),
    "empty mailbox": lambda browser: browser.visit(DESK + "mailbox/"),
    "mailbox": lambda browser: with_mail(browser, "mailbox/"),
    "nothing found": lambda browser: browser.visit(DESK + "mailbox/?q=nothing"),
    "message": lambda browser: with_mail(browser, "mailbox/{id}"),
    "no events": lambda browser: browser.visit(DESK + "events/"),
    "events": lambda browser: sign_in_as_iam_user(browser).visit(DESK + "events/"),
    "control API": lambda browser: browser.visit(DESK + "control/"),
    "operator's sign-in": lambda browser: browser.visit(DESK + "admin/"),
    "admin site": lambda browser: as_operator(browser, ""),
    "accounts": lambda browser: as_operator(browser, "accounts/account/"),
    "password policies": lambda browser: as_operator(browser, "accounts/passwordpolicy/"),
    "new password policy": lambda browser: as_operator(browser, "accounts/passwordpolicy/add/"),
    "new account": lambda browser: as_operator(browser, "accounts/account/add/"),
    "new IAM user": lambda browser: as_operator(browser, "accounts/iamuser/add/"),
    "sessions": lambda browser: as_operator(sign_in_as_iam_user(browser), "accounts/session/"),
    "lockouts": lambda browser: as_operator(throttled(browser), "accounts/lockout/"),
    "devices": lambda browser: as_operator(browser, "mfa/device/"),
    "device": lambda browser: as_operator(browser, f"mfa/device/{device().pk}/change/"),
    "account": lambda browser: as_operator(browser, "accounts/account/888899990000/change/"),
    "resynchronise a device": resynchronise,
    "codes that are no pair": lambda browser: resynchronise(browser).submit(
        "resync-form", code1="000000", code2="000000"
    ),
}
ERROR_PAGES: dict[str, tuple[Walk, int, str]] = {
    "session over": (session_over, 401, "セッションが終了"),
    "attempt over": (
        lambda browser: browser.visit(SIGNIN + "signin/nothing"),
        410,
        "このサインインは終了",
    ),
    "link over": (
        lambda browser: browser.visit(SIGNIN + "recovery"),
        410,
        "リンクはもう使えません",
    ),
    "sign out first": (
        lambda browser: sign_in_as_iam_user(browser).visit(SIGNIN + "recovery"),
        409,
        "先にサインアウト",
    ),
    "address taken": (taken_meanwhile, 409, "先に使われました"),
    "hand-off failed": (
        lambda browser: browser.visit(CONSOLE + "console/auth?code=x"),
        400,
        "コンソールに戻れません",
    ),
    "stale form": (
        lambda browser: browser.post(SIGNIN + "signin/nothing", {}),
        403,
        "フォームはもう使えません",
    ),
    "another site": (
        lambda browser: browser.post(SIGNIN, {}, **{"Sec-Fetch-Site": "cross-site"}),
        403,
        "別のサイトから送信",
    ),
    "another machine": (lambda browser: at(browser, "10.0.0.7"), 403, "マシン"),
    "no such page": (lambda browser: browser.visit(SIGNIN + "nothing"), 404, "見つかりません"),
    "no such host": (
        lambda browser: browser.visit(address("s3.amazonaws.com")),
        421,
        "入口はありません",
    ),
}


def at(browser: Browser, ip: str) -> Browser:
    browser.ip = ip
    return browser.visit(CONSOLE)


def another(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def language_of(browser: Browser) -> str:
    return re.search(r'<html lang="([\w-]+)"', browser.text)[1]


def assert_is_japanese(browser: Browser) -> None:
    """Fail where something on the page, its title and attributes included, is in English."""
    assert language_of(browser) == "ja"
    assert BANNER in browser.words
    source = " ".join(re.sub(r"<(\w+)[^>]* lang=\"en\".*?</\1>", "", browser.text).split())
    assert JAPANESE.search(re.search(r"<title>(.*?)</title>", source)[1])
    assert not [piece for piece in english_pieces() if piece in source]
    prose = re.sub(r"<(script|style|code|pre)\b.*?</\1>", "|", source)
    words = TAG.sub("|", prose)
    assert not re.findall(r"(?:\b[A-Za-z']+ ){3,}[a-z']+", words)


@pytest.mark.parametrize(
    "walk",
    [
        pytest.param(walk, id=name)
        for pages in (
            SIGN_IN_PAGES,
            CONSOLE_PAGES,
            device_walks.PAGES,
            portal_pages.PAGES,
            builder_id_pages.PAGES,
            HELP_PAGES,
            DESK_PAGES,
        )
        for name, walk in pages.items()
    ],
)
def test_a_page_in_japanese_has_no_rest_of_english(japanese, walk):
    assert walk(japanese).status == 200
    assert_is_japanese(japanese)


@pytest.mark.parametrize(
    ("walk", "says"),
    [
        *REFUSALS.values(),
        *device_walks.REFUSALS.values(),
        *portal_pages.REFUSALS.values(),
        *builder_id_pages.REFUSALS.values(),
    ],
    ids=[
        *REFUSALS,
        *device_walks.REFUSALS,
        *portal_pages.REFUSALS,
        *builder_id_pages.REFUSALS,
    ],
)
def test_what_is_refused_is_refused_in_japanese(japanese, walk, says):
    walk(japanese)
    assert says in japanese.words
    assert_is_japanese(japanese)


@pytest.mark.parametrize(
    ("walk", "status", "says"),
    [
        *ERROR_PAGES.values(),
        *device_walks.ERRORS.values(),
        *portal_pages.ERRORS.values(),
        *builder_id_pages.ERRORS.values(),
    ],
    ids=[*ERROR_PAGES, *device_walks.ERRORS, *portal_pages.ERRORS, *builder_id_pages.ERRORS],
)
def test_an_error_page_is_in_japanese(japanese, walk, status, says):
    assert walk(japanese).status == status
    assert says in japanese.words
    assert_is_japanese(japanese)
