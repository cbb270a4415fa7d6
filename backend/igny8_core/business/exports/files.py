"""The storage of exports: ``exports/<random>``; only their rows know the names."""

from typing import IO
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import default_storage

FOLDER = "exports"


def new_file_name() -> str:
    """Return an unused name."""
    return f"{FOLDER}/{uuid4().hex}"


def store(name: str, content: IO[bytes]) -> None:
    """Store a file; replaces one left by an earlier attempt."""
    default_storage.delete(name)
    default_storage.save(name, File(content))


def stored() -> list[str]:
    """Return the names of all stored files."""
    try:
        names = default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:  # nobody has requested one yet
        return []
    return [f"{FOLDER}/{name}" for name in names]
