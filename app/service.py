"""The service as one object: settings, database and office, made once and handed to every door."""

from __future__ import annotations

from dataclasses import dataclass

from app.db import Database
from app.issuing.office import Addresses, Office
from app.keystores.files import FileKeyStore
from app.keystores.sealing import Sealer
from app.settings import Mode, Settings

WORKER_CONNECTIONS = 2  # the worker and the daily round must not wait for requests


@dataclass(frozen=True, slots=True)
class Service:
    """What doors work with. Several services may live in one process; none is global."""

    settings: Settings
    database: Database
    office: Office

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()


def build(settings: Settings) -> Service:
    """Wire a service. Raises UnsafeConfiguration when production settings are not safe."""
    settings.refuse_if_unsafe()
    return assemble(settings)


def assemble(settings: Settings) -> Service:
    """Wire a service to look at, however safe its settings are. Raises UnsafeConfiguration without a secret."""
    secret = settings.secret_bytes()
    is_demo = settings.mode is Mode.DEMO
    office = Office(
        addresses=Addresses(settings.public_base_url),
        keystore=FileKeyStore(settings.keys_dir, secret, demo=is_demo),
        sealer=Sealer(secret),
        new_awards=settings.new_awards,
        status_list_size_bits=settings.status_list_size_bits,
        max_items_in_request=settings.max_items_in_request,
        webhook_tolerance_seconds=settings.webhook_tolerance_seconds,
        demo=is_demo,
    )
    database = Database(
        settings.database_url,
        pool_size=settings.thread_limit + WORKER_CONNECTIONS,
        timeout_seconds=settings.database_timeout_seconds,
    )
    return Service(settings, database, office)
