"""Uploaded files on the local disk."""

import os
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class LocalStorage(FileSystemStorage):
    """Keeps a whole file, on the disk before anybody is told of it, or nothing of it."""

    def _save(self, name: str, content: File[Any]) -> str:
        Path(self.path(name)).parent.mkdir(parents=True, exist_ok=True)
        name, descriptor = self._reserve(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(descriptor)
        except BaseException:  # the disk is full: what was written of it is of no use to anybody
            Path(self.path(name)).unlink()
            raise
        return name

    def _reserve(self, name: str) -> tuple[str, int]:
        """Make an empty file that nobody else has, by this name or one like it."""
        mode = self.file_permissions_mode or 0o600
        while True:
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                return name, os.open(self.path(name), flags, mode)
            except FileExistsError:
                name = self.get_available_name(name)
