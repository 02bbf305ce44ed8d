"""Pathways and achievements in the words of CTDL: how conditions are told, and that nothing hangs loose."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pyld import jsonld

from app.issuing.pathways import described
from app.issuing.pathways.described import Places
from app.projections import ctdl
from app.stacking import conditions
from app.stacking.world import Mode, Node, Pathway, StackType, World
from tests.stacking import healthcare

VERSION = "https://badges.example/pathways/1/v1"
OWNER = ctdl.Organisation("did:web:badges.example:issuers:northfield", "Northfield", "https://northfield.example/")
PLACES = Places(
    version=VERSION,
    lasting=VERSION,
    page=VERSION,
    credential=lambda slug: f"https://badges.example/achievements/{slug}" if slug.startswith(("mc-", "st-")) else None,
    skill=lambda slug: f"https://skills.example/{slug}",
    type_of=lambda slug: "Certificate" if slug.startswith("st-") else "MicroCredential",
)
# The terms of the vocabulary as far as they could be looked up (docs/stacks.md).
KNOWN = {
    "ceterms:ctid",
    "ceterms:name",
    "ceterms:alternateName",
    "ceterms:description",
    "ceterms:subjectWebpage",
    "ceterms:ownedBy",
    "ceterms:offeredBy",
    "ceterms:hasPart",
    "ceterms:hasDestinationComponent",
    "ceterms:isDestinationComponentOf",
    "ceasn:isPartOf",
    "ceasn:hasChild",
    "ceterms:credentialType",
    "ceterms:proxyFor",
    "ceterms:prerequisite",
    "ceterms:precedes",
    "ceterms:hasCondition",
    "ceterms:requiredNumber",
    "ceterms:logicalOperator",
    "ceterms:targetComponent",
    "ceterms:requiredConstraints",
    "ceterms:hasConstraint",
    "ceterms:leftSource",
    "ceterms:comparator",
    "ceterms:rightSource",
}


def told(pathway: Pathway, world: World | None = None) -> dict[str, Any]:
    """The document of a pathway."""
    return ctdl.pathway(described.in_ctdl(world or healthcare.world(), pathway, OWNER, PLACES))


def one_step(stated: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What the only step of a pathway asks for, as its condition in CTDL."""
    node = Node("top", "Top", conditions.read(stated), awards="st-pca")
    pathway = Pathway("pw", 1, "Way", StackType.VERTICAL, Mode.INDEPENDENT, (node,), "top", **more)
    found: dict[str, Any] = parts(told(pathway))[f"{VERSION}#node/top"]["ceterms:hasCondition"][0]
    return found


