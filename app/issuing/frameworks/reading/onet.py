"""The O*NET database as text: the content model, what occupations are rated in, tasks, and occupations.

Source: O*NET 20 to 30, data dictionary: "Content Model Reference", "Skills", "Knowledge", "Abilities", "Work
Activities", "Task Statements", "Occupation Data"; tabs, or commas where a spreadsheet has saved it. A rating (scales
LV 0-7 and IM 1-5) is of one occupation and in no way a level from 1 to 5 of a person: it is counted and left out.
"""

from __future__ import annotations

import re
from typing import Any

from app.issuing.frameworks.reading.delimited import Table
from app.issuing.frameworks.reading.items import Place, Read, shortened

FORMAT, NAME, URL = "O*NET", "O*NET", "https://www.onetcenter.org/database.html"
OCCUPATION, ELEMENT, ELEMENT_NAME, TASK_ID = "O*NET-SOC Code", "Element ID", "Element Name", "Task ID"
_ELEMENT_AT = "https://www.onetonline.org/find/descriptor/result/"
_OCCUPATION_AT = "https://www.onetonline.org/link/summary/"
_ELEMENT_ID = re.compile(r"[1-9](\.[A-Za-z0-9]{1,4}){0,8}")
_OCCUPATION_CODE = re.compile(r"\d{2}-\d{4}\.\d{2}")


def knows(table: Table) -> bool:
    """Whether the headings are those of a file of O*NET."""
    return table.has(ELEMENT, ELEMENT_NAME) or table.has(OCCUPATION, TASK_ID, "Task") or table.has(OCCUPATION, "Title")


def read_table(table: Table, read: Read) -> None:
    """Note everything that the file says."""
    read.name, read.url = NAME, URL
    is_rating = table.has(OCCUPATION)
    for place, row in table.rows(read):
        if table.has(ELEMENT):
            read.left_out["ratings of occupations, with their levels and importance"] += is_rating
            if not (is_rating and row[ELEMENT] in read.items):  # an element has a row for each occupation
                _element(place, row, read, is_partial=is_rating)
        elif not _OCCUPATION_CODE.fullmatch(row[OCCUPATION]):
            read.wrong(place, f"{OCCUPATION}: {row[OCCUPATION][:80]!r} is no code such as 29-1141.00")
        elif table.has(TASK_ID):
            _task(place, row, read)
        else:
            _occupation(place, row, read)


def _element(place: Place, row: dict[str, str], read: Read, *, is_partial: bool) -> None:
    element = row[ELEMENT]
    if not _ELEMENT_ID.fullmatch(element):
        read.wrong(place, f"{ELEMENT}: {element[:80]!r} is no number of the content model such as 2.A.1.a")
        return
    stated: dict[str, Any] = {
        "identifier": element,
        "name": shortened(row[ELEMENT_NAME]),
        "url": f"{_ELEMENT_AT}{element}",
        "code": element,
        "description": row.get("Description") or None,
        "target_type": "ext:ONETElement",
        "broader": [element.rpartition(".")[0]] if "." in element else [],
        "is_partial": is_partial,
    }
    read.put(place, stated)


def _task(place: Place, row: dict[str, str], read: Read) -> None:
    name = shortened(row["Task"])
    stated: dict[str, Any] = {
        "identifier": f"task:{row[TASK_ID]}",
        "name": name,
        "url": f"{_OCCUPATION_AT}{row[OCCUPATION]}",
        "code": row[TASK_ID] or None,
        "description": row["Task"] if row["Task"] != name else None,
        "target_type": "ext:ONETTask",
        "broader": [row[OCCUPATION]],
    }
    read.put(place, stated)


def _occupation(place: Place, row: dict[str, str], read: Read) -> None:
    stated: dict[str, Any] = {
        "identifier": row[OCCUPATION],
        "name": shortened(row["Title"]),
        "url": f"{_OCCUPATION_AT}{row[OCCUPATION]}",
        "code": row[OCCUPATION],
        "description": row.get("Description") or None,
        "target_type": "ext:ONETOccupation",
        "broader": [],
    }
    read.put(place, stated)
