"""The privileges that a process drops before it reads a byte of an uploaded file.

It uses each layer that the system has, and relies on none alone. It runs in the process itself,
once everything that it needs is loaded: afterwards nothing more can be loaded.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable, Collection
from contextlib import suppress

from igny8_core.business.proofs.landlock import give_up_files
from igny8_core.business.proofs.seccomp import allow_few_calls

CPU_SECONDS = 3
MEMORY_BYTES = 768 * 1024 * 1024
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = (
    0x04000000,
    0x08000000,
    0x10000000,
    0x40000000,
)
FIRST_UID, UIDS = 61184, 4336  # the range that systemd uses for services while they run


def limit_time_and_memory() -> None:
    """Limit the memory and time of this process, and give it the lowest CPU priority."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))  # SIGXCPU, SIGKILL
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # other systems don't enforce this limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        with suppress(OSError):  # forbidden: then be as nice as possible
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with suppress(OSError):
        os.nice(19)


def confine(*, without: Collection[str] = ()) -> list[str]:
    """Drop all privileges possible; returns the layers that hold.

    :param without: layers to leave out, so that tests see what the others prevent.
    """
    return [name for name, take in LAYERS.items() if name not in without and take()]


def _own_network() -> bool:
    """Use an empty network, and share no memory with others."""
    if sys.platform != "linux":
        return False
    spaces = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    as_somebody = 0 if os.geteuid() == 0 else CLONE_NEWUSER
    return bool(ctypes.CDLL(None).unshare(spaces | as_somebody) == 0)


def _own_user() -> bool:
    """Switch to a user without any files or processes; needs root."""
    if os.geteuid() != 0:
        return False
    uid = FIRST_UID + os.getpid() % UIDS
    try:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    except OSError:  # a container that knows no such user
        return False
    return os.geteuid() == uid


def hide_this_process() -> None:
    """Stop other processes of the user from reading our memory (``man 2 prctl``)."""
    if sys.platform == "linux":
        _prctl(PR_SET_DUMPABLE, 0)


def _no_privileges() -> bool:
    """Gain no rights, stay hidden, and end with the process that waits for the result."""
    if sys.platform != "linux":
        return False
    hide_this_process()
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    return _prctl(PR_SET_NO_NEW_PRIVS, 1)


def _prctl(option: int, value: int) -> bool:
    arguments = [ctypes.c_ulong(item) for item in (value, 0, 0, 0)]
    return bool(ctypes.CDLL(None).prctl(option, *arguments) == 0)


def _nothing_new() -> bool:
    """Write no file, open nothing, start nothing."""
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC):
        resource.setrlimit(limit, (0, 0))
    return True


LAYERS: dict[str, Callable[[], bool]] = {  # in this order: each needs what later ones forbid
    "namespaces": _own_network,
    "user": _own_user,
    "privileges": _no_privileges,
    "landlock": give_up_files,
    "limits": _nothing_new,
    "seccomp": allow_few_calls,
}
