"""1EdTech Competencies and Academic Standards Exchange: one CFPackage, version 1.0 or 1.1.

Source: CASE v1.0 and v1.1, information model "CFPackage". Items become entries by their identifier. `isChildOf` is the
hierarchy, whose top is the document, and `exactMatchOf` what is the same elsewhere; other associations, rubrics and
their levels have no place here and are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.credentials import strict_json
from app.errors import MalformedJson, TooLarge
from app.issuing.frameworks.reading.items import Place, Read, shortened

FORMAT = "CASE"
MAX_NODES = 4_000_000
_CHILD, _SAME = "isChildOf", "exactMatchOf"


def read_package(file: str, data: bytes, read: Read) -> None:
    """Note everything that a package says."""
    try:
        package = strict_json.loads(data, max_bytes=len(data), max_nodes=MAX_NODES)
    except (MalformedJson, TooLarge) as error:
        line = error.facts.get("line")
        read.wrong(Place(file, "" if line is None else str(line)), error.detail)
        return
    document = package.get("CFDocument") if isinstance(package, dict) else None
    if not isinstance(document, dict):
        read.wrong(Place(file, "/CFDocument"), "A CFPackage has a CFDocument, and this file has none")
        return
    for name in ("identifier", "title", "uri"):
        if not _text(document, name):
            read.wrong(Place(file, f"/CFDocument/{name}"), f"The document has no {name}")
    read.name, read.url = shortened(_text(document, "title")), _text(document, "uri")
    children, same = _associations(file, package, read)
    for place, item in _listed(file, package, "CFItems", read):
        if read.is_hopeless:
            return
        identifier = _text(item, "identifier")
        above = [each for each in children.pop(identifier, []) if each != _text(document, "identifier")]
        _put(place, item, above, same.get(identifier, []), read)
    read.left_out["relations of items that are not in the package"] += len(children)
    read.left_out["rubrics, with their levels"] += len(package.get("CFRubrics") or [])


def _put(place: Place, item: dict[str, Any], above: list[str], same: list[dict[str, Any]], read: Read) -> None:
    statement, short = _text(item, "fullStatement"), _text(item, "abbreviatedStatement")
    name = shortened(short or statement)
    stated = {
        "identifier": _text(item, "identifier"),
        "name": name,
        "url": _text(item, "uri"),
        "code": _text(item, "humanCodingScheme") or None,
        "description": statement if statement and statement != name else None,
        "target_type": "CFItem",
        "broader": above,
        "same_as": same,
        "also": [each for each in (_text(item, "alternativeLabel"),) if each],
    }
    read.put(place, stated)


def _associations(
    file: str, package: dict[str, Any], read: Read
) -> tuple[dict[str, list[str]], dict[str, list[dict[str, Any]]]]:
    """What is above each item, and what is the same as it, by the item's identifier."""
    children: dict[str, list[str]] = {}
    same: dict[str, list[dict[str, Any]]] = {}
    for place, each in _listed(file, package, "CFAssociations", read):
        kind, origin, target = _text(each, "associationType"), each.get("originNodeURI"), each.get("destinationNodeURI")
        if not isinstance(origin, dict) or not isinstance(target, dict):
            read.wrong(place, "An association has an originNodeURI and a destinationNodeURI")
            continue
        one, other = _text(origin, "identifier"), _text(target, "identifier")
        if kind == _CHILD and one == other:
            read.wrong(place, f"{one} is said to be above itself")
        elif kind == _CHILD and other not in (above := children.setdefault(one, [])):
            above.append(other)
        elif kind == _SAME:
            name = shortened(_text(target, "title")) or other
            same.setdefault(one, []).append({"name": name, "url": _text(target, "uri"), "target_type": "CFItem"})
        elif kind != _CHILD:
            read.left_out["associations of other kinds"] += 1
    return children, same


def _listed(file: str, package: dict[str, Any], name: str, read: Read) -> Iterator[tuple[Place, dict[str, Any]]]:
    items = package.get(name, [] if name == "CFAssociations" else None)
    if not isinstance(items, list):
        read.wrong(Place(file, f"/{name}"), f"A CFPackage has a list of {name}, and this file has none")
        return
    for number, item in enumerate(items):
        place = Place(file, f"/{name}/{number}")
        if isinstance(item, dict):
            yield place, item
        else:
            read.wrong(place, "This is no object")


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value.strip() if isinstance(value, str) else ""
