"""A small file that takes long: what somebody sends who wants the service to stand still."""

import random
import zlib


def slow_pdf(*, pages: int = 30, lines: int = 60_000) -> bytes:
    """Return a PDF of some 13 kB whose pages all draw the same many lines.

    The lines repeat themselves, so that they are packed small; a page takes seconds to draw.
    """
    places = random.Random(1)  # noqa: S311  (any lines will do, the same each time)
    some = b"".join(
        b"%d %d m %d %d l S\n" % tuple(places.randrange(800) for _ in range(4)) for _ in range(60)
    )
    drawing = zlib.compress(b"0.3 w\n" + some * (lines // 60), 9)
    kids = b" ".join(b"%d 0 R" % number for number in range(4, 4 + pages))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<<>>>>"
    return pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, pages),
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(drawing), drawing),
        *[page] * pages,
    )


def pdf_of(*objects: bytes) -> bytes:
    """Return a document of these objects, of which the first is its root."""
    output, places = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, start=1):
        places.append(len(output))
        output += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return output + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (count, table, count, len(output))
    )
