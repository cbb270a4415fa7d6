"""Where the project's files are."""

from pathlib import Path

BACKEND = Path(__file__).resolve().parents[2]
ROOT = BACKEND.parent
FRONTEND = ROOT / "frontend"
DEVELOPMENT_COMPOSE = ROOT / "docker-compose.app.yml"
PRODUCTION_COMPOSE = ROOT / "docker-compose.production.yml"
