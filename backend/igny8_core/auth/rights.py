"""Who may do what at the desk: one rule for the API, admin site, services and emails."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Exists, OuterRef, Q, QuerySet

from igny8_core.auth.models import PersonChange, User
from igny8_core.common.exceptions import NotAllowed, Words

Person = User | AnonymousUser | Any  # the type of a request's user


class SecondFactorRequired(NotAllowed):
    """The desk is open only to staff who have set up a second factor."""

    code = "second_factor_required"
    words = Words(
        en="Set up a second factor at /admin/second-factor/ first.",
        ur="پہلے یہاں دوسرا مرحلہ (کوڈ) فعال کریں: \u2068/admin/second-factor/\u2069",
    )


class PersonChangedLately(NotAllowed):
    """Somebody else has just made or changed who would be the second person."""

    code = "person_changed_lately"
    words = Words(
        en="Somebody changed your user less than {hours} hours ago. Until that time has passed, "
        "another admin has to agree.",
        ur="پچھلے {hours} گھنٹوں میں کسی نے آپ کے صارف کو بدلا ہے۔ یہ وقت گزرنے تک کسی اور ایڈمن "
        "کی منظوری ضروری ہے۔",
    )


@dataclass(frozen=True)
class Right:
    """Something that staff may do.

    :param permissions: as Django names them (``billing.decide_payment``); all are needed.
    :param refusal: what those without them are told.
    """

    permissions: tuple[str, ...]
    refusal: type[NotAllowed]


def require(user: Person, right: Right) -> None:
    """Check that a person is active staff with the right's permissions and, if
    ``ADMIN_REQUIRE_SECOND_FACTOR`` is on, has a second factor. Superusers are no exception.

    :raises NotAllowed: the right's own error.
    :raises SecondFactorRequired: if only the second factor is missing.
    """
    if not (is_desk_staff(user) and user.has_perms(right.permissions)):
        raise right.refusal
    if lacks_second_factor(user):
        raise SecondFactorRequired


def may(user: Person, right: Right) -> bool:
    """Tell whether a person may do something."""
    return is_permitted(user, *right.permissions)


def is_permitted(user: Person, *permissions: str) -> bool:
    """Tell whether somebody is staff with these permissions and any required second factor."""
    return is_desk_staff(user) and user.has_perms(permissions) and not lacks_second_factor(user)


def is_desk_staff(user: Person) -> bool:
    """Tell whether a person works at the desk, whatever their permissions."""
    return bool(user.is_active and user.is_staff)


def lacks_second_factor(user: Person) -> bool:
    """Tell whether a person has to set up a second factor before anything else at the desk."""
    return bool(
        settings.ADMIN_REQUIRE_SECOND_FACTOR
        and user.is_authenticated
        and not _has_second_factor(user)
    )


def _has_second_factor(user: Any) -> bool:
    read: bool | None = user.has_second_factor
    return Authenticator.objects.filter(user_id=user.pk).exists() if read is None else read


def keep_rights(user: User, *, as_read_with: User) -> None:
    """Give a user what was read about the rights of the same person."""
    user.has_second_factor = as_read_with.has_second_factor
    if hasattr(as_read_with, "_perm_cache"):
        user._perm_cache = as_read_with._perm_cache  # type: ignore[attr-defined]  # Django's


def holders(right: Right) -> QuerySet[User]:
    """Everybody who has a right, by the same rule as ``may``."""
    staff = User.objects.filter(is_active=True, is_staff=True)
    for name in right.permissions:
        staff = staff.filter(Q(is_superuser=True) | _has_permission(name))
    if settings.ADMIN_REQUIRE_SECOND_FACTOR:
        staff = staff.filter(Exists(Authenticator.objects.filter(user_id=OuterRef("pk"))))
    return staff


def _has_permission(name: str) -> Q:
    app_label, _, codename = name.partition(".")
    permission = Permission.objects.filter(
        content_type__app_label=app_label, codename=codename
    ).values("pk")
    own = User.user_permissions.through.objects.filter(
        user_id=OuterRef("pk"), permission_id__in=permission
    )
    of_a_group = User.groups.through.objects.filter(
        user_id=OuterRef("pk"), group__permissions__in=permission
    )
    return Q(Exists(own)) | Q(Exists(of_a_group))


# Changes of people


def note_change(person: User, *, by: Person, was_staff: bool, now: datetime) -> None:
    """Record that somebody else changed a person's permissions or sign-in."""
    if person.pk != by.pk and (was_staff or person.is_staff):
        PersonChange.objects.create(
            person_id=person.pk,
            email=person.email,
            language=person.language,
            was_staff=was_staff,
            changed_by_id=by.pk,
            changed_at=now,
        )


def require_settled(user: User, *, now: datetime) -> None:
    """Check that nobody else has recently added or changed a person: otherwise one admin could
    set up their own second approver.

    :raises PersonChangedLately: if somebody has, within ``BILLING_CHANGE_DELAY_HOURS``.
    """
    if _changes(now).filter(person_id=user.pk).exists():
        raise PersonChangedLately(hours=settings.BILLING_CHANGE_DELAY_HOURS)


def lately_at_the_desk(now: datetime) -> dict[str, str]:
    """Return addresses and languages of staff whom somebody else removed recently."""
    return dict(_changes(now).filter(was_staff=True).values_list("email", "language"))


def _changes(now: datetime) -> QuerySet[PersonChange]:
    since = now - timedelta(hours=settings.BILLING_CHANGE_DELAY_HOURS)
    return PersonChange.objects.filter(changed_at__gt=since)
