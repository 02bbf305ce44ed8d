"""What the pinned contexts mean together: one name for one thing, so that no member can hide under another (T10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from app.credentials.jsonld import contexts

# A type that is named like its member, in capitals. Whoever writes one for the other only loses the member: badges are
# read by the small letters, and what decides whether one is good has no such twin.
TWINS = {("criteria", "Criteria"), ("geo", "GeoCoordinates"), ("image", "Image")}
ALIASES = {("OpenBadgeCredential", "AchievementCredential")}


def terms(context: Any, prefixes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every name in a context, and in the contexts inside it, with the address that it stands for."""
    for part in context if isinstance(context, list) else [context]:
        if not isinstance(part, dict):
            continue
        stated = {name: definition if isinstance(definition, str) else (definition or {}).get("@id", name)
                  for name, definition in part.items() if not name.startswith("@")}  # fmt: skip
        known = {**prefixes, **stated}
        for name, address in stated.items():
            yield name, resolved(address, known)
            definition = part[name]
            if isinstance(definition, dict) and definition.get("@context"):
                yield from terms(definition["@context"], known)


def resolved(address: str, known: dict[str, str]) -> str:
    if address in known and known[address] != address:
        return resolved(known[address], known)
    prefix, colon, rest = address.partition(":")
    return known[prefix] + rest if colon and not rest.startswith("//") and prefix in known else address


def test_no_two_names_in_all_pinned_contexts_mean_the_same():
    """Contexts are no part of what is signed: a document can be given other pinned ones, and its members other names
    with the same meaning. Then a reader would miss what the signature still covers.
    """
    names: dict[str, set[str]] = defaultdict(set)
    for url in {*contexts._PINS, *contexts._WRITTEN_HERE}:
        for name, address in terms(contexts.PINNED.load(url)["@context"], {}):
            if not address.startswith("@"):
                names[address].add(name)

    shared = {tuple(sorted(found, key=str.lower)) for found in names.values() if len(found) > 1}
    assert {frozenset(found) for found in shared} == {frozenset(pair) for pair in TWINS | ALIASES}


def test_no_context_gives_another_name_to_a_keyword_but_id_and_type():
    """`id` and `type`, as all of them do; a second name for either would hide what something is."""
    names: dict[str, set[str]] = defaultdict(set)
    for url in {*contexts._PINS, *contexts._WRITTEN_HERE}:
        for name, address in terms(contexts.PINNED.load(url)["@context"], {}):
            if address.startswith("@"):
                names[address].add(name)

    assert names == {"@id": {"id"}, "@type": {"type"}}
