"""Whether the issuer withdrew a badge of Open Badges 2.0 or 1.x. Any doubt is `unknown`, never "still good".

Source: Open Badges 2.0, "Revocation": a hosted badge answers 410 or says `revoked`; a signed one is looked up in the
issuer's `RevocationList`.
"""

from __future__ import annotations

from typing import Any

from app.credentials import strict_json
from app.credentials.report import Check
from app.credentials.verify.finding import STATUS, Stop, failed, passed, unknown
from app.credentials.verify.ob2 import words
from app.credentials.verify.ob2.addresses import authority_of, is_address, same, to_ask
from app.credentials.verify.ob2.facts import issuer_name_of
from app.credentials.verify.ob2.generations import Generation
from app.credentials.verify.ob2.graph import Graph, Node, NotHad
from app.credentials.verify.shape import types_of

_MAX_REASON_CHARACTERS = 200


def of_hosted(said: dict[str, Any], *, host: str) -> Check:
    """The `status` check of a hosted assertion, by what it says of itself at its own address."""
    revoked = said.get("revoked")
    if revoked is True:
        return revoked_by(host, said)
    if revoked is not None and revoked is not False:  # 0 is no yes or no
        return _doubt("revoked_malformed", "Whether it was withdrawn is not written as the standard says")
    return passed(STATUS, "in_force", "Its issuer has not withdrawn it.")


def revoked_by(host: str, said: dict[str, Any] | None = None) -> Check:
    """The check of a badge that whoever publishes it has taken back, with the reason that is given for it."""
    return failed(STATUS, "revoked", f"It was withdrawn by its issuer, {host}.{_reason(said or {})}")


def of_signed(assertion: Node, issuer: Node, *, graph: Graph, host: str) -> Check:
    """The `status` check of a signed assertion, by its issuer's revocation list."""
    stated = issuer.said.get("revocationList")
    address = stated.get("id") if isinstance(stated, dict) else stated
    if stated is None:
        return passed(STATUS, "no_status", "Its issuer keeps no list of withdrawn badges, so it cannot be withdrawn.")
    if not is_address(address):
        return _doubt("entry_malformed", "Its issuer's list of withdrawn badges is not named as the standard says")
    try:
        entries = _entries(address, issuer, graph)
    except NotHad as nothing:
        code = "list_unreadable" if nothing.code == "unreadable" else "list_unreachable"
        return _doubt(code, "We could not reach the issuer's list of withdrawn badges")
    except Stop as stop:
        return stop.check
    for entry in entries:
        names = [entry.get("id"), entry.get("uid")] if isinstance(entry, dict) else [entry]
        if any(same(name, mine) for name in names for mine in (assertion.id, assertion.said.get("uid"))):
            return revoked_by(host, entry if isinstance(entry, dict) else None)
    return passed(STATUS, "in_force", "Its issuer has not withdrawn it.")


def _entries(address: str, issuer: Node, graph: Graph) -> list[Any]:
    document = graph.json_at(address, max_parts=strict_json.MAX_NODES)
    try:
        words.refuse_other_meanings(document, of=Generation.OB_2_0)
    except Stop as stop:
        raise Stop(_doubt("list_words", "The list of withdrawn badges uses words that are not known here")) from stop
    if "RevocationList" not in types_of(document) or not same(document.get("id"), address):
        raise Stop(_doubt("list_differs", "What is at the address of the list of withdrawn badges is not that list"))
    owner = document.get("issuer")
    owner = owner.get("id") if isinstance(owner, dict) else owner
    # The issuer itself named this list; several of its profiles, one for each key, may share it.
    if owner is not None and authority_of(to_ask(str(owner))) != authority_of(to_ask(issuer_name_of(issuer))):
        raise Stop(_doubt("list_issuer", "The list of withdrawn badges is not from the issuer of this badge"))
    entries = document.get("revokedAssertions")
    # Compaction turns a list of one entry into the bare entry, and other verifiers then miss it.
    entries = [] if entries is None else entries if isinstance(entries, list) else [entries]
    if not all(isinstance(entry, str | dict) for entry in entries):
        raise Stop(_doubt("list_malformed", "The list of withdrawn badges is not written as the standard says"))
    return entries


def _reason(said: dict[str, Any]) -> str:
    reason = said.get("revocationReason")
    if not isinstance(reason, str) or not reason.strip():
        return ""
    shown = "".join(character for character in reason.strip() if character.isprintable())[:_MAX_REASON_CHARACTERS]
    return f" The reason that it gives: {shown.rstrip('.')}."


def _doubt(code: str, sentence: str) -> Check:
    return unknown(STATUS, code, f"{sentence}, so we cannot say whether it is still good.")
