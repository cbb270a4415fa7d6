"""Why a file is not taken at the door; what is wrong inside of it is said later."""

from igny8_core.common.exceptions import InvalidInput, LimitReached, Unavailable, Words


class ProofTooLarge(InvalidInput):
    """The proof file exceeds the limit of bytes."""

    code = "proof_too_large"
    attr = "proof"
    words = Words(
        en="The file is larger than {limit} MB. Send a smaller one.",
        ur="فائل {limit} MB سے بڑی ہے۔ چھوٹی فائل بھیجیں۔",
    )


class ProofTypeNotAccepted(InvalidInput):
    """The proof file does not begin as JPEG, PNG, WebP or PDF."""

    code = "proof_type_not_accepted"
    attr = "proof"
    words = Words(
        en="This is not a JPEG, PNG, WebP or PDF file. Send a photo or the PDF receipt.",
        ur="یہ JPEG، PNG، WebP یا PDF نہیں۔ تصویر یا PDF رسید بھیجیں۔",
    )


class ProofLimitReached(LimitReached):
    """The account, or the client's address, has sent as many files, or bytes, as a day allows."""

    code = "proof_limit_reached"
    attr = "proof"


class AccountProofLimitReached(ProofLimitReached):
    """The account has sent as much as it may."""

    words = Words(
        en="This account has sent as many files as it may in a day. Confirm without a file, or "
        "try again tomorrow.",
        ur="اس اکاؤنٹ سے ایک دن میں جتنی فائلیں لی جا سکتی ہیں لی جا چکیں۔ فائل کے بغیر تصدیق "
        "کریں یا کل کوشش کریں۔",
    )


class NetworkProofLimitReached(ProofLimitReached):
    """The client's address has sent as much as one may, for whatever accounts."""

    words = Words(
        en="Your network has sent as many files as it may in a day. Confirm without a file, or "
        "try again tomorrow.",
        ur="آپ کے نیٹ ورک سے ایک دن میں جتنی فائلیں لی جا سکتی ہیں لی جا چکیں۔ فائل کے بغیر "
        "تصدیق کریں یا کل کوشش کریں۔",
    )


class ProofsBusy(Unavailable):
    """Too many proof files are being stored at this moment."""

    code = "proofs_busy"
    words = Words(
        en="Too many files are being stored at this moment. Try again in a minute.",
        ur="اس وقت بہت سی فائلیں محفوظ ہو رہی ہیں۔ ایک منٹ بعد دوبارہ کوشش کریں۔",
    )
