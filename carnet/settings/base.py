"""What every way of running shares. Nothing here reads the clock or the database."""

import contextlib
import importlib.util
import os
import re
import secrets
from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from carnet.gateways.log_lines import no_fault_of_ours, without_personal_data
from carnet.settings import env

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = env.folder("CARNET_VAR_DIR", BASE_DIR / "var")
KEYS_DIR = env.folder("CARNET_KEYS_DIR", VAR_DIR / "keys")
KEYS_WRAPPING: Path | None = env.folder("CARNET_KEYS_WRAPPING", KEYS_DIR / "wrapping.key")
# How long what the law leaves to us is kept (carnet/privacy/rules/periods.py).
KEPT = {
    "accounts": env.whole("CARNET_KEEP_ACCOUNTS_MONTHS", 72, least=12, most=72),
    "invitations": env.whole("CARNET_KEEP_INVITATIONS_DAYS", 30, least=1, most=90),
    "letters": env.whole("CARNET_KEEP_LETTERS_DAYS", 30, least=1, most=180),
}
KEYS_SUCCESSOR: str | None = env.text("CARNET_KEYS_SUCCESSOR", "")
# Where the archive of each programme is written every minute, in a folder each (a disk or a share of somebody else's); empty: nowhere.
ARCHIVES_DIR: Path | None = env.folder("CARNET_ARCHIVES_DIR", Path()) if env.text("CARNET_ARCHIVES_DIR", "") else None
# Where the daily line about every sealed chain goes: a folder somebody else keeps, addresses it is written to, a timestamp service (RFC 3161)
# and the file of the authorities it is believed from (docs/operating/anchors.md). Empty: nowhere.
ANCHORS_DIR: Path | None = env.folder("CARNET_ANCHORS_DIR", Path()) if env.text("CARNET_ANCHORS_DIR", "") else None
ANCHORS_TO = env.words("CARNET_ANCHORS_TO")
TIMESTAMP_URL = env.text("CARNET_TIMESTAMP_URL", "")
TIMESTAMP_CA: Path | None = env.folder("CARNET_TIMESTAMP_CA", Path()) if env.text("CARNET_TIMESTAMP_CA", "") else None
if TIMESTAMP_URL and not TIMESTAMP_URL.startswith(("https://", "http://")):
    raise env.SettingRefused("CARNET_TIMESTAMP_URL", "the service's address must begin with https:// or http://")
if TIMESTAMP_URL and TIMESTAMP_CA is None:
    raise env.SettingRefused("CARNET_TIMESTAMP_CA", "name the file of the authorities (PEM) whose timestamps are believed")
if not all("@" in each for each in ANCHORS_TO):
    raise env.SettingRefused("CARNET_ANCHORS_TO", "mail addresses, separated by commas")
# A scanner of what strangers send: clamd's socket, unix:///run/clamav/clamd.ctl or tcp://host:3310. Empty: files are not scanned.
SCANNER = env.text("CARNET_SCANNER", "")
if SCANNER and not re.fullmatch(r"unix:///.+|tcp://[^/]+:\d{1,5}", SCANNER):
    raise env.SettingRefused("CARNET_SCANNER", "clamd's socket: unix:///run/clamav/clamd.ctl, or tcp://host:3310")
# Passwords that were stolen somewhere, as Have I Been Pwned's downloader writes them: a sorted file, or a folder of ranges. Empty: none is known.
BREACHED_PASSWORDS: Path | None = env.folder("CARNET_BREACHED_PASSWORDS", Path()) if env.text("CARNET_BREACHED_PASSWORDS", "") else None
if BREACHED_PASSWORDS is not None and not BREACHED_PASSWORDS.exists():
    raise env.SettingRefused("CARNET_BREACHED_PASSWORDS", "no such file or folder")
# How many days after proof of printing the secret of an edition, and its sealed files, are destroyed: time for booklets the press spoiled.
SEED_DAYS = env.whole("CARNET_SEED_DAYS", 7, least=0, most=60)
ROOT_URLCONF = "carnet.urls"
WSGI_APPLICATION = "carnet.wsgi.application"
# How long a thread keeps Python for itself when another waits (5 ms unless told otherwise): a request that waited for its commit
# should not then wait for others to be read. Measured in docs/decisions/0019: a fifth more redemptions.
TURN_SECONDS = 0.0005
# Threads of each served process; `carnet serve --threads` says how many. A quarter of them is for the counter (carnet.web.away).
THREADS = env.whole("CARNET_THREADS", 8, least=1, most=64)

