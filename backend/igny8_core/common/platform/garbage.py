"""Garbage that reference counting doesn't free: cycles."""

import gc


def spare_what_is_loaded() -> None:
    """Never look for garbage again among all that there is now.

    Modules, models and settings stay. Python goes through them whenever enough new objects have
    outlived a few rounds: a quarter of its time in an approval in bulk, which keeps thousands.
    """
    gc.collect()
    gc.freeze()
