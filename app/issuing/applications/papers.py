"""The evidence of an application: links, texts and files, as long as nobody has decided.

Files are PDF, PNG or JPEG by their first bytes, whatever their name says; they are handed out as downloads only.
"""

from __future__ import annotations

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from app import clock
from app.errors import AlreadyDecided, InvalidInput, NotFound, TooLarge
from app.issuing.applications import histories
from app.issuing.applications.queries import WAITING
from app.issuing.applications.tables import Application, ApplicationEvidence
from app.issuing.holding import evidence as holder_evidence

MAX_FILE_BYTES = 5 * 1_048_576
MAX_BYTES = 20 * 1_048_576  # all files of one application together
MOST = 20
LONGEST_TEXT = 10_000
_KINDS = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


def add(
    session: Session,
    application: Application,
    *,
    name: str,
    url: str | None,
    text: str | None,
    may_be_signed: bool,
    actor: str,
) -> ApplicationEvidence:
    """Add a link or a text. Raises InvalidInput, and AlreadyDecided."""
    holder_evidence.check(name=name, url=url, text=text)
    _refuse_more(session, application)
    return _keep(
        session,
        ApplicationEvidence(
            id=clock.new_id(),
            application_id=application.id,
            name=name,
            url=url,
            text=text,
            may_be_signed=may_be_signed,
            added_at=clock.now(),
        ),
        application,
        actor,
    )


def add_file(
    session: Session, application: Application, *, name: str, file_name: str, content: bytes, actor: str
) -> ApplicationEvidence:
    """Add a file. Raises InvalidInput for another kind, TooLarge, and AlreadyDecided."""
    media_type, ending = _kind_of(content)
    if len(content) > MAX_FILE_BYTES:
        raise TooLarge("A file may have at most 5 MB", limit_bytes=MAX_FILE_BYTES)
    _refuse_more(session, application)
    size = func.coalesce(func.sum(ApplicationEvidence.size_bytes), 0)
    there = session.scalar(select(size).where(ApplicationEvidence.application_id == application.id)) or 0
    if there + len(content) > MAX_BYTES:
        raise TooLarge("The files of an application may have at most 20 MB together", limit_bytes=MAX_BYTES)
    stem = _PLAIN.sub("-", file_name.rsplit(".", 1)[0]).strip("-.")[:80] or "evidence"
    return _keep(
        session,
        ApplicationEvidence(
            id=clock.new_id(),
            application_id=application.id,
            name=name or stem,
            file_name=f"{stem}{ending}",
            media_type=media_type,
            size_bytes=len(content),
            content=content,
            added_at=clock.now(),
        ),
        application,
        actor,
    )


def remove(session: Session, application: Application, evidence_id: str, *, actor: str) -> None:
    """Take evidence back, while nobody has decided. Raises NotFound, and AlreadyDecided."""
    _refuse_decided(session, application)
    found = session.get(ApplicationEvidence, evidence_id)
    if found is None or found.application_id != application.id:
        raise NotFound("There is no such evidence")
    session.delete(found)
    histories.note(session, application, "took-back", actor=actor, by_applicant=True)


def of(session: Session, application: Application) -> list[ApplicationEvidence]:
    """The evidence, the first first, without the content of files."""
    query = select(ApplicationEvidence).where(ApplicationEvidence.application_id == application.id)
    return list(session.scalars(query.order_by(ApplicationEvidence.added_at, ApplicationEvidence.id)))


def file_of(session: Session, application: Application, evidence_id: str) -> ApplicationEvidence:
    """A file with its content. Raises NotFound, also for what is no file."""
    query = select(ApplicationEvidence).where(
        ApplicationEvidence.id == evidence_id, ApplicationEvidence.application_id == application.id
    )
    found = session.scalars(query.options(undefer(ApplicationEvidence.content))).one_or_none()
    if found is None or found.content is None:
        raise NotFound("There is no such file")
    return found


def _kind_of(content: bytes) -> tuple[str, str]:
    for signature, media_type, ending in _KINDS:
        if content.startswith(signature):
            return media_type, ending
    raise InvalidInput("This is not a PDF, a PNG or a JPEG; save it as one of these", pointer="/file")


def _refuse_more(session: Session, application: Application) -> None:
    _refuse_decided(session, application)
    query = select(func.count()).where(ApplicationEvidence.application_id == application.id)
    if (session.scalar(query) or 0) >= MOST:
        raise InvalidInput(f"An application takes at most {MOST} pieces of evidence; remove one first")


def _refuse_decided(session: Session, application: Application) -> None:
    session.refresh(application, with_for_update=True)
    if application.state not in WAITING:
        raise AlreadyDecided("This application does not wait for anything any more", state=application.state)


def _keep(session: Session, made: ApplicationEvidence, application: Application, actor: str) -> ApplicationEvidence:
    session.add(made)
    session.flush()
    histories.note(session, application, "added", actor=actor, by_applicant=True)
    return made
