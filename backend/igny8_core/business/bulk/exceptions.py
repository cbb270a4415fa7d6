"""Why many payments are not approved at once."""

from igny8_core.common.exceptions import InvalidInput, Words


class NotThatMany(InvalidInput):
    """Nothing is selected, or more than is approved at once."""

    code = "not_that_many"
    words = Words(
        en="Select at least one payment, and at most {most}.",
        ur="کم از کم ایک ادائیگی منتخب کریں، اور زیادہ سے زیادہ {most}۔",
    )


class ConfirmationReused(InvalidInput):
    """The same confirmation came with other payments before."""

    code = "confirmation_reused"
    words = Words(
        en="This form was already sent with different payments. Select the payments again.",
        ur="یہ فارم پہلے مختلف ادائیگیوں کے ساتھ بھیجا جا چکا ہے۔ ادائیگیاں دوبارہ منتخب کریں۔",
    )
