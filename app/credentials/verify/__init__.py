"""Verification: any badge, ours or a stranger's, into a report of checks. Pure: keys and lists come from a Resolver.

Never raises for a bad badge and never calls one good when a step could not be decided.
Source: OB 3.0, "Verification and Validation"; VC Data Model 2.0; Bitstring Status List 1.0.
"""

from __future__ import annotations

from datetime import datetime

from app.credentials.report import Check, Outcome, Report, VerifiedFacts
from app.credentials.verify import conclusion, dates, facts, reading, shape, signatures, status, words
from app.credentials.verify import recipient as recipients
from app.credentials.verify.finding import (
    CONTEXT,
    DATES,
    FORMAT,
    ISSUER,
    PROOF,
    RECIPIENT,
    SCHEMA,
    STATUS,
    SUPERSEDED,
    Stop,
    failed,
    not_checked,
    passed,
)
from app.credentials.verify.resolver import (
    KeyFound,
    ListFound,
    Missing,
    Resolver,
    Unreachable,
    thumbprint_uri,
)

__all__ = ["KeyFound", "ListFound", "Missing", "Resolver", "Unreachable", "thumbprint_uri", "verify"]

_STEPS = (FORMAT, SCHEMA, CONTEXT, PROOF, ISSUER, DATES, STATUS, SUPERSEDED)


def verify(document: bytes | str, *, now: datetime, resolve: Resolver, recipient: str | None = None) -> Report:
    """Judge a badge given as JSON, as a compact token or as a baked PNG.

    `recipient` is an e-mail address or another identifier that the badge should belong to; None = nobody asked.
    The report has one check per step; a step that was not reached is `unknown` with the code `not_checked`.
    """
    checks = {name: not_checked(name) for name in (*_STEPS, *((RECIPIENT,) if recipient is not None else ()))}
    try:
        signed = reading.read(document)
    except Stop as stop:
        return _report(checks | {FORMAT: stop.check})
    checks[FORMAT] = passed(
        FORMAT, "token" if signed.token else "json", "There is one badge in it, and it can be read."
    )
    checks[SCHEMA] = shape.check(signed.document)
    checks[CONTEXT], canonical = words.check(signed)
    proven = _check_signatures(checks, signed, canonical=canonical, resolve=resolve, now=now)
    if not proven:
        return _report(checks, signed)
    checks[DATES] = dates.check(signed.document, now=now)
    if checks[SCHEMA].outcome is not Outcome.PASSED:
        return _report(checks, signed)
    # Only now is the address of a status list the issuer's word, and worth a look.
    checks[STATUS] = status.check(signed.document, resolve=resolve, now=now)
    newer = resolve.superseded_by(signed.document["id"])
    checks[SUPERSEDED] = _superseded(newer)
    if recipient is not None:
        checks[RECIPIENT] = recipients.check(signed.document, recipient)
    return _report(checks, signed, credential=facts.extract(signed.document), superseded_by=newer)


def _check_signatures(
    checks: dict[str, Check],
    signed: reading.SignedDocument,
    *,
    canonical: bytes | None,
    resolve: Resolver,
    now: datetime,
) -> bool:
    """Fill in `proof` and `issuer`; True when the document is its issuer's and every word in it is signed."""
    issuer = shape.issuer_id(signed.document)
    if issuer is None:
        return False
    finding = signatures.check(signed, issuer_id=issuer, resolve=resolve, now=now, canonical=canonical)
    checks[PROOF], checks[ISSUER] = finding.proof, finding.issuer
    return finding.holds and checks[CONTEXT].outcome is Outcome.PASSED


def _superseded(newer: str | None) -> Check:
    if newer is None:
        return passed(SUPERSEDED, "newest", "No newer badge that replaces it is known here.")
    return failed(SUPERSEDED, "superseded", "A newer badge has replaced it.")


def _report(
    checks: dict[str, Check],
    signed: reading.SignedDocument | None = None,
    *,
    credential: VerifiedFacts | None = None,
    superseded_by: str | None = None,
) -> Report:
    verdict, decided_by = conclusion.verdict_of(checks)
    return Report(
        checks=tuple(checks.values()),
        verdict=verdict,
        sentence=conclusion.sentence_of(verdict, decided_by=decided_by, facts=credential),
        credential=credential,
        document=None if signed is None else signed.document,
        superseded_by=superseded_by,
    )
