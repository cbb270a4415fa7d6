"""What is sold, where, and how it can be paid: for everybody."""

from dataclasses import asdict

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from igny8_core.auth import openapi_examples, selectors
from igny8_core.auth.exceptions import UnknownCountry
from igny8_core.auth.models import Industry, Plan
from igny8_core.auth.serializers import (
    CountryDetailSerializer,
    CountrySerializer,
    IndustrySerializer,
    PlanSerializer,
)
from igny8_core.business.billing.openapi_examples import OFFERED_PAYMENT_METHOD
from igny8_core.business.billing.selectors.methods import exchange_rates, payment_methods_for
from igny8_core.business.catalogue.serializers import OfferedPaymentMethodSerializer
from igny8_core.common.exceptions import NotFound
from igny8_core.common.http.describe import answer_example, error_responses
from igny8_core.common.http.queries import require_single
from igny8_core.common.places.addresses import address_format
from igny8_core.common.places.countries import all_countries
from igny8_core.common.transactions import one_moment


@extend_schema_view(
    get=extend_schema(
        operation_id="list_plans",
        tags=["Catalogue"],
        summary="List the plans",
        description="The plans offered at sign-up, in order. Prices are in USD.",
        examples=[answer_example(openapi_examples.PLAN)],
        auth=[],
    )
)
class PlanListView(ListAPIView[Plan]):
    permission_classes = [AllowAny]
    serializer_class = PlanSerializer
    pagination_class = None
    queryset = selectors.public_plans()


@extend_schema_view(
    get=extend_schema(
        operation_id="list_industries",
        tags=["Catalogue"],
        summary="List the industries",
        description="The values that a site's `industry` can have, sorted by name.",
        responses={200: IndustrySerializer(many=True)},
        examples=[answer_example(openapi_examples.INDUSTRY)],
        auth=[],
    )
)
class IndustryListView(ListAPIView[Industry]):
    permission_classes = [AllowAny]
    serializer_class = IndustrySerializer
    pagination_class = None
    queryset = selectors.industries()


@extend_schema_view(
    get=extend_schema(
        operation_id="list_countries",
        tags=["Catalogue"],
        summary="List the countries",
        description="All ISO 3166-1 countries with the currency in use, sorted by name.",
        responses={200: CountrySerializer(many=True)},
        examples=[answer_example({"code": "PK", "name": "Pakistan", "currency": "PKR"})],
        auth=[],
    )
)
class CountryListView(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        return Response(CountrySerializer(all_countries(), many=True).data)


@extend_schema_view(
    get=extend_schema(
        operation_id="show_country",
        tags=["Catalogue"],
        summary="Show a country",
        description="Includes the parts of its addresses and the name of its tax number.",
        responses={200: CountryDetailSerializer, **error_responses(NotFound)},
        examples=[answer_example(openapi_examples.COUNTRY)],
        auth=[],
    )
)
class CountryDetailView(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request, code: str) -> Response:
        country = selectors.country_by_code(code=code)
        answer = CountryDetailSerializer(
            {**asdict(country), "address": address_format(country.code)}
        )
        return Response(answer.data)


@extend_schema_view(
    get=extend_schema(
        operation_id="list_payment_methods",
        tags=["Payment methods"],
        summary="List the payment methods of a country",
        description=(
            "The country's own methods and the global ones, in order; a country's own method "
            "replaces the global one with the same code. Without `country`, only the global ones. "
            "`exchange_rate` is the rate that would be locked for an invoice issued now."
        ),
        parameters=[
            OpenApiParameter("country", str, description="ISO 3166-1 alpha-2, such as PK.")
        ],
        responses={
            200: OfferedPaymentMethodSerializer(many=True),
            **error_responses(UnknownCountry),
        },
        examples=[answer_example(OFFERED_PAYMENT_METHOD)],
        auth=[],
    )
)
class PaymentMethodListView(APIView):
    permission_classes = [AllowAny]

    @one_moment()
    def get(self, request: Request) -> Response:
        require_single(request.query_params)
        asked = request.query_params.get("country", "")
        country = selectors.valid_country_code(asked) if asked else ""
        serializer = OfferedPaymentMethodSerializer(
            payment_methods_for(country=country),
            many=True,
            context={"exchange_rates": exchange_rates()},
        )
        return Response(serializer.data)
