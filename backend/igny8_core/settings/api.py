"""The API, its errors, and its description."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "igny8_core.auth.log_in.authentication.BrowserSessionAuthentication",
        "igny8_core.auth.log_in.authentication.ProgramSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["igny8_core.common.http.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["igny8_core.common.http.queries.FilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "igny8_core.api.pagination.PageNumberPagination",
    "DEFAULT_SCHEMA_CLASS": "igny8_core.api.auto_schema.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "igny8_core.api.errors.ExceptionHandler",
    "EXCEPTION_FORMATTER_CLASS": "igny8_core.api.errors.ExceptionFormatter",
}

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "IGNY8 Billing",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "Get paid where cards don't work: customers pay outside the app and confirm the payment, "
        "an admin reviews it, and the account, subscription, invoice and credits are updated. "
        "Amounts are decimal strings with a currency; times are ISO 8601 in UTC. Every error has "
        "the shape `ErrorEnvelope`; a refusal's `detail` is in the language of `Accept-Language`, "
        "en or ur."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "AccountStatus": "igny8_core.auth.enums.AccountStatus",
        "SubscriptionStatus": "igny8_core.auth.enums.SubscriptionStatus",
        "PlanInterval": "igny8_core.auth.enums.PlanInterval",
        "CreditsAtRenewal": "igny8_core.auth.enums.CreditsAtRenewal",
        "ChangeCredit": "igny8_core.auth.enums.ChangeCredit",
        "UserRole": "igny8_core.auth.enums.UserRole",
        "InvoiceStatus": "igny8_core.business.billing.enums.InvoiceStatus",
        "InvoiceKind": "igny8_core.business.billing.enums.InvoiceKind",
        "SubscriptionStage": "igny8_core.business.subscriptions.enums.Stage",
        "ComingStepName": "igny8_core.business.subscriptions.enums.ComingStep",
        "InvoicePaymentState": "igny8_core.business.billing.enums.InvoicePaymentState",
        "PaymentStatus": "igny8_core.business.billing.enums.PaymentStatus",
        "ProofState": "igny8_core.business.proofs.enums.ProofState",
        "ProofRefusalCode": "igny8_core.business.proofs.enums.ProofRefusal",
        "PaymentMethodKind": "igny8_core.business.billing.enums.PaymentMethodKind",
        "CreditKind": "igny8_core.business.billing.enums.CreditKind",
        "EventName": "igny8_core.business.billing.enums.EventName",
        "Language": "igny8_core.settings.LANGUAGES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "igny8_core.api.schema.accept_empty_texts",
        "igny8_core.api.schema.add_log_in_operations",
        "igny8_core.api.links.add_links",
    ],
    "TAGS": [
        {"name": "Session", "description": "Sign-up and the customer's current state."},
        {"name": "Data rights", "description": "Export the account's data, and close the account."},
        {"name": "Catalogue", "description": "Plans, industries and countries."},
        {"name": "Payment methods", "description": "The payment methods of a country."},
        {"name": "Invoices", "description": "The account's invoices."},
        {"name": "Seller", "description": "Who issues the invoices."},
        {"name": "Payments", "description": "Payments that the account has confirmed."},
        {"name": "Subscriptions", "description": "The plans of the account."},
        {"name": "Credits", "description": "The account's credit ledger."},
        {"name": "Sites", "description": "The account's websites."},
        {"name": "Approval", "description": "For billing admins."},
        {"name": "Sign-in", "description": "Sign-in, passwords, email addresses, second factor."},
    ],
}
