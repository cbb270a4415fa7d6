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
        "The file can't be read as JPEG, PNG, WebP or PDF. Send a photo or the PDF receipt.",
    )
    ANIMATED = "animated", "The picture moves. Send a photo or a screenshot."
    TOO_MANY_PIXELS = (
        "too_many_pixels",
        "The picture has more than 50 million pixels. Send a smaller one.",
    )
    ENCRYPTED = (
        "encrypted",
        "The PDF asks for a password. Send a screenshot, or save the PDF without the password.",
    )
    TOO_MANY_PAGES = (
        "too_many_pages",
        "The PDF has more than 30 pages. Send those that show the payment.",
    )
    TOO_COMPLEX = (
        "too_complex",
        "The file takes too long to draw. Send a photo or a screenshot of the receipt.",
    )
    LOST = "lost", "The file was lost on our side. Send it again."
    INFECTED = (
        "infected",
        "The virus scanner refuses this file. Send a photo or a screenshot instead.",
    )
