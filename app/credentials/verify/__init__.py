"""Verification: any badge, ours or a stranger's, into a report of checks. Pure: keys and lists come from a Resolver.

Never raises for a bad badge and never calls one good when a step could not be decided.
Source: OB 3.0, "Verification and Validation"; VC Data Model 2.0; Bitstring Status List 1.0; for older badges, `ob2`.
"""

from __future__ import annotations

from datetime import datetime

from app.credentials.report import Report
from app.credentials.verify import judging, ob2, reading
from app.credentials.verify.finding import Stop
from app.credentials.verify.recipient import Names
from app.credentials.verify.resolver import (
    DocumentFound,
    KeyFound,
    ListFound,
    Missing,
    Resolver,
    Unreachable,
    thumbprint_uri,
)

__all__ = ["DocumentFound", "KeyFound", "ListFound", "Missing", "Resolver", "Unreachable", "thumbprint_uri", "verify"]


def verify(
    document: bytes | str,
    *,
    now: datetime,
    resolve: Resolver,
    recipient: Names | None = None,
    known_in: judging.Registries | None = None,
) -> Report:
    """Judge a badge, an endorsement or a learner record: JSON, a compact token, or a baked PNG or SVG.

    Badges of Open Badges 2.0 and 1.x too; of a hosted one what was handed in only says where it is kept.

    `recipient` is an e-mail address or another identifier that the badge should belong to, or several of one person;
    None = nobody asked.
    `known_in` gives the names of the registries that list an issuer's id; None = nobody looks.
    The report has one check per step; a step that was not reached is `unknown` with the code `not_checked`.
    """
    try:
        signed = reading.read(document)
    except reading.KeptElsewhere as kept:
        return ob2.judge(kept.address, now=now, resolve=resolve, recipient=recipient, known_in=known_in)
    except Stop as stop:
        return judging.unread(stop.check, recipient=recipient)
    if ob2.generation_of(signed.document) is not None:
        badge = signed.document if signed.token is None else signed.token.text
        return ob2.judge(badge, now=now, resolve=resolve, recipient=recipient, known_in=known_in)
    question = judging.Question(now=now, resolve=resolve, known_in=known_in)
    return judging.judge(signed, question, recipient=recipient)
