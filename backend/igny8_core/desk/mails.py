"""Emails in the admin site: waiting, sent, and failed ones, which can be sent again."""

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.decorators import display

from igny8_core.common.mail import SendAgain, send_again
from igny8_core.common.models import OutgoingMail
from igny8_core.desk.base import ReadOnlyAdmin
from igny8_core.desk.navigation import Entry, Section

admin.site.unregister(ProcrastinateJob)  # jobs contain password reset links


class MailStateFilter(admin.SimpleListFilter):
    """Filters by state: sent, dropped, waiting, failing (being retried), or given up."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("sent", "Sent"),
            ("dropped", "Dropped: no longer true"),
            ("waiting", "Waiting"),
            ("trouble", "Failed, will retry"),
            ("failed", "Failed, given up"),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[OutgoingMail]
    ) -> QuerySet[OutgoingMail]:
        unsent = queryset.filter(sent_at=None, dropped_at=None)
        match self.value():
            case "sent":
                return queryset.filter(sent_at__isnull=False)
            case "dropped":
                return queryset.filter(dropped_at__isnull=False)
            case "waiting":
                return unsent.filter(attempts=0)
            case "trouble":
                return unsent.filter(attempts__gt=0).exclude(job_id__in=_failed_jobs())
            case "failed":
                return unsent.filter(job_id__in=_failed_jobs())
        return queryset


def _failed_jobs() -> QuerySet[ProcrastinateJob, int]:
    return ProcrastinateJob.objects.filter(status="failed").values_list("id", flat=True)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    sidebar = Entry(Section.WORK, 6, "mail")
    list_display = ["created_at", "recipient", "kind", "language", "state", "attempts", "trouble"]
    list_filter = [MailStateFilter, "kind", "language"]
    search_fields = ["recipient", "key"]
    actions = ["send_again"]
    ordering = ["-pk"]

    @display(  # type: ignore[untyped-decorator]
        description="State",
        label={"Sent": "success", "Dropped": "warning", "Waiting": "info", "Failing": "danger"},
    )
    def state(self, mail: OutgoingMail) -> str:
        if mail.sent_at:
            return "Sent"
        if mail.dropped_at:
            return "Dropped"
        return "Failing" if mail.attempts else "Waiting"

    @admin.display(description="Problem")
    def trouble(self, mail: OutgoingMail) -> str:
        return mail.drop_reason or mail.last_error

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        """Allow it to those who may change emails."""
        return bool(request.user.has_perm("common.change_outgoingmail"))

    @admin.action(description="Send again", permissions=["send_again"])
    def send_again(self, request: HttpRequest, mails: QuerySet[OutgoingMail]) -> None:
        """Queue failed emails again, and report the result for each."""
        counted = Counter(send_again(mail) for mail in mails)
        report = ". ".join(f"{number} {outcome}" for outcome, number in sorted(counted.items()))
        is_done = set(counted) == {SendAgain.QUEUED}
        tell = messages.success if is_done else messages.warning
        tell(
            request, f"{report}." if counted[SendAgain.QUEUED] else f"No email was sent: {report}."
        )
