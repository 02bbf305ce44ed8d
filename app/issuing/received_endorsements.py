"""Endorsements that were signed elsewhere: judged when they come and every day, kept and served as they were received.

Whose thing it is decides whether they are shown and carried, as with endorsements of this service. What the judge
says is handed in by a door: nobody here asks the network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Integer,
    LargeBinary,
    Select,
    String,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import jsonld, model, ob3, sign, strict_json
from app.credentials.jsonld.lanes import SlowPathNeeded, quick_only
from app.credentials.report import Report, Verdict, VerifiedFacts
from app.credentials.verify.standards import Standard
from app.db import Base, claim
from app.errors import AlreadyExists, Gone, InvalidInput, LintFailed, NotFound
from app.issuing import audit, issuers, pins
from app.issuing.issuers import Issuer
from app.issuing.office import Office

MOST_BYTES = 65_536
MOST_BYTES_CARRIED = 16_384  # of one inside a badge
MOST_NAMELESS_CARRIED = 40  # objects without id of one inside a badge: a whole badge has 200 at most
MOST_KEPT = 200  # of one issuer
JUDGED_AGAIN_AFTER = timedelta(hours=24)
ASKED_AGAIN_AFTER = timedelta(hours=1)  # where something was out of reach
_LONGEST_URI = 500
_LONGEST_SENTENCE = 500

Judge = Callable[[bytes], Report]
"""Judges a document; asks the network, so no transaction may be open. The desk of a door is one."""


class Form(StrEnum):
    """How it was signed: JSON with a proof inside, or a compact token."""

    JSON = "json"
    JWT = "jwt"


class ReceivedEndorsement(Base):
    """One endorsement as it was received. `verdict` is what the last judgement said, at `judged_at`.

    `is_carried`: new badges can have it in them; `why_not` says why they cannot. `removed_at`: the issuer wants it no
    more.
    """

    __tablename__ = "received_endorsements"
    __table_args__ = (UniqueConstraint("issuer_id", "sha256"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    about: Mapped[str] = mapped_column(String(500), index=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(4))
    credential_id: Mapped[str] = mapped_column(String(_LONGEST_URI))
    endorser_id: Mapped[str] = mapped_column(String(_LONGEST_URI))
    endorser_name: Mapped[str | None] = mapped_column(String(200))
    comment: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    verdict: Mapped[str] = mapped_column(String(20))
    sentence: Mapped[str] = mapped_column(String(_LONGEST_SENTENCE))
    judged_at: Mapped[datetime]
    is_carried: Mapped[bool]
    why_not: Mapped[str | None] = mapped_column(String(_LONGEST_SENTENCE))
    accepted_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Judged:
    """A document that was handed in, with what the judge said of it."""

    document: bytes
    report: Report


def read(document: bytes) -> bytes:
    """The document without blanks around it. Raises InvalidInput for what is neither JSON nor a compact token."""
    plain = document.removeprefix(b"\xef\xbb\xbf").strip()
    if not plain:
        raise InvalidInput("Hand in the signed endorsement: choose its file, or paste it", pointer="/document")
    if len(plain) > MOST_BYTES:
        raise InvalidInput(f"An endorsement has at most {MOST_BYTES} bytes", pointer="/document")
    if plain[:1] != b"{" and not plain.startswith(b"ey"):
        raise InvalidInput(
            "An endorsement is JSON with a proof in it, or a token that begins with ey", pointer="/document"
        )
    return plain


def take(
    session: Session, office: Office, issuer: Issuer, about: str, judged: Judged, *, actor: str
) -> ReceivedEndorsement:
    """Keep what was handed in of a thing of the issuer's, if it is good and says so of exactly that thing.

    Raises InvalidInput with what is wrong, AlreadyExists when these bytes are kept already.
    """
    found = _facts(session, office, issuer, about, judged.report)
    issuers.take_turn(session, issuer.id)
    held = len(session.scalars(_of_issuer(issuer.id).with_only_columns(ReceivedEndorsement.id)).all())
    if held >= MOST_KEPT:
        raise InvalidInput(f"At most {MOST_KEPT} endorsements from elsewhere are kept; remove one first")
    made = claim(session, ReceivedEndorsement, issuer_id=issuer.id, about=about, **_columns(office, judged, found))
    if made is None:
        raise AlreadyExists("This endorsement was handed in earlier", about=about)
    audit.record(
        session,
        issuer.id,
        actor=actor,
        action="endorsement.received",
        object_id=made.id,
        endorser=found.issuer_id[:200],
    )
    return made


def accept(session: Session, received: ReceivedEndorsement, *, accepted: bool, actor: str) -> None:
    """Show it, and have new badges carry it where they can; or not (any more)."""
    session.refresh(received, with_for_update=True)
    if (received.accepted_at is not None) == accepted:
        return
    received.accepted_at = clock.now() if accepted else None
    action = "endorsement.accepted" if accepted else "endorsement.declined"
    audit.record(session, received.issuer_id, actor=actor, action=action, object_id=received.id)
    session.flush()


def remove(session: Session, received: ReceivedEndorsement, *, actor: str) -> None:
    """Show it nowhere and judge it no more. Badges that carry it keep it; its bytes stay."""
    session.refresh(received, with_for_update=True)
    if received.removed_at is None:
        received.removed_at, received.accepted_at = clock.now(), None
        audit.record(session, received.issuer_id, actor=actor, action="endorsement.removed", object_id=received.id)
        session.flush()


def forget(session: Session, abouts: Collection[str]) -> None:
    """Empty what was said of awards whose holder is erased: the words may name the person."""
    query = update(ReceivedEndorsement).where(ReceivedEndorsement.about.in_(abouts))
    gone = {"document": b"", "comment": "", "accepted_at": None, "removed_at": clock.now()}
    session.execute(query.values(**gone).execution_options(synchronize_session=False))


def due(session: Session, *, limit: int, but: Collection[str] = ()) -> list[tuple[str, bytes]]:
    """Ids and bytes of those that are to be judged again, `but` not these; the one first that waited longest."""
    now = clock.now()
    query = select(ReceivedEndorsement.id, ReceivedEndorsement.document).where(
        ReceivedEndorsement.removed_at.is_(None),
        ReceivedEndorsement.id.not_in(but),
        or_(
            ReceivedEndorsement.judged_at <= now - JUDGED_AGAIN_AFTER,
            and_(
                ReceivedEndorsement.verdict == Verdict.CANNOT_TELL,
                ReceivedEndorsement.judged_at <= now - ASKED_AGAIN_AFTER,
            ),
        ),
    )
    found = session.execute(query.order_by(ReceivedEndorsement.judged_at, ReceivedEndorsement.id).limit(limit))
    return [(each_id, document) for each_id, document in found]


def note(session: Session, received_id: str, report: Report, *, actor: str) -> None:
    """Keep what a later judgement says. One that changes the verdict has its audit entry."""
    received = session.get(ReceivedEndorsement, received_id, with_for_update=True)
    if received is None:
        return
    if received.verdict != report.verdict:
        facts = {"was": received.verdict, "is": report.verdict.value}
        audit.record(
            session, received.issuer_id, actor=actor, action="endorsement.judged", object_id=received.id, **facts
        )
    received.verdict, received.sentence = report.verdict, report.sentence[:_LONGEST_SENTENCE]
    received.judged_at = clock.now()
    session.flush()


def by_id(session: Session, received_id: str, *, issuer: Issuer | None = None) -> ReceivedEndorsement:
    """The endorsement with this id, about something of this issuer if one is named. Raises NotFound."""
    found = session.get(ReceivedEndorsement, received_id)
    if found is None or (issuer is not None and (found.issuer_id != issuer.id or found.removed_at is not None)):
        raise NotFound("There is no such endorsement")
    return found


def shown_by_id(session: Session, received_id: str) -> ReceivedEndorsement | None:
    """The endorsement with this id, if everybody may see it; None when there is none. Raises Gone for one of before."""
    found = session.get(ReceivedEndorsement, received_id)
    if found is not None and found.removed_at is not None:
        raise Gone("This endorsement is not shown any more")
    return found if found is not None and found.accepted_at is not None else None


def of_issuer(session: Session, issuer_id: str) -> list[ReceivedEndorsement]:
    """All about the issuer and its things that were not removed, the newest first."""
    query = _of_issuer(issuer_id).order_by(ReceivedEndorsement.created_at.desc(), ReceivedEndorsement.id)
    return list(session.scalars(query))


def count_unseen(session: Session, issuer_id: str) -> int:
    """How many of an issuer and its things nobody has accepted."""
    query = select(func.count()).select_from(ReceivedEndorsement)
    waiting = ReceivedEndorsement.accepted_at.is_(None), ReceivedEndorsement.removed_at.is_(None)
    return session.scalar(query.where(ReceivedEndorsement.issuer_id == issuer_id, *waiting)) or 0


def accepted(session: Session, abouts: Collection[str], *, at_most: int) -> list[ReceivedEndorsement]:
    """Those of things with these ids that whose they are accepted, as they were judged last; the newest first."""
    return list(session.scalars(_ACCEPTED.limit(at_most), {"abouts": list(abouts)}))


def is_good(received: ReceivedEndorsement, now: datetime) -> bool:
    """Whether it was good when it was judged last, and has not ended since."""
    has_ended = received.valid_until is not None and received.valid_until <= now
    return received.verdict == Verdict.GOOD and not has_ended


def part_of(received: ReceivedEndorsement) -> dict[str, Any] | str:
    """What a badge has of it: the document, or the token letter by letter."""
    return _as_a_part(received.document) if received.form == Form.JSON else received.document.decode("ascii")


def carried(session: Session, office: Office, abouts: Collection[str], *, at_most: int) -> list[ReceivedEndorsement]:
    """Those that a badge that is signed now can have in it, the newest first."""
    forms = (Form.JSON, Form.JWT) if office.endorsement_tokens else (Form.JSON,)
    asked = {"abouts": list(abouts), "forms": list(forms), "now": clock.now(), "at_most": at_most}
    found = session.scalars(_CARRIED, asked)
    # Once more: those of before these bounds were tried without them.
    return [each for each in found if _too_much(each.document, Form(each.form)) is None]


_ACCEPTED = (
    select(ReceivedEndorsement)
    .where(
        ReceivedEndorsement.about.in_(bindparam("abouts", expanding=True)),
        ReceivedEndorsement.accepted_at.is_not(None),
        ReceivedEndorsement.removed_at.is_(None),
    )
    .order_by(ReceivedEndorsement.created_at.desc(), ReceivedEndorsement.id)
)
_CARRIED = _ACCEPTED.where(
    ReceivedEndorsement.is_carried,
    ReceivedEndorsement.form.in_(bindparam("forms", expanding=True)),
    ReceivedEndorsement.verdict == Verdict.GOOD,
    or_(ReceivedEndorsement.valid_until.is_(None), ReceivedEndorsement.valid_until > bindparam("now")),
).limit(bindparam("at_most", type_=Integer))


def _of_issuer(issuer_id: str) -> Select[ReceivedEndorsement]:
    return select(ReceivedEndorsement).where(
        ReceivedEndorsement.issuer_id == issuer_id, ReceivedEndorsement.removed_at.is_(None)
    )


def _facts(session: Session, office: Office, issuer: Issuer, about: str, report: Report) -> VerifiedFacts:
    """What it says, once it is certain that it is what was asked for. Raises InvalidInput."""
    found = report.credential
    if report.verdict is not Verdict.GOOD or found is None:
        raise InvalidInput(f"This endorsement cannot be taken. {report.sentence}", pointer="/document")
    if found.standard != Standard.ENDORSEMENT:
        raise InvalidInput("This is signed, but it is no EndorsementCredential", pointer="/document")
    if found.subject_id != about:
        raise InvalidInput(
            f"This endorses something else. Its subject's id must be exactly {about}", pointer="/document"
        )
    if office.renamed(found.issuer_id) == office.addresses.did(issuer.slug):
        raise InvalidInput("An issuer cannot endorse what is its own", pointer="/document")
    if max(len(found.issuer_id), len(found.credential_id)) > _LONGEST_URI:
        raise InvalidInput(f"Its id and that of its issuer have at most {_LONGEST_URI} characters", pointer="/document")
    pin = pins.pin_of(session, office, about)
    if pin is not None and not pins.is_named(pin, report.document, found.endorsement_comment or ""):
        raise InvalidInput(
            "It does not say which content it means. Keep relatedResource as it stands in the JSON to endorse, or name "
            f"the SHA-256 in the comment: {pins.hex_of(pin)}",
            pointer="/document",
        )
    return found


def _columns(office: Office, judged: Judged, found: VerifiedFacts) -> dict[str, Any]:
    form = Form.JSON if judged.document[:1] == b"{" else Form.JWT
    why_not = why_not_carried(office, judged.document, form)
    now = clock.now()
    return {
        "id": clock.new_id(),
        "document": judged.document,
        "sha256": hashlib.sha256(judged.document).hexdigest(),
        "form": form,
        "credential_id": found.credential_id,
        "endorser_id": found.issuer_id,
        "endorser_name": found.issuer_name and found.issuer_name[:200],
        "comment": found.endorsement_comment or "",
        "valid_from": found.valid_from,
        "valid_until": found.valid_until,
        "verdict": Verdict.GOOD,
        "sentence": judged.report.sentence[:_LONGEST_SENTENCE],
        "judged_at": now,
        "is_carried": why_not is None,
        "why_not": why_not,
        "created_at": now,
    }


def why_not_carried(office: Office, document: bytes, form: Form) -> str | None:
    """Why badges cannot have it in them, as a sentence; None when they can, which is tried out."""
    if (too_much := _too_much(document, form)) is not None:
        return too_much
    parts = () if form is Form.JWT else (_as_a_part(document),)
    tokens = (document.decode("ascii"),) if form is Form.JWT else ()
    strange = sorted({str(url) for part in parts for url in part.get("@context", [])} - set(ob3.CONTEXTS))
    if strange:
        return f"Its context {strange[0][:200]} is one that readers of badges may not have."
    try:
        with quick_only():  # by itself: inside a badge every document leaves the quick lane
            for part in parts:
                jsonld.canonicalise({name: value for name, value in part.items() if name != "proof"})
        sign.prepare(_trial(office, parts, tokens))
    except SlowPathNeeded:
        return "Objects in it look alike, so signing a badge with it inside would take too long. Give each an id."
    except (LintFailed, InvalidInput, jsonld.UnsafeDocument):
        return "A badge with it inside could not be signed."
    return None


def _too_much(document: bytes, form: Form) -> str | None:
    """Why it is too large a part of a badge, as a sentence; None when it is not."""
    if len(document) > MOST_BYTES_CARRIED:
        return f"Badges have an endorsement of at most {MOST_BYTES_CARRIED} bytes in them."
    if form == Form.JSON and _nameless(_as_a_part(document)) > MOST_NAMELESS_CARRIED:
        return f"Badges have an endorsement with at most {MOST_NAMELESS_CARRIED} objects without an id in them."
    return None


def _nameless(part: Any) -> int:
    """How many objects without an id there are, itself among them."""
    if isinstance(part, list):
        return sum(map(_nameless, part))
    return int("id" not in part) + sum(map(_nameless, part.values())) if isinstance(part, dict) else 0


def _as_a_part(document: bytes) -> dict[str, Any]:
    """As it stands in a badge: with its proof in an array, which no proof covers and validators ask for."""
    part: dict[str, Any] = strict_json.loads(document)
    proof = part.get("proof")
    return part if isinstance(proof, list) else part | {"proof": [proof]}


def _trial(office: Office, parts: tuple[dict[str, Any], ...], tokens: tuple[str, ...]) -> model.Award:
    now = clock.now()
    nothing = office.addresses.achievement_version("trial", 1)
    plain = model.Achievement(
        id=nothing, name="trial", description="trial", achievement_type="Badge", criteria_narrative="trial"
    )
    return model.Award(
        id=office.addresses.badge("trial"),
        issuer=model.Issuer(id=office.addresses.did("trial"), name="trial"),
        achievement=plain,
        recipient=model.Recipient(subject_id=clock.new_urn()),
        awarded_at=now,
        valid_from=now,
        endorsements=parts,
        endorsement_tokens=tokens,
    )
