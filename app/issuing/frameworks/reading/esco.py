"""ESCO, as its site hands it out in CSV: skills, groups of skills, occupations, and who is above whom.

Source: ESCO v1.1 and v1.2, "ESCO dataset - CSV": skills_xx.csv, skillGroups_xx.csv, occupations_xx.csv and
ISCOGroups_xx.csv have conceptType, conceptUri, preferredLabel …; broaderRelations…_xx.csv have conceptUri and
broaderUri. Which occupation needs which skill, and which skill another one, is counted and left out: roles are defined
here.
"""

from __future__ import annotations

from app.issuing.frameworks.reading.delimited import Table
from app.issuing.frameworks.reading.items import Read, shortened

FORMAT, NAME, URL = "ESCO", "ESCO", "https://esco.ec.europa.eu/en/classification/skill_main"
CONCEPTS = ("conceptType", "conceptUri", "preferredLabel")
BROADER = ("conceptUri", "broaderUri")
_RELATIONS = (("occupationUri", "skillUri"), ("originalSkillUri", "relatedSkillUri"))
_TYPES = {
    "KnowledgeSkillCompetence": "ext:ESCOSkill",
    "SkillGroup": "ext:ESCOSkillGroup",
    "Occupation": "ext:ESCOOccupation",
    "ISCOGroup": "ext:ISCOGroup",
}


def knows(table: Table) -> bool:
    """Whether the headings are those of a file of ESCO."""
    return table.has(*CONCEPTS) or table.has(*BROADER) or any(table.has(*names) for names in _RELATIONS)


def read_table(table: Table, read: Read) -> None:
    """Note everything that the file says."""
    read.name, read.url = NAME, URL
    if table.has(*CONCEPTS):
        _concepts(table, read)
    elif table.has(*BROADER):
        for place, row in table.rows(read):
            read.put_above(place, row["conceptUri"], row["broaderUri"])
    else:
        read.left_out["relations of skills with occupations and with one another"] += sum(1 for _ in table.rows(read))


def _concepts(table: Table, read: Read) -> None:
    for place, row in table.rows(read):
        kind = _TYPES.get(row["conceptType"])
        if kind is None:
            read.wrong(place, f"conceptType: {row['conceptType'][:80]!r} is none of {', '.join(_TYPES)}")
        elif row.get("status", "released") not in {"released", ""}:
            read.left_out["concepts that ESCO has not released, or has taken back"] += 1
        else:
            stated = {
                "identifier": row["conceptUri"],
                "name": shortened(row["preferredLabel"]),
                "url": row["conceptUri"],
                "code": row.get("code") or None,
                "description": row.get("description") or row.get("definition") or None,
                "target_type": kind,
                "also": [each for each in row.get("altLabels", "").splitlines() if each],
            }
            read.put(place, stated)