# Where the outside world reaches this installation: printed in QR codes, letters and API answers.
BASE_URL = env.text("CARNET_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
# Through how many proxies of ours every request comes, each of which writes the address it heard in X-Forwarded-For: the one that counts
# is the last but that many. None: what a visitor writes there is not read.
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("CARNET_PROXIES", 0, least=0, most=5)
# The demonstration opens one-click sign-in; the door itself also demands a loopback address.
DEMO = env.flag("CARNET_DEMO", default=False)
# Webhooks towards this very machine, in plain HTTP: to try them in a demonstration or while developing, never in production.
WEBHOOKS_TO_LOOPBACK = False
# Who may read /metrics; without it, this machine alone.
METRICS_TOKEN = env.text("CARNET_METRICS_TOKEN", "")
METRICS_ON_LOOPBACK = True
# A collector of traces (OpenTelemetry, over HTTP), and how many of a hundred are kept; without an address nothing is made (carnet.gateways.traces).
TRACES_URL = env.text("CARNET_TRACES_URL", "")
TRACES_PERCENT = env.whole("CARNET_TRACES_PERCENT", 100, least=1, most=100)
if TRACES_URL:
    if not TRACES_URL.startswith(("https://", "http://")):
        raise env.SettingRefused("CARNET_TRACES_URL", "the collector's address must begin with https:// or http://")
    if importlib.util.find_spec("opentelemetry") is None:
        raise env.SettingRefused(
            "CARNET_TRACES_URL", "its packages are not installed: requirements-traces.txt (docs/operating/monitoring.md)"
        )

INSTALLED_APPS = [
    "carnet.ledger",
    "carnet.journal",
    "carnet.notices",
    "carnet.parties",
    "carnet.funding",
    "carnet.issuing",
    "carnet.places",
    "carnet.workshops",
    "carnet.activities",
    "carnet.distribution",
    "carnet.mandates",
    "carnet.redemption",
    "carnet.settlement",
    "carnet.helpline",
    "carnet.connectivity",
    "carnet.planning",
    "carnet.continuity",
    "carnet.privacy",
    "carnet.controls",
    "carnet.observatory",
    "carnet.jobs",
    "carnet.web.design",
    "carnet.web.public",
    "carnet.web.accounts",
    "carnet.web.assistant",
    "carnet.web.operator",
    "carnet.web.funder",
    "carnet.web.boards",
    "carnet.web.council",
    "carnet.web.counted",
    "carnet.web.funds",
    "carnet.web.evaluations",
    "carnet.web.forecasts",
    "carnet.web.prescriber",
    "carnet.web.place",
    "carnet.web.auditor",
    "carnet.web.follow",
    "carnet.web.state",
    "carnet.web.helpline",
    "carnet.web.helper",
    "carnet.web.local",
    "carnet.web.landlord",
    "carnet.web.clearing",
    "carnet.web.signals",
    "carnet.web.sampling",
    "carnet.web.asked",
    "carnet.web.connection_bills",
    "carnet.web.connection_studies",
    "carnet.web.provider",
    "carnet.web.print_shop",
    "carnet.web.proofs",
    "carnet.web.connections",
    "carnet.web.need",
    "carnet.web.own",
    "carnet.web.identity",
    "carnet.web.openid",
    "carnet.web.books",
    "carnet.web.archives",
    "carnet.web.sheets",
    "carnet.web.reminders",
    "carnet.web.slips",
    "carnet.web.mandate_papers",
    "carnet.web.stock",
    "carnet.web.parcels",
    "carnet.web.expiry",
    "carnet.web.telephones",
    "carnet.web.offers",
    "carnet.web.afterwards",
    "carnet.web.selfchecks",
    "carnet.web.rehearsal",
    "carnet.web.demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "oauth2_provider",
    "procrastinate.contrib.django",
    "csp",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "carnet.web.observed.ObservedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "carnet.web.headers.HeadersMiddleware",
    "carnet.web.away.CounterSeatsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "carnet.web.rehearsal.middleware.RehearsalMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "carnet.web.weight.WeightMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "carnet.web.sessions.SessionLimitsMiddleware",
    "carnet.web.tenancy.TenancyMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "carnet.web.wrong_way.WrongWayMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "carnet.web.design.context.page",
            ],
        },
    }
]

FORM_RENDERER = "carnet.web.design.forms.CarnetRenderer"

