"""Checks -> the one verdict and the sentence that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.credentials.report import Check, Outcome, Report, Verdict, VerifiedFacts, day
from app.credentials.verify.finding import (
    ASIDE,
    CONTEXT,
    DATES,
    FORMAT,
    ISSUER,
    PROOF,
    RECIPIENT,
    SCHEMA,
    STATUS,
    SUPERSEDED,
)
from app.credentials.verify.standards import Standard

_NOUNS: dict[str, str] = {Standard.ENDORSEMENT: "endorsement", Standard.CLR_2: "learner record"}

# What a person reads first; it never needs another sentence to be understood. `{why}` is the deciding check's sentence.
_SENTENCES = {
    Verdict.GOOD: "This {noun} is good {end}. {signed}",
    Verdict.EXPIRED: "This {noun} has ended. {why} {signed}",
    Verdict.NOT_YET_VALID: "This {noun} is not good yet. {why} {signed}",
    Verdict.REVOKED: "This {noun} was withdrawn by its issuer, {issuer}. It does not count any more.",
    Verdict.SUPERSEDED: "This {noun} was replaced by a newer one from {issuer}. Look at the newer one instead.",
    Verdict.SUSPENDED: "This {noun} is paused by its issuer, {issuer}. Ask the issuer when it will count again.",
    Verdict.WRONG_PERSON: "This {noun} is good, but it was not awarded to the person you asked about.",
    Verdict.CANNOT_TELL: "{why} Try again later, or ask the issuer, {issuer}.",
    Verdict.UNREADABLE: "{why}",
    Verdict.BROKEN: "{why}",
    Verdict.UNKNOWN_ISSUER: "{why}",
}

# In this order: what breaks trust goes before what is about time, and what is known before what is not.
_FAILURES = (
    (FORMAT, None, Verdict.UNREADABLE),
    (CONTEXT, None, Verdict.BROKEN),
    (PROOF, None, Verdict.BROKEN),
    (ISSUER, "issuer_differs", Verdict.BROKEN),
    (ISSUER, "outside_scope", Verdict.BROKEN),
    (SCHEMA, None, Verdict.UNREADABLE),
    (SUPERSEDED, None, Verdict.SUPERSEDED),
    (STATUS, "revoked", Verdict.REVOKED),
    (STATUS, "suspended", Verdict.SUSPENDED),
    (DATES, "expired", Verdict.EXPIRED),
    (DATES, "not_yet_valid", Verdict.NOT_YET_VALID),
    (ISSUER, None, Verdict.UNKNOWN_ISSUER),
)


def verdict_of(checks: Mapping[str, Check]) -> tuple[Verdict, str]:
    """The verdict of the checks, by name, and the sentence of the check that decided it ("" when good)."""
    for name, code, verdict in _FAILURES:
        check = checks[name]
        if check.outcome is Outcome.FAILED and code in (None, check.code):
            return verdict, check.sentence
    undecided = [check for check in checks.values() if check.outcome is Outcome.UNKNOWN and check.name not in ASIDE]
    if undecided:
        return Verdict.CANNOT_TELL, next((c for c in undecided if c.code != "not_checked"), undecided[0]).sentence
    recipient = checks.get(RECIPIENT)
    if recipient is not None and recipient.outcome is not Outcome.PASSED:
        wrong = recipient.outcome is Outcome.FAILED
        return (Verdict.WRONG_PERSON if wrong else Verdict.CANNOT_TELL), recipient.sentence
    return Verdict.GOOD, ""


def sentence_of(verdict: Verdict, *, decided_by: str, facts: VerifiedFacts | None, vouched: str | None = None) -> str:
    """The sentence of a verdict; without proven facts, the sentence of the check that decided it.

    `vouched` says in a sentence why the badge is to be believed; None = it is signed.
    """
    if facts is None:
        return decided_by
    noun = _NOUNS.get(facts.standard, "badge")
    sentence = _SENTENCES[verdict]
    if verdict is Verdict.WRONG_PERSON and noun == "endorsement":
        sentence = "This endorsement is good, but not for this. {why}"
    return sentence.format(
        why=decided_by,
        noun=noun,
        issuer=facts.signed_by,
        end=f"until {day(facts.valid_until)}" if facts.valid_until else "and has no end date",
        signed=vouched or f"It was signed by {facts.signed_by} and has not been changed since.",
    )


def apart_from_the_person(report: Report) -> Report:
    """The report as it were if nobody had asked whose the badge is; its checks stay, `recipient` among them."""
    if report.verdict not in (Verdict.WRONG_PERSON, Verdict.CANNOT_TELL) or report.credential is None:
        return report
    checks = {check.name: check for check in report.checks if check.name != RECIPIENT}
    if len(checks) == len(report.checks):
        return report
    verdict, decided_by = verdict_of(checks)
    if verdict is report.verdict:
        return report
    # A signed badge is vouched for by its signature, a hosted one by what its host publishes.
    vouched = checks[PROOF].sentence if checks[PROOF].code in ("hosted", "copy_differs") else None
    sentence = sentence_of(verdict, decided_by=decided_by, facts=report.credential, vouched=vouched)
    return replace(report, verdict=verdict, sentence=sentence)
