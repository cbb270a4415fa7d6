"""The states and refusals of proofs, as in the API and the database."""

from django.db import models


class ProofState(models.TextChoices):
    """What has become of the file that came with a claim."""

    NONE = "none", "No file"
    CHECKING = "checking", "Being checked"
    KEPT = "kept", "Kept"
    REFUSED = "refused", "Refused"


class ProofRefusal(models.TextChoices):
    """Why a file was refused; the label says what to do."""

    UNREADABLE = (
        "unreadable",
        "The file can't be read as a JPEG, PNG, WebP or PDF. Send a photo or the PDF receipt.",
    )
    ANIMATED = "animated", "Animated images aren't accepted. Send a photo or screenshot."
    TOO_MANY_PIXELS = (
        "too_many_pixels",
        "The image has more than 50 million pixels. Send a smaller one.",
    )
    ENCRYPTED = (
        "encrypted",
        "The PDF is password-protected. Send a screenshot, or save the PDF without a password.",
    )
    TOO_MANY_PAGES = (
        "too_many_pages",
        "The PDF has more than 30 pages. Send only the pages that show the payment.",
    )
    TOO_COMPLEX = (
        "too_complex",
        "The file takes too long to display. Send a photo or screenshot of the receipt.",
    )
    LOST = "lost", "We lost the file. Send it again."
    INFECTED = (
        "infected",
        "Our virus scanner rejected this file. Send a photo or screenshot instead.",
    )
