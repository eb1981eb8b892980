"""What to tell programs so that they speak with this server, as the desk and the command say it."""

from dataclasses import dataclass
from shlex import quote
from textwrap import dedent

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Directory, Role
from signin import hosts, naming
from signin.gateway import place
from signin.gateway.place import Place
from signin.kernel.partitions import AWS, Partition

ADDRESS = "127.0.0.1"
# The services whose endpoints clients let one choose, by the suffix of their variable.
SERVICES = ("SSO_OIDC", "SSO", "STS", "SIGNIN")
SCOPE = "sso:account:access"


@dataclass(frozen=True)
class Recipe:
    """One text to copy: what it is for, and the text."""

    name: str
    title: str | Promise
    hint: str | Promise
    text: str


def endpoint() -> str:
    """Return the address at which all services answer programs that take one.

    By number: programs ask the system for names, which often knows none below localhost.
    """
    return f"http://{ADDRESS}:{settings.SIGNIN_PORT}"


def environment(partition: Partition = AWS) -> dict[str, str]:
    """Return the variables that lead the clients of each service here.

    The desk's sign-in is that of ``aws``; of another partition it is at its own host.
    """
    variables = {f"AWS_ENDPOINT_URL_{service}": endpoint() for service in SERVICES}
    if partition is not AWS:
        signin = hosts.origin("signin", region=partition.home)
        variables["AWS_ENDPOINT_URL_SIGNIN"] = signin
    return variables


def gateway_environment(found: Place) -> dict[str, str]:
    """Return the variables that lead every client to the gateway."""
    authority = dict.fromkeys(
        ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"),
        found.authority,
    )
    return {"HTTPS_PROXY": found.url, **authority}


def exports(variables: dict[str, str]) -> str:
    """Return lines for a shell that set variables."""
    return "".join(f"export {name}={quote(value)}\n" for name, value in variables.items())


def profile(directory: Directory) -> str:
    """Return what belongs into ``~/.aws/config`` for the users of a directory."""
    name = _name(directory)
    session = f"""\
        [sso-session {name}]
        sso_start_url = {_start_url(directory)}
        sso_region = {directory.region}
        sso_registration_scopes = {SCOPE}
        """
    made_for = Role.objects.filter(permission_set__directory=directory)
    if not (role := made_for.select_related("permission_set").order_by("pk").first()):
        return dedent(session)
    return dedent(session) + dedent(f"""
        [profile {name}]
        sso_session = {name}
        sso_account_id = {role.account_id}
        sso_role_name = {role.permission_set.name if role.permission_set else role.name}
        region = {directory.region}
        """)


def recipes(directory: Directory | None) -> list[Recipe]:
    """Return all recipes, for the users of a directory if there is one."""
    found, partition = place.find(), directory.partition if directory else AWS
    return [
        Recipe(
            "environment",
            _("Endpoints"),
            _("For clients that let one choose: AWS CLI 2.13 and newer, boto3, the SDKs."),
            exports(environment(partition)),
        ),
        *(_of_directory(directory) if directory else []),
        *(_of_gateway(found, partition) if found else []),
        *([_javascript_by_gateway(directory)] if found and directory else []),
    ]


def _of_directory(directory: Directory) -> list[Recipe]:
    name, region = _name(directory), directory.region
    return [
        Recipe(
            "config",
            "~/.aws/config",
            _("The session of the directory, and a profile with one of its roles."),
            profile(directory),
        ),
        Recipe(
            "cli",
            "AWS CLI",
            _("The first line opens a browser, and the second asks who one is."),
            f"aws sso login --profile {name}\naws sts get-caller-identity --profile {name}\n",
        ),
        Recipe(
            "boto3",
            "boto3",
            _("After a login of the AWS CLI, with the endpoints in the environment."),
            dedent(f"""\
                import boto3

                session = boto3.Session(profile_name="{name}")
                print(session.client("sts").get_caller_identity()["Arn"])
                """),
        ),
        Recipe(
            "javascript",
            _("SDK for JavaScript, version 3"),
            _("The same, as a module of Node.js."),
            dedent(f"""\
                import {{ GetCallerIdentityCommand, STSClient }} from "@aws-sdk/client-sts";
                import {{ fromSSO }} from "@aws-sdk/credential-providers";

                const sts = new STSClient({{
                  region: "{region}",
                  credentials: fromSSO({{ profile: "{name}" }}),
                }});
                console.log((await sts.send(new GetCallerIdentityCommand({{}}))).Arn);
                """),
        ),
        Recipe(
            "terraform",
            "Terraform",
            _("The endpoint that renews a token comes from the environment, the others from here."),
            dedent(f"""\
                provider "aws" {{
                  profile = "{name}"
                  region  = "{region}"

                  endpoints {{
                    sso = "{endpoint()}"
                    sts = "{endpoint()}"
                  }}
                }}
                """),
        ),
    ]


def _of_gateway(found: Place, partition: Partition) -> list[Recipe]:
    return [
        Recipe(
            "gateway",
            _("Gateway of the real names"),
            _("For clients with built-in hosts. Beside it they need the profile only."),
            exports(gateway_environment(found)),
        ),
        Recipe(
            "browser",
            _("A browser behind the gateway"),
            _("It shows AWS's own addresses. Give it a folder of its own, which is thrown away."),
            f"chromium --user-data-dir=/tmp/vestibule-browser --proxy-server={found.url}"
            f" --ignore-certificate-errors-spki-list={found.pin}"
            f" https://console.{partition.console}/\n",
        ),
    ]


def _javascript_by_gateway(directory: Directory) -> Recipe:
    name, region = _name(directory), directory.region
    return Recipe(
        "gateway-javascript",
        _("SDK for JavaScript behind the gateway"),
        _("Node.js goes by no proxy of the environment; an agent that does is handed to the SDK."),
        dedent(f"""\
            import {{ GetCallerIdentityCommand, STSClient }} from "@aws-sdk/client-sts";
            import {{ fromSSO }} from "@aws-sdk/credential-providers";
            import {{ HttpsProxyAgent }} from "https-proxy-agent";

            const requestHandler = {{ httpsAgent: new HttpsProxyAgent(process.env.HTTPS_PROXY) }};
            const sts = new STSClient({{
              region: "{region}",
              requestHandler,
              credentials: fromSSO({{ profile: "{name}", clientConfig: {{ requestHandler }} }}),
            }});
            console.log((await sts.send(new GetCallerIdentityCommand({{}}))).Arn);
            """),
    )


def _start_url(directory: Directory) -> str:
    """Return the real address of a portal: clients take no other one for a start URL."""
    if directory.partition is AWS:
        return f"https://{directory.pk}.awsapps.com/start"
    with naming.seen_as(naming.REAL):
        return hosts.origin("portal", **hosts.portal_named(directory.portal_name))


def _name(directory: Directory) -> str:
    """Return a name for what programs keep of a directory."""
    return directory.subdomain or directory.pk
