"""503: the request is fine, but the database, the disk or the file store can't serve it now."""

import errno

from rest_framework.exceptions import APIException

from igny8_core.common.transactions import DATABASE_IS_AWAY, causes

DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class ServiceUnavailable(APIException):
    """The database can't be reached, or others kept what the request needs locked."""

    status_code = 503
    wait = 5  # seconds, for Retry-After
    default_code = "service_unavailable"
    default_detail = (
        "The service can't answer at the moment. Send the same request again in a few seconds; "
        "with the same Idempotency-Key nothing is done twice."
    )


class StorageFull(ServiceUnavailable):
    """There is no room for the file."""

    wait = 60
    default_code = "storage_full"
    default_detail = "There is no room for the file at the moment. Nothing was stored: try later."


class StorageUnavailable(ServiceUnavailable):
    """The file store does not answer."""

    wait = 60
    default_code = "storage_unavailable"
    default_detail = "Files can't be stored or read at the moment. Nothing was changed: try later."


def as_unavailable(error: BaseException | None) -> ServiceUnavailable | None:
    """Return the exception to raise if an error means that the service is unavailable."""
    if isinstance(error, OSError):
        if error.errno == errno.EHOSTUNREACH:  # raised by ``common.files.s3``
            return StorageUnavailable()
        return StorageFull() if error.errno in DISK_IS_FULL else None
    is_away = any(isinstance(cause, DATABASE_IS_AWAY) for cause in causes(error))
    return ServiceUnavailable() if is_away else None
