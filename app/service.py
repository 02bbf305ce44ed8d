"""The service as one object: settings, database and office, made once and handed to every door."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from importlib.util import find_spec

import structlog

from app.credentials import trust_lists
from app.credentials.trust_lists import TrustLists
from app.db import Database
from app.errors import Busy, InvalidInput, UnsafeConfiguration
from app.issuing import eras, plans, stacks
from app.issuing.office import Addresses, Office
from app.issuing.stored_keys import StoredKeys
from app.keystores import KeyStore
from app.keystores.database import DatabaseKeyStore
from app.keystores.files import FileKeyStore
from app.keystores.sealing import Sealer
from app.settings import Mode, Settings

START_PATIENCE_SECONDS = 60  # of a process that stays, with a database that starts beside it or starts again
WORKER_CONNECTIONS = 8  # the worker, what it sends, asks and checks must not wait for requests
VERIFY_CONNECTIONS = 5  # nor must requests wait for those who judge strangers' badges (web/lanes.py)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Service:
    """What doors work with. Several services may live in one process; none is global."""

    settings: Settings
    database: Database
    office: Office
    trust_lists: TrustLists = field(default_factory=TrustLists)

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()


def build(settings: Settings, *, patience_seconds: int = 0) -> Service:
    """Wire a service that knows where it was before.

    Raises UnsafeConfiguration when production settings are not safe, or say that it is somewhere else than it moved to,
    and Busy when the database cannot be read, also after `patience_seconds`.
    """
    settings.refuse_if_unsafe()
    service = assemble(settings)
    try:
        return _settled_in_time(service, patience_seconds)
    except BaseException:
        service.close()
        raise


def _settled_in_time(service: Service, patience_seconds: int) -> Service:
    # A process that stays does not end because the database is being restarted: nobody might start it again.
    for second in range(patience_seconds + 1):
        try:
            return settled(service, strict=service.settings.mode is Mode.PRODUCTION)
        except Busy:
            if second == patience_seconds:
                raise
            if second % 10 == 0:
                log.warning("the database cannot be reached yet")
            time.sleep(1)
    raise AssertionError("unreachable")  # pragma: no cover


def settled(service: Service, *, strict: bool) -> Service:
    """The service with the addresses of all eras, as they are now; a later move is known after a restart.

    Raises UnsafeConfiguration when the settings do not say the newest of them; before the first move only if `strict`,
    since a demonstration or a developer's service may change its port.
    """
    found = eras.known(service.database.read, base_url=service.settings.public_base_url, strict=strict)
    return replace(service, office=replace(service.office, addresses=found[0], former=found[1:]))


def assemble(settings: Settings) -> Service:
    """Wire a service to look at, however safe its settings are. Raises UnsafeConfiguration without a secret."""
    secret = settings.secret_bytes()
    _refuse_half_a_token(settings)
    _refuse_a_door_without_issuer(settings)
    _refuse_half_a_provider(settings)
    registries = _registries(settings)
    is_demo = settings.mode is Mode.DEMO
    database = Database(
        settings.database_url,
        pool_size=settings.thread_limit + WORKER_CONNECTIONS + VERIFY_CONNECTIONS,
        timeout_seconds=settings.database_timeout_seconds,
    )
    office = Office(
        addresses=Addresses(settings.public_base_url),
        keystore=_keystore(settings, secret, database, demo=is_demo),
        sealer=Sealer(secret),
        new_awards=settings.new_awards,
        status_list_size_bits=settings.status_list_size_bits,
        max_items_in_request=settings.max_items_in_request,
        awards_per_hour=settings.awards_per_hour,
        raw_kept_days=settings.raw_kept_days,
        webhook_tolerance_seconds=settings.webhook_tolerance_seconds,
        refresh_service=settings.refresh_service,
        endorsement_tokens=settings.endorsement_tokens,
        wallet_offer_minutes=settings.wallet_offer_minutes,
        demo=is_demo,
        follow=stacks.follow,
        sponsored=plans.sponsored,
    )
    return Service(settings, database, office, registries)


def _registries(settings: Settings) -> TrustLists:
    """The trust lists of the settings, each under the name of its file. A bad one stops start-up."""
    found = []
    for file in settings.trust_list_files:
        try:
            with file.open("rb") as opened:
                found.append(trust_lists.read(opened.read(trust_lists.MAX_BYTES + 1), name=file.stem))
        except OSError as error:
            raise UnsafeConfiguration(f"LANYARD_TRUST_LISTS names {file}, which cannot be read") from error
        except InvalidInput as error:
            raise UnsafeConfiguration(
                f"{error.detail}. It was read from {file}, named in LANYARD_TRUST_LISTS"
            ) from error
    return TrustLists(tuple(found))


def _keystore(settings: Settings, secret: bytes, database: Database, *, demo: bool) -> KeyStore:
    match settings.keystore:
        case "files":
            return FileKeyStore(settings.keys_dir, secret, demo=demo)
        case "database":
            return DatabaseKeyStore(StoredKeys(database.read), secret, demo=demo)
        case "pkcs11":
            return _token(settings, demo=demo)


def _token(settings: Settings, *, demo: bool) -> KeyStore:
    from app.keystores.pkcs11 import Pkcs11KeyStore  # noqa: PLC0415 - needs an extra, which is missing as a rule

    pin = settings.pkcs11_pin.get_secret_value() if settings.pkcs11_pin else ""
    return Pkcs11KeyStore(str(settings.pkcs11_module), str(settings.pkcs11_token), pin, demo=demo)


def _refuse_a_door_without_issuer(settings: Settings) -> None:
    if settings.vc_api == "open" and settings.vc_api_issuer is None:
        raise UnsafeConfiguration("An open VC-API needs LANYARD_VC_API_ISSUER, the issuer that it signs for")


def _refuse_half_a_provider(settings: Settings) -> None:
    stated = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if any(each is not None for each in stated) and None in stated:
        raise UnsafeConfiguration(
            "Sign-in with a provider needs LANYARD_OIDC_ISSUER, LANYARD_OIDC_CLIENT_ID and LANYARD_OIDC_CLIENT_SECRET"
        )


def _refuse_half_a_token(settings: Settings) -> None:
    if settings.keystore != "pkcs11":
        return
    if None in (settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_pin):
        raise UnsafeConfiguration(
            "The key store pkcs11 needs LANYARD_PKCS11_MODULE, LANYARD_PKCS11_TOKEN and LANYARD_PKCS11_PIN"
        )
    if find_spec("pkcs11") is None:
        raise UnsafeConfiguration("The key store pkcs11 needs python-pkcs11: pip install 'lanyard[pkcs11]'")
