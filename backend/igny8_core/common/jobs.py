"""The queue of jobs: one that is queued in a transaction is part of it, also in the worker.

In a web process, procrastinate writes by Django's connection. In the worker it would write by one
of its own: a job would exist before what it is about, and after that was rolled back.
"""

from procrastinate import App
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector


class TransactionalConnector(DjangoConnector):
    """Django's connection, whose worker queues jobs by Django's connection too."""

    def get_worker_connector(self) -> PsycopgConnector:
        return _WorkerConnector(self)


class _WorkerConnector(PsycopgConnector):
    """Fetches and finishes jobs by a pool of its own; what jobs do goes by Django's connection."""

    def __init__(self, django: DjangoConnector) -> None:
        super().__init__(kwargs=connector_params(django.alias))
        self._django = django

    def get_sync_connector(self) -> BaseConnector:
        return self._django


def use_transactions(app: App) -> None:
    """Give the app our connector; procrastinate calls this when the app is ready."""
    app.connector = app.job_manager.connector = TransactionalConnector()
