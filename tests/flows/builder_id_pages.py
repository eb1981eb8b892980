"""The pages of Builder IDs, each by the way that leads to it."""

from collections.abc import Callable

from builderid.models import Profile
from signin.http import BUILDER_ID_COOKIE
from signin.oidc import clients, consents, device_authorizations
from tests.browser import DESK, Browser, address
from tests.builder_id_walks import (
    CHOSEN,
    DEV,
    NEW,
    PLATFORM,
    START,
    add_app,
    ask_for_recovery,
    begin_sign_up,
    choose,
    follow,
    mailed_link,
    name,
    pass_captcha,
    person,
    sign_in,
    sign_up,
    verify,
)
from tests.directories import DESK_BROWSER
from tests.flows.portal_pages import as_operator
from tests.portal_walks import JANE
from tests.portal_walks import sign_in as sign_in_at_portal

Walk = Callable[[Browser], Browser]

START_URL = "https://view.awsapps.com/start"


def signed_in(browser: Browser) -> Browser:
    """Be at the start page; how the person is called is the scenario's."""
    Profile.objects.update(name="山田 太郎", nickname="太郎")
    return sign_in(browser)


def with_device(browser: Browser) -> Browser:
    """Be asked for a device."""
    if not person().devices.exists():
        add_app()
    return sign_in(browser)


def reset(browser: Browser) -> Browser:
    """Follow the link for a new password."""
    return browser.visit(mailed_link(browser))


def new_email(browser: Browser) -> Browser:
    """Begin to create a Builder ID."""
    return follow(browser.visit(START), "create-builder-id")


def program() -> clients.Registered:
    """Register a program that asks for a Builder ID."""
    return clients.register(
        "エディター",
        client_type="public",
        scopes=["codewhisperer:completions", "codecatalyst:read_write"],
        redirect_uris=["http://127.0.0.1/oauth/callback"],
        issuer_url=START_URL,
        browser=DESK_BROWSER,
    )


def asked_with_code(browser: Browser) -> Browser:
    """Be asked whether a program that shows a code is let in."""
    begun = device_authorizations.begin(program().client, start_url=START_URL, browser=DESK_BROWSER)
    return sign_in(browser).visit(f"{START}device?user_code={begun.user_code}")


def asked_in_browser(browser: Browser) -> Browser:
    """Be asked whether a program on this machine is let in."""
    asked = consents.request(
        program().client,
        redirect_uri="http://127.0.0.1:40123/oauth/callback",
        state="",
        challenge="c" * 43,
        scopes=[],
        browser=DESK_BROWSER,
    )
    return sign_in(browser).visit(f"{START}consent?request={asked.pk}")


def taken_meanwhile(browser: Browser) -> Browser:
    """Finish a sign-up after somebody else's with the same address."""
    choose(verify(browser))
    sign_up(Browser())
    return pass_captcha(browser)


def session_over(browser: Browser) -> Browser:
    """Come back with a session that is over."""
    sign_in(browser)
    browser.cookies["view.awsapps.com.localhost:8000"][BUILDER_ID_COOKIE] = "dead"
    return browser.visit(START)


PAGES: dict[str, Walk] = {
    "Builder ID's e-mail": lambda browser: browser.visit(START),
    "Builder ID's password": name,
    "Builder ID's code of a device": with_device,
    "Builder ID's trouble with a device": lambda browser: with_device(browser).submit(
        button="act=trouble"
    ),
    "Builder ID's recovery": ask_for_recovery,
    "Builder ID's recovery, sent": lambda browser: pass_captcha(ask_for_recovery(browser)),
    "Builder ID's reset": reset,
    "Builder ID's password set": lambda browser: reset(browser).submit(
        "reset-password", new_password=CHOSEN, confirm_password=CHOSEN
    ),
    "new Builder ID": new_email,
    "new Builder ID, name": lambda browser: new_email(browser).submit(email=NEW[0]),
    "new Builder ID, code": begin_sign_up,
    "new Builder ID, password": verify,
    "new Builder ID, check": lambda browser: choose(verify(browser)),
    "start page": signed_in,
    "program with a code": asked_with_code,
    "program let in": lambda browser: asked_with_code(browser).submit(
        "decide", button="decision=allow"
    ),
    "program kept out": lambda browser: asked_with_code(browser).submit(
        "decide", button="decision=deny"
    ),
    "program on this machine": asked_in_browser,
    "Builder IDs": lambda browser: as_operator(browser, "builderid/builderid/"),
    "Builder ID": lambda browser: as_operator(
        browser, f"builderid/builderid/{person().pk}/change/"
    ),
    "desk with a door for Builder IDs": lambda browser: browser.visit(DESK),
}
# Those that leave everything as it is for the next ones.
PLAIN = [
    name
    for name in PAGES
    if not name.endswith(("set", "device")) and name not in {"Builder IDs", "Builder ID"}
]
REFUSALS: dict[str, tuple[Walk, str]] = {
    "no e-mail of a Builder ID": (lambda browser: name(browser, ""), "メールアドレスを入力"),
    "wrong password of a Builder ID": (
        lambda browser: sign_in(browser, DEV[0], "wrong"),
        "内容が一致しません",
    ),
    "no name for a Builder ID": (
        lambda browser: new_email(browser).submit(email=NEW[0]).submit(full_name=""),
        "名前を入力",
    ),
    "poor password of a Builder ID": (lambda browser: choose(verify(browser), "Ab1"), "8～64 文字"),
}
ERRORS: dict[str, tuple[Walk, int, str]] = {
    "session with a Builder ID over": (session_over, 401, "セッションが終了"),
    "link of a Builder ID over": (
        lambda browser: browser.visit(PLATFORM + "platform/builder-id/reset"),
        410,
        "リンクはもう使えません",
    ),
    "hand-off to the start page failed": (
        lambda browser: browser.visit(START + "auth"),
        400,
        "戻れません",
    ),
    "address of a Builder ID taken": (taken_meanwhile, 409, "作成されました"),
    "code of a program over": (
        lambda browser: sign_in(browser).visit(START + "device?user_code=BBBB-BBBB"),
        410,
        "コードはもう使えません",
    ),
    "sign-in with a Builder ID over": (
        lambda browser: browser.visit(PLATFORM + "platform/login/nothing/sign-up"),
        410,
        "このサインインは終了",
    ),
    "portal of a Builder ID's code": (
        lambda browser: sign_in_at_portal(browser, *JANE).visit(
            address("example-corp.awsapps.com", "/start/device?user_code=BBBB-BBBB")
        ),
        410,
        "コードはもう使えません",
    ),
}
