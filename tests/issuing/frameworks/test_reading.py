"""Files of frameworks become entries, and what is wrong with them is told with its place."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.issuing.frameworks import File, read
from app.issuing.frameworks.reading import items

from .files import (
    CASE_AT,
    ESCO_BROADER,
    ESCO_GROUPS,
    ESCO_OF_OCCUPATIONS,
    ESCO_SKILLS,
    ONET_MODEL,
    ONET_OCCUPATIONS,
    ONET_SKILLS,
    ONET_TASKS,
    SKILL_AT,
    case_file,
    case_item,
    case_package,
    case_relation,
)


def wrong(*files: File) -> list[tuple[str, str]]:
    """Every place and sentence that reading comes to."""
    return [(str(each.place), each.sentence) for each in read(files).mistakes]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_case_package_becomes_entries_with_codes_hierarchy_and_exact_matches(version: str):
    found = read([case_file(case_package(version))])
    cluster, airway, wash = found.items.values()

    assert (found.mistakes, found.format, found.name) == ([], "CASE", "Care competencies")
    assert (cluster.name, cluster.code, cluster.broader, cluster.target_type) == ("Care of a person", "C", (), "CFItem")
    assert airway.broader == wash.broader == (cluster.identifier,)
    assert len(airway.name) == 200
    assert airway.name.endswith("…")
    assert airway.description is not None
    assert airway.description.startswith(airway.name[:150])
    assert [(each.name, each.url) for each in wash.same_as] == [("Hand washing", "https://other.example/items/9")]
    assert wash.url == f"{CASE_AT}/CFItems/{wash.identifier}"
    assert "hand hygiene" in wash.searched
    assert +found.left_out == {"associations of other kinds": 1, "rubrics, with their levels": 1}


def test_esco_files_become_entries_with_their_groups_and_what_is_not_released_is_counted():
    found = read([ESCO_BROADER, ESCO_SKILLS, ESCO_GROUPS, ESCO_OF_OCCUPATIONS])
    blood = found.items[f"{SKILL_AT}a1"]

    assert (found.mistakes, found.format, len(found.items)) == ([], "ESCO", 3)
    assert (blood.name, blood.url, blood.target_type) == ("draw blood", f"{SKILL_AT}a1", "ext:ESCOSkill")
    assert (blood.description, blood.broader) == ("Take blood, safely and with care.", (f"{SKILL_AT}S3",))
    assert "phlebotomise" in blood.searched
    assert found.items[f"{SKILL_AT}a2"].broader is None
    assert found.items[f"{SKILL_AT}S3"].code == "S3"
    assert sum(found.left_out.values()) == 2


@pytest.mark.parametrize("files", [(ONET_MODEL, ONET_SKILLS), (ONET_SKILLS, ONET_MODEL)])
def test_onet_elements_come_from_the_content_model_and_ratings_only_mention_them(files: tuple[File, ...]):
    found = read([*files, ONET_TASKS, ONET_OCCUPATIONS])
    listening, service = found.items["2.A.1.b"], found.items["2.B.1.f"]

    assert (found.mistakes, found.format) == ([], "O*NET")
    assert (listening.description, listening.broader) == ('Giving "full" attention', ("2.A.1",))
    assert (listening.is_partial, service.is_partial, service.name) == (False, True, "Service Orientation")
    assert found.items["task:20991"].broader == ("29-1141.00",)
    assert found.items["29-1141.00"].name == "Registered Nurses"
    assert +found.left_out == {"ratings of occupations, with their levels and importance": 3}


def test_tables_may_be_separated_by_semicolons_or_be_in_utf_16():
    semicolons = ESCO_GROUPS.content.replace(b",", b";")
    sixteen = ONET_MODEL.content.decode().encode("utf-16")

    assert len(read([File("groups.csv", semicolons)]).items) == 1
    assert len(read([File("model.txt", sixteen)]).items) == 3


HOSTILE = {
    "nothing": (b"", "f:1", "no headings"),
    "no text": (b"\xff\x00\x81conceptUri", "f:1", "not UTF-8"),
    "another table": (b"Name,Age\nAna,3\n", "f:1", "Here are: Name, Age"),
    "a missing column": (b"conceptType,preferredLabel\nx,y\n", "f:1", "conceptUri"),
    "a heading twice": (b"conceptUri,broaderUri,broaderUri\n", "f:1", "there twice"),
    "another separator": (ESCO_GROUPS.content.replace(b",", b"|"), "f:1", "no file that is known"),
    "a row too short": (b"conceptUri,broaderUri\nx\n", "f:2", "1 cells, and there are 2 columns"),
    "above itself": (b"conceptUri,broaderUri\nx,x\n", "f:2", "above itself"),
    "a huge cell": (b"conceptUri,broaderUri\nx," + b"y" * 200_000 + b"\n", "f:2", "field larger"),
    "an open quotation": (b'conceptUri,broaderUri\nx,"y\n', "f:2", "cannot be read as a table"),
    "a strange kind": (b"conceptType,conceptUri,preferredLabel\nRobot,http://x.example/1,y\n", "f:2", "'Robot'"),
    "no address": (b"conceptType,conceptUri,preferredLabel\nSkillGroup,javascript:x,y\n", "f:2", "url:"),
    "no name": (b"conceptType,conceptUri,preferredLabel\nSkillGroup,http://x.example/1,\n", "f:2", "name:"),
    "a strange element": (b"Element ID\tElement Name\n../x\tName\n", "f:2", "no number of the content model"),
    "a strange occupation": (b"O*NET-SOC Code\tTitle\nnurse\tName\n", "f:2", "29-1141.00"),
    "no JSON": (b'{"CFDocument": ', "f:1", "not JSON"),
    "JSON that is deep": (b'{"a":' * 40 + b"1" + b"}" * 40, "f", "nested too deeply"),
    "no package": (b"{}", "f:/CFDocument", "none"),
    "a name twice in an object": (b'{"CFDocument":{},"CFDocument":{}}', "f", "twice"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_used_says_where_and_why(name: str):
    content, place, words = HOSTILE[name]

    (where, sentence), *_ = wrong(File("f", content))

    assert where == place
    assert words in sentence


@pytest.mark.parametrize(
    ("changed", "place", "words"),
    [
        ({"CFItems": None}, "/CFItems", "list of CFItems"),
        ({"CFItems": ["x"]}, "/CFItems/0", "no object"),
        ({"CFItems": [case_item(1, "")]}, "/CFItems/0", "name:"),
        ({"CFItems": [case_item(1, "A", uri="local:1")]}, "/CFItems/0", "url:"),
        ({"CFItems": [case_item(1, "A"), case_item(1, "B")]}, "/CFItems/1", "second time"),
        ({"CFAssociations": [{"associationType": "isChildOf"}]}, "/CFAssociations/0", "originNodeURI"),
        (
            {"CFAssociations": [case_relation("isChildOf", case_item(1, "A"), case_item(1, "A"))]},
            "/CFAssociations/0",
            "above itself",
        ),
        ({"CFDocument": {"identifier": "x", "title": "T"}}, "/CFDocument/uri", "no uri"),
    ],
)
def test_a_package_that_says_nonsense_is_told_by_pointer(changed: dict[str, object], place: str, words: str):
    found = wrong(case_file(case_package(**changed), name="f"))

    assert any(where == f"f:{place}" and words in sentence for where, sentence in found)


def test_one_import_is_of_one_framework():
    other = case_package()

    assert "beside one of ESCO" in wrong(ESCO_SKILLS, case_file())[0][1]
    assert "beside one of O*NET" in wrong(ONET_MODEL, ESCO_SKILLS)[0][1]
    assert "import each framework by itself" in wrong(case_file(), case_file(other, "two.json"))[0][1]


def test_an_identifier_that_comes_twice_names_both_places():
    ((where, sentence),) = wrong(ESCO_GROUPS, replace(ESCO_GROUPS, name="again.csv"))

    assert (where, sentence.endswith("the first is at skillGroups_en.csv:2")) == ("again.csv:2", True)


def test_reading_ends_after_fifty_mistakes_and_after_the_most_entries(monkeypatch: pytest.MonkeyPatch):
    rows = "".join(f"{number}\n" for number in range(100))
    monkeypatch.setattr(items, "MOST_ENTRIES", 2)

    assert len(wrong(File("f", f"conceptUri,broaderUri\n{rows}".encode()))) == items.MOST_PROBLEMS
    assert "at most 2 entries" in wrong(case_file())[0][1]


def test_texts_with_control_characters_are_refused():
    package = json.loads(case_file().content)
    package["CFItems"][0]["fullStatement"] = "Care\u0007"

    assert "control characters" in wrong(case_file(package))[0][1]
