"""Is everything ready? What `lanyard doctor` says, and what keeps a production service from starting."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import clock, migrating
from app import service as services
from app.db import Database
from app.errors import Busy, KeyUnavailable, NoSigningKey, SchemaUnknown, UnsafeConfiguration
from app.issuing import heartbeat, issuers, key_compromise, signing_keys
from app.issuing.completions import Completion, CompletionState
from app.issuing.inbox import Delivery, DeliveryState
from app.issuing.issuers import Issuer
from app.issuing.outbox import OutboxMessage, OutboxState
from app.issuing.signing_keys import KeyState, SigningKey
from app.outbound import own_address
from app.service import Service
from app.settings import Mode, Settings

LOW_DISK_BYTES = 1_000_000_000
FULL_DISK_BYTES = 100_000_000
MOST_SKEW_SECONDS = 5
CHALLENGE = b"lanyard doctor: can this key sign?"


class Level(StrEnum):
    """`fail` must be mended before the service does its work; `warn` should be looked at."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to say of it."""

    level: Level
    subject: str
    sentence: str


def refuse_demo_keys(service: Service) -> None:
    """Raise UnsafeConfiguration in production mode when a key of a demonstration could still sign."""
    if service.settings.mode is not Mode.PRODUCTION or not _has_tables(service.database):
        return
    with service.database.read() as session:
        slugs = _issuers_with_demo_keys(session, service)
    if slugs:
        commands = " and ".join(f"lanyard keys rotate {slug}" for slug in slugs)
        raise UnsafeConfiguration(
            f"Keys of the demonstration would sign for {', '.join(slugs)}. Run: {commands}", issuers=slugs
        )


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that an operator can set up wrongly. Changes nothing, and raises nothing on purpose."""
    found = [*_settings(settings), *_mail(settings), *_disk(settings)]
    if (problem := _missing_database(settings)) is not None:
        return [*found, problem]
    if settings.secret is None:
        return [
            *found,
            Finding(Level.FAIL, "keys", "Without a secret no key can be opened, so they were not looked at."),
        ]
    service = services.assemble(settings)
    try:
        found += _service(service, None)
        can_be_read = not any(each.level is Level.FAIL and each.subject in {"database", "schema"} for each in found)
        return [*found, *(_addresses(service) if can_be_read else ())]
    finally:
        service.close()


def examine_for(service: Service, issuer_id: str) -> list[Finding]:
    """The same of a service that runs, as the owner of one issuer may see it: nothing of any other issuer is told."""
    settings = service.settings
    return [*_settings(settings), *_mail(settings), *_disk(settings), *_service(service, issuer_id)]


# -- settings, mail, disk -----------------------------------------------------------------------------------


def _settings(settings: Settings) -> Iterator[Finding]:
    level = Level.FAIL if settings.mode is Mode.PRODUCTION else Level.WARN
    unsafe = settings.unsafe()
    yield from (Finding(level, "settings", sentence) for sentence in unsafe)
    if settings.mode is not Mode.PRODUCTION:
        yield Finding(Level.WARN, "mode", f"The mode is {settings.mode}: unsafe settings are not refused.")
    if not unsafe:
        yield Finding(Level.OK, "settings", "No setting is unsafe.")
    host = urlsplit(settings.public_base_url).hostname or ""
    if host == "localhost" or "." not in host or host.replace(".", "").isdigit():
        yield Finding(
            Level.WARN,
            "public address",
            f"{settings.public_base_url} is signed into every badge, and only this machine or network can reach it. "
            "Set LANYARD_PUBLIC_BASE_URL to a name that will be yours for as long as the badges live.",
        )
    else:
        yield Finding(Level.OK, "public address", f"{settings.public_base_url} is signed into every badge.")
    if settings.mode is Mode.PRODUCTION and not settings.trusted_proxies:
        yield Finding(
            Level.WARN,
            "proxy",
            "Behind a proxy everybody who calls looks like one caller, and shares what one caller may do in a minute. "
            "Set LANYARD_TRUSTED_PROXIES to the address of the proxy.",
        )


def _addresses(service: Service) -> Iterator[Finding]:
    """Whether the service is where it signed last, and still is at each address that it ever had."""
    try:
        office = services.settled(service, strict=True).office
    except UnsafeConfiguration as error:
        yield Finding(Level.FAIL, "public address", f"{error.detail}.")
        return
    if not office.former:
        return
    with service.database.read() as session:
        kids = [key.kid for issuer in issuers.every(session) for key in signing_keys.of_issuer(session, issuer)]
    for base_url, addresses in {each.base_url: each for each in office.every}.items():
        problem = own_address.problem_at(base_url, kids=kids, did_begins=addresses.did(""))
        if problem is None:
            yield Finding(Level.OK, "public address", f"{base_url} leads here, and answers under its own name.")
        else:
            yield Finding(Level.FAIL, "public address", f"{problem} Badges that were signed there cannot be checked.")


def _mail(settings: Settings) -> Iterator[Finding]:
    if settings.smtp_host is None:
        folder = settings.var_dir / "mail"
        yield Finding(Level.WARN, "mail", f"No mail is sent: without LANYARD_SMTP_HOST it is written to {folder}.")
        return
    if settings.mail_from is None or settings.mail_from.rstrip("> ").endswith(("@localhost", "localdomain")):
        yield Finding(Level.WARN, "mail", "LANYARD_MAIL_FROM is not an address that anybody could answer to.")
    yield Finding(Level.OK, "mail", f"Mail goes to {settings.smtp_host}:{settings.smtp_port}.")


def _disk(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("var", settings.var_dir), ("keys", settings.keys_dir)):
        place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
        free = shutil.disk_usage(place).free
        level = Level.FAIL if free < FULL_DISK_BYTES else Level.WARN if free < LOW_DISK_BYTES else Level.OK
        yield Finding(level, "disk", f"{free // 1_000_000:,} MB are free for {name}.")
        if not os.access(place, os.W_OK):
            yield Finding(Level.FAIL, "disk", f"The {name} directory cannot be written to.")


# -- the database -------------------------------------------------------------------------------------------


def _missing_database(settings: Settings) -> Finding | None:
    """Looking at a SQLite file that is not there would make it."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or (url.database and Path(url.database).exists()):
        return None
    return Finding(Level.FAIL, "database", "There is no database yet. Run: lanyard migrate")


