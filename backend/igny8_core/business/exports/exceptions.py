"""Why a file is not given."""

from igny8_core.common.exceptions import NotFound, Words


class NoSuchFile(NotFound):
    """There is no such file, or none that the person may have now."""

    words = Words(
        en="This file is not available, or not for you. Request it again.",
        ur="یہ فائل موجود نہیں، یا آپ کے لیے نہیں۔ اسے دوبارہ منگوائیں۔",
    )


class FileNotMadeYet(NotFound):
    """The worker has yet to make the file."""

    words = Words(
        en="This file isn't ready yet. You get an email when it is.",
        ur="یہ فائل ابھی تیار نہیں۔ تیار ہونے پر آپ کو میل آئے گی۔",
    )
