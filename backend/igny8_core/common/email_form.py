"""One form of an e-mail address for each mailbox."""

from django.utils.encoding import punycode


def normal_email(typed: str) -> str:
    """Return an address as it is kept, compared and counted.

    In lower case, its domain as mails are sent to it (IDNA, RFC 3490): letters of full width are
    plain ones. What can be nobody's address is left as it is.
    """
    local, at, domain = typed.strip().lower().rpartition("@")
    try:
        return f"{local}{at}{punycode(domain).lower()}"
    except UnicodeError:
        return f"{local}{at}{domain}"
