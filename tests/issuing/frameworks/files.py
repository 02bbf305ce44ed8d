"""Small files in the true shape of CASE, ESCO and O*NET, with words of our own."""

from __future__ import annotations

import json
from typing import Any

from app.issuing.frameworks import File

DOCUMENT = "d0000000-0000-4000-8000-000000000000"
CASE_AT = "https://case.example/ims/case/v1p1"


def case_item(number: int, statement: str, **more: Any) -> dict[str, Any]:
    """One CFItem."""
    identifier = f"10000000-0000-4000-8000-{number:012}"
    return {
        "identifier": identifier,
        "uri": f"{CASE_AT}/CFItems/{identifier}",
        "fullStatement": statement,
        "CFItemType": "Competency",
        "lastChangeDateTime": "2026-01-01T00:00:00+00:00",
        "CFDocumentURI": {"title": "Care", "identifier": DOCUMENT, "uri": f"{CASE_AT}/CFDocuments/{DOCUMENT}"},
        **more,
    }


def case_relation(kind: str, origin: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
    """One CFAssociation."""
    ends = [
        {"title": each.get("fullStatement", each.get("title")), "identifier": each["identifier"], "uri": each["uri"]}
        for each in (origin, target)
    ]
    return {
        "identifier": "20000000-0000-4000-8000-000000000000",
        "associationType": kind,
        "originNodeURI": ends[0],
        "destinationNodeURI": ends[1],
        "lastChangeDateTime": "2026-01-01T00:00:00+00:00",
    }


def case_package(version: str = "1.1", **changed: Any) -> dict[str, Any]:
    """A CFPackage: a cluster with two competencies, one of which is the same elsewhere."""
    document = {
        "identifier": DOCUMENT,
        "uri": f"{CASE_AT}/CFDocuments/{DOCUMENT}",
        "creator": "A council",
        "title": "Care competencies",
        "lastChangeDateTime": "2026-01-01T00:00:00+00:00",
        **({"caseVersion": "1.1", "frameworkType": "Competency"} if version == "1.1" else {}),
    }
    cluster = case_item(1, "Care of a person", humanCodingScheme="C")
    airway = case_item(2, "Keeps an airway open " + "and clear " * 30, humanCodingScheme="C.1")
    wash = case_item(3, "Washes hands", humanCodingScheme="C.2", alternativeLabel="Hand hygiene")
    elsewhere = {"identifier": "x", "title": "Hand washing", "uri": "https://other.example/items/9"}
    package = {
        "CFDocument": document,
        "CFItems": [cluster, airway, wash],
        "CFAssociations": [
            case_relation("isChildOf", cluster, document),
            case_relation("isChildOf", airway, cluster),
            case_relation("isChildOf", wash, cluster),
            case_relation("exactMatchOf", wash, elsewhere),
            case_relation("precedes", wash, airway),
        ],
        "CFRubrics": [{"identifier": "r", "uri": f"{CASE_AT}/CFRubrics/r", "CFRubricCriteria": []}],
    }
    return package | changed


def case_file(package: Any = None, name: str = "package.json") -> File:
    """The package as a file."""
    return File(name, json.dumps(case_package() if package is None else package).encode())


SKILL_AT = "http://data.europa.eu/esco/skill/"
ESCO_SKILLS = File(
    "skills_en.csv",
    (
        "\ufeffconceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,status,modifiedDate,"
        "scopeNote,definition,inScheme,description\n"
        f"KnowledgeSkillCompetence,{SKILL_AT}a1,skill/competence,cross-sector,draw blood,"
        '"take blood samples\nphlebotomise",,released,2024-01-01T00:00:00Z,,,http://data.europa.eu/esco/'
        'concept-scheme/skills,"Take blood, safely and with care."\n'
        f"KnowledgeSkillCompetence,{SKILL_AT}a2,knowledge,sector-specific,hygiene,,,released,,,,,What keeps us well.\n"
        f"KnowledgeSkillCompetence,{SKILL_AT}a3,knowledge,sector-specific,leeches,,,obsolete,,,,,No more.\n"
    ).encode(),
)
ESCO_GROUPS = File(
    "skillGroups_en.csv",
    (
        "conceptType,conceptUri,preferredLabel,altLabels,hiddenLabels,status,modifiedDate,scopeNote,inScheme,"
        "description,code\n"
        f"SkillGroup,{SKILL_AT}S3,assisting and caring,,,released,,,,To care for people.,S3\n"
    ).encode(),
)
ESCO_BROADER = File(
    "broaderRelationsSkillPillar_en.csv",
    (
        "conceptType,conceptUri,broaderType,broaderUri\n"
        f"KnowledgeSkillCompetence,{SKILL_AT}a1,SkillGroup,{SKILL_AT}S3\n"
        f"KnowledgeSkillCompetence,{SKILL_AT}a3,SkillGroup,{SKILL_AT}S3\n"
    ).encode(),
)
ESCO_OF_OCCUPATIONS = File(
    "occupationSkillRelations_en.csv",
    f"occupationUri,relationType,skillType,skillUri\nhttp://x.example/1,essential,knowledge,{SKILL_AT}a2\n".encode(),
)

ONET_MODEL = File(
    "Content Model Reference.txt",
    (
        b"Element ID\tElement Name\tDescription\r\n"
        b"2\tWorker Requirements\tWhat a worker has learned\r\n"
        b"2.A\tBasic Skills\tCapacities that help to learn\r\n"
        b'2.A.1.b\tActive Listening\tGiving "full" attention\r\n'
    ),
)
ONET_SKILLS = File(
    "Skills.txt",
    (
        b"O*NET-SOC Code\tElement ID\tElement Name\tScale ID\tData Value\tN\tStandard Error\tLower CI Bound\t"
        b"Upper CI Bound\tRecommend Suppress\tNot Relevant\tDate\tDomain Source\r\n"
        b"29-1141.00\t2.A.1.b\tActive Listening\tIM\t4.12\t8\t0.13\t3.88\t4.37\tN\tn/a\t08/2023\tAnalyst\r\n"
        b"29-1141.00\t2.A.1.b\tActive Listening\tLV\t4.25\t8\t0.16\t3.93\t4.57\tN\tN\t08/2023\tAnalyst\r\n"
        b"29-2061.00\t2.B.1.f\tService Orientation\tLV\t4.00\t8\t0.00\t4.00\t4.00\tN\tN\t08/2023\tAnalyst\r\n"
    ),
)
ONET_TASKS = File(
    "Task Statements.txt",
    (
        b"O*NET-SOC Code\tTask ID\tTask\tTask Type\tIncumbents Responding\tDate\tDomain Source\r\n"
        b"29-1141.00\t20991\tWatch and write down how a person does.\tCore\t80\t08/2023\tIncumbent\r\n"
    ),
)
ONET_OCCUPATIONS = File(
    "Occupation Data.txt",
    b"O*NET-SOC Code\tTitle\tDescription\r\n29-1141.00\tRegistered Nurses\tCare for people who are ill.\r\n",
)
