"""Emails, and the jobs that send them."""

from igny8_core.settings.base import DATA_DIR, IS_DEVELOPMENT, env

_FILES = "filemail:"
_is_file = IS_DEVELOPMENT and not env.str("EMAIL_URL", default="")
_server = env.email_url_config(_FILES) if _is_file else env.email_url("EMAIL_URL")
EMAIL_BACKEND: str = _server["EMAIL_BACKEND"]
EMAIL_FILE_PATH: str = str(DATA_DIR / "mail") if _is_file else _server["EMAIL_FILE_PATH"]
EMAIL_HOST: str = _server["EMAIL_HOST"]
EMAIL_PORT: int = _server["EMAIL_PORT"]
EMAIL_HOST_USER: str = _server["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD: str = _server["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS: bool = _server.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _server.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT: int = env.number("EMAIL_TIMEOUT", default=20, at_least=1)  # seconds
DEFAULT_FROM_EMAIL: str = env.str(
    "DEFAULT_FROM_EMAIL", default="IGNY8 Billing <billing@example.com>"
)

# Finished jobs are removed: an email's job may contain a password reset link.
PROCRASTINATE_WORKER_DEFAULTS = {
    "delete_jobs": "successful",
    "fetch_job_polling_interval": 1,  # seconds between one email and the next
}
PROCRASTINATE_ON_APP_READY = "igny8_core.common.jobs.use_transactions"
