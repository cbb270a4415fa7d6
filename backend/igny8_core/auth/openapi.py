"""How the operations of the session, the account and its sites are described."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import Throttled

from igny8_core.auth import exceptions, openapi_examples
from igny8_core.auth.log_in.keys import LinkExpired, LinkInvalid, LinkUsed
from igny8_core.auth.serializers import (
    AccountChangeSerializer,
    AccountSerializer,
    BillingEmailKeySerializer,
    ConfirmedBillingEmailSerializer,
    EmailChangeSerializer,
    ProfileSerializer,
    SiteChangeSerializer,
    SiteSerializer,
    UserSerializer,
)
from igny8_core.auth.validators import InvalidDomain
from igny8_core.common.exceptions import NotFound
from igny8_core.common.http.describe import (
    LIST_ERRORS,
    READ_ERRORS,
    WRITE_ERRORS,
    answer_example,
    error_responses,
    request_example,
)


class CsrfTokenSerializer(serializers.Serializer[Any]):
    csrf_token = serializers.CharField(help_text="To be sent as X-CSRFToken on every write.")


CSRF_TOKEN = extend_schema_view(
    get=extend_schema(
        operation_id="get_csrf_token",
        tags=["Session"],
        summary="Get a CSRF token",
        description="Browsers send it as `X-CSRFToken` with every write. It changes at log-in.",
        responses={200: CsrfTokenSerializer},
        examples=[answer_example({"csrf_token": "kJ3…"})],
        auth=[],
    )
)
LOG_OUT_EVERYWHERE = extend_schema_view(
    post=extend_schema(
        operation_id="log_out_everywhere",
        tags=["Session"],
        summary="Log out everywhere",
        description="Ends every session of the user, this one too: of browsers and programs.",
        request=None,
        responses={204: None, **error_responses(*READ_ERRORS)},
    )
)
CHANGE_PROFILE = extend_schema_view(
    patch=extend_schema(
        operation_id="change_profile",
        tags=["Session"],
        summary="Change one's own name or language",
        description="Only the fields that are sent are changed.",
        request=ProfileSerializer(partial=True),
        responses={
            200: UserSerializer,
            **error_responses(*WRITE_ERRORS, exceptions.AccountNotUsable),
        },
        examples=[
            request_example({"first_name": "Ayesha", "language": "ur"}),
            answer_example(openapi_examples.USER),
        ],
    )
)
EMAIL = extend_schema_view(
    post=extend_schema(
        operation_id="request_email_change",
        tags=["Session"],
        summary="Ask for another e-mail to log in with",
        description=(
            "With the password once more. The new address gets a link, the present one word of it. "
            "Once the link is used (`POST /_allauth/{client}/v1/auth/email/verify`), the new one "
            "logs in and gets the mails, and the old one does neither; until then it is "
            "`pending_email`. Another request takes the place of an earlier one, and another "
            "password ends it."
        ),
        request=EmailChangeSerializer,
        responses={
            200: UserSerializer,
            **error_responses(
                *WRITE_ERRORS,
                exceptions.PasswordIncorrect,
                exceptions.EmailAlreadyRegistered,
                exceptions.EmailUnchanged,
                exceptions.EmailUnusable,
                exceptions.TooManyAttempts,
                Throttled,
            ),
        },
        examples=[
            request_example(
                {"email": "ayesha@new-address.example", "password": "a-long-passphrase"}
            ),
            answer_example(
                {**openapi_examples.USER, "pending_email": "ayesha@new-address.example"}
            ),
        ],
    ),
    delete=extend_schema(
        operation_id="cancel_email_change",
        tags=["Session"],
        summary="Keep the present e-mail",
        description="Forgets a new address that was asked for; its link does nothing any more.",
        request=None,
        responses={204: None, **error_responses(*READ_ERRORS)},
    ),
)
CHANGE_ACCOUNT = extend_schema_view(
    patch=extend_schema(
        operation_id="change_account",
        tags=["Session"],
        summary="Change the account's name and billing details",
        description=(
            "Only the fields that are sent are changed, by the account's owner. Invoices that "
            "were issued keep what they say; the ways to pay are those of the new country."
        ),
        request=AccountChangeSerializer(partial=True),
        responses={
            200: AccountSerializer,
            **error_responses(
                *WRITE_ERRORS, exceptions.UnknownCountry, exceptions.AccountNotUsable
            ),
        },
        examples=[
            request_example({"billing_city": "Karachi", "tax_id": "7654321-0"}),
            answer_example(openapi_examples.ACTIVE_ACCOUNT),
        ],
    )
)
CONFIRM_BILLING_EMAIL = extend_schema_view(
    post=extend_schema(
        operation_id="confirm_billing_email",
        tags=["Session"],
        summary="Confirm a billing e-mail",
        description=(
            "By the key of the link that was sent to it; nobody has to be logged in. From then on "
            "it gets the account's mails."
        ),
        request=BillingEmailKeySerializer,
        responses={
            200: ConfirmedBillingEmailSerializer,
            **error_responses(*WRITE_ERRORS, LinkInvalid, LinkExpired, LinkUsed, Throttled),
        },
        examples=[
            request_example({"key": "WzEsImFjY…"}),
            answer_example({"billing_email": "accounts@lahore-textiles.example"}),
        ],
    )
)

_SITE_ERRORS = (
    *WRITE_ERRORS,
    exceptions.UnknownIndustry,
    exceptions.DomainAlreadyAdded,
    InvalidDomain,
)
SITES = extend_schema_view(
    get=extend_schema(
        operation_id="list_sites",
        tags=["Sites"],
        summary="List the account's sites",
        description=(
            "By name, in pages. Its owner works on all of them, a member on those that it has "
            "access to: the others are not there."
        ),
        responses={200: SiteSerializer(many=True), **error_responses(*LIST_ERRORS)},
        examples=[answer_example(openapi_examples.SITE)],
    ),
    post=extend_schema(
        operation_id="add_site",
        tags=["Sites"],
        summary="Add a site",
        description=(
            "Its creator gets access to it at once. The account must be on trial or active, and "
            "the plan's limit of sites holds."
        ),
        request=SiteChangeSerializer,
        responses={
            201: SiteSerializer,
            **error_responses(
                *_SITE_ERRORS, exceptions.SiteLimitReached, exceptions.AccountNotUsable
            ),
        },
        examples=[
            request_example(openapi_examples.SITE_REQUEST),
            answer_example(openapi_examples.SITE, status=201),
        ],
    ),
)
SITE = extend_schema_view(
    get=extend_schema(
        operation_id="show_site",
        tags=["Sites"],
        summary="Show a site",
        description="One of the account's sites.",
        responses={200: SiteSerializer, **error_responses(*READ_ERRORS, NotFound)},
        examples=[answer_example(openapi_examples.SITE)],
    ),
    patch=extend_schema(
        operation_id="change_site",
        tags=["Sites"],
        summary="Change a site",
        description="Only the fields that are sent are changed.",
        request=SiteChangeSerializer(partial=True),
        responses={
            200: SiteSerializer,
            **error_responses(*_SITE_ERRORS, exceptions.AccountNotUsable, NotFound),
        },
        examples=[request_example({"name": "New shop"}), answer_example(openapi_examples.SITE)],
    ),
    delete=extend_schema(
        operation_id="remove_site",
        tags=["Sites"],
        summary="Remove a site",
        description="The site and all access to it are deleted.",
        responses={
            204: None,
            **error_responses(*READ_ERRORS, exceptions.AccountNotUsable, NotFound),
        },
    ),
)
