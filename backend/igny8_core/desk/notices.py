"""How often each billing admin gets notices."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from igny8_core.auth.models import User
from igny8_core.business.billing.models import NoticePreference
from igny8_core.desk.decision_forms import NoticePreferenceForm
from igny8_core.desk.review import may_decide


def notices(request: HttpRequest, *, model_admin: Any) -> HttpResponse:
    """Show and change the admin's own choice."""
    if not may_decide(request) or not isinstance(request.user, User):
        raise PermissionDenied
    preference = NoticePreference.objects.filter(user=request.user).first() or NoticePreference(
        user=request.user
    )
    form = NoticePreferenceForm(request.POST or None, initial={"frequency": preference.frequency})
    if request.method == "POST" and form.is_valid():
        preference, _created = NoticePreference.objects.update_or_create(
            user=request.user, defaults={"frequency": form.cleaned_data["frequency"]}
        )
        messages.success(request, f"Saved: {preference.get_frequency_display()}.")
        return HttpResponseRedirect(reverse("admin:billing_payment_notices"))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": "My notifications",
        "form": form,
    }
    return TemplateResponse(request, "admin/billing/payment/notices.html", context)
