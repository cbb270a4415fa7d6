"""What the API reads and writes of accounts."""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from igny8_core.auth.models import Account, Industry, Plan, Site, Subscription, User
from igny8_core.auth.rights import is_permitted
from igny8_core.auth.selectors import (
    has_verified_address,
    industry_by_slug,
    is_confirmed_address,
    pending_email,
    terms_of,
    valid_country_code,
)
from igny8_core.auth.services.accounts import BILLING_FIELDS
from igny8_core.auth.services.sites import SiteChanges
from igny8_core.auth.terms import PlanTerms
from igny8_core.auth.validators import normalised_domain
from igny8_core.common.exceptions import InvalidInput
from igny8_core.common.http.fields import LineField, MoneyField, TextField
from igny8_core.common.http.kept_fields import KeptFields
from igny8_core.common.http.language import language_of

PERSON_FIELDS = ("email", "first_name", "last_name")


class PlanSerializer(KeptFields, serializers.ModelSerializer[Plan]):
    price = MoneyField()
    currency = serializers.CharField(read_only=True)
    is_free = serializers.BooleanField(read_only=True)
    credits_note = serializers.DictField(
        child=serializers.CharField(),
        read_only=True,
        help_text="What becomes of unused credits at renewal, in words, by ISO 639-1 code.",
    )
    change_note = serializers.DictField(
        child=serializers.CharField(),
        read_only=True,
        help_text="What its unused days are worth when another plan replaces it, in words, by "
        "ISO 639-1 code.",
    )
    offer = serializers.CharField(
        read_only=True,
        help_text=(
            "Identifies the price and what it includes. Send it with an order: if the plan has "
            "changed since, nothing is ordered."
        ),
    )

    class Meta:
        model = Plan
        fields = [
            "slug",
            "name",
            "description",
            "price",
            "currency",
            "interval",
            "included_credits",
            "credits_at_renewal",
            "credits_kept_up_to",
            "credits_note",
            "change_credit",
            "change_note",
            "max_sites",
            "max_users",
            "is_free",
            "offer",
        ]
        read_only_fields = fields


def plan_answer(terms: PlanTerms) -> dict[str, Any]:
    """Answer with terms, which have the fields of a plan."""
    return _plan_serializer().to_representation(terms)


@cache
def _plan_serializer() -> PlanSerializer:
    return PlanSerializer()


class IndustrySerializer(serializers.ModelSerializer[Industry]):
    class Meta:
        model = Industry
        fields = ["id", "slug", "name"]
        read_only_fields = fields


class CountrySerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    name = serializers.CharField()
    currency = serializers.CharField(help_text="ISO 4217 code of the currency in use.")


class AddressFormatSerializer(serializers.Serializer[Any]):
    city_type = serializers.CharField(
        help_text="city, suburb, post_town, …; empty if there is no such part."
    )
    state_type = serializers.CharField(
        help_text="state, province, emirate, …; empty if there is none."
    )
    states = serializers.ListField(
        child=serializers.CharField(), help_text="Their names; empty list: free text."
    )
    postal_code_type = serializers.CharField(
        help_text="postal, zip, pin, eircode; empty if there is none."
    )
    postal_code_example = serializers.CharField()
    tax_id_name = serializers.CharField(help_text="Name of the tax number; may be empty.")


class CountryDetailSerializer(CountrySerializer):
    address = AddressFormatSerializer()


class AccountSerializer(KeptFields, serializers.ModelSerializer[Account]):
    billing_email = serializers.CharField(read_only=True, help_text="Empty if there is none.")
    plan = serializers.SerializerMethodField(
        help_text="As promised at purchase, regardless of what is sold now."
    )

    billing_email_confirmed = serializers.SerializerMethodField(
        help_text="Whether the address is confirmed. Until then no emails are sent to it."
    )

    class Meta:
        model = Account
        fields = [
            "id",
            "name",
            "status",
            "credits",
            "plan",
            "country",
            *BILLING_FIELDS,
            "billing_email_confirmed",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(bool)
    def get_billing_email_confirmed(self, account: Account) -> bool:
        return is_confirmed_address(address=account.billing_email, account=account)

    @extend_schema_field(PlanSerializer)
    def get_plan(self, account: Account) -> dict[str, Any]:
        return plan_answer(terms_of(account=account))


class UserSerializer(KeptFields, serializers.ModelSerializer[User]):
    email_verified = serializers.SerializerMethodField()
    pending_email = serializers.SerializerMethodField(
        help_text="A requested new email, until the link that was sent to it is used."
    )
    is_billing_admin = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "first_name",
            "last_name",
            "role",
            "language",
            "email_verified",
            "pending_email",
            "is_billing_admin",
            "date_joined",
        ]
        read_only_fields = fields

    @extend_schema_field(bool)
    def get_email_verified(self, user: User) -> bool:
        return has_verified_address(user)

    @extend_schema_field({"type": ["string", "null"], "format": "email"})
    def get_pending_email(self, user: User) -> str | None:
        return pending_email(user=user)

    @extend_schema_field(bool)
    def get_is_billing_admin(self, user: User) -> bool:
        return is_permitted(user, "billing.decide_payment")


class SubscriptionSerializer(KeptFields, serializers.ModelSerializer[Subscription]):
    plan = PlanSerializer(
        source="promised",
        read_only=True,
        help_text="As promised at purchase, regardless of what is sold now.",
    )

    class Meta:
        model = Subscription
        fields = [
            "id",
            "status",
            "plan",
            "current_period_start",
            "current_period_end",
            "cancelled_at",
            "created_at",
        ]
        read_only_fields = fields


