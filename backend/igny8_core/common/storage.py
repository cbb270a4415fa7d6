"""Uploaded files on the local disk."""

from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class LocalStorage(FileSystemStorage):
    """Keeps a whole file or nothing of it."""

    def _save(self, name: str, content: File[Any]) -> str:
        try:
            return str(super()._save(name, content))  # type: ignore[misc]  # stubs leave it out
        except OSError:  # the disk is full: what was written of it is of no use to anybody
            self.delete(name)
            raise
