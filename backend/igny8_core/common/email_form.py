"""One normal form of the email address for each mailbox."""

from django.utils.encoding import punycode


def normal_email(typed: str) -> str:
    """Return an address in the form in which it is stored, compared and counted.

    It is in lower case, with its domain as used for sending (IDNA, RFC 3490), so full-width letters
    become plain ones. Text that can't be an address is returned unchanged.
    """
    local, at, domain = typed.strip().lower().rpartition("@")
    try:
        return f"{local}{at}{punycode(domain).lower()}"
    except UnicodeError:
        return f"{local}{at}{domain}"
