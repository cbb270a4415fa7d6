"""Acts as a compromised decoder: it tries what an attacker would, inside the sandbox.

``sandbox.py`` starts it instead of ``in_sandbox.py``. The test tells it what to look for, which an
attacker would have to guess.
"""

# mypy: disable-error-code="func-returns-value"
import ctypes
import encodings.idna  # noqa: F401  (of socket's, which loads it late)
import json
import os
import resource
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from igny8_core.business.proofs.in_sandbox import serve

PTRACE_SEIZE, IO_URING_SETUP = 0x4206, 425
MEGABYTE = 1024 * 1024

Loot = dict[str, Any]  # targets: paths, ports, process ids
ATTACKS: dict[str, Callable[[Loot], object]] = {}


def attack(try_it: Callable[[Loot], object]) -> Callable[[Loot], object]:
    """Register an attack."""
    ATTACKS[try_it.__name__] = try_it
    return try_it


@attack
def read_the_parents_environment(_loot: Loot) -> object:
    return Path(f"/proc/{os.getppid()}/environ").read_bytes()


@attack
def read_anothers_environment(loot: Loot) -> object:
    return Path(f"/proc/{loot['process']}/environ").read_bytes()


@attack
def read_the_parents_memory(_loot: Loot) -> object:
    with Path(f"/proc/{os.getppid()}/mem").open("rb") as memory:
        return memory.fileno()


@attack
def read_a_file_that_everybody_may_read(_loot: Loot) -> object:
    return Path("/etc/passwd").read_bytes()


@attack
def read_the_settings(loot: Loot) -> object:
    return Path(loot["settings"]).read_bytes()


@attack
def read_somebody_elses_proof(loot: Loot) -> object:
    return Path(loot["proof"]).read_bytes()


@attack
def list_the_proofs(loot: Loot) -> object:
    return os.listdir(Path(loot["proof"]).parent)  # noqa: PTH208  (one system call)


@attack
def write_a_file(loot: Loot) -> object:
    return Path(loot["open_folder"], "left").write_bytes(b"by a thief")


@attack
def delete_a_file(loot: Loot) -> object:
    return Path(loot["victim"]).unlink()


@attack
def connect_by_tcp(loot: Loot) -> object:
    with socket.create_connection(("127.0.0.1", loot["port"]), timeout=1):
        return "connected"


@attack
def send_a_datagram(loot: Loot) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"what I have found", ("127.0.0.1", loot["port"]))


@attack
def connect_to_the_database(loot: Loot) -> object:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as database:
        return database.connect(loot["database"])


@attack
def fork(_loot: Loot) -> object:
    child = os.fork()
    if child == 0:
        os._exit(0)
    return os.waitpid(child, 0)


@attack
def run_a_program(_loot: Loot) -> object:
    child = os.posix_spawn("/bin/true", ["true"], {})
    return os.waitpid(child, 0)


@attack
def start_a_thread(_loot: Loot) -> object:
    thread = Thread(target=int)
    thread.start()
    return thread.join()


@attack
def signal_another_process(loot: Loot) -> object:
    return os.kill(loot["process"], 0)


@attack
def trace_another_process(loot: Loot) -> object:
    return _call(ctypes.CDLL(None, use_errno=True).ptrace, PTRACE_SEIZE, loot["process"], 0, 0)


@attack
def ask_for_another_way_into_the_kernel(_loot: Loot) -> object:
    parameters = ctypes.create_string_buffer(120)
    call = ctypes.CDLL(None, use_errno=True).syscall
    return _call(call, IO_URING_SETUP, 1, ctypes.byref(parameters))


@attack
def have_more_time(_loot: Loot) -> object:
    return resource.setrlimit(resource.RLIMIT_CPU, (3600, 3600))


@attack
def be_root(_loot: Loot) -> object:
    os.setresuid(0, 0, 0)
    return os.getuid() == 0 or _no("still somebody else")


@attack
def use_what_the_parent_has_open(_loot: Loot) -> object:
    """Standard error leads nowhere, so nothing is beyond standard output."""
    opened = [number for number in range(3, 256) if _is_open(number)]
    return opened or _no("nothing is open")


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _no(why: str) -> object:
    raise PermissionError(why)


def _call(function: Any, *arguments: Any) -> object:
    if function(*arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "done"


def try_everything(content: bytes) -> list[bytes]:
    """Try each attack; report whether it worked."""
    loot = json.loads(content)
    return [json.dumps({name: _tried(try_it, loot) for name, try_it in ATTACKS.items()}).encode()]


def _tried(try_it: Callable[[Loot], object], loot: Loot) -> bool:
    try:
        try_it(loot)
    except (OSError, RuntimeError, ValueError):  # RuntimeError: can't start new thread
        return False
    return True


def flood(_content: bytes) -> list[bytes]:
    """Write endlessly."""
    while True:
        sys.stdout.buffer.write(bytes(MEGABYTE))


def allocate(_content: bytes) -> list[bytes]:
    """Allocate all memory."""
    taken = []
    while True:
        taken.append(b"x" * 16 * MEGABYTE)


def compute(_content: bytes) -> list[bytes]:
    """Compute forever."""
    while True:
        pass


def sleep(_content: bytes) -> list[bytes]:
    """Sleep forever."""
    lock = Lock()
    lock.acquire()
    lock.acquire()
    return []


def close_and_sleep(content: bytes) -> list[bytes]:
    """Close the output as if done, and keep running."""
    os.close(1)
    return sleep(content)


def lie(_content: bytes) -> list[bytes]:
    """Announce more than there is."""
    os.write(1, b"\xff\xff\xff\xff and no more")
    os._exit(0)


def sneer(_content: bytes) -> list[bytes]:
    """Refuse with an invalid reason."""
    os.write(1, b"\0\0\0\4oops")
    os._exit(3)


def tell_how_eager(_content: bytes) -> list[bytes]:
    """Behave well: report the scheduling of this process."""
    return [json.dumps([os.sched_getscheduler(0) == os.SCHED_IDLE, os.nice(0)]).encode()]


def main() -> None:
    """Start like ``in_sandbox.py``, then run the command."""
    commands = (try_everything, flood, allocate, compute, sleep, close_and_sleep, lie, sneer)
    serve({command.__name__: command for command in (*commands, tell_how_eager)})
