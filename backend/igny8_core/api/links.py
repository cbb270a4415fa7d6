"""The workflow in the OpenAPI document: where a response leads, as OpenAPI links."""

from typing import Any

ID = "$response.body#/id"
INVOICE = "$response.body#/invoice/id"


# Per operation: the operations that take the id of its response, as parameter or in the body.
LINKS: dict[str, dict[str, dict[str, Any]]] = {
    "upgrade_subscription": {
        "show_invoice": {"parameters": {"invoice_id": INVOICE}},
        "download_invoice": {"parameters": {"invoice_id": INVOICE}},
        "choose_payment_method": {"parameters": {"invoice_id": INVOICE}},
        "void_invoice": {"parameters": {"invoice_id": INVOICE}},
        "confirm_payment": {
            "requestBody": {
                "invoice_id": INVOICE,
                "amount": "$response.body#/invoice/total",
                "payment_method": "bank_transfer",
                "manual_reference": "BT-2025-001",
            }
        },
    },
    "confirm_payment": {
        "show_payment": {"parameters": {"payment_id": ID}},
        "show_admin_payment": {"parameters": {"payment_id": ID}},
        "withdraw_payment": {"parameters": {"payment_id": ID}},
        "approve_payment": {"parameters": {"payment_id": ID}},
        "reject_payment": {"parameters": {"payment_id": ID}},
    },
    "approve_payment": {
        "reverse_payment": {"parameters": {"payment_id": "$response.body#/payment/id"}},
        "show_invoice": {"parameters": {"invoice_id": INVOICE}},
    },
    "add_site": {
        "show_site": {"parameters": {"site_id": ID}},
        "change_site": {"parameters": {"site_id": ID}},
        "remove_site": {"parameters": {"site_id": ID}},
    },
}


def add_links(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Add the links to successful responses."""
    for item in result["paths"].values():
        for operation in item.values():
            links = LINKS.get(operation.get("operationId"), {})
            for status, answer in operation.get("responses", {}).items():
                if links and status.startswith("2"):
                    answer["links"] = {
                        target: {"operationId": target, **how} for target, how in links.items()
                    }
    return result
