"""The audit log as a chain: each sealed entry carries the hash of the one before, and checkpoints are signed.

A chain shows every edit, deletion, insertion and change of order behind its newest checkpoint. It cannot show that
its newest entries were cut off together with the checkpoints that cover them: for that the worker writes each
checkpoint to the log of the service as well, which lies elsewhere.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import keys
from app.credentials.model import Algorithm
from app.errors import InvalidInput, KeyUnavailable
from app.issuing import signing_keys
from app.issuing.audit import AuditCheckpoint, AuditEntry
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.signing_keys import KeyState, SigningKey

START = "0" * 64  # what the first entry of every chain follows
CHECKPOINT_ENTRIES = 1_000
CHECKPOINT_AGE = timedelta(hours=1)
_READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check of one issuer's chain found.

    `first_bad_sequence` is the number of the first entry that is not as it was sealed (None = all are). `covered` is
    the number of the newest entry that a good checkpoint vouches for (0 = none does). `sentence` says it to a person.
    """

    sealed_count: int
    unsealed_count: int
    first_bad_sequence: int | None
    checkpoints_ok: bool
    covered: int
    sentence: str

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return self.first_bad_sequence is None and self.checkpoints_ok


def unsealed(session: Session) -> list[str]:
    """The ids of the issuers with entries that wait for their seal."""
    waiting = exists().where(AuditEntry.issuer_id == Issuer.id, AuditEntry.sequence.is_(None))
    return list(session.scalars(select(Issuer.id).where(waiting).order_by(Issuer.id)))


def seal(session: Session, issuer: Issuer, *, limit: int) -> int:
    """Link up to `limit` entries into the issuer's chain, oldest first; how many were linked.

    0 also when another process seals this chain at the moment: the chain has one writer at a time.
    """
    if not _is_ours_to_seal(session, issuer):
        return 0
    sequence, previous = _end(session, issuer)
    query = select(AuditEntry).where(AuditEntry.issuer_id == issuer.id, AuditEntry.sequence.is_(None))
    entries = session.scalars(query.order_by(AuditEntry.id).limit(limit)).all()
    for entry in entries:
        sequence += 1
        entry.sequence, entry.previous_hash = sequence, previous
        entry.hash = previous = _hash(entry)
    session.flush()
    return len(entries)


def checkpoint(session: Session, office: Office, issuer: Issuer) -> AuditCheckpoint | None:
    """Sign where the chain stands, if that is due: at most once an hour, or after a thousand entries.

    None when none is due, when the issuer has no key yet, or when another process is at it. Raises KeyUnavailable.
    """
    if not _is_ours_to_seal(session, issuer):
        return None
    sequence, chain_hash = _end(session, issuer)
    if not _is_due(_newest_checkpoint(session, issuer), sequence):
        return None
    key = _active_key(session, issuer)
    if key is None:
        return None
    made = AuditCheckpoint(issuer_id=issuer.id, sequence=sequence, hash=chain_hash, at=clock.now(), kid=key.kid)
    made.signature = office.keystore.sign(key.kid, _statement(made))
    session.add(made)
    session.flush()
    return made


def is_checkpoint_due(session: Session, issuer: Issuer) -> bool:
    """Whether `checkpoint` would sign one now, given a key."""
    sequence, _hash_there = _end(session, issuer)
    return _is_due(_newest_checkpoint(session, issuer), sequence)


def verify(session: Session, office: Office, issuer: Issuer) -> ChainReport:
    """Recompute the issuer's whole chain and check each checkpoint against it.

    Keys are trusted because the key store holds them, not because a row of the database names them: who can edit
    rows could add a key of his own.
    """
    query = select(AuditCheckpoint).where(AuditCheckpoint.issuer_id == issuer.id)
    checkpoints = session.scalars(query.order_by(AuditCheckpoint.sequence)).all()
    wanted = {stated.sequence for stated in checkpoints}
    walk = _walk(session, issuer, wanted)
    problem, covered = _check_checkpoints(office, list(checkpoints), walk.hashes)
    report = ChainReport(
        sealed_count=_count(session, issuer, sealed=True),
        unsealed_count=_count(session, issuer, sealed=False),
        first_bad_sequence=walk.first_bad,
        checkpoints_ok=problem is None,
        covered=covered,
        sentence="",
    )
    return replace(report, sentence=_sentence(issuer, report, problem))


# -- the chain ----------------------------------------------------------------------------------------------


def _is_ours_to_seal(session: Session, issuer: Issuer) -> bool:
    # FOR NO KEY UPDATE: one sealer at a time, while awards of this issuer (which refer to its row) go on.
    query = select(Issuer.id).where(Issuer.id == issuer.id).with_for_update(key_share=True, skip_locked=True)
    return session.scalars(query).one_or_none() is not None


def _end(session: Session, issuer: Issuer) -> tuple[int, str]:
    """Number and hash of the newest sealed entry."""
    query = (
        select(AuditEntry.sequence, AuditEntry.hash)
        .where(AuditEntry.issuer_id == issuer.id, AuditEntry.sequence.is_not(None))
        .order_by(AuditEntry.sequence.desc())
        .limit(1)
    )
    newest = session.execute(query).one_or_none()
    return (0, START) if newest is None else (newest.sequence, newest.hash)


@dataclass(slots=True)
class _Walk:
    """How far a chain is good: the first entry that is not, and the hashes at the wanted numbers before it."""

    first_bad: int | None = None
    hashes: dict[int, str] = field(default_factory=dict)


def _walk(session: Session, issuer: Issuer, wanted: set[int]) -> _Walk:
    try:
        return _walk_in_steps(session, issuer, wanted, read_at_once=_READ_AT_ONCE)
    except ValueError:  # a row that cannot even be read: one by one, to find which
        return _walk_in_steps(session, issuer, wanted, read_at_once=1)


