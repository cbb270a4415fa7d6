"""Decisions at the desk: a form that is sent twice is executed once, like an API request.

The page gives each form a key. If the form is sent again (a double click, a reload, a lost
response), it shows the first result again, and leads to the same page.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from igny8_core.common.exceptions import DomainError
from igny8_core.common.http.idempotency import (
    AccountAnswer,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    Sending,
    act_once,
    scope_of,
)

KEY = "act_key"
REUSED = "This form was already sent with different values. Check the result."
RUNNING = "This is still in progress. Check the result in a moment."
A_KEY = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNSENT = {"csrfmiddlewaretoken", KEY}


class ActForm(forms.Form):
    """A form with the key of its page."""

    act_key = forms.Field(required=False, widget=forms.HiddenInput, initial=uuid4)

    @property
    def key(self) -> str:
        """The key; empty if it isn't one that a page has issued."""
        key = str(self.cleaned_data[KEY] or "")
        return key if A_KEY.fullmatch(key) else ""

    @property
    def words(self) -> dict[str, object]:
        """What the admin has entered."""
        return {name: value for name, value in self.cleaned_data.items() if name != KEY}


@dataclass(frozen=True)
class Done:
    """What was done, for which account, and where to go next.

    :param said: the message to the admin.
    :param account_id: the account whose data the message contains.
    """

    said: str
    account_id: int
    leads_to: str


def carry_out(
    request: HttpRequest, form: ActForm, act: Callable[[], Done], *, refused_leads_to: str
) -> HttpResponse:
    """Run an act once per form key; show what was done, or why not.

    :param form: a valid form.
    """
    sending = Sending(
        scope=scope_of(request),
        key=form.key,
        body={name: values for name, values in request.POST.lists() if name not in UNSENT},
    )

    def answer() -> AccountAnswer:
        done = act()
        said = {"said": done.said, "leads_to": done.leads_to}
        return AccountAnswer(said, account_id=done.account_id)

    try:
        told = act_once(sending, answer).data
    except IdempotencyKeyInUse:
        messages.warning(request, RUNNING)
    except IdempotencyKeyReused:
        messages.error(request, REUSED)
    except DomainError as refusal:
        messages.error(request, f"Nothing was changed. {refusal.detail}")
    else:
        messages.success(request, told["said"])
        return HttpResponseRedirect(told["leads_to"])
    return HttpResponseRedirect(refused_leads_to)
