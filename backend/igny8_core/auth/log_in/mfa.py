"""Encrypts django-allauth's secrets of second factors with ``SECRET_KEY``."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


class SecondFactorAdapter(DefaultMFAAdapter):
    """allauth with encrypted seeds: a copy of the database isn't enough to compute codes."""

    def encrypt(self, text: str) -> str:
        """Encrypt a seed (Fernet: AES-128 in CBC mode, HMAC-SHA-256)."""
        return _ciphers().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the seed; if the key is lost, a random one for which every code is wrong."""
        try:
            return _ciphers().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return str(generate_totp_secret())


def _ciphers() -> MultiFernet:
    """Return the cipher for the current key and earlier keys."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = (salted_hmac(__name__, "", secret=key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
