"""Django itself: applications, middleware, templates, language and time."""

from igny8_core.settings.base import BASE_DIR, IS_DEVELOPMENT, env

DEBUG: bool = env.flag("DEBUG", default=False)
SECRET_KEY: str = env.str(
    "SECRET_KEY", default="insecure-development-key-" + "0" * 32 if IS_DEVELOPMENT else env.NOTSET
)
SECRET_KEY_FALLBACKS: list[str] = env.texts("SECRET_KEY_FALLBACKS", default=[])

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
    "igny8_core.business.bulk",
    "igny8_core.business.subscriptions",
    "igny8_core.business.notifications",
    "igny8_core.business.reports",
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
    "igny8_core.auth.log_in.sessions.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "igny8_core.auth.log_in.retry_after.RetryAfterMiddleware",
    "igny8_core.auth.log_in.known_devices.KnownDeviceMiddleware",
]

ROOT_URLCONF = "igny8_core.api.urls"
WSGI_APPLICATION = "igny8_core.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets find our templates too
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

# Shared by the server processes: counts of attempts, and used codes
CACHES = {
    "default": {
        "BACKEND": "igny8_core.common.platform.cache.PostgresCache",
        "LOCATION": "common_cacheentry",
    }
}

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ur", "اردو")]  # of mails and refusals
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # for stored times and the API
# For business days: invoice numbers, due dates, times at the desk, dates in emails and documents
BUSINESS_TIME_ZONE = env.time_zone("BUSINESS_TIME_ZONE", default="UTC")
FORMAT_MODULE_PATH = ["igny8_core.common.formats"]
