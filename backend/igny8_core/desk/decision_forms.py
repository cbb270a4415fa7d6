"""Forms of the approval desk."""

from typing import Any

from django import forms

from igny8_core.business.billing.enums import EventName, NoticeFrequency
from igny8_core.desk.acts import ActForm

MAX_NOTES = 1000
REVERSALS = [
    (EventName.REVERSE.value, "The invoice is due again"),
    (EventName.REVERSE_AND_VOID.value, "The invoice is void: nothing is due"),
]


def _words(**attributes: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3, "class": "desk-input", **attributes})


class DecisionForm(ActForm):
    """A form that shares its page with others, so its ids contain its own name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{type(self).__name__.lower()}_%s"
        super().__init__(*args, **kwargs)


class ApproveForm(DecisionForm):
    admin_notes = forms.CharField(
        label="Notes",
        required=False,
        max_length=MAX_NOTES,
        widget=_words(),
        help_text="Optional: where you found the payment. The customer can read this.",
    )


class RejectForm(DecisionForm):
    admin_notes = forms.CharField(
        label="Reason",
        max_length=MAX_NOTES,
        widget=_words(),
        help_text="The customer sees this text as written and can try again.",
    )


class ReverseForm(DecisionForm):
    reason = forms.CharField(
        label="Reason",
        max_length=MAX_NOTES,
        widget=_words(),
        help_text="The customer sees this text as written.",
    )
    event = forms.ChoiceField(
        label="Afterwards", choices=REVERSALS, widget=forms.RadioSelect, initial=REVERSALS[0][0]
    )
    is_forced = forms.BooleanField(
        label="Reverse even if its credits are spent: remove the credits that are left",
        required=False,
    )


class VoidForm(DecisionForm):
    reason = forms.CharField(
        label="Reason",
        max_length=MAX_NOTES,
        widget=_words(),
        help_text="The customer sees this text as written.",
    )


class NoticePreferenceForm(forms.Form):
    frequency = forms.ChoiceField(
        label="Emails about waiting payments",
        choices=NoticeFrequency.choices,
        widget=forms.RadioSelect,
    )
