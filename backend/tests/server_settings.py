"""Settings of a server under heavy test load: cheap password hashes, no rate limits."""

from igny8_core.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]  # noqa: F405
ACCOUNT_RATE_LIMITS = False  # type: ignore[assignment]  # allauth's word for none
BILLING_CLAIMS_PER_DAY = 10_000
BILLING_PROOFS_PER_DAY = 10_000
LOGGING["loggers"]["django"] = {"level": "ERROR"}  # type: ignore[index]  # noqa: F405