class OfferField(LineField):
    """What the customer was shown of the plan that is ordered."""

    def __init__(self) -> None:
        super().__init__(
            max_length=16,
            required=False,
            default="",
            allow_blank=True,
            help_text="The plan's `offer` as shown; empty: at its current price.",
        )


class RegisterSerializer(serializers.Serializer[Any]):
    """A sign-up with the billing details for a paid plan."""

    email = serializers.EmailField(max_length=254)
    password = TextField(
        write_only=True, trim_whitespace=False, max_length=128, style={"input_type": "password"}
    )
    first_name = LineField(max_length=100, required=False, default="", allow_blank=True)
    last_name = LineField(max_length=100, required=False, default="", allow_blank=True)
    account_name = LineField(max_length=150, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES,
        required=False,
        default=settings.LANGUAGE_CODE,
        help_text="Language of the emails to this person.",
    )
    plan_slug = LineField(max_length=50)
    offer = OfferField()
    country = LineField(
        max_length=2, required=False, default="", allow_blank=True, help_text="ISO 3166-1 alpha-2."
    )
    payment_method = LineField(
        max_length=40,
        required=False,
        default="",
        allow_blank=True,
        help_text="Code of one of the country's payment methods.",
    )
    billing_name = LineField(max_length=150, required=False, default="", allow_blank=True)
    billing_email = serializers.EmailField(
        max_length=254, required=False, default="", allow_blank=True
    )
    billing_address_line1 = LineField(max_length=200, required=False, default="", allow_blank=True)
    billing_address_line2 = LineField(max_length=200, required=False, default="", allow_blank=True)
    billing_city = LineField(max_length=100, required=False, default="", allow_blank=True)
    billing_state = LineField(max_length=100, required=False, default="", allow_blank=True)
    billing_postal_code = LineField(max_length=20, required=False, default="", allow_blank=True)
    tax_id = LineField(max_length=50, required=False, default="", allow_blank=True)

    def validate_country(self, value: str) -> str:
        return _as_field_error(self, valid_country_code, value) if value else ""

    def validate_password(self, value: str) -> str:
        typed = {name: str(self.initial_data.get(name, "")) for name in PERSON_FIELDS}
        try:
            validate_password(value, user=User(**typed))
        except DjangoValidationError as error:
            raise serializers.ValidationError(
                [
                    serializers.ErrorDetail(item.messages[0], code=str(item.code))
                    for item in error.error_list
                ]
            ) from error
        return value


class OwnPasswordSerializer(serializers.Serializer[Any]):
    """Proof that the owner is present, and not someone at an unattended screen."""

    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class EmailChangeSerializer(OwnPasswordSerializer):
    email = serializers.EmailField(
        max_length=254,
        help_text="The new address. It gets a link and takes effect once the link is used.",
    )


class ProfileSerializer(serializers.Serializer[Any]):
    """The user's name and the language of their emails."""

    first_name = LineField(max_length=100, allow_blank=True)
    last_name = LineField(max_length=100, allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES)


class AccountChangeSerializer(serializers.Serializer[Any]):
    """The name and billing details of an account. Issued invoices don't change."""

    name = LineField(max_length=150)
    country = LineField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    billing_name = LineField(max_length=150, allow_blank=True)
    billing_email = serializers.EmailField(
        max_length=254,
        allow_blank=True,
        help_text=(
            "Gets emails once the link sent to it has been opened. Saving again a day later sends "
            "a new link. Empty: emails go to the owner only."
        ),
    )
    billing_address_line1 = LineField(max_length=200, allow_blank=True)
    billing_address_line2 = LineField(max_length=200, allow_blank=True)
    billing_city = LineField(max_length=100, allow_blank=True)
    billing_state = LineField(max_length=100, allow_blank=True)
    billing_postal_code = LineField(max_length=20, allow_blank=True)
    tax_id = LineField(max_length=50, allow_blank=True)

    def validate_country(self, value: str) -> str:
        return _as_field_error(self, valid_country_code, value)


class BillingEmailKeySerializer(serializers.Serializer[Any]):
    key = LineField(max_length=1000, help_text="From the link in the email.")


class ConfirmedBillingEmailSerializer(serializers.Serializer[Any]):
    billing_email = serializers.EmailField()


class SiteSerializer(KeptFields, serializers.ModelSerializer[Site]):
    industry = IndustrySerializer(read_only=True)

    class Meta:
        model = Site
        fields = ["id", "name", "domain", "industry", "created_at"]
        read_only_fields = fields


class SiteChangeSerializer(serializers.Serializer[Any]):
    name = LineField(max_length=100)
    domain = LineField(max_length=260, help_text="Host name, such as shop.example.com.")
    industry = LineField(max_length=60, help_text="Slug of an industry.")

    def validate_domain(self, value: str) -> str:
        return _as_field_error(self, normalised_domain, value)

    def changes(self) -> SiteChanges:
        """Return what was sent, with the industry that its slug names.

        :raises UnknownIndustry: if it names none.
        """
        sent: dict[str, Any] = dict(self.validated_data)
        if "industry" in sent:
            sent["industry"] = industry_by_slug(slug=sent["industry"])
        return cast("SiteChanges", sent)


def _as_field_error(
    serializer: serializers.Serializer[Any], check: Callable[[str], str], value: str
) -> str:
    """Let a refusal be reported together with those of the other fields."""
    try:
        return check(value)
    except InvalidInput as refusal:
        detail = refusal.in_language(language_of(serializer.context["request"]))
        raise serializers.ValidationError(detail, code=refusal.code) from refusal
