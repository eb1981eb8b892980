"""The two languages: pages without a rest of English, and the switch."""

import re
from collections.abc import Callable

import pytest

from signin.control import operators
from signin.mailbox.models import Message as Mail
from tests.browser import CONSOLE, DESK, SIGNIN, Browser, address
from tests.catalogue import TAG, english_pieces
from tests.flows import account_walks
from tests.walks import (
    ACCOUNT_PAGE,
    ROOT,
    SANDBOX,
    ZHANG,
    ask_for_recovery,
    mailed_link,
    name_root,
    newest_code,
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
    return name_root(browser, SANDBOX[0]).submit(password=SANDBOX[1])


def as_operator(browser: Browser, path: str) -> Browser:
    password = operators.create()
    browser.visit(DESK + "admin/")
    browser.submit("login-form", username=operators.NAME, password=password)
    return browser.visit(f"{DESK}admin/{path}")


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
    "password": lambda browser: name_root(browser, SANDBOX[0]),
    "mailed code": mailed_code,
    "recovery": lambda browser: ask_for_recovery(browser, SANDBOX[0]),
    "recovery, sent": lambda browser: pass_captcha(ask_for_recovery(browser, SANDBOX[0])),
    "reset password": lambda browser: browser.visit(mailed_link(browser, SANDBOX[0])),
    "password set": lambda browser: browser.visit(SIGNIN + "recovery/done"),
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
        lambda browser: name_root(browser, SANDBOX[0]).submit(password="wrong"),
        "内容が一致しません",
    ),
    "wrong password of an IAM user": (
        lambda browser: sign_in_as_iam_user(browser, ZHANG[0], "wrong"),
        "内容が一致しません",
    ),
    "too many tries": (throttled, "しばらく待って"),
    "wrong code": (
        lambda browser: mailed_code(browser).submit(code=another(newest_code(SANDBOX[0]))),
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
    **account_walks.REFUSALS,
    "no code at all": (lambda browser: mailed_code(browser).submit(code="1"), "数字 6 桁"),
}
CONSOLE_PAGES: dict[str, Walk] = {
    "home of a root user": lambda browser: sign_in_as_root(browser, *SANDBOX),
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
    for name in ("ways-to-sign-in", "which-user", "cannot-sign-in", "account-number", "builder-id")
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


@pytest.fixture
def japanese(new_browser) -> Browser:
    """Return a browser of somebody who prefers Japanese."""
    return new_browser(language="ja-JP,ja;q=0.9,en;q=0.5")


@pytest.mark.parametrize(
    "walk",
    [
        pytest.param(walk, id=name)
        for pages in (SIGN_IN_PAGES, CONSOLE_PAGES, HELP_PAGES, DESK_PAGES)
        for name, walk in pages.items()
    ],
)
def test_a_page_in_japanese_has_no_rest_of_english(japanese, walk):
    assert walk(japanese).status == 200
    assert_is_japanese(japanese)


@pytest.mark.parametrize(("walk", "says"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_refused_is_refused_in_japanese(japanese, walk, says):
    walk(japanese)
    assert says in japanese.words
    assert_is_japanese(japanese)


@pytest.mark.parametrize(("walk", "status", "says"), ERROR_PAGES.values(), ids=ERROR_PAGES)
def test_an_error_page_is_in_japanese(japanese, walk, status, says):
    assert walk(japanese).status == status
    assert says in japanese.words
    assert_is_japanese(japanese)


# The switch.


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ja", "ja"),
        ("ja-JP", "ja"),
        ("en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("fr,ja;q=0.5", "ja"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("x" * 2000, "en"),
    ],
)
def test_without_a_choice_the_browser_s_languages_decide(new_browser, accepted, language):
    browser = new_browser(language=accepted).visit(CONSOLE)
    assert language_of(browser) == language
    assert browser.cookie("vestibule-language", SIGNIN) is None


@pytest.mark.parametrize("locale", ["ja", "ja-JP"])
def test_a_chosen_language_is_kept_whatever_the_browser_prefers(browser, locale):
    browser.visit(f"{SIGNIN}help/which-user?locale={locale}")
    assert_is_japanese(browser)
    assert browser.cookie("vestibule-language", SIGNIN) == "ja"
    assert language_of(browser.visit("/help/builder-id")) == "ja"
    assert language_of(browser.visit("/help/builder-id?locale=en")) == "en"
    assert language_of(browser.visit("/help/builder-id")) == "en"


@pytest.mark.parametrize("locale", ["", "fr", "xx", "../ja", "jamaica", "<script>", "%00", "日本"])
def test_a_language_that_there_is_not_changes_nothing(browser, locale):
    browser.visit(f"{SIGNIN}help/which-user?locale={locale}")
    assert browser.status == 200
    assert language_of(browser) == "en"
    assert browser.cookie("vestibule-language", SIGNIN) is None


def test_every_page_offers_the_other_language_under_its_own_name(browser):
    browser.visit(SIGNIN + "help/which-user?from=mail")
    switch = re.search(r'<a href="([^"]*)" lang="ja" hreflang="ja"[^>]*>日本語</a>', browser.text)
    assert language_of(browser.visit(switch[1])) == "ja"
    assert "from=mail" in browser.url
    switch = re.search(r'<a href="([^"]*)" lang="en" hreflang="en"[^>]*>English</a>', browser.text)
    assert language_of(browser.visit(switch[1])) == "en"


def test_a_language_chosen_at_the_console_stays_through_sign_in_and_sign_out(browser):
    browser.visit(CONSOLE + "?locale=ja")
    assert browser.step == "user-type"
    assert language_of(browser) == "ja"
    assert browser.cookie("vestibule-language", CONSOLE) == "ja"
    assert browser.cookie("vestibule-language", SIGNIN) == "ja"
    browser.submit(user_type="iam", account="example-corp")
    assert language_of(browser) == "ja"
    browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.signed_in_as
    assert language_of(browser) == "ja"
    browser.submit("sign-out")
    assert "公開ページ" in browser.words
    assert language_of(browser) == "ja"
    assert language_of(browser.visit(CONSOLE)) == "ja"


@pytest.mark.parametrize(
    "step",
    [
        "kind of user",
        "IAM user",
        "security check",
        "password",
    ],
)
def test_a_language_chosen_at_any_step_reaches_the_console(browser, step):
    SIGN_IN_PAGES[step](browser)
    browser.visit(browser.url + ("&" if "?" in browser.url else "?") + "locale=ja")
    assert language_of(browser) == "ja"
    if browser.step == "user-type":
        browser.submit(user_type="root", email=SANDBOX[0])
    if browser.step == "captcha":
        pass_captcha(browser).submit(password=ROOT[1])
    elif browser.step == "password":
        browser.submit(password=SANDBOX[1])
        browser.submit(code=newest_code(SANDBOX[0]))
    else:
        browser.submit(username=ZHANG[0], password=ZHANG[1])
    assert browser.signed_in_as
    assert language_of(browser) == "ja"


def test_the_mail_is_in_the_language_of_the_page_that_asked_for_it(browser, japanese):
    mailed_code(browser)
    mail = Mail.objects.latest("id")
    assert mail.subject == "[Vestibule] Your verification code"
    assert not JAPANESE.search(mail.text)
    mailed_code(japanese)
    mail = Mail.objects.latest("id")
    assert JAPANESE.search(mail.subject)
    assert "6 桁の数字" in mail.text
    assert not [piece for piece in english_pieces() if piece in mail.subject + mail.text]
    japanese.visit(japanese.url + "?locale=en").submit(button="act=resend")
    assert not JAPANESE.search(Mail.objects.latest("id").text)
