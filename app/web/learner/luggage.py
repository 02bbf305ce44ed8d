"""Everything of somebody in one ZIP: badges in every form, learner records, files that were handed in, what is stored.

Made into a temporary file, a few badges in each transaction, so that it needs little memory and holds nobody up.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from sqlalchemy.orm import Session

from app import clock
from app.days import day_in
from app.errors import NotFound, ServiceError
from app.issuing import applications, awards, issuers, kept_badges, records, stored_about
from app.issuing.accounts import people
from app.issuing.holding import shelf
from app.issuing.holding.shelf import Held
from app.projections import tables
from app.projections.tables import Column, Kind, Table
from app.projections.typesetting import Paper
from app.service import Service
from app.web import badge_sheets, tongues
from app.web.badge_view import badge_view, file_stem
from app.web.languages import gettext as _
from app.web.learner import kept_view
from app.web.learner.shelf_view import seen_by, state_of
from app.web.negotiation import PICTURE
from app.web.public_badges import stored
from app.web.signed_in import Visitor

MOST_BADGES = 1_000
MOST_CERTIFICATES = 100  # of the newest badges; each takes a part of a second to set
_AT_ONCE = 25
_IN_MEMORY = 8 * 1_048_576
_CHUNK = 65_536


def pack(service: Service, person: Visitor) -> IO[bytes]:
    """The ZIP as an open file, at its beginning; whoever asks for it closes it."""
    badge_sheets.speak_a_written_language()
    packed: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - sent before it is closed
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        with service.database.read() as session:
            held = shelf.of_account(session, person.account_id)[:MOST_BADGES]
            folders = {each.award.id: folder for each, folder in _folders(session, held)}
        archive.writestr("README.txt", _readme(len(held)))
        archive.writestr("badges.csv", _list(service, held, folders))
        for first in range(0, len(held), _AT_ONCE):
            with service.database.read() as session:
                _put_badges(session, archive, held[first : first + _AT_ONCE], folders)
        for each in held[:MOST_CERTIFICATES]:
            _put_certificate(service, archive, each, folders[each.award.id])
        _put_kept(service, archive, person)
        _put_records(service, archive, person)
        _put_what_is_stored(service, archive, person)
    packed.seek(0)
    return packed


def chunks(packed: IO[bytes]) -> Iterator[bytes]:
    """The bytes of the file, piece by piece; it is closed at the end."""
    with packed:
        while piece := packed.read(_CHUNK):
            yield piece


def _folders(session: Session, held: Sequence[Held]) -> Iterator[tuple[Held, str]]:
    """A folder for each badge: plain ASCII, and in the order of the list whatever sorts it."""
    for number, each in enumerate(held, 1):
        day = day_in(each.award.awarded_at, each.issuer.zone)
        yield each, f"badges/{number:03}-{file_stem(session, each.award)}-{day.isoformat()}"


def _put_badges(session: Session, archive: ZipFile, some: Sequence[Held], folders: dict[str, str]) -> None:
    for each in some:
        if each.signature is None:
            continue
        award = awards.by_id(session, each.award.id)
        credential = awards.credential_of(session, award)
        folder = folders[award.id]
        archive.writestr(f"{folder}/badge.json", credential.json)
        archive.writestr(f"{folder}/badge.jwt", credential.jwt)
        archive.writestr(f"{folder}/badge.png", stored(session, award, PICTURE), ZIP_STORED)


def _put_certificate(service: Service, archive: ZipFile, held: Held, folder: str) -> None:
    """The PDF, set after the transaction. Where it cannot be set the other files are there all the same."""
    if held.signature is None:
        return
    now = clock.now()
    with suppress(ServiceError):
        with service.database.read() as session:
            award = awards.by_id(session, held.award.id)
            view = badge_view(session, service.office, award, now=now)
            make = badge_sheets.certificate_of(session, award, view, paper=Paper.A4, now=now)
        archive.writestr(f"{folder}/certificate.pdf", make(), ZIP_STORED)


def _put_kept(service: Service, archive: ZipFile, person: Visitor) -> None:
    """Badges from elsewhere, byte for byte as they came; one at a time, as each may have megabytes."""
    with service.database.read() as session:
        ids = [each.id for each in kept_badges.of_account(session, person.account_id)]
    for number, kept_id in enumerate(ids, 1):
        with suppress(NotFound), service.database.read() as session:
            badge = kept_badges.mine(session, person.account_id, kept_id)
            archive.writestr(f"elsewhere/{number:03}-{kept_view.file_name(badge)}", badge.document)


def _put_records(service: Service, archive: ZipFile, person: Visitor) -> None:
    """One signed record for each issuer (CLR 2.0). Where none can be signed now, the badges are there all the same."""
    with service.database.read() as session:
        ids = [learner.id for learner in people.learners_of(session, person.account_id)]
    for number, learner_id in enumerate(ids, 1):
        with suppress(ServiceError), service.database.write() as session:
            learner = shelf.my_learner(session, person.account_id, learner_id)
            made = records.make(session, service.office, learner, actor=person.actor)
            slug = issuers.by_id(session, learner.issuer_id).slug
            archive.writestr(f"records/{number:03}-{slug}.json", made)


def _put_what_is_stored(service: Service, archive: ZipFile, person: Visitor) -> None:
    with service.database.read() as session:
        told = stored_about.of_account(session, service.office, people.by_id(session, person.account_id))
        archive.writestr("about-you.json", json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
        for number, line in enumerate(applications.queries.of_account(session, person.account_id), 1):
            for place, paper in enumerate(applications.papers.of(session, line.application), 1):
                if paper.file_name is not None:
                    found = applications.papers.file_of(session, line.application, paper.id)
                    name = f"applications/{number:03}/{place:02}-{paper.file_name}"
                    archive.writestr(name, found.content or b"", ZIP_STORED)


def _list(service: Service, held: Sequence[Held], folders: dict[str, str]) -> bytes:
    columns = (
        Column("name", _("Badge")),
        Column("abbreviation", _("Abbreviation")),
        Column("issuer", _("Issuer")),
        Column("awarded", _("Awarded"), Kind.DATE),
        Column("valid_until", _("Good until"), Kind.DATE),
        Column("state", _("State")),
        Column("seen_by", _("Who can see it")),
        Column("address", _("Address")),
        Column("folder", _("Folder")),
    )
    now = clock.now()
    rows: list[Sequence[tables.Cell]] = [
        (
            tongues.told(each.facts).name,
            each.facts.abbreviation,
            each.issuer.name,
            day_in(each.award.awarded_at, each.issuer.zone),
            None if each.award.valid_until is None else day_in(each.award.valid_until, each.issuer.zone),
            state_of(each, now=now).word,
            seen_by(each.award),
            service.office.addresses.badge(each.award.id),
            folders[each.award.id],
        )
        for each in held
    ]
    return tables.csv_bytes(Table("badges", _("My badges"), columns, rows))


def _readme(count: int) -> str:
    lines = [
        _("What is in here"),
        "",
        _("badges.csv: a list of your badges, %(count)s in all; any spreadsheet opens it.", count=count),
        _("badges/: a folder for each badge."),
        _("  badge.png: the image, with the signed badge inside. Keep it; it alone is enough to check the badge."),
        _("  certificate.pdf: to print, with the signed badge attached; for the newest badges."),
        _("  badge.json: the signed document, for wallets and verifiers (Open Badges 3.0)."),
        _("  badge.jwt: the same as a signed token."),
        _("elsewhere/: the badges from elsewhere, each as it came."),
        _("records/: for each issuer one signed document with all badges that count now (CLR 2.0)."),
        _("applications/: the files that you handed in with applications."),
        _("about-you.json: what is stored about you here, in a form for programs."),
        "",
        _("Anyone can check a badge without this service: by its signature, with any verifier for Open Badges 3.0."),
        _("Whether it was withdrawn, only the issuer's list says; its address stands in the badge."),
    ]
    return "\n".join(lines) + "\n"
