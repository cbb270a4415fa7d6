"""A filter of system calls: it allows a few; all others fail with EPERM.

Linux takes it as a program for its Berkeley packet filter (``Documentation/userspace-api/
seccomp_filter.rst``, ``man 2 seccomp``). The allowed calls allocate memory, and read and write what
is already open: no file, socket or process can be opened, created or signalled.
"""

import ctypes
import errno
import platform
import struct

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
RET_KILL_PROCESS = 0x80000000
RET_ERRNO = 0x00050000
RET_ALLOW = 0x7FFF0000
LOAD_WORD = 0x20  # BPF_LD | BPF_W | BPF_ABS
JUMP_IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
JUMP_IF_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
RETURN = 0x06  # BPF_RET | BPF_K
OFFSET_OF_NUMBER, OFFSET_OF_ARCHITECTURE = 0, 4  # in struct seccomp_data
X32_NUMBERS = 0x40000000  # a second way into the same calls, on x86-64

# The numbers of a call on x86-64 and on 64-bit ARM; None where there is no such call.
ALLOWED: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "getpid": (39, 172),
    "exit": (60, 93),
    "gettimeofday": (96, 169),
    "getrusage": (98, 165),
    "times": (100, 153),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "time": (201, None),
    "futex": (202, 98),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "exit_group": (231, 94),
    "getrandom": (318, 278),
}
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, AUDIT_ARCH_…


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def allow_few_calls() -> bool:
    """Allow this process only the calls of the table, for good; returns whether it worked.

    Needs ``PR_SET_NO_NEW_PRIVS``. Holds on Linux, x86-64 or 64-bit ARM, where the kernel and the
    container let a process confine itself.
    """
    known = ARCHITECTURES.get(platform.machine())
    if platform.system() != "Linux" or known is None:
        return False
    instructions = _instructions(*known)
    content = b"".join(instructions)
    program = _Program(len(instructions), content)
    prctl = ctypes.CDLL(None).prctl
    return bool(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _instructions(column: int, architecture: int) -> list[bytes]:
    numbers = [row[column] for row in ALLOWED.values()]
    allowed = [number for number in numbers if number is not None]
    comparisons = [
        _instruction(JUMP_IF_EQUAL, number, then=len(allowed) - place)
        for place, number in enumerate(allowed)
    ]
    return [
        _instruction(LOAD_WORD, OFFSET_OF_ARCHITECTURE),
        _instruction(JUMP_IF_EQUAL, architecture, then=1),
        _instruction(RETURN, RET_KILL_PROCESS),
        _instruction(LOAD_WORD, OFFSET_OF_NUMBER),
        _instruction(JUMP_IF_AT_LEAST, X32_NUMBERS, then=len(allowed)),
        *comparisons,
        _instruction(RETURN, RET_ERRNO | errno.EPERM),
        _instruction(RETURN, RET_ALLOW),
    ]


def _instruction(code: int, value: int, *, then: int = 0) -> bytes:
    """Return a ``struct sock_filter``; a jump that is not taken goes on with the next one."""
    return struct.pack("=HBBI", code, then, 0, value)
