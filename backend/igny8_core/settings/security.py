"""Protection of requests: HTTPS, cookies, origins, and the proxies in front."""

from igny8_core.settings.base import FRONTEND_URL, IS_DEVELOPMENT, env

ALLAUTH_TRUSTED_PROXY_COUNT: int = env.number("TRUSTED_PROXY_COUNT", default=0)

SESSION_COOKIE_SECURE: bool = env.flag("SESSION_COOKIE_SECURE", default=not IS_DEVELOPMENT)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_COOKIE_HTTPONLY = True  # the web app requests the token
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if SESSION_COOKIE_SECURE:  # browsers only accept these from this host (RFC 6265bis, 4.1.3.2)
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
CSRF_FAILURE_VIEW = "igny8_core.api.errors.csrf_failure"
SECURE_SSL_REDIRECT: bool = env.flag("SECURE_SSL_REDIRECT", default=not IS_DEVELOPMENT)
SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz)$"]  # probes use the container's address
SECURE_HSTS_SECONDS: int = env.number(
    "SECURE_HSTS_SECONDS", default=0 if IS_DEVELOPMENT else 365 * 24 * 3600
)
# Both affect every other host of the domain, the second for months: the operator's choice.
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
