"""Landlock: a process gives up files, TCP, and signals to others, for good (``man 7 landlock``)."""

import ctypes
import os
import platform

CREATE_RULESET, RESTRICT_SELF = 444, 446  # the same numbers on every architecture
ASK_VERSION = 1
# A ruleset forbids everything it handles, because no rule allows anything. Each version of the
# kernel's interface knows more; if asked for something unknown, it rejects the whole request.
FILES = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}  # from execute to ioctl on devices
TCP = {4: 0b11}  # bind, connect
SCOPES = {6: 0b11}  # abstract Unix sockets, signals


class _Ruleset(ctypes.Structure):
    _fields_ = [
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


def give_up_files() -> bool:
    """Give up everything that the kernel's Landlock knows; returns whether that includes files.

    Needs ``PR_SET_NO_NEW_PRIVS``.
    """
    if platform.system() != "Linux":
        return False
    syscall = ctypes.CDLL(None).syscall
    version = syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)
    if version < 1:
        return False
    rules = _Ruleset(*(_known(table, version) for table in (FILES, TCP, SCOPES)))
    size = 8 if version < min(TCP) else 16 if version < min(SCOPES) else 24
    handle = syscall(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    if handle < 0:
        return False
    is_given_up = syscall(RESTRICT_SELF, handle, 0) == 0
    os.close(handle)
    return bool(is_given_up)


def _known(table: dict[int, int], version: int) -> int:
    known = [bits for since, bits in table.items() if since <= version]
    return known[-1] if known else 0
