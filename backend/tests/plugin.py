"""Loaded before Django: the environment of the tests, and a throw-away PostgreSQL."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

data_dir = Path(tempfile.mkdtemp(prefix="igny8-tests-"))
atexit.register(shutil.rmtree, data_dir, ignore_errors=True)  # after the server has stopped
os.environ["DJANGO_ENV"] = "development"
os.environ["DATA_DIR"] = str(data_dir)
