"""People, their sessions, and how they sign in."""

from django.core.exceptions import ImproperlyConfigured

from igny8_core.common.http.rate_limits import rate_limits
from igny8_core.settings.base import FRONTEND_URL, IS_DEVELOPMENT, env

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no persistent cookie

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
ACCOUNT_EMAIL_VERIFICATION = "optional"  # requested, but never blocks paying
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # a session alone can't change how a person signs in
ACCOUNT_EMAIL_NOTIFICATIONS = True  # people are told about changes to their sign-in
_example = '{"register": "50/m/ip"}'
try:
    ACCOUNT_RATE_LIMITS = rate_limits(
        env.object("RATE_LIMITS", example=_example), is_relaxed=IS_DEVELOPMENT
    )
except (TypeError, ValueError) as _error:
    msg = f"RATE_LIMITS: {_error}. Give JSON such as {_example}."
    raise ImproperlyConfigured(msg) from _error
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

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"  # used if `next` is refused
