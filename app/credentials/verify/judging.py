"""The steps for a signed document that was read, in the order of the standard; then those inside it, by the same steps.

Source: OB 3.0, "Verification and Validation"; VC Data Model 2.0 and 1.1; CLR 2.0, "Verification".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.credentials.jsonld.structure import MAX_EMBEDDED, MAX_EMBEDDING_DEPTH
from app.credentials.report import Caution, Check, Embedded, Outcome, Report, VerifiedFacts, domain_of
from app.credentials.verify import (
    cautions,
    conclusion,
    dates,
    embedding,
    facts,
    reading,
    refresh,
    shape,
    signatures,
    status,
    words,
)
from app.credentials.verify import recipient as recipients
from app.credentials.verify.finding import (
    CONTEXT,
    DATES,
    FORMAT,
    ISSUER,
    PROOF,
    RECIPIENT,
    REFRESH,
    SCHEMA,
    STATUS,
    SUPERSEDED,
    Stop,
    failed,
    not_checked,
    passed,
    unknown,
)
from app.credentials.verify.resolver import Resolver
from app.credentials.verify.standards import Standard

_STEPS = (FORMAT, SCHEMA, CONTEXT, PROOF, ISSUER, DATES, STATUS, SUPERSEDED)

Registries = Callable[[str], tuple[str, ...]]


@dataclass(slots=True)
class Question:
    """What is asked about a document and about all that is inside it; counts what was looked at inside."""

    now: datetime
    resolve: Resolver
    known_in: Registries | None = None
    looked_at: int = field(default=0, init=False)


@dataclass(slots=True)
class _Steps:
    """One document on its way through the steps."""

    signed: reading.SignedDocument
    said: dict[str, Any]
    checks: dict[str, Check]
    finding: signatures.Finding | None = None

    @classmethod
    def of(cls, signed: reading.SignedDocument) -> _Steps:
        checks = {name: not_checked(name) for name in _STEPS}
        kind = "token" if signed.token else "json"
        checks[FORMAT] = passed(FORMAT, kind, "There is one badge in it, and it can be read.")
        return cls(signed, signed.said, checks)

    def prove(self, question: Question) -> bool:
        """The steps up to the proof; True when the document is complete, its issuer's, and every word is signed."""
        self.checks[SCHEMA] = shape.check(self.said)
        self.checks[CONTEXT], canonical = words.check(self.signed)
        issuer = shape.issuer_id(self.said)
        if issuer is None:
            return False
        finding = signatures.check(
            self.signed, issuer_id=issuer, resolve=question.resolve, now=question.now, canonical=canonical
        )
        self.finding = finding
        self.checks[PROOF], self.checks[ISSUER] = finding.proof, finding.issuer
        if not self.is_proven:
            return False
        self.checks[DATES] = dates.check(self.said, now=question.now)
        return self.checks[SCHEMA].outcome is Outcome.PASSED

    @property
    def is_proven(self) -> bool:
        """Whether the proof holds and is the issuer's, and covers every word."""
        return all(self.checks[name].outcome is Outcome.PASSED for name in (CONTEXT, PROOF, ISSUER))

    def report(self, credential: VerifiedFacts | None = None, **more: Any) -> Report:
        verdict, decided_by = conclusion.verdict_of(self.checks)
        return Report(
            checks=tuple(self.checks.values()),
            verdict=verdict,
            sentence=conclusion.sentence_of(verdict, decided_by=decided_by, facts=credential),
            credential=credential,
            document=self.signed.document,
            **more,
        )


def judge(signed: reading.SignedDocument, question: Question, *, recipient: recipients.Names | None = None) -> Report:
    """The report of a document, with those of the signed documents inside it; a newer form of it is judged instead."""
    steps = _Steps.of(signed)
    refreshed = None
    if recipient is not None:
        steps.checks[RECIPIENT] = not_checked(RECIPIENT)
    if not steps.prove(question):
        return steps.report()
    service = refresh.service_of(steps.said)
    if service is not None:
        refreshed = refresh.ask(
            service, steps.said, resolve=question.resolve, is_proven=lambda offered: _is_proven(offered, question)
        )
        if refreshed.newer is not None:
            steps = _Steps.of(replace(refreshed.newer, picture=signed.picture))
            if not steps.prove(question):  # it held a moment ago; what cannot be looked up again shows nothing
                return steps.report()
        steps.checks = _after(steps.checks, ISSUER, refreshed.check)
    if recipient is not None:
        steps.checks[RECIPIENT] = recipients.check(steps.said, recipient)
    return _finished(steps, question, depth=0)


def unread(check: Check, *, recipient: recipients.Names | None = None) -> Report:
    """The report of something that is no document: its `format` check, and nothing more."""
    names = (*_STEPS, *((RECIPIENT,) if recipient is not None else ()))
    checks = {name: not_checked(name) for name in names} | {FORMAT: check}
    verdict, decided_by = conclusion.verdict_of(checks)
    sentence = conclusion.sentence_of(verdict, decided_by=decided_by, facts=None)
    return Report(checks=tuple(checks.values()), verdict=verdict, sentence=sentence)


