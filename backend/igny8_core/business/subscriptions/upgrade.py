"""The order of another plan, under the name that it had before there were other acts."""

from igny8_core.business.subscriptions.services.customer import change_plan_now

request_upgrade = change_plan_now
