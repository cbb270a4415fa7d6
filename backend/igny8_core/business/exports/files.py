"""Where exports are kept: ``exports/<random>``, known by their rows alone."""

from typing import IO
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import default_storage

FOLDER = "exports"


def new_file_name() -> str:
    """Return a name that nothing has."""
    return f"{FOLDER}/{uuid4().hex}"


def store(name: str, content: IO[bytes]) -> None:
    """Store a file; in the place of one that an attempt before has left."""
    default_storage.delete(name)
    default_storage.save(name, File(content))


def stored() -> list[str]:
    """Return the names of all that is stored."""
    try:
        names = default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:  # nobody has asked for any yet
        return []
    return [f"{FOLDER}/{name}" for name in names]
