"""Shared code of the daily clean-ups."""

from procrastinate import RetryStrategy

QUEUE = "upkeep"
RETRY = RetryStrategy(max_attempts=12, exponential_wait=5)
