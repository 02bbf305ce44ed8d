"""Writing a pathway: rows of steps, conditions in words, what was understood and what is wrong, all without scripts."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from app.errors import NotFound
from app.issuing.pathways import NodeFacts, PathwayFacts
from tests.web.staff.pathways import FORM, LADDER, Academy
from tests.web.staff.test_achievements_editor import Fields

ROOT = "/staff/northfield/pathways"


def test_a_pathway_is_written_saved_and_shown_as_it_was_written(dora: Any, academy: Academy):
    answer = dora.post(f"{ROOT}/new", **FORM)

    assert answer.status_code == 303
    facts = academy.facts()
    given = {"on_new_version": "grandfather", "tags": [], "open_to_learners": False}
    assert facts.to_json() == LADDER | given | {
        "nodes": [{"level": 1, "required": True} | node for node in LADDER["nodes"]]
    }
    page = dora.get(answer.headers["location"]).text
    assert "The draft is saved." in page
    assert "node base and any of (VIT, ECG)" in page
    assert "Understood:" in page


EVERYTHING = LADDER | {
    "stack_type": "value_added",
    "mode": "independent",
    "entry": {"any_of": [{"credential": "ecg", "validity": "ever"}, {"credential": "vit"}]},
    "on_component_loss": "revoke",
    "on_new_version": "migrate",
    "grandfather_months": 3,
    "tags": ["care", "ladder"],
    "open_to_learners": True,
    "nodes": [node | {"level": 4, "required": False, "description": "A step."} for node in LADDER["nodes"]],
}


def test_what_the_editor_shows_is_what_it_saves_for_every_fact_there_is(dora: Any, academy: Academy):
    assert set(EVERYTHING) == set(PathwayFacts.model_fields)
    assert all(set(node) == set(NodeFacts.model_fields) for node in EVERYTHING["nodes"])
    row = academy.pathway(is_published=False, **EVERYTHING)
    before = academy.facts()

    answer = dora.post(f"{ROOT}/{row.id}/edit", **Fields(dora.get(f"{ROOT}/{row.id}/edit").text).sent, do="save")

    assert answer.status_code == 303
    assert "Nothing was changed." in dora.get(answer.headers["location"]).text
    assert academy.facts() == before


def test_the_short_name_is_made_of_the_name_and_another_one_is_free(dora: Any, academy: Academy):
    academy.pathway()

    dora.post(f"{ROOT}/new", **FORM)
    refused = dora.post(f"{ROOT}/new", slug="ladder", **FORM)

    assert academy.row("ladder-2").current_version is None
    assert refused.status_code == 422
    assert "Northfield Health Academy has a pathway named ladder already." in refused.text


def test_a_step_without_a_short_name_is_called_after_its_name(dora: Any, academy: Academy):
    form = FORM | {"node-0-id": "", "node-1-id": "", "node-1-name": "Base", "node-1-condition": "VIT and node base"}

    dora.post(f"{ROOT}/new", **form)

    assert [node.id for node in academy.facts().nodes] == ["base", "base-2"]
    assert academy.facts().completion == "base-2"


def test_one_step_alone_completes_the_pathway(dora: Any, academy: Academy):
    form = {name: value for name, value in FORM.items() if not name.startswith("node-1") and name != "completion"}

    dora.post(f"{ROOT}/new", **form)

    assert academy.facts().completion == "base"


@pytest.mark.usefixtures("academy")
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("node-0-condition", "BLS and", "Something is missing here: a credential, or a condition."),
        ("node-0-condition", "", "Say what it takes, such as: BLSS and 2 of (SPMO, ECGR, VBCO)."),
        ("entry", "BLS or", "Something is missing here: a credential, or a condition."),
        ("name", "", "Give it a name."),
        ("node-1-id", "base", "Another step has this short name already."),
        ("node-0-id", "No blanks", "This has characters that do not belong here."),
        ("node-0-level", "many", "This is no number. Write it with digits, such as 12 or 1.5."),
        ("node-0-level", "99", "This is 20 or less."),
        ("completion", "", "Say which step completes the pathway."),
        ("stack_type", "sideways", "Choose one from the list."),
        ("grandfather_months", "1000", "This is 240 or less."),
    ],
)
def test_what_cannot_be_saved_is_told_beside_its_field_and_everything_typed_stays(
    dora: Any, academy: Academy, field: str, value: str, sentence: str
):
    answer = dora.post(f"{ROOT}/new", **FORM | {field: value})

    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert "node base and any of (VIT, ECG)" in answer.text
    with pytest.raises(NotFound):
        academy.row()


def test_an_unknown_name_is_told_at_its_place_and_the_draft_is_saved_all_the_same(dora: Any, academy: Academy):
    answer = dora.post(f"{ROOT}/new", **FORM | {"node-0-condition": "BLZ and IPC"})

    page = dora.get(answer.headers["location"]).text
    assert "There is no credential called BLZ. Did you mean BLS?" in page
    assert "<mark>BLZ</mark>" in page
    assert "There is no credential BLZ." in page, "which publishing would say"
    assert academy.row().state == "draft"


def test_rows_are_added_removed_and_moved_without_saving(dora: Any, academy: Academy):
    more = dora.post(f"{ROOT}/new", do="add-node", **FORM).text
    fewer = dora.post(f"{ROOT}/new", do="remove-node-0", **FORM).text
    moved = dora.post(f"{ROOT}/new", do="up-node-1", **FORM).text
    still = dora.post(f"{ROOT}/new", do="up-node-0", **FORM).text

    assert 'id="node-2-name"' in more
    assert 'name="node-0-id" type="text" value="top"' in fewer
    assert 'id="node-1-name"' not in fewer
    assert 'name="node-0-id" type="text" value="top"' in moved
    assert 'name="completion" type="radio" value="0" checked' in moved, "what completes it moves along"
    assert 'name="node-0-id" type="text" value="base"' in still
    with pytest.raises(NotFound):
        academy.row()


def test_a_preview_shows_the_drawing_and_what_publishing_would_say_and_saves_nothing(dora: Any, academy: Academy):
    page = dora.post(f"{ROOT}/new", do="preview", **FORM | {"node-0-condition": "node top", "node-1-id": "top"}).text

    assert '<svg xmlns="http://www.w3.org/2000/svg" class="pathway" role="img"' in page
    assert "This goes round in a circle" in page
    with pytest.raises(NotFound):
        academy.row()


def test_a_script_gets_the_preview_and_the_notes_by_the_numbers_of_the_fields(dora: Any, academy: Academy):
    academy.pathway()
    form = {name.replace("node-1", "node-7"): value for name, value in FORM.items()} | {"completion": "7"}

    answer = dora.post(f"{ROOT}/preview", pathway="ladder", **form | {"node-7-condition": "node base and VIX"})

    assert answer.status_code == 200
    assert 'id="node-7-condition-note"' in answer.text
    assert "<mark>VIX</mark>" in answer.text
    assert "data-preview" in answer.text
    assert "<html" not in answer.text


def test_a_draft_that_somebody_else_saved_meanwhile_is_not_overwritten_unseen(dora: Any, olga: Any, academy: Academy):
    row = academy.pathway()
    seen = dora.get(f"{ROOT}/{row.id}/edit").text.partition('name="seen" value="')[2].partition('"')[0]
    olga.post(f"{ROOT}/{row.id}/edit", seen=seen, **FORM | {"name": "Ladder of Olga"})

    answer = dora.post(f"{ROOT}/{row.id}/edit", seen=seen, **FORM | {"name": "Ladder of Dora"})

    assert answer.status_code == 409
    assert "Somebody else saved this draft while you were typing." in answer.text
    assert academy.facts().name == "Ladder of Olga"


def test_saving_the_same_again_changes_nothing(dora: Any, academy: Academy):
    row = academy.pathway()
    page = dora.get(f"{ROOT}/{row.id}/edit").text
    seen = page.partition('name="seen" value="')[2].partition('"')[0]

    answer = dora.post(f"{ROOT}/{row.id}/edit", seen=seen, **FORM)

    assert "Nothing was changed." in dora.get(answer.headers["location"]).text
    assert academy.row().draft is None


def test_an_archived_pathway_is_not_changed(dora: Any, academy: Academy):
    row = academy.pathway()
    dora.post(f"{ROOT}/{row.id}/archive")
    seen = dora.get(f"{ROOT}/{row.id}/edit").text.partition('name="seen" value="')[2].partition('"')[0]

    answer = dora.post(f"{ROOT}/{row.id}/edit", seen=seen, **FORM | {"name": "Other"})

    assert answer.status_code == 409
    assert "Take it out of the archive before you change it." in answer.text


def test_what_people_write_is_never_markup(dora: Any, academy: Academy):
    evil = "<script>alert(1)</script>"
    form = FORM | {"name": evil, "node-0-name": evil, "node-0-condition": f"BLS and {evil}"}

    pages = [dora.post(f"{ROOT}/new", do="preview", **form).text, dora.post(f"{ROOT}/preview", **form).text]

    assert all(evil not in page for page in pages)
    assert academy.achievements


def test_an_awarder_writes_no_pathways(omar: Any, academy: Academy):
    row = academy.pathway()

    assert omar.get(f"{ROOT}/new").status_code == 403
    assert omar.post(f"{ROOT}/{row.id}/edit", **FORM).status_code == 403
    assert "New pathway" not in omar.get(ROOT).text
