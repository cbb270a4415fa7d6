"""Users, their accounts, and what accounts subscribe to."""

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from igny8_core.auth.enums import (
    LIVE_SUBSCRIPTION_STATUSES,
    AccountStatus,
    ChangeCredit,
    CreditsAtRenewal,
    PlanInterval,
    SubscriptionStatus,
    UserRole,
)
from igny8_core.auth.terms import PlanTerms
from igny8_core.common.email_form import normal_email
from igny8_core.common.models import TimestampedModel
from igny8_core.common.rows import insert_rows
from igny8_core.common.search import NormalAddress, SearchText, search_index
from igny8_core.common.transactions import in_transaction
from igny8_core.common.validators import (
    validate_country_code,
    validate_line,
    validate_lower_case,
    validate_visible,
)

MAX_PRICE = 1_000_000  # USD; at the highest rate it still fits into a column
MAX_CREDITS = 1_000_000_000


NOBODYS_DOMAIN = "closed.invalid"  # RFC 2606: nobody can own it; erased people get an address there


class Plan(TimestampedModel):
    """What is sold: a price per interval, with its credits and limits."""

    slug = models.SlugField(
        max_length=50,
        unique=True,
        validators=[validate_lower_case],
        help_text="Identifies the plan in URLs and the API. Fixed once the plan is in use.",
    )
    name = models.CharField(max_length=100, validators=[validate_line, validate_visible])
    description = models.CharField(max_length=300, blank=True, validators=[validate_line])
    price = models.DecimalField(
        max_digits=18,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(MAX_PRICE)],
        help_text="In USD.",
    )
    interval = models.CharField(
        max_length=10, choices=PlanInterval.choices, default=PlanInterval.MONTH
    )
    included_credits = models.PositiveIntegerField(validators=[MaxValueValidator(MAX_CREDITS)])
    credits_at_renewal = models.CharField(
        "unused credits at renewal",
        max_length=20,
        choices=CreditsAtRenewal.choices,
        default=CreditsAtRenewal.ADD,
        db_default=CreditsAtRenewal.ADD,
        help_text="What becomes of the plan's unused credits when the next period begins. Other "
        "credits, such as those of a trial, never expire.",
    )
    credits_kept_up_to = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_CREDITS)],
        help_text="How many of them are kept, if that is the rule.",
    )
    change_credit = models.CharField(
        "when another plan replaces it",
        max_length=10,
        choices=ChangeCredit.choices,
        default=ChangeCredit.DAYS,
        db_default=ChangeCredit.DAYS,
        help_text="What the first invoice of the other plan is less by.",
    )
    max_sites = models.PositiveIntegerField()
    max_users = models.PositiveIntegerField()
    is_public = models.BooleanField(default=True, help_text="Offered at sign-up.")
    order = models.PositiveSmallIntegerField(default=0)

    currency = "USD"

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0),
                name="plan_price_is_not_negative",
                violation_error_message="The price can't be below 0.",
            ),
            models.CheckConstraint(
                condition=Q(
                    credits_at_renewal__in=[CreditsAtRenewal.ADD, CreditsAtRenewal.RESET],
                    credits_kept_up_to=None,
                )
                | Q(
                    credits_at_renewal=CreditsAtRenewal.KEEP_UP_TO,
                    credits_kept_up_to__isnull=False,
                ),
                name="plan_says_how_many_credits_are_kept",
                violation_error_message="Enter how many credits are kept if that is the rule, and "
                "only then.",
            ),
            models.CheckConstraint(
                condition=Q(change_credit__in=ChangeCredit.values),
                name="plan_change_credit_is_known",
                violation_error_message="Invalid credit of a change.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_free(self) -> bool:
        """Whether nothing is ever owed for it."""
        return self.price == 0

    @property
    def credits_note(self) -> dict[str, str]:
        """What becomes of unused credits, by language."""
        return PlanTerms.of_plan(self).credits_note

    @property
    def change_note(self) -> dict[str, str]:
        """What its unused days are worth when another plan replaces it, by language."""
        return PlanTerms.of_plan(self).change_note

    @property
    def offer(self) -> str:
        """Identifies what is sold; changes when the price or what it buys changes."""
        return PlanTerms.of_plan(self).offer


class Account(TimestampedModel):
    """The tenant: everything else belongs to one.

    :ivar current_subscriptions: those that are live or pending, if they were read with it.
    :ivar has_a_persons_billing_email: whether its billing email is a verified address of one of its
        people, if that was read with it.
    """

    current_subscriptions: "list[Subscription] | None" = None
    has_a_persons_billing_email: bool | None = None

    name = models.CharField(max_length=150)
    status = models.CharField(max_length=20, choices=AccountStatus.choices)
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, help_text="The plan whose limits hold now."
    )
    trial_terms = models.JSONField(
        null=True,
        blank=True,
        help_text="What the free plan promised at sign-up. See auth/terms.py.",
    )
    credits = models.BigIntegerField(default=0, help_text="Cached sum of the credit ledger.")
    plan_credits = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text="How many of them a plan brought: they are used first, and may expire.",
    )
    suspended_at = models.DateTimeField(null=True, blank=True)
    next_billing_step_at = models.DateTimeField(
        null=True, blank=True, help_text="When ``run_billing`` has to look at it again."
    )
    parked_at = models.DateTimeField(
        null=True, blank=True, help_text="Since then ``run_billing`` leaves it alone."
    )
    parked_reason = models.CharField(max_length=200, blank=True, db_default="")
    country = models.CharField(
        max_length=2,
        blank=True,
        validators=[validate_country_code],
        help_text="ISO 3166-1 alpha-2.",
    )
    billing_name = models.CharField(max_length=150, blank=True)
    billing_email = models.EmailField(max_length=254, blank=True)
    confirmed_billing_email = models.EmailField(
        max_length=254,
        blank=True,
        help_text="The billing address whose reader has said that mails may come.",
    )
    billing_address_line1 = models.CharField(max_length=200, blank=True)
    billing_address_line2 = models.CharField(max_length=200, blank=True)
    billing_city = models.CharField(max_length=100, blank=True)
    billing_state = models.CharField(max_length=100, blank=True)
    billing_postal_code = models.CharField(max_length=20, blank=True)
    tax_id = models.CharField(max_length=50, blank=True)

    class Meta:
        indexes = [
            search_index(
                "account_search", SearchText("name", "billing_name", NormalAddress("billing_email"))
            ),
            models.Index(
                fields=["next_billing_step_at", "id"],
                condition=Q(parked_at=None, next_billing_step_at__isnull=False),
                name="account_by_billing_step",
            ),
            models.Index(
                fields=["suspended_at"],
                condition=Q(suspended_at__isnull=False),
                name="account_by_suspension",
            ),
            models.Index(
                fields=["parked_at"], condition=Q(parked_at__isnull=False), name="account_parked"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=AccountStatus.values),
                name="account_status_is_known",
                violation_error_message="Invalid account status.",
            ),
            models.CheckConstraint(
                condition=~Q(status=AccountStatus.TRIAL) | Q(trial_terms__isnull=False),
                name="trial_keeps_what_was_promised",
                violation_error_message="A trial keeps what its plan promised.",
            ),
            models.CheckConstraint(
                condition=Q(credits__gte=0),
                name="account_credits_are_not_negative",
                violation_error_message="Credits can't be below 0.",
            ),
            models.CheckConstraint(
                condition=Q(plan_credits__gte=0, plan_credits__lte=F("credits")),
                name="account_plan_credits_are_part_of_its_credits",
                violation_error_message="A plan's credits are part of all credits.",
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex="^[A-Z]{2}$"),
                name="account_country_is_a_code",
                violation_error_message="Choose a country from the list.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates users with lower-case email addresses."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user, with the one address that they sign in with.

        A staff address counts as verified: whoever creates the user vouches for it.

        :raises django.db.IntegrityError: if the email is taken.
        """
        user = self.model(email=normal_email(email), **fields)
        user.set_password(password)
        self._save(user)
        return user

    @in_transaction
    def _save(self, user: "User") -> None:
        insert_rows([user])
        address = user.emailaddress_set.model(
            user=user, email=user.email, primary=True, verified=user.is_staff
        )
        insert_rows([address])

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user who may do everything in the admin site and belongs to no account."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by email in any case."""
        return self.get(email=normal_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Staff may or may not belong to an account.

    :ivar has_second_factor: whether signing in takes a code, if that was read with the session.
    :ivar has_just_signed_up: whether this is the sign-up, which has written down the sign-in.
    """

    has_second_factor: bool | None = None
    has_just_signed_up = False

    email = models.EmailField(max_length=254, unique=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    role = models.CharField(max_length=10, choices=UserRole.choices, default=UserRole.MEMBER)
    language = models.CharField(
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text="Language of the emails to this person.",
    )
    is_staff = models.BooleanField(default=False, help_text="Can open the admin.")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        indexes = [
            search_index(
                "user_search", SearchText(NormalAddress("email"), "first_name", "last_name")
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_is_lower_case",
                violation_error_message="Enter the email address in lower case.",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(role=UserRole.OWNER),
                name="account_has_at_most_one_owner",
                violation_error_message="This account already has an owner.",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def full_name(self) -> str:
        """First and last name, or the email if neither is given."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


class EmailChange(models.Model):
    """An address that a person wants to sign in with, until the link sent there is used.

    It belongs to nobody yet: it blocks nobody else, and can't be used to sign in.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="email_change")
    new_email = models.EmailField(max_length=254)
    requested_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(new_email=Lower("new_email")),
                name="new_email_is_lower_case",
                violation_error_message="Enter the email address in lower case.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} to {self.new_email}"


class PersonChange(models.Model):
    """Records that somebody else added a staff user, or changed their permissions or sign-in.

    Kept even if the users are deleted: nobody may set up their own second approver.
    """

    person_id = models.BigIntegerField(db_index=True)
    email = models.EmailField(max_length=254, help_text="Of before, for who loses the right.")
    language = models.CharField(max_length=10)
    was_staff = models.BooleanField(help_text="Whether they were at the desk before it.")
    changed_by_id = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"person {self.person_id} by {self.changed_by_id}"


class Session(AbstractBaseSession):
    """A session of a browser or a program; see ``auth/log_in/sessions.py``."""

    session_key = models.CharField(
        max_length=64, primary_key=True, help_text="A hash: the key itself is not kept."
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")

    class Meta(AbstractBaseSession.Meta):
        pass

    def __str__(self) -> str:
        return f"Session of {self.user or 'a visitor'}"


class Subscription(TimestampedModel):
    """An account's subscription to a plan, with the period that runs (UTC, half-open).

    Periods are numbered from 0 and counted from the anchor: see ``billing/periods.py``.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="subscriptions")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT)
    terms = models.JSONField(
        help_text="What its last invoice promised: interval, credits, limits. See auth/terms.py."
    )
    status = models.CharField(max_length=20, choices=SubscriptionStatus.choices)
    current_period_start = models.DateTimeField(null=True, blank=True)
    current_period_end = models.DateTimeField(null=True, blank=True)
    anchor_at = models.DateTimeField(
        null=True, blank=True, help_text="The start from which its periods are counted."
    )
    anchor_index = models.PositiveIntegerField(
        default=0, db_default=0, help_text="The number of the period that begins at the anchor."
    )
    current_index = models.PositiveIntegerField(
        null=True, blank=True, help_text="The number of the period that runs."
    )
    paid_index = models.PositiveIntegerField(
        default=0, db_default=0, help_text="The number of the first period that isn't paid for."
    )
    cancel_at_period_end = models.BooleanField(default=False, db_default=False)
    next_plan = models.ForeignKey(
        Plan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Takes effect with the next period.",
    )
    price_override = models.DecimalField(
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(MAX_PRICE)],
        help_text="In USD: agreed with its customer, as long as the plan stays.",
    )
    announced_price = models.DecimalField(
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="In USD: the plan's higher price that its customer was told of.",
    )
    announced_on = models.DateField(null=True, blank=True, help_text="The day of that email.")
    announced_from = models.DateField(
        null=True, blank=True, help_text="The first day of the first period that costs it."
    )
    hold_until = models.DateField(
        null=True, blank=True, help_text="Until this day it is neither past due nor paused."
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(status=SubscriptionStatus.PAST_DUE),
                name="subscription_past_due",
            ),
            models.Index(
                fields=["current_period_end"],
                condition=Q(cancel_at_period_end=True),
                name="subscription_ending",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=SubscriptionStatus.values),
                name="subscription_status_is_known",
                violation_error_message="Invalid subscription status.",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(status__in=LIVE_SUBSCRIPTION_STATUSES),
                name="account_has_at_most_one_live_subscription",
                violation_error_message="The account already has a subscription.",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(status=SubscriptionStatus.PENDING_PAYMENT),
                name="account_has_at_most_one_pending_subscription",
                violation_error_message="A subscription is already waiting for payment.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=LIVE_SUBSCRIPTION_STATUSES)
                | Q(current_period_start__lt=models.F("current_period_end")),
                name="live_subscription_has_a_period",
                violation_error_message="The period must end after it starts.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=LIVE_SUBSCRIPTION_STATUSES)
                | Q(anchor_at__isnull=False, current_index__isnull=False),
                name="live_subscription_has_an_anchor",
                violation_error_message="A subscription that runs has an anchor.",
            ),
            models.CheckConstraint(
                condition=Q(price_override=None) | Q(price_override__gt=0),
                name="agreed_price_is_positive",
                violation_error_message="An agreed price is above 0.",
            ),
            models.CheckConstraint(
                condition=Q(announced_price=None, announced_on=None, announced_from=None)
                | Q(
                    announced_price__isnull=False,
                    announced_on__isnull=False,
                    announced_from__isnull=False,
                    announced_price__gt=0,
                    announced_on__lte=F("announced_from"),
                ),
                name="announced_price_has_its_days",
                violation_error_message="An announced price has two days.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} on {self.promised}"

    @property
    def promised(self) -> PlanTerms:
        """The terms at the time of the order, even if the plan has changed since."""
        return PlanTerms.from_json(self.terms)


class Industry(models.Model):
    """The trade that a site is in."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "industries"

    def __str__(self) -> str:
        return self.name


class Site(TimestampedModel):
    """A web site of an account."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(max_length=100)
    domain = models.CharField(max_length=253)
    industry = models.ForeignKey(Industry, on_delete=models.PROTECT)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [search_index("site_search", SearchText("name", "domain"))]
        constraints = [
            models.UniqueConstraint(
                "account",
                Lower("domain"),
                name="site_domain_is_unique_within_its_account",
                violation_error_message="The account already has a site with this domain.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SiteUserAccess(models.Model):
    """Gives a user access to a site; its creator gets access at once."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="user_access")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="site_access")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "user"],
                name="site_access_is_given_once",
                violation_error_message="This person already has access to the site.",
            ),
        ]
        verbose_name_plural = "site user access"

    def __str__(self) -> str:
        return f"{self.user} on {self.site}"