def _service(service: Service, only: str | None) -> Iterator[Finding]:
    try:
        with service.database.read() as session:
            skew = _skew_seconds(session)
    except (Busy, SQLAlchemyError) as error:
        kind = type(error.__cause__ or error).__name__  # its words could hold the password of the address
        yield Finding(Level.FAIL, "database", f"The database cannot be used ({kind}); see LANYARD_DATABASE_URL.")
        return
    yield Finding(Level.OK, "database", "The database answers.")
    yield _clock(skew)
    yield from _keystore(service)
    schema = _schema(service.database)
    yield schema
    if schema.level is not Level.OK:
        return
    with service.database.read() as session:
        checks: tuple[Callable[[Session, Service, str | None], Iterator[Finding]], ...] = (
            _pragmas, _keys, _waiting_badges, _worker, _parked,
        )  # fmt: skip
        for check in checks:
            yield from check(session, service, only)


def _schema(database: Database) -> Finding:
    try:
        current, head = migrating.current_and_head(database)
    except SchemaUnknown as error:
        return Finding(Level.FAIL, "schema", f"{error.detail}.")
    if current == head:
        return Finding(Level.OK, "schema", f"The schema is the newest ({head}).")
    return Finding(
        Level.FAIL, "schema", f"The schema is {current or 'missing'} and must be {head}. Run: lanyard migrate"
    )


