"""Static files, and uploads."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from igny8_core.business.proofs.virus_scanner import parse_address
from igny8_core.settings.base import BASE_DIR, DATA_DIR, IS_DEVELOPMENT, env

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
        "default_acl": None,  # use the bucket's own rule; no object is public
        "file_overwrite": False,
    },
}  # boto3 finds the credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, a role
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
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes of a request body, without files
FILE_UPLOAD_PERMISSIONS = 0o600

CLAMAV_ADDRESS: str = env.str("CLAMAV_ADDRESS", default="")
CLAMAV_TIMEOUT: int = env.number("CLAMAV_TIMEOUT", default=20, at_least=1)  # seconds
CLAMAV_FAIL_OPEN: bool = env.flag("CLAMAV_FAIL_OPEN", default=False)
if CLAMAV_ADDRESS:
    try:
        parse_address(CLAMAV_ADDRESS)
    except ValueError as _error:
        msg = f"CLAMAV_ADDRESS is {CLAMAV_ADDRESS!r}: give host:port or unix:/path/of/its/socket."
        raise ImproperlyConfigured(msg) from _error
