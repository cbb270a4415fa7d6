"""What every daily clean-up has in common."""

from procrastinate import RetryStrategy

QUEUE = "upkeep"
RETRY = RetryStrategy(max_attempts=12, exponential_wait=5)