def _walk_in_steps(session: Session, issuer: Issuer, wanted: set[int], *, read_at_once: int) -> _Walk:
    walk = _Walk()
    count, previous = 0, START
    query = select(AuditEntry).where(AuditEntry.issuer_id == issuer.id, AuditEntry.sequence.is_not(None))
    ordered = query.order_by(AuditEntry.sequence).execution_options(yield_per=read_at_once)
    with closing(session.scalars(ordered)) as entries:
        try:
            for entry in entries:
                session.expunge(entry)  # a log of years must not gather in memory
                if entry.sequence != count + 1 or entry.previous_hash != previous or entry.hash != _hash(entry):
                    walk.first_bad = count + 1
                    break
                count, previous = count + 1, entry.hash
                if count in wanted:
                    walk.hashes[count] = previous
        except ValueError:
            if read_at_once > 1:
                raise
            walk.first_bad = count + 1
    return walk


def _count(session: Session, issuer: Issuer, *, sealed: bool) -> int:
    state = AuditEntry.sequence.is_not(None) if sealed else AuditEntry.sequence.is_(None)
    return session.scalars(select(func.count()).where(AuditEntry.issuer_id == issuer.id, state)).one()


def _hash(entry: AuditEntry) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of everything that the entry says, with its place in the chain."""
    said: dict[str, Any] = {
        "id": entry.id,
        "issuer": entry.issuer_id,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object_id,
        "facts": entry.facts,
        "sequence": entry.sequence,
        "previous": entry.previous_hash,
    }
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


# -- checkpoints --------------------------------------------------------------------------------------------


def _newest_checkpoint(session: Session, issuer: Issuer) -> AuditCheckpoint | None:
    query = select(AuditCheckpoint).where(AuditCheckpoint.issuer_id == issuer.id)
    return session.scalars(query.order_by(AuditCheckpoint.sequence.desc()).limit(1)).one_or_none()


def _is_due(newest: AuditCheckpoint | None, sequence: int) -> bool:
    if newest is None:
        return sequence > 0
    grown = sequence - newest.sequence
    return grown >= CHECKPOINT_ENTRIES or (grown > 0 and clock.now() - newest.at >= CHECKPOINT_AGE)


def _active_key(session: Session, issuer: Issuer) -> SigningKey | None:
    active = [key for key in signing_keys.of_issuer(session, issuer) if key.state == KeyState.ACTIVE]
    return next((key for key in active if key.algorithm == Algorithm.ED25519), None)


def _statement(stated: AuditCheckpoint) -> bytes:
    # An embedded proof signs 64 bytes of hashes; this is longer text, so neither can be taken for the other.
    said: dict[str, Any] = {
        "statement": "lanyard audit checkpoint, version 1",
        "issuer": stated.issuer_id,
        "sequence": stated.sequence,
        "hash": stated.hash,
        "at": stated.at.isoformat(),
        "kid": stated.kid,
    }
    return rfc8785.dumps(said)


def _check_checkpoints(
    office: Office, checkpoints: list[AuditCheckpoint], hashes: dict[int, str]
) -> tuple[str | None, int]:
    """The first problem as a sentence (None = none), and the newest entry that a good checkpoint covers."""
    covered = 0
    known: dict[str, ed25519.Ed25519PublicKey | None] = {}
    problem = None
    for stated in checkpoints:
        if stated.kid not in known:
            known[stated.kid] = _own_key(office, stated.kid)
        found = _check_checkpoint(stated, known[stated.kid], hashes.get(stated.sequence))
        if found is None:
            covered = max(covered, stated.sequence)
        problem = problem or found
    return problem, covered


def _check_checkpoint(
    stated: AuditCheckpoint, key: ed25519.Ed25519PublicKey | None, chain_hash: str | None
) -> str | None:
    name = f"The checkpoint at entry {stated.sequence}"
    if key is None:
        return f"{name} names a key that is not in the key store."
    try:
        key.verify(stated.signature, _statement(stated))
    except InvalidSignature:
        return f"{name} was changed: its signature does not hold."
    if chain_hash is None:
        return f"{name} vouches for an entry that is not there as it was sealed."
    return None if chain_hash == stated.hash else f"{name} vouches for another entry than the one that is there."


def _own_key(office: Office, kid: str) -> ed25519.Ed25519PublicKey | None:
    """The public key that this kid spells, if the key store holds its private half."""
    challenge = f"lanyard audit: does the key store hold the key {kid}?".encode()
    try:
        key = keys.public_key_of(keys.jwk_of_multibase(kid))
        if not isinstance(key, ed25519.Ed25519PublicKey):
            return None
        key.verify(office.keystore.sign(kid, challenge), challenge)
    except (InvalidInput, KeyUnavailable, InvalidSignature):
        return None
    return key


def _sentence(issuer: Issuer, report: ChainReport, problem: str | None) -> str:
    waiting = report.unsealed_count
    tail = f" {waiting} newer {'entry is' if waiting == 1 else 'entries are'} not sealed yet." if waiting else ""
    if report.first_bad_sequence is not None:
        return (
            f"The audit log of {issuer.slug} was changed: entry {report.first_bad_sequence} is not as it was sealed. "
            f"Signed checkpoints vouch for the entries up to {report.covered}.{tail}"
        )
    if problem is not None:
        return f"The audit log of {issuer.slug} was changed. {problem}{tail}"
    return (
        f"The audit log of {issuer.slug} is whole: {report.sealed_count} entries in order, "
        f"{report.covered} of them vouched for by a signed checkpoint.{tail}"
    )