# --- Database -------------------------------------------------------------------------------------------------------------------------
# Migrations run as the owner of the tables; everything else as carnet_app, which owns nothing and is held by row-level security.
APPLICATION_ROLE = "carnet_app"
# And nothing is compiled for one statement: guessed dear because of row-level security, most take less than their compiling. Measured: four fifths
# of the time of a season's figures and books (docs/decisions/0075).
TAKE_APPLICATION_ROLE = f"-c role={APPLICATION_ROLE} -c jit=off"


def database(
    url: str, *, as_owner: bool, pool_size: int, prepare: bool, behind_pooler: bool = False, setting: str = "CARNET_DATABASE_URL"
) -> dict[str, Any]:
    """Django's description of one PostgreSQL database, from a postgresql:// address (socket folders go in ?host=, several hosts by commas).

    `behind_pooler`: what answers lends its connections for one transaction each (PgBouncer). Nothing given while connecting is passed on, and
    the login takes the application's role by itself (docs/operating/high-availability.md).
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise env.SettingRefused(setting, "the address must begin with postgresql://")
    parts = conninfo_to_dict(url)
    options: dict[str, Any] = {key: value for key, value in parts.items() if key not in {"dbname", "user", "password", "host", "port"}}
    # Measured (docs/decisions/0002): no pool costs 4.4 times, no prepared statement twice the database's time. PgBouncer before 1.21 cannot
    # keep prepared statements: an installation behind one sets CARNET_DATABASE_PREPARE=no.
    # A machine that vanished is noticed in seconds, not after TCP's own quarter of an hour. Nothing of it holds on a socket.
    for name, value in {"connect_timeout": "3", "keepalives_idle": "10", "keepalives_interval": "3", "tcp_user_timeout": "15000"}.items():
        options.setdefault(name, value)
    options["server_side_binding"] = prepare
    options["prepare_threshold"] = 1 if prepare else None
    if not as_owner and not behind_pooler:
        # Taken by PostgreSQL while connecting. Django's own assume_role asks the pool for a second connection to write the first one's
        # statement, and so never gets either (5.2).
        options["options"] = f"{options.get('options', '')} {TAKE_APPLICATION_ROLE}".strip()
    if pool_size:
        # Whoever is served waits no longer than this for a connection. A pool that could not connect forgets it after `reconnect_timeout`
        # and tries anew for the next who asks: with psycopg's own five minutes it would try ever more rarely while the database is away.
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 4, "reconnect_timeout": 4}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname") or "carnet",
        "USER": parts.get("user") or "",
        "PASSWORD": parts.get("password") or "",
        "HOST": parts.get("host") or "",
        "PORT": parts.get("port") or "",
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": behind_pooler,  # outside a transaction, the next rows would be asked of another connection
        "OPTIONS": options,
    }


DATABASE_URL = env.text("CARNET_DATABASE_URL", "")
DATABASE_ROLE = env.one_of("CARNET_DATABASE_ROLE", ("application", "owner"), "application")
DATABASE_POOL = env.whole("CARNET_DATABASE_POOL", 8, most=200)
DATABASE_PREPARE = env.flag("CARNET_DATABASE_PREPARE", default=True)
# Of a served process (carnet/wsgi.py, carnet/asgi.py), never of a command or of background work.
STATEMENT_SECONDS = env.whole("CARNET_DATABASE_STATEMENT_SECONDS", 60, most=3600)
DATABASE_LIMITS = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": "8s",
    "idle_in_transaction_session_timeout": "60s",
}
# Served processes, and they alone, reach the database here: commands, migrations and background work keep the address above.
DATABASE_POOLER_URL = env.text("CARNET_DATABASE_POOLER_URL", "")
DATABASE_POOLER: dict[str, Any] | None = (
    database(
        DATABASE_POOLER_URL,
        as_owner=False,
        pool_size=DATABASE_POOL,
        prepare=DATABASE_PREPARE,
        behind_pooler=True,
        setting="CARNET_DATABASE_POOLER_URL",
    )
    if DATABASE_POOLER_URL
    else None
)
# Without an address (help pages, checks of the code) no query can run: the dummy engine says so. The `carnet` command starts the embedded
# PostgreSQL and gives its address before Django is loaded.
DATABASES: dict[str, dict[str, Any]] = {
    "default": database(
        DATABASE_URL,
        as_owner=DATABASE_ROLE == "owner",
        pool_size=0 if DATABASE_ROLE == "owner" else DATABASE_POOL,
        prepare=DATABASE_PREPARE,
    )
    if DATABASE_URL
    else {"ENGINE": "django.db.backends.dummy"}
}
# Replicas, for pages anybody may read (carnet.gateways.replicas): they refuse to write, and are asked to.
READERS_LATE_SECONDS = env.whole("CARNET_DATABASE_READERS_LATE_SECONDS", 10, least=1, most=3600)
DATABASE_READERS = env.text("CARNET_DATABASE_READERS", "")
if DATABASE_READERS and DATABASE_URL:
    DATABASES["reader"] = database(
        DATABASE_READERS, as_owner=False, pool_size=DATABASE_POOL, prepare=DATABASE_PREPARE, setting="CARNET_DATABASE_READERS"
    )
    DATABASES["reader"]["OPTIONS"]["options"] += " -c default_transaction_read_only=on"
    DATABASES["reader"]["TEST"] = {"MIRROR": "default"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time ----------------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("français")), ("en", _("anglais"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# --- People ---------------------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "parties.Person"
AUTHENTICATION_BACKENDS = ["carnet.web.accounts.backends.SignInBackend"]
LOGIN_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 2 * 3600
CLIENT_SECRETS = "carnet.web.openid.client_secrets.ClientSecretHasher"  # of programs, never of people: nobody's password is made by it
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    CLIENT_SECRETS,
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "carnet.web.accounts.house_words.HouseWordsValidator"},
    {"NAME": "carnet.web.accounts.breached.BreachedPasswordsValidator"},
]
ACCOUNT_ADAPTER = "carnet.web.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited by an organisation: the invitation is the proof of the address
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# By address or by person, never by network address alone: a whole town hall, or a mobile operator, shares one.
ACCOUNT_RATE_LIMITS = {
    "login": None, "login_failed": "10/10m/key", "reset_password": "5/10m/key", "reset_password_from_key": None, "signup": None,
    "change_password": "5/m/user", "reauthenticate": "10/10m/user",
}  # fmt: skip
MFA_ADAPTER = "carnet.web.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Carnet"
# A code may also be that of a card (carnet.web.accounts.code_forms).
MFA_FORMS = {
    "authenticate": "carnet.web.accounts.code_forms.SignInCodeForm",
    "reauthenticate": "carnet.web.accounts.code_forms.ProofCodeForm",
}
# Throttles are counted in the database, so that every process of every machine counts together (table made by parties).
CACHES = {"default": {"BACKEND": "carnet.gateways.throttles.ThrottleCache", "LOCATION": "parties_throttle"}}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # computers are shared: closing the browser closes the session, however one signed in
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token, scripts read it from them

# --- Carnet as an OpenID provider towards FranceConnect (docs/decisions/0050) -----------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = "openid.Client"
OAUTH2_PROVIDER_GRANT_MODEL = "openid.Grant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "openid.AccessToken"  # noqa: S105 - the name of a table
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "openid.RefreshToken"  # noqa: S105 - of a table that is not made
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "openid.IDToken"  # noqa: S105 - of a table that is not made
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "openid.DeviceGrant"
OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": f"{BASE_URL}/openid",
    "OIDC_SERVER_CLASS": "carnet.web.openid.server.CodeOnlyServer",
    "OAUTH2_VALIDATOR_CLASS": "carnet.web.openid.validator.MandateValidator",
    "CLIENT_SECRET_HASHER": "client-secret",
    "SCOPES": {name: name for name in ("openid", "profile", "birth", "email", "identite_pivot")},
    "DEFAULT_SCOPES": [],
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"],  # which of the two, and exactly where, is registered with each client
    # What RFC 9700 asks for: refused, not warned about.
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
}

# --- The browser: nothing from elsewhere, no inline script or style ---------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# A file of places for the whole country weighs 20 MB; anything larger than this is refused while it is read.
UPLOAD_MOST_BYTES = 32 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "carnet.web.weight.WeighingUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# What package.json names, installed by `make` and served from where npm put it: never a copy in this repository. Without them every page
# works; a camera is not offered (carnet.web.packages).
PACKAGES_DIR = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    (f"packages/{name}", folder)
    for name, folder in (
        ("barcode-detector", PACKAGES_DIR / "barcode-detector/dist/es"),
        ("zxing-wasm", PACKAGES_DIR / "zxing-wasm/dist/reader"),
        ("ed25519", PACKAGES_DIR / "@noble/ed25519"),
    )
    if folder.is_dir()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "files"
WHITENOISE_USE_FINDERS = True

# Of each step of a conversation with a mail server: Django would wait for ever.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("CARNET_MAIL_FROM", "carnet@localhost")

# --- Text messages: a gateway, or none ------------------------------------------------------------------------------------------------------
SMS_GATEWAY = env.one_of("CARNET_SMS_GATEWAY", ("none", "http", "files"), "files" if DEMO else "none")
SMS_URL = env.text("CARNET_SMS_URL", "")
SMS_TOKEN = env.text("CARNET_SMS_TOKEN", "")
SMS_SIGNING_KEY = env.text("CARNET_SMS_SIGNING_KEY", "")
# The number places write to, as it is shown to them.
SMS_NUMBER = env.text("CARNET_SMS_NUMBER", "")
if SMS_GATEWAY == "http":
    if not SMS_URL.startswith(("https://", "http://")):
        raise env.SettingRefused("CARNET_SMS_URL", "the gateway's address must begin with https:// or http://")
    if not SMS_TOKEN:
        raise env.SettingRefused("CARNET_SMS_TOKEN", "a gateway needs a token to send")
    if len(SMS_SIGNING_KEY) < 16:
        raise env.SettingRefused("CARNET_SMS_SIGNING_KEY", "at least 16 characters are needed")
elif SMS_GATEWAY == "files" and not SMS_SIGNING_KEY:
    SMS_SIGNING_KEY = secrets.token_urlsafe(32)  # what is played in a demonstration is signed by the process that plays it

# --- Identities: FranceConnect for people, ProConnect for professionals; neither unless its address is given (docs/identity.md) ---------------
FRANCECONNECT_ISSUER = env.text("CARNET_FRANCECONNECT_ISSUER", "")
FRANCECONNECT_CLIENT_ID = env.text("CARNET_FRANCECONNECT_CLIENT_ID", "")
FRANCECONNECT_CLIENT_SECRET = env.text("CARNET_FRANCECONNECT_CLIENT_SECRET", "")
FRANCECONNECT_ACR = env.one_of("CARNET_FRANCECONNECT_ACR", ("eidas1", "eidas2", "eidas3"), "eidas1")
FRANCECONNECT_PKCE = env.flag("CARNET_FRANCECONNECT_PKCE", default=False)
PROCONNECT_ISSUER = env.text("CARNET_PROCONNECT_ISSUER", "")
PROCONNECT_CLIENT_ID = env.text("CARNET_PROCONNECT_CLIENT_ID", "")
PROCONNECT_CLIENT_SECRET = env.text("CARNET_PROCONNECT_CLIENT_SECRET", "")
PROCONNECT_PKCE = env.flag("CARNET_PROCONNECT_PKCE", default=False)
for _provider, _given in {
    "FRANCECONNECT": (FRANCECONNECT_ISSUER, FRANCECONNECT_CLIENT_ID, FRANCECONNECT_CLIENT_SECRET),
    "PROCONNECT": (PROCONNECT_ISSUER, PROCONNECT_CLIENT_ID, PROCONNECT_CLIENT_SECRET),
}.items():
    if any(_given) and not _given[0].startswith("https://"):
        raise env.SettingRefused(f"CARNET_{_provider}_ISSUER", "the provider's address must begin with https://")
    if any(_given) and not all(_given):
        raise env.SettingRefused(f"CARNET_{_provider}_CLIENT_ID", "the address, the identifier and the secret go together")


# The signing keys of sessions before the present one: what was signed or sealed by them still opens, until they are taken out of here.
SECRET_KEY_FALLBACKS = env.words("CARNET_SECRET_KEYS_BEFORE")
if not all(len(each) >= 32 for each in SECRET_KEY_FALLBACKS):
    raise env.SettingRefused("CARNET_SECRET_KEYS_BEFORE", "keys of at least 32 characters, separated by commas")


def secret_key(path: Path) -> str:
    """The signing key of sessions: the environment's, else one drawn once and kept in a file only its owner reads."""
    given = env.text("CARNET_SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise env.SettingRefused("CARNET_SECRET_KEY", "at least 32 characters are needed")
        return given
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written apart, then linked: of two processes starting together, both read the whole key of the first.
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii")


# --- Logs: one line of JSON per event on standard error, or readable lines while developing ------------------------------------------------
LOG_LEVEL = env.one_of("CARNET_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOG_FORMAT = env.one_of("CARNET_LOG_FORMAT", ("console", "json"), "console")
BEFORE_RENDERING: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[*BEFORE_RENDERING, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": BEFORE_RENDERING,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                no_fault_of_ours,
                # Frames become text before the last look at it.
                structlog.processors.format_exc_info,
                without_personal_data,
                structlog.processors.JSONRenderer()
                if LOG_FORMAT == "json"
                else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        # Below this they would write codes and tokens down.
        "oauthlib": {"level": "WARNING"},
        "oauth2_provider": {"level": "WARNING"},
    },
}
