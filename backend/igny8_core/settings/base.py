"""What other settings depend on: the environment, development or production, folders, URLs."""

from pathlib import Path

from igny8_core.common.platform.environment import Environment

BASE_DIR = Path(__file__).resolve().parents[2]

env = Environment()  # SECRET_KEY_FILE names a file that holds SECRET_KEY, and so on

DJANGO_ENV: str = env.choice("DJANGO_ENV", ("production", "development"), default="production")
IS_DEVELOPMENT = DJANGO_ENV == "development"

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))
FRONTEND_URL: str = env.str(
    "FRONTEND_URL", default="http://localhost:5173" if IS_DEVELOPMENT else env.NOTSET
).rstrip("/")
BACKEND_URL: str = env.str("BACKEND_URL", default=FRONTEND_URL).rstrip("/")  # for links in emails
