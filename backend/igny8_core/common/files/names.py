"""Uploaded files on the local disk."""

import os
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class LocalStorage(FileSystemStorage):
    """Stores a whole file, flushed to disk before it returns, or nothing."""

    def _save(self, name: str, content: File[Any]) -> str:
        Path(self.path(name)).parent.mkdir(parents=True, exist_ok=True)
        name, descriptor = self._reserve(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(descriptor)
        except BaseException:  # the disk is full: a partial file is useless
            Path(self.path(name)).unlink()
            raise
        return name

    def _reserve(self, name: str) -> tuple[str, int]:
        """Create an empty file that nobody else uses, with this name or a similar one."""
        mode = self.file_permissions_mode or 0o600
        while True:
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                return name, os.open(self.path(name), flags, mode)
            except FileExistsError:
                name = self.get_available_name(name)
