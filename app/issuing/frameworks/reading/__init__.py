"""Files of a framework become entries, whatever their format; which it is, the files say themselves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.issuing.frameworks.reading import case, delimited, esco, onet
from app.issuing.frameworks.reading.delimited import Table
from app.issuing.frameworks.reading.items import FrameworkItem, Mistake, Place, Read

__all__ = ["MAX_BYTES", "File", "FrameworkItem", "Mistake", "Place", "Read", "read"]

MAX_BYTES = 67_108_864  # of one file


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was handed in."""

    name: str
    content: bytes


def read(files: Sequence[File]) -> Read:
    """Everything that the files say together. Mistakes are found all at once, up to fifty, each with its place."""
    found = Read()
    for file in files:
        _read(file, found)
    for child, above in found.broader.items():
        if (item := found.items.get(child)) is not None:
            found.items[child] = item.model_copy(update={"broader": tuple(above)})
    return found


def _read(file: File, found: Read) -> None:
    place = Place(file.name, "")
    if len(file.content) > MAX_BYTES:
        found.wrong(place, f"The file is larger than {MAX_BYTES} bytes")
        return
    if file.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        if _is_of(found, case.FORMAT, place):
            case.read_package(file.name, file.content, found)
        return
    table = delimited.opened(file.name, file.content, found)
    if table is None:
        return
    for each in (esco, onet):
        if each.knows(table):
            if _is_of(found, each.FORMAT, place):
                each.read_table(table, found)
            return
    found.wrong(Place(file.name, "1"), _unknown(table))


def _is_of(found: Read, stated: str, place: Place) -> bool:
    """Whether the file is of the framework of those before it; otherwise that is a mistake."""
    if found.format not in {"", stated} or (found.format == case.FORMAT and found.name):
        found.wrong(place, f"This is a file of {stated} beside one of {found.format}: import each framework by itself")
        return False
    found.format = stated
    return True


def _unknown(table: Table) -> str:
    stated = ", ".join(heading[:60] for heading in table.headings[:20])
    return (
        "These headings are of no file that is known. ESCO has conceptType, conceptUri and preferredLabel, or"
        " conceptUri and broaderUri; O*NET has Element ID and Element Name, or O*NET-SOC Code with Task ID and Task,"
        f" or with Title. Here are: {stated}"
    )
