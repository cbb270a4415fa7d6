"""What closing and exporting refuse, each with its stable code and its words."""

from igny8_core.business.billing.exceptions import AccountClosed, PaymentAlreadyUnderReview
from igny8_core.common.exceptions import InvalidInput, LimitReached, Words


class ConfirmationMismatch(InvalidInput):
    """What was typed to confirm is not the user's email."""

    code = "confirmation_mismatch"
    attr = "confirmation"
    words = Words(
        en="This is not the email that you sign in with.",
        ur="یہ وہ ای میل نہیں جس سے آپ لاگ اِن کرتے ہیں۔",
    )


class AlreadyClosed(AccountClosed):
    """The account was closed before."""

    words = Words(en="This account is already closed.", ur="یہ اکاؤنٹ پہلے ہی بند ہے۔")


class MoneyMayBeComing(PaymentAlreadyUnderReview):
    """An account is not closed while a confirmation of it waits for an admin."""

    words = Words(
        en="A payment confirmation is under review. Wait for the decision, or withdraw it, "
        "before you close the account.",
        ur="ایک ادائیگی کی تصدیق کی جانچ جاری ہے۔ اکاؤنٹ بند کرنے سے پہلے فیصلے کا انتظار کریں "
        "یا تصدیق واپس لیں۔",
    )


class ExportLimitReached(LimitReached):
    """The person had as many files made as a day allows."""

    code = "export_limit_reached"
    words = Words(
        en="You requested your data {limit} times within a day. Try again tomorrow.",
        ur="آپ ایک دن میں {limit} بار اپنا ڈیٹا منگوا چکے ہیں۔ کل دوبارہ کوشش کریں۔",
    )