def _finished(steps: _Steps, question: Question, *, depth: int) -> Report:
    """The steps after the proof, which ask the outside world: only now is what they ask for the issuer's word."""
    said = steps.said
    steps.checks[STATUS] = status.check(said, resolve=question.resolve, now=question.now)
    newer = question.resolve.superseded_by(said["id"])
    steps.checks[SUPERSEDED] = _superseded(newer)
    found = facts.extract(said, standard=steps.signed.standard)
    known_in = None if question.known_in is None else question.known_in(found.issuer_id)
    inside = _inside(said, question, depth=depth)
    by = steps.finding or signatures.Finding(steps.checks[PROOF], steps.checks[ISSUER])
    warnings = cautions.of_document(steps.signed, found, finding=by, status=steps.checks[STATUS], known_in=known_in)
    return steps.report(
        found,
        superseded_by=newer or None,
        known_in=known_in,
        warnings=(*warnings, *_only_named(steps.checks), *_other_holders(found, inside[embedding.RECORD])),
        endorsements=tuple(inside[embedding.ENDORSEMENT]),
        nested=tuple(inside[embedding.RECORD]),
    )


def _inside(said: dict[str, Any], question: Question, *, depth: int) -> dict[str, list[Embedded]]:
    found: dict[str, list[Embedded]] = {embedding.ENDORSEMENT: [], embedding.RECORD: []}
    if depth >= MAX_EMBEDDING_DEPTH:
        return found
    for part in embedding.parts_of(said):
        question.looked_at += 1
        if question.looked_at > MAX_EMBEDDED:
            sentence = "There are more signed documents inside than are looked at here, so this one was not."
            found[part.kind].append(Embedded(part.place, unread(unknown(FORMAT, "too_many", sentence))))
            break
        found[part.kind].append(Embedded(part.place, _part(part, said, question, depth=depth + 1)))
    return found


def _part(part: embedding.Part, said: dict[str, Any], question: Question, *, depth: int) -> Report:
    try:
        signed = reading.of_token(part.content) if isinstance(part.content, str) else reading.of_document(part.content)
    except Stop as stop:
        return unread(stop.check)
    steps = _Steps.of(signed)
    if (signed.standard is Standard.ENDORSEMENT) != (part.kind == embedding.ENDORSEMENT):
        steps.checks[SCHEMA] = failed(SCHEMA, "out_of_place", "It is not what its place inside the badge calls for.")
        return steps.report()
    proven = steps.prove(question)
    if proven and part.kind == embedding.ENDORSEMENT:
        steps.checks[RECIPIENT] = _is_about(steps.said, embedding.ids_of(said, part), embedding.own_ids_of(said))
    return _finished(steps, question, depth=depth) if proven else steps.report()


def _is_about(endorsement: dict[str, Any], ids: frozenset[str], own: frozenset[str]) -> Check:
    endorsed = endorsement["credentialSubject"]["id"]
    if endorsed in ids - own:
        # Whoever signs a badge writes its ids: it may name a stranger's achievement beside the stranger's endorsement.
        sentence = f"It endorses something of {domain_of(endorsed)} that the badge names, not the badge's issuer."
        return passed(RECIPIENT, "endorses_named", sentence)
    if endorsed in ids:
        return passed(RECIPIENT, "endorses_this", "It endorses what it is attached to.")
    return failed(RECIPIENT, "endorses_another", "It endorses something else than what it is attached to.")


def _only_named(checks: dict[str, Check]) -> list[Caution]:
    about = checks.get(RECIPIENT)
    return [Caution(about.code, about.sentence)] if about is not None and about.code == "endorses_named" else []


def _other_holders(record: VerifiedFacts, nested: list[Embedded]) -> list[Caution]:
    holders = {embedded.report.credential.subject_id for embedded in nested if embedded.report.credential is not None}
    if not holders - {record.subject_id}:
        return []
    sentence = "Not every achievement in it names the same holder as the record does."
    return [Caution("other_holder", sentence)]


def _is_proven(offered: reading.SignedDocument, question: Question) -> bool:
    return _Steps.of(offered).prove(question)


def _after(checks: dict[str, Check], name: str, check: Check) -> dict[str, Check]:
    """The checks with one more, behind that of this name."""
    ordered: dict[str, Check] = {}
    for key, value in checks.items():
        ordered[key] = value
        if key == name:
            ordered[REFRESH] = check
    return ordered


def _superseded(newer: str | None) -> Check:
    if newer is None:
        return passed(SUPERSEDED, "newest", "No newer badge that replaces it is known here.")
    return failed(SUPERSEDED, "superseded", "A newer badge has replaced it.")
