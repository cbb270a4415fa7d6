"""What billing never does by itself, because a wrong clock or setting is likelier than the need."""


class OutOfBounds(Exception):
    """Somebody has to look at it first."""


class TooManySteps(OutOfBounds):
    """An account doesn't come to rest."""


class TooManyInvoices(OutOfBounds):
    """A subscription is invoiced again and again."""


class TooManySuspensions(OutOfBounds):
    """So many accounts lose their access at once.

    :ivar is_unfinished: whether the run's time was up before it had looked at all others.
    """

    def __init__(self, *, is_unfinished: bool = False) -> None:
        super().__init__()
        self.is_unfinished = is_unfinished
