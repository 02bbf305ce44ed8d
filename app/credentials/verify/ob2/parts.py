"""The badge class and the issuer of an assertion, asked for, read and found complete."""

from __future__ import annotations

from app.credentials.report import Check
from app.credentials.verify.finding import ISSUER, SCHEMA, Stop, failed, unknown
from app.credentials.verify.ob2 import shape, words
from app.credentials.verify.ob2.facts import issuer_name_of
from app.credentials.verify.ob2.graph import Graph, Node, NotHad


def badge_class_of(assertion: Node, graph: Graph) -> Node:
    """What was achieved. Raises Stop with the `schema` or the `context` check."""
    try:
        found = graph.part(assertion.said["badge"], of=assertion, kind="BadgeClass")
    except NotHad as nothing:
        raise Stop(_no_badge_class(nothing)) from nothing
    _check_words(found)
    shape.check_badge_class(found)
    return found


def issuer_of(badge_class: Node, graph: Graph) -> Node:
    """Who issues badges of this class. Raises Stop with the `issuer`, the `schema` or the `context` check."""
    try:
        found = graph.part(badge_class.said["issuer"], of=badge_class, kind="Issuer")
    except NotHad as nothing:
        raise Stop(_no_issuer(nothing)) from nothing
    _check_words(found)
    shape.check_issuer(found)
    if not issuer_name_of(found):
        raise Stop(failed(ISSUER, "issuer_not_address", "It names no issuer that could be asked about it."))
    return found


def _check_words(node: Node) -> None:
    if not node.embedded:  # else it was read with what it is part of
        words.refuse_other_meanings(node.document, of=node.generation)


def _no_badge_class(nothing: NotHad) -> Check:
    match nothing.code:
        case "no_address" | "id_differs":
            return failed(SCHEMA, "badge", "This is not a complete badge: it does not say what was achieved.")
        case "missing" | "gone":
            sentence = f"{nothing.host} does not say any more what was achieved, so we cannot say whether it is good."
            return unknown(SCHEMA, "achievement_not_found", sentence)
        case _:
            sentence = f"We could not read at {nothing.host} what was achieved, so we cannot say whether it is good."
            return unknown(SCHEMA, "achievement_unreachable", sentence)


def _no_issuer(nothing: NotHad) -> Check:
    match nothing.code:
        case "no_address":
            return failed(SCHEMA, "issuer", "This is not a complete badge: it does not say who issued it.")
        case "id_differs":
            return failed(ISSUER, "issuer_differs", f"At {nothing.host} is another issuer than the one that it names.")
        case "missing" | "gone":
            return failed(ISSUER, "issuer_not_found", f"There is no such issuer at {nothing.host}.")
        case _:
            return unknown(ISSUER, "issuer_unreachable", f"We could not reach {nothing.host} to look up its issuer.")
