"""What holders let programs do: a question, an answer with a code, the code taken once, and the end at any time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.issuing import audit
from app.issuing.accounts import people
from app.issuing.badge_connect.tables import (
    ConnectClient,
    ConnectGrant,
    ConnectProfile,
    ConnectQuestion,
    ConnectToken,
)

QUESTION_MINUTES = 60  # in which somebody who has no account yet can sign in by mail
MOST_OPEN = 1_000  # questions of one program: a campus that begins with it in one hour
CODE_SECONDS = 300  # at most 600 (OB 3.0, "Authorization Code")
OVER = "This question is over. Begin once more at the site that asked"


@dataclass(frozen=True, slots=True)
class LetIn:
    """A program that an account lets in, whatever number of times it was: what it may do, since when, last used."""

    client: ConnectClient
    scopes: str
    since: datetime
    last_used_at: datetime | None


def ask(session: Session, client: ConnectClient, asked: dict[str, Any]) -> ConnectQuestion:
    """Keep what a program asks for until the holder answers; of very many open questions of one program, the newest.

    Whoever knows a program's id may ask, so that its questions must not fill the disk. Raises NotFound for a program
    that was forgotten at this moment.
    """
    query = select(ConnectClient.id).where(ConnectClient.id == client.id).with_for_update(key_share=True)
    if session.scalars(query).one_or_none() is None:
        raise NotFound(OVER)
    mine = select(ConnectQuestion.id).where(ConnectQuestion.client_id == client.id)
    older = mine.order_by(ConnectQuestion.expires_at.desc(), ConnectQuestion.id).offset(MOST_OPEN - 1)
    session.execute(delete(ConnectQuestion).where(ConnectQuestion.id.in_(older)))
    made = ConnectQuestion(
        id=clock.new_id(),
        client_id=client.id,
        asked=asked,
        expires_at=clock.now() + timedelta(minutes=QUESTION_MINUTES),
    )
    session.add(made)
    session.flush()
    return made


def question(session: Session, question_id: str) -> ConnectQuestion:
    """The question, if it is not over. Raises NotFound."""
    found = session.get(ConnectQuestion, question_id)
    if found is None or found.expires_at <= clock.now():
        raise NotFound(OVER)
    return found


def take(session: Session, question_id: str) -> ConnectQuestion:
    """The question, which is answered now and never again. Raises NotFound."""
    found = question(session, question_id)
    taken = delete(ConnectQuestion).where(ConnectQuestion.id == found.id).returning(ConnectQuestion.id)
    if session.scalars(taken, execution_options={"synchronize_session": False}).one_or_none() is None:
        raise NotFound(OVER)
    return found


def let_in(
    session: Session,
    account_id: str,
    client: ConnectClient,
    *,
    scopes: str,
    redirect_uri: str,
    code: str,
    challenge: str,
) -> ConnectGrant:
    """The holder agrees: from now on the code is good, for five minutes and once."""
    now = clock.now()
    made = ConnectGrant(
        id=clock.new_id(),
        client_id=client.id,
        account_id=account_id,
        scopes=scopes,
        redirect_uri=redirect_uri,
        code_sha256=digest(code),
        code_challenge=challenge,
        code_expires_at=now + timedelta(seconds=CODE_SECONDS),
        created_at=now,
    )
    session.add(made)
    session.flush()
    _note(session, account_id, client, "app.let-in", scopes=scopes)
    return made


def of_code(session: Session, code: str, client_id: str) -> ConnectGrant | None:
    """The grant that the code is for, if the program may still exchange it; None for every other code.

    A code that was used already ends the grant with all tokens that came of it: one of two who hold it stole it
    (RFC 6749, 4.1.2). The row is locked, so that of two at once one is the second.
    """
    query = select(ConnectGrant).where(ConnectGrant.code_sha256 == digest(code)).with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None or found.client_id != client_id:
        return None
    if found.code_used_at is not None:
        end_one(session, found, why="the code was shown once more")
        return None
    return found if found.ended_at is None and found.code_expires_at > clock.now() else None


def end_one(session: Session, grant: ConnectGrant, *, why: str) -> None:
    """End one grant by what its program does; its tokens are good for nothing from now on. Issuers' logs say why."""
    if grant.ended_at is None:
        client = session.get_one(ConnectClient, grant.client_id)
        _note(session, grant.account_id, client, "app.ended", actor=f"app:{client.id}", reason=why)
    _close(session, grant)


def _close(session: Session, grant: ConnectGrant) -> None:
    if grant.ended_at is None:
        grant.ended_at = clock.now()
    session.execute(delete(ConnectToken).where(ConnectToken.grant_id == grant.id))


def end(session: Session, account_id: str, client_id: str) -> ConnectClient:
    """Let a program in no more, however often the account let it in. Raises NotFound for one that is not."""
    mine = select(ConnectGrant).where(ConnectGrant.account_id == account_id, ConnectGrant.client_id == client_id)
    found = list(session.scalars(mine.where(ConnectGrant.ended_at.is_(None)).with_for_update()))
    if not found:
        raise NotFound("There is nothing at this address")
    for grant in found:
        _close(session, grant)
    client = session.get_one(ConnectClient, client_id)
    _note(session, account_id, client, "app.ended")
    return client


def of_account(session: Session, account_id: str) -> list[LetIn]:
    """The programs that the account lets in, the newest first."""
    query = (
        select(ConnectGrant, ConnectClient)
        .join(ConnectClient, ConnectClient.id == ConnectGrant.client_id)
        .where(ConnectGrant.account_id == account_id, ConnectGrant.ended_at.is_(None))
        .where(ConnectGrant.code_used_at.is_not(None))  # whose code is not exchanged yet can do nothing
        .order_by(ConnectGrant.created_at.desc(), ConnectGrant.id)
    )
    found: dict[str, LetIn] = {}
    for grant, client in session.execute(query):
        earlier = found.get(client.id)
        if earlier is None:
            found[client.id] = LetIn(client, grant.scopes, grant.created_at, grant.last_used_at)
            continue
        used = [moment for moment in (earlier.last_used_at, grant.last_used_at) if moment is not None]
        both = " ".join(dict.fromkeys([*earlier.scopes.split(), *grant.scopes.split()]))
        found[client.id] = LetIn(client, both, grant.created_at, max(used, default=None))
    return list(found.values())


def note_use(session: Session, grant_id: str) -> None:
    """Remember when a program came last."""
    session.execute(update(ConnectGrant).where(ConnectGrant.id == grant_id).values(last_used_at=clock.now()))


def forget_account(session: Session, account_id: str) -> None:
    """Delete whatever an account let anybody do, and what programs wrote of it."""
    mine = select(ConnectGrant.id).where(ConnectGrant.account_id == account_id)
    session.execute(delete(ConnectToken).where(ConnectToken.grant_id.in_(mine)))
    for model in (ConnectGrant, ConnectProfile):
        session.execute(delete(model).where(model.account_id == account_id))


def digest(text: str) -> str:
    """What is kept of a code or a token."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _note(
    session: Session, account_id: str, client: ConnectClient, action: str, *, actor: str | None = None, **facts: Any
) -> None:
    """One entry for each issuer whose badges are concerned: to let somebody read them is to disclose them.

    `actor` None = the holder.
    """
    for learner in people.learners_of(session, account_id):
        audit.record(
            session,
            learner.issuer_id,
            actor=actor or f"account:{account_id}",
            action=action,
            object_id=learner.id,
            client_id=client.id,
            host=client.host,
            **facts,
        )
