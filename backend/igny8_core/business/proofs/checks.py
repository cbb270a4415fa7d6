"""A system check of the sandbox for uploaded files."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004  (Django's own name)

from igny8_core.business.proofs.sandbox import SandboxBrokenError, SandboxBusyError, layers

NEEDED = {"privileges", "landlock", "limits", "seccomp"}


@register()
def the_sandbox_holds(**_options: Any) -> list[CheckMessage]:
    """Warn in production if the system lacks a layer of the sandbox."""
    if settings.IS_DEVELOPMENT:
        return []
    try:
        missing = NEEDED.difference(layers())
    except (SandboxBrokenError, SandboxBusyError) as error:
        return [Warning(f"Proofs can't be re-encoded: {error}", id="proofs.W002")]
    if not missing:
        return []
    return [
        Warning(
            f"The sandbox of strangers' files lacks: {', '.join(sorted(missing))}.",
            hint="docs/SECURITY.md says what each layer is for, and what it needs.",
            id="proofs.W001",
        )
    ]
