"""Whether the issuer withdrew or paused a badge. Any doubt about a list is `unknown`, never "still good" (T23).

One file per kind of list. Sources: Bitstring Status List v1.0, "Validate Algorithm"; Status List 2021; 1EdTech
Revocation List 1.0.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from app.credentials.model import StatusEntry
from app.credentials.report import Check, Outcome
from app.credentials.verify.finding import STATUS, Stop, passed, unknown
from app.credentials.verify.resolver import Resolver
from app.credentials.verify.shape import is_partly_shown, issuer_id, types_of
from app.credentials.verify.status import bits, revocation_list
from app.credentials.verify.status.saying import MESSAGE, doubt

MAX_ENTRIES = 4


def check(document: dict[str, Any], *, resolve: Resolver, now: datetime) -> Check:
    """The `status` check of a document that its issuer signed; code `revoked` or `suspended` when it fails.

    What the issuer says beside that (purpose `message`) is added to the sentence, with the code `message`.
    """
    signed = document.get("credentialStatus", [])
    entries = signed if isinstance(signed, list) else [signed]
    if len(entries) > MAX_ENTRIES or ("credentialStatus" in document and not entries):
        return unknown(STATUS, "entries", "It names its status lists in a way that cannot be checked here.")
    entries = [*entries, *(_written(entry) for entry in resolve.further_entries(document["id"]))]
    if not entries and is_partly_shown(document):
        sentence = "It shows no status list; its holder may have left it out, and with it whether it was withdrawn."
        return passed(STATUS, "none_shown", sentence)
    if not entries:
        return passed(STATUS, "no_status", "It names no status list, so its issuer has no way to withdraw it.")
    lists = bits.Lists(issuer_id=issuer_id(document) or "", resolve=resolve, now=now)
    found = [_entry(entry, document, lists) for entry in entries]
    return _with_message(min(found, key=_rank), found)


def _entry(entry: Any, document: dict[str, Any], lists: bits.Lists) -> Check:
    """What one entry says."""
    kinds = types_of(entry)
    try:
        for kind in bits.KINDS:
            if kind.entry in kinds:
                return lists.check(entry, kind)
        if revocation_list.ENTRY in kinds:
            return revocation_list.check(entry, document, resolve=lists.resolve)
        raise doubt("entry_unknown", "It has a status of a kind that cannot be checked here")
    except Stop as stop:
        return stop.check


def _written(entry: StatusEntry) -> dict[str, Any]:
    """An entry that the issuer keeps beside the badge, as it would stand inside it."""
    return {
        "type": bits.BITSTRING.entry,
        "statusPurpose": entry.purpose.value,
        "statusListIndex": str(entry.index),
        "statusListCredential": entry.list_url,
    }


def _rank(check: Check) -> int:
    """The order in which several entries count: revoked, suspended, unknown, good, without bearing."""
    if check.outcome is Outcome.FAILED:
        return 0 if check.code == "revoked" else 1
    if check.outcome is Outcome.UNKNOWN:
        return 2
    return 3 if check.code == "in_force" else 4


def _with_message(decided: Check, found: list[Check]) -> Check:
    messages = [check.sentence for check in found if check.code == MESSAGE and check is not decided]
    if decided.outcome is not Outcome.PASSED or not messages:
        return decided
    return replace(decided, code=MESSAGE, sentence=" ".join((decided.sentence, *messages)))
