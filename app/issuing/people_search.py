"""Looking for people: by a part of a name or an address, by an id that a system gave, by state and group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_, union
from sqlalchemy.orm import Session

from app.credentials.identity import clean_email
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerEmail, LearnerGroup, LearnerIdentity, LearnerState

LIVING = (LearnerState.KNOWN, LearnerState.PENDING)
AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleWanted:
    """Who; `state` None = whoever is known or pending, as those who were merged or erased are nobody any more."""

    text: str = ""
    state: LearnerState | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody with what a list shows of them."""

    learner: Learner
    emails: tuple[str, ...]
    identities: tuple[tuple[str, str], ...]  # namespace and id
    groups: tuple[str, ...]


def query(issuer_id: str, wanted: PeopleWanted) -> Select[Learner]:
    """The people who are wanted, in no order."""
    found = select(Learner).where(Learner.issuer_id == issuer_id)
    found = found.where(Learner.state == wanted.state if wanted.state is not None else Learner.state.in_(LIVING))
    if wanted.text:
        found = found.where(or_(Learner.id.in_(named_like(issuer_id, wanted.text)), Learner.id == wanted.text))
    if wanted.group is not None:
        in_group = LearnerGroup.issuer_id == issuer_id, LearnerGroup.name == wanted.group
        found = found.where(Learner.id.in_(select(LearnerGroup.learner_id).where(*in_group)))
    return found


def named_like(issuer_id: str, text: str) -> Select[str]:
    """The ids of people with this in their name or an address, or with exactly this id at some system."""
    by_name = select(Learner.id).where(Learner.issuer_id == issuer_id, _contains(Learner.display_name, text))
    by_email = select(LearnerEmail.learner_id).where(
        LearnerEmail.issuer_id == issuer_id,
        or_(_contains(LearnerEmail.normalised, text), _contains(LearnerEmail.written, text)),
    )
    by_identity = select(LearnerIdentity.learner_id).where(
        LearnerIdentity.issuer_id == issuer_id, LearnerIdentity.source_id == text
    )
    found = union(by_name, by_email, by_identity).subquery()
    return select(found.c[0])


def namesakes(session: Session, issuer: Issuer, name: str, *, but_email: str, limit: int = 3) -> list[PersonLine]:
    """Others who have exactly this name: perhaps the same person, at another address. Nobody is merged on a name."""
    same = func.lower(Learner.display_name) == name.strip().lower()
    mine = select(LearnerEmail.learner_id).where(LearnerEmail.normalised == clean_email(but_email).lower())
    found = query(issuer.id, PeopleWanted()).where(same, Learner.id.not_in(mine))
    return lines(session, session.scalars(found.order_by(Learner.created_at, Learner.id).limit(limit)).all())


def count(session: Session, wanted: Select[Learner], *, most: int) -> int:
    """How many a query finds; counting stops at `most`."""
    some = wanted.with_only_columns(Learner.id).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def every(session: Session, wanted: Select[Learner], *, most: int) -> Iterator[list[PersonLine]]:
    """All of them, newest first, at most so many; some hundreds at a time."""
    last: tuple[datetime, str] | None = None
    left = most
    while left > 0:
        page = wanted
        if last is not None:
            place = tuple_(literal(last[0], Learner.created_at.type), literal(last[1]))
            page = wanted.where(tuple_(Learner.created_at, Learner.id) < place)
        ordered = page.order_by(Learner.created_at.desc(), Learner.id.desc()).limit(min(AT_ONCE, left))
        rows = session.scalars(ordered).all()
        yield lines(session, rows)
        if len(rows) < AT_ONCE:
            return
        left -= len(rows)
        last = (rows[-1].created_at, rows[-1].id)
        session.expunge_all()


def lines(session: Session, rows: Sequence[Learner]) -> list[PersonLine]:
    """These people with what a list shows of them: three queries, however many they are."""
    ids = [each.id for each in rows]
    emails: dict[str, list[str]] = {}
    of_emails = select(LearnerEmail.learner_id, LearnerEmail.written).where(LearnerEmail.learner_id.in_(ids))
    for learner_id, written in session.execute(of_emails.order_by(LearnerEmail.id)):
        emails.setdefault(learner_id, []).append(written)
    identities: dict[str, list[tuple[str, str]]] = {}
    of_names = select(LearnerIdentity).where(LearnerIdentity.learner_id.in_(ids)).order_by(LearnerIdentity.id)
    for each in session.scalars(of_names):
        identities.setdefault(each.learner_id, []).append((each.namespace, each.source_id))
    groups: dict[str, list[str]] = {}
    of_groups = select(LearnerGroup.learner_id, LearnerGroup.name).where(LearnerGroup.learner_id.in_(ids))
    for learner_id, name in session.execute(of_groups.order_by(LearnerGroup.name)):
        groups.setdefault(learner_id, []).append(name)
    return [
        PersonLine(
            learner=each,
            emails=tuple(emails.get(each.id, ())),
            identities=tuple(identities.get(each.id, ())),
            groups=tuple(groups.get(each.id, ())),
        )
        for each in rows
    ]


def _contains(column: object, text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.icontains(text, autoescape=True)  # type: ignore[attr-defined]  # a column
    return found