def parts(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What a document describes, by id."""
    return {each["@id"]: each for each in document["@graph"]}


def terms(value: Any) -> Iterator[str]:
    """Every term that a document uses."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if ":" in name:
                yield name
            yield from terms(inner)
    elif isinstance(value, list):
        for each in value:
            yield from terms(each)


def test_all_of_needs_as_many_as_there_are_and_any_of_needs_one_and_n_of_needs_n():
    bls, ipc, ecg = ({"credential": slug} for slug in ("mc-bls", "mc-ipc", "mc-ecg"))

    found = [one_step({"all_of": [bls, ipc, ecg]}), one_step({"any_of": [bls, ipc]})]
    found.append(one_step({"n_of": {"n": 2, "of": [bls, ipc, ecg]}}))

    assert [(each["ceterms:requiredNumber"], each.get("ceterms:logicalOperator")) for each in found] == [
        (3, "odrl:and"),
        (1, "odrl:or"),
        (2, None),
    ]
    assert found[2]["ceterms:targetComponent"] == [f"{VERSION}#credential/mc-{each}" for each in ("bls", "ipc", "ecg")]


def test_a_condition_within_a_condition_stays_within_it_and_counts_as_one():
    found = one_step({"all_of": [{"credential": "mc-bls"}, {"any_of": [{"credential": "a"}, {"credential": "b"}]}]})

    assert found["ceterms:requiredNumber"] == 2
    assert found["ceterms:targetComponent"] == [f"{VERSION}#credential/mc-bls"]
    assert [each["ceterms:requiredNumber"] for each in found["ceterms:hasCondition"]] == [1]


def test_a_sum_is_a_constraint_over_its_targets_and_asks_for_no_number_of_them():
    stated = {"min_sum": {"measure": "academic_credits", "at_least": "4.50", "of": ["mc-bls", "mc-ipc"]}}

    found = one_step(stated)

    constraint = found["ceterms:hasConstraint"][0]
    assert "ceterms:requiredNumber" not in found
    assert (constraint["ceterms:leftSource"], constraint["ceterms:comparator"]) == (
        ["ceterms:creditValue"],
        "compare:GTEQ",
    )
    assert constraint["ceterms:rightSource"] == ["4.5"]
    assert len(found["ceterms:targetComponent"]) == 2


def test_a_skill_is_a_competency_at_its_level_and_the_same_thing_twice_counts_twice():
    skill = next(iter(healthcare.world().skills))

    found = one_step({"n_of": {"n": 2, "of": [{"skill": skill, "at_least": 3}] * 2}})

    assert found["ceterms:targetComponent"] == [f"{VERSION}#skill/{skill}/3"]
    assert [each["ceterms:targetComponent"] for each in found["ceterms:hasCondition"]] == [
        [f"{VERSION}#skill/{skill}/3"]
    ]


def test_who_may_begin_stands_before_the_first_steps():
    entry = conditions.read({"credential": "mc-bls", "validity": "ever"})
    node = Node("top", "Top", conditions.read({"credential": "mc-ipc"}))
    pathway = Pathway("pw", 1, "Way", StackType.VERTICAL, Mode.INDEPENDENT, (node,), "top", entry=entry)

    found = parts(told(pathway))[f"{VERSION}#entry"]

    assert found["ceterms:precedes"] == [f"{VERSION}#node/top"]
    assert "also expired" in found["ceterms:description"]["en"]


@pytest.mark.parametrize(
    ("condition", "needed"),
    [
        ({"node": "a"}, {"a"}),
        ({"credential": "st-a"}, {"a"}),
        ({"all_of": [{"node": "a"}, {"any_of": [{"node": "b"}, {"node": "c"}]}]}, {"a"}),
        ({"any_of": [{"all_of": [{"node": "a"}, {"node": "b"}]}, {"node": "a"}]}, {"a"}),
        ({"n_of": {"n": 2, "of": [{"node": "a"}, {"node": "b"}]}}, {"a", "b"}),
        ({"n_of": {"n": 2, "of": [{"node": "a"}, {"node": "b"}, {"node": "a"}]}}, {"a"}),
        ({"credential": "elsewhere"}, set()),
    ],
)
def test_a_step_is_a_prerequisite_only_if_nothing_can_take_its_place(condition: dict[str, Any], needed: set[str]):
    nodes = tuple(
        Node(each, each, conditions.read({"credential": "x"}), awards=f"st-{each}") for each in ("a", "b", "c")
    )
    pathway = Pathway("pw", 1, "Way", StackType.VERTICAL, Mode.INDEPENDENT, nodes, "a")

    assert described.needed_nodes(pathway, conditions.read(condition)) == needed


@pytest.mark.parametrize("name", sorted(healthcare.world().pathways))
def test_every_part_of_a_demo_pathway_can_be_reached_and_no_id_leads_nowhere(name: str):
    pathway = healthcare.world().pathways[name]

    document = told(pathway)

    found = parts(document)
    whole = found[VERSION]
    named = {
        one
        for each in found.values()
        for term in ("ceasn:hasChild", "ceterms:prerequisite", "ceterms:precedes", "ceasn:isPartOf")
        for one in each.get(term, ())
    }
    assert whole["ceterms:hasDestinationComponent"] == [f"{VERSION}#node/{pathway.completion}"]
    assert {f"{VERSION}#node/{node.id}" for node in pathway.nodes} <= set(whole["ceterms:hasPart"])
    assert set(whole["ceterms:hasPart"]) == set(found) - {VERSION, OWNER.id}
    assert named <= set(found)
    assert len(found) == len(document["@graph"])


@pytest.mark.parametrize("name", sorted(healthcare.world().pathways))
def test_a_demo_pathway_is_json_ld_that_says_as_much_to_a_processor_without_a_network(name: str):
    document = json.loads(json.dumps(told(healthcare.world().pathways[name])))

    graph = jsonld.expand(document, {"documentLoader": no_network})

    assert set(terms(document["@graph"])) <= KNOWN
    assert len(graph) == len(document["@graph"])
    assert sum(map(count, graph)) == sum(1 for _ in terms(document["@graph"]))


def no_network(url: str, _options: Any) -> Any:
    """A loader that loads nothing."""
    raise AssertionError(f"{url} was asked for")


def count(value: Any) -> int:
    """How many properties were understood, however deep."""
    if isinstance(value, dict):
        return sum((not name.startswith("@")) + count(inner) for name, inner in value.items())
    return sum(map(count, value)) if isinstance(value, list) else 0


PHLEBOTOMY = ctdl.Credential(
    id="https://badges.example/achievements/1/v1",
    name="Phlebotomy",
    abbreviation="PHLB",
    description="Draws blood.",
    kind="MicroCredential",
    language="en",
    image="https://badges.example/images/1.png",
    owner=OWNER,
    competencies=(ctdl.Competency("Venepuncture", "https://skills.example/v", "competent, 3 of 5"),),
    hours=Decimal("1.5"),
    months=24,
    price=ctdl.Price(Decimal("120.00"), "USD"),
    entry=ctdl.Required("BLSS.", ("https://badges.example/achievements/2",)),
)


def test_an_achievement_is_a_credential_with_what_it_takes_and_what_comes_before():
    found = parts(ctdl.credential(PHLEBOTOMY))[PHLEBOTOMY.id]

    assert found["@type"] == "ceterms:MicroCredential"
    assert found["ceterms:estimatedDuration"][0]["ceterms:exactDuration"] == "PT1H30M"
    assert found["ceterms:renewalFrequency"] == "P24M"
    assert (
        found["ceterms:requires"][0]["ceterms:targetCompetency"][0]["ceterms:targetNode"] == "https://skills.example/v"
    )
    assert found["ceterms:entryCondition"][0]["ceterms:targetCredential"] == ["https://badges.example/achievements/2"]


def test_a_credential_has_an_identifier_that_follows_from_its_address_alone():
    changed = replace(PHLEBOTOMY, name="Venepuncture", tags=("blood",))
    another = replace(PHLEBOTOMY, id="https://badges.example/achievements/1/v2")

    ids = [parts(ctdl.credential(each))[each.id]["ceterms:ctid"] for each in (PHLEBOTOMY, changed, another)]

    assert ids[0] == ids[1] == "ce-" + str(uuid.uuid5(uuid.NAMESPACE_URL, PHLEBOTOMY.id))
    assert ids[2] != ids[0]
    hexadecimal = "[0-9a-f]"
    form = rf"ce-{hexadecimal}{{8}}-{hexadecimal}{{4}}-5{hexadecimal}{{3}}-[89ab]{hexadecimal}{{3}}-{hexadecimal}{{12}}"
    assert all(re.fullmatch(form, each) for each in ids)


@pytest.mark.parametrize("name", sorted(healthcare.world().pathways))
def test_a_pathway_and_each_part_have_identifiers_of_their_own_which_a_move_to_another_address_leaves(name: str):
    pathway, new = healthcare.world().pathways[name], "https://moved.example/pathways/1/v1"
    moved = described.in_ctdl(healthcare.world(), pathway, OWNER, replace(PLACES, version=new, page=new))

    before, after = parts(told(pathway)), parts(ctdl.pathway(moved))

    ids = [each["ceterms:ctid"] for key, each in before.items() if key != OWNER.id]
    assert len(set(ids)) == len(ids) == len(before) - 1
    assert ids == [each["ceterms:ctid"] for key, each in after.items() if key != OWNER.id]
    assert "ceterms:ctid" not in before[OWNER.id]


def test_an_achievement_of_a_type_that_the_vocabulary_lacks_is_a_plain_credential():
    found = parts(ctdl.credential(replace(PHLEBOTOMY, kind="ext:Quest", hours=None, entry=None)))[PHLEBOTOMY.id]

    assert found["@type"] == "ceterms:Credential"
    assert {"ceterms:estimatedDuration", "ceterms:entryCondition"}.isdisjoint(found)
