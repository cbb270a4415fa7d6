"""Uploaded files in an S3-compatible store."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from s3transfer.exceptions import RetriesExceededError
from storages.backends import s3

WITHIN = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})  # seconds


class S3Storage(s3.S3Storage):  # type: ignore[misc]  # django-storages has no types
    """Answers within seconds, because somebody waits, or fails; jobs retry later.

    :raises OSError: ``EHOSTUNREACH``, if the store doesn't answer.
    """

    client_config: Config
    transfer_config: TransferConfig

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.client_config = self.client_config.merge(WITHIN)
        self.transfer_config = TransferConfig(use_threads=False, num_download_attempts=1)

    def exists(self, name: str) -> bool:
        with _reached():
            return bool(super().exists(name))

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        with _reached():
            opened: File[Any] = super()._open(name, mode)
            opened.seek(0)  # download it first, so that no response breaks off half-way
        return opened

    def _save(self, name: str, content: File[Any]) -> str:
        with _reached():
            return str(super()._save(name, content))


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        raise OSError(errno.EHOSTUNREACH, "The file store fails.") from error
    except (BotoCoreError, RetriesExceededError) as error:
        raise OSError(errno.EHOSTUNREACH, "The file store does not answer.") from error
