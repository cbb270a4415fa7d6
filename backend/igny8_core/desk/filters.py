"""Filters of the desk's lists."""

from igny8_core.auth.models import Plan
from igny8_core.business.billing.models import PaymentMethodConfig
from igny8_core.desk.bounded import ValuesFilter


class CurrencyFilter(ValuesFilter):
    """Filters by the currencies of plans and methods."""

    title = "currency"
    parameter_name = "currency"

    def values(self) -> list[str]:
        methods = PaymentMethodConfig.objects.values_list("currency", flat=True)
        return sorted({Plan.currency, *methods})
