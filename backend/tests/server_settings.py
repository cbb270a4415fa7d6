"""Settings of a server that is tried hard: cheap passwords, and no limit of attempts."""

from igny8_core.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS: dict[str, str] = {}
BILLING_PROOFS_PER_DAY = 10_000
LOGGING["loggers"]["django"] = {"level": "ERROR"}  # type: ignore[index]  # noqa: F405
