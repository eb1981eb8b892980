"""All settings, in one file. Each name that starts with ``SIGNIN_`` is described in the README."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from signin.kernel import entropy

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Where the server keeps its data: database, keys, clock, whether faults may be armed, and whether
# somebody waits for programs to call.
SIGNIN_DATA_DIR = Path(env.str("SIGNIN_DATA_DIR", default=str(BASE_DIR / ".vestibule")))
SIGNIN_CLOCK_FILE = SIGNIN_DATA_DIR / "clock.json"
SIGNIN_ARRIVALS_FILE = SIGNIN_DATA_DIR / "programs-awaited"
SIGNIN_FAULTS_FILE = SIGNIN_DATA_DIR / "faults-armed"
SIGNIN_DATA_DIR.mkdir(parents=True, exist_ok=True)

# Where the server is found. The port is part of every address that it prints or mails.
SIGNIN_PORT = env.int("SIGNIN_PORT", default=env.int("PORT", default=8000))
SIGNIN_SUFFIX = env.str("SIGNIN_SUFFIX", default="localhost")
SIGNIN_SCHEME = "http"
SIGNIN_GATEWAY_PORT = env.int("SIGNIN_GATEWAY_PORT", default=0)
SIGNIN_GATEWAY_SECRET = ""  # `manage.py serve` makes one for each start of a gateway
SIGNIN_ALLOW_REMOTE = env.bool("SIGNIN_ALLOW_REMOTE", default=False)

# How the server behaves.
SIGNIN_SCENARIO = env.str("SIGNIN_SCENARIO", default="demo")
SIGNIN_PASSWORD_COST = env.str("SIGNIN_PASSWORD_COST", default="owasp")
SIGNIN_ALIAS_COOKIE_REGION = env.str("SIGNIN_ALIAS_COOKIE_REGION", default="us-east-2")
SIGNIN_WORKERS = env.int("SIGNIN_WORKERS", default=1)
SIGNIN_THREADS = env.int("SIGNIN_THREADS", default=16)


def _secret_key() -> str:
    """Return this installation's key; the first start makes it, readable by its owner only."""
    path = SIGNIN_DATA_DIR / "secret_key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(entropy.token())
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = _secret_key()
DEBUG = False
# The real names are here for the gateway; the host table refuses them from everybody else.
ALLOWED_HOSTS = [f".{SIGNIN_SUFFIX}", "localhost", "idp.localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS += [
    ".amazonaws-eusc.eu",
    ".amazonaws-us-gov.com",
    ".amazonaws.cn",
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".amazonwebservices.com.cn",
    ".amazonwebservices.eu",
    ".api.aws",
    ".app.aws",
    ".aws.amazon.com",
    ".awsapps.cn",
    ".awsapps.com",
    ".signin.aws",
]
USE_X_FORWARDED_HOST = False

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "signin.flow",
    "signin.events",
    "signin.captcha",
    "signin.phones",
    "signin.faults",
    "accounts",
    "mfa",
    "signin.oidc",
    "signin.logins",
    "signin.federation",
    "builderid",
    "signin.mailbox",
    "signin.console",
    "signin.identity_center",
    "signin.wire",
    "signin.idp",
    "signin.control",
]
MIDDLEWARE = [
    "signin.naming.NamingMiddleware",
    "signin.safeguards.SafeguardMiddleware",
    "signin.static_files.StaticFilesMiddleware",
    "signin.hosts.HostMiddleware",
    "signin.middleware.PeopleMiddleware",
]
FORCE_SCRIPT_NAME = ""  # each door is at the root of its host
ROOT_URLCONF = "signin.urls"
WSGI_APPLICATION = "signin.wsgi.application"
CSRF_FAILURE_VIEW = "signin.flow.views.csrf_failure"

DATABASES = {
    "default": env.db_url(
        "DATABASE_URL", default=f"sqlite:///{(SIGNIN_DATA_DIR / 'db.sqlite3').absolute()}"
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = None
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "signin.kernel.sqlite3"
    # IMMEDIATE takes the write lock at BEGIN: parallel requests wait instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "detect_types": 0,  # Django's fields know better than the names of columns' types
        # A checkpoint waits for the disk: one for 16 MiB of changes, not for four.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        " PRAGMA wal_autocheckpoint=4000",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

AUTH_USER_MODEL = "accounts.Principal"
AUTHENTICATION_BACKENDS = ["accounts.backends.PrincipalBackend"]
# A name is unique in its realm only; the backend is given a principal, never a bare name.
# The admin site's middlewares stand in signin.middleware.AdminMiddleware, where no check looks.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "admin.E408", "admin.E409", "admin.E410"]
_HASHERS = {
    "owasp": "accounts.hashers.OwaspArgon2",
    "django": "accounts.hashers.DjangoArgon2",
    "minimal": "accounts.hashers.MinimalArgon2",
}
if SIGNIN_PASSWORD_COST not in _HASHERS:
    raise ImproperlyConfigured(f"SIGNIN_PASSWORD_COST is one of {', '.join(_HASHERS)}.")
PASSWORD_HASHERS = [_HASHERS[SIGNIN_PASSWORD_COST]]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "signin.folding.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["signin.csrf", "signin.moments"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "signin.context.page",
            ],
        },
    }
]
FORM_RENDERER = "signin.forms.Renderer"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".static"
WHITENOISE_AUTOREFRESH = True  # no scan at the start; see signin.static_files
WHITENOISE_MAX_AGE = 60
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "signin.static_files.BundlingStorage"},
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ja", "日本語")]
LANGUAGE_COOKIE_NAME = "vestibule-language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LOCALE_PATHS = [BASE_DIR / "signin" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

CSRF_COOKIE_NAME = "vestibule-csrf"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = SIGNIN_SCHEME == "https"
CSRF_COOKIE_AGE = None
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_NAME = "vestibule-operator"
SESSION_COOKIE_SAMESITE = "Strict"

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="signin.mailbox.backend.EmailBackend")
vars().update(
    env.email_url("EMAIL_URL", default="smtp://localhost:25") if "EMAIL_URL" in env else {}
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # A refusal is an answer; programs that wait for somebody get one every second.
    "loggers": {"django.request": {"level": "ERROR"}},
}