def _skew_seconds(session: Session) -> float:
    """How far the clock of the database is from that of this process; SQLite has none of its own."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("SELECT 1"))
        return 0.0
    there: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return abs((there - clock.now()).total_seconds())


def _clock(skew_seconds: float) -> Finding:
    if skew_seconds <= MOST_SKEW_SECONDS:
        return Finding(Level.OK, "clock", "The clocks of this machine and of the database agree.")
    sentence = f"The clocks of this machine and of the database differ by {skew_seconds:.0f} seconds; run NTP on both."
    return Finding(Level.WARN, "clock", sentence)


def _pragmas(session: Session, service: Service, _only: str | None) -> Iterator[Finding]:
    if not service.database.is_sqlite:
        return
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    for pragma, value in wanted.items():
        found = session.execute(text(f"PRAGMA {pragma}")).scalar_one()
        if found != value:
            yield Finding(Level.FAIL, "database", f"SQLite's {pragma} is {found} and must be {value}.")
    if (verdict := session.execute(text("PRAGMA quick_check(1)")).scalar_one()) != "ok":
        yield Finding(Level.FAIL, "database", f"The database file is damaged: {verdict}. Restore a backup.")


# -- keys ---------------------------------------------------------------------------------------------------


def _keystore(service: Service) -> Iterator[Finding]:
    problems = service.office.keystore.problems()
    yield from (Finding(Level.FAIL, "keys", sentence) for sentence in problems)
    if not problems:
        yield Finding(Level.OK, "keys", "The key store can be used.")


def _keys(session: Session, service: Service, only: str | None) -> Iterator[Finding]:
    whose = _looked_at(session, only)
    if not whose:
        yield Finding(Level.WARN, "issuers", "There is no issuer yet. Run: lanyard issuer create")
    for issuer in whose:
        yield _can_sign(session, service, issuer)
    level = Level.FAIL if service.settings.mode is Mode.PRODUCTION else Level.WARN
    theirs = {issuer.slug for issuer in whose}
    for slug in (each for each in _issuers_with_demo_keys(session, service) if each in theirs):
        sentence = f"Keys of the demonstration sign for {slug}. Run: lanyard keys rotate {slug}"
        yield Finding(level, "demo keys", sentence)


def _looked_at(session: Session, only: str | None) -> list[Issuer]:
    return issuers.every(session) if only is None else [issuers.by_id(session, only)]


def _can_sign(session: Session, service: Service, issuer: Issuer) -> Finding:
    try:
        pair = signing_keys.active(session, service.office, issuer)
        for key in (pair.embedded, pair.token):
            key.sign(CHALLENGE)
    except (NoSigningKey, KeyUnavailable) as error:
        return Finding(Level.FAIL, "keys", f"{issuer.slug} cannot sign: {error.detail}.")
    return Finding(Level.OK, "keys", f"{issuer.slug} can sign.")


def _waiting_badges(session: Session, _service: Service, only: str | None) -> Iterator[Finding]:
    for issuer, count in key_compromise.waiting_by_issuer(session):
        if count and only in {None, issuer.id}:
            sentence = (
                f"{count:,} badges of {issuer.slug} rest on a revoked key and wait for the worker to sign them anew. "
                f"To do it at once run: lanyard keys reissue {issuer.slug}"
            )
            yield Finding(Level.WARN, "revoked keys", sentence)


def _issuers_with_demo_keys(session: Session, service: Service) -> list[str]:
    """By what the key's row says, and by what the key store says: a row can be edited."""
    marked = set(signing_keys.demo_keys(session)) | set(service.office.keystore.demo_kids())
    query = select(Issuer.slug).join(SigningKey, SigningKey.issuer_id == Issuer.id)
    able = (KeyState.ACTIVE, KeyState.PENDING)
    held = query.where(SigningKey.state.in_(able), SigningKey.kid.in_(marked))
    return list(session.scalars(held.distinct().order_by(Issuer.slug)))


def _has_tables(database: Database) -> bool:
    with database.read() as session:
        return inspect(session.connection()).has_table(SigningKey.__tablename__)


# -- work ---------------------------------------------------------------------------------------------------


def _worker(session: Session, _service: Service, _only: str | None) -> Iterator[Finding]:
    age = heartbeat.seconds_since(session, "worker")
    if age is None:
        yield Finding(Level.WARN, "worker", "No worker was ever seen: mail and large deliveries wait for one.")
    elif age > heartbeat.STALE_SECONDS:
        yield Finding(Level.WARN, "worker", f"The last worker was seen {age:,} seconds ago.")
    else:
        yield Finding(Level.OK, "worker", f"A worker was seen {age} seconds ago.")


def _parked(session: Session, _service: Service, only: str | None) -> Iterator[Finding]:
    counts = {
        "messages could not be sent": (OutboxMessage.issuer_id, OutboxMessage.state == OutboxState.PARKED),
        "completions wait for a decision": (Completion.issuer_id, Completion.state == CompletionState.PARKED),
        "deliveries cannot be read": (Delivery.issuer_id, Delivery.state == DeliveryState.UNREADABLE),
        "deliveries failed and are tried again": (Delivery.issuer_id, Delivery.last_error.is_not(None)),
    }
    for words, (whose, state) in counts.items():
        query = select(func.count()).where(state)
        count = session.scalars(query if only is None else query.where(whose == only)).one()
        if count:
            yield Finding(Level.WARN, "work", f"{count:,} {words}. See: lanyard inbox list")
