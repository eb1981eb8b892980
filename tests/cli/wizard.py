"""``aws configure sso``, answered as somebody at a terminal answers it."""

from collections.abc import Callable

from tests.cli.programs import START_URL, Cli
from tests.cli.terminal import Terminal


def make_profile(cli: Cli, let_in: Callable[[str], None]) -> None:
    """Have the wizard make a profile ``made`` from nothing; ``let_in`` gets the address it opens.

    The questions are those words that all versions have in common.
    """
    (cli.home / ".aws" / "config").write_text("")
    terminal = Terminal([cli.program, "configure", "sso"], cli.environment_of(), str(cli.home))
    for question, answer in [
        ("SSO session name", "lab"),
        ("SSO start URL", START_URL),
        ("SSO region", "us-east-1"),
        ("SSO registration scopes", ""),
    ]:
        terminal.expect(question)
        terminal.type(answer)
    let_in(cli.opened_url(terminal.process))
    for chosen in ("> Example Corp", "> AdministratorAccess"):
        terminal.expect(chosen)
        terminal.type()
    for question, answer in [
        ("client Region [", "us-east-1"),
        ("default output format", "json"),
        ("rofile name [", "made"),
    ]:
        terminal.expect(question)
        terminal.type(answer)
    assert terminal.finish() == 0
