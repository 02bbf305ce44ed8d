"""Pathways as staff see them: the list, one at a glance, what publishing would come to, versions, the archive."""

from __future__ import annotations

import re
from typing import Any

from tests.web.staff.pathways import BASE, FORM, LADDER, MIRA, TOP, Academy

ROOT = "/staff/northfield/pathways"
EASIER = [
    BASE | {"condition": {"credential": "bls"}},
    TOP | {"condition": {"all_of": [{"node": "base"}, {"credential": "vit"}]}},
]


def plain(html: str) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def draft(browser: Any, row_id: str, **changes: str) -> None:
    """Save a draft of the ladder with changes."""
    seen = browser.get(f"{ROOT}/{row_id}/edit").text.partition('name="seen" value="')[2].partition('"')[0]
    assert browser.post(f"{ROOT}/{row_id}/edit", seen=seen, **FORM | changes).status_code == 303


def publish(browser: Any, row_id: str) -> Any:
    """Publish what the page shows."""
    seen = browser.get(f"{ROOT}/{row_id}/publish").text.partition('name="seen" value="')[2].partition('"')[0]
    return browser.post(f"{ROOT}/{row_id}/publish", seen=seen)


def test_without_any_the_list_says_what_a_pathway_is(dora: Any, academy: Academy):
    page = dora.get(ROOT).text

    assert "There is no pathway yet." in page
    assert f'href="{ROOT}/new"' in page
    assert academy.achievements


def test_the_list_shows_state_and_how_many_are_on_each(dora: Any, academy: Academy):
    row = academy.pathway()
    academy.pathway("draft", is_published=False, name="A draft", nodes=[LADDER["nodes"][0] | {"awards": None}],
                    completion="base")  # fmt: skip
    academy.enrol()
    for badge in ("bls", "ipc", "vit"):
        academy.award(badge)
    academy.enrol("noor@hospital.test", "Noor")
    draft(dora, row.id, description="Another one.")

    page = plain(dora.get(ROOT).text)

    assert "A draft Draft 1 0 0 Ladder Version 1, changes not published 2 2 1" in page


def test_archived_ones_are_shown_when_they_are_asked_for_and_come_back(dora: Any, academy: Academy):
    row = academy.pathway()

    dora.post(f"{ROOT}/{row.id}/archive")

    assert "Every pathway is in the archive." in dora.get(ROOT).text
    assert "Ladder" in dora.get(f"{ROOT}?archived=yes").text
    dora.post(f"{ROOT}/{row.id}/restore")
    assert academy.row().state == "published"


def test_a_glance_shows_the_drawing_the_words_and_how_far_people_are(dora: Any, academy: Academy):
    row = academy.pathway(entry={"credential": "ecg", "validity": "ever"})
    academy.enrol(despite_entry=True)
    academy.award("bls")
    academy.award("ipc")

    page = dora.get(f"{ROOT}/{row.id}").text

    words = plain(page)
    assert 'class="pathway" role="img"' in page
    assert "Who may begin ECG (also one that has ended)" in words
    assert "On the pathway 1 100 % Base 1 100 % Top 0 0 % Completed it 0 0 %" in words
    assert f'href="{ROOT}/{row.id}/people?without=top"' in page
    assert "the stack is paused until something does" in words


def test_a_pathway_answers_by_its_short_name_too_and_other_issuers_do_not_have_it(
    dora: Any, academy: Academy, enter: Any, make_issuer: Any
):
    academy.pathway()
    other = enter("eve@example.org", role="owner", at=make_issuer("riverside", "Riverside"))

    assert dora.get(f"{ROOT}/ladder").status_code == 200
    assert dora.get(f"{ROOT}/nothing").status_code == 404
    assert other.get("/staff/riverside/pathways/ladder").status_code == 404


def test_publishing_freezes_the_draft_as_a_version(dora: Any, academy: Academy):
    row = academy.pathway(is_published=False)

    answer = publish(dora, row.id)

    assert (academy.row().current_version, academy.row().draft) == (1, None)
    assert "Version 1 is published." in dora.get(answer.headers["location"]).text
    assert "so there is nothing to publish." in dora.get(f"{ROOT}/{row.id}/publish").text


def test_problems_stand_before_publishing_with_the_way_to_their_field(dora: Any, academy: Academy):
    row = academy.pathway(is_published=False, nodes=[BASE | {"condition": {"credential": "nothing"}}],
                          completion="base")  # fmt: skip

    page = dora.get(f"{ROOT}/{row.id}/publish").text

    assert "There is no credential nothing." in page
    assert f'href="{ROOT}/{row.id}/edit#node-0-condition"' in page
    assert "It can be published once the one point above is put right." in page
    refused = publish(dora, row.id)
    assert refused.status_code in {409, 422}
    assert academy.row().current_version is None


def test_what_differs_and_who_would_gain_is_told_before_it_is_published(dora: Any, academy: Academy):
    row = academy.pathway()
    academy.enrol()
    academy.award("bls")

    draft(dora, row.id, **{"node-0-condition": "BLS", "on_new_version": "migrate"})
    page = plain(dora.get(f"{ROOT}/{row.id}/publish").text)

    assert "Base no longer names IPC." in page or "Base now needs BLS." in page
    assert "One person would be awarded a stack by it: Mira Holm ST-BASE" in page
    assert "goes on under this version at once" in page
    assert "Nobody loses what was awarded." in page


def test_grandfathering_is_told_in_a_sentence(dora: Any, academy: Academy):
    row = academy.pathway()
    academy.enrol()
    academy.award("bls")

    draft(dora, row.id, **{"node-0-condition": "BLS"})
    page = plain(dora.get(f"{ROOT}/{row.id}/publish").text)

    assert "keeps their version for 18 months, unless they ask to move." in page
    assert "One person would be awarded a stack by it once they are moved:" in page


def test_nothing_is_published_that_was_not_looked_at(dora: Any, olga: Any, academy: Academy):
    row = academy.pathway()
    draft(dora, row.id, name="First")
    seen = dora.get(f"{ROOT}/{row.id}/publish").text.partition('name="seen" value="')[2].partition('"')[0]
    olga.post(f"{ROOT}/{row.id}/archive")
    olga.post(f"{ROOT}/{row.id}/restore")
    olga.post(f"{ROOT}/{row.id}/archive")

    answer = dora.post(f"{ROOT}/{row.id}/publish", seen=seen)

    assert answer.status_code == 409
    assert "Look at what publishing would come to once more." in answer.text
    assert academy.row().current_version == 1


def test_a_reviewer_sees_what_publishing_would_come_to_and_has_no_button(rita: Any, academy: Academy):
    row = academy.pathway(is_published=False)

    page = rita.get(f"{ROOT}/{row.id}/publish").text

    assert "A designer or an owner does that." in page
    assert "/edit#" not in page
    assert rita.post(f"{ROOT}/{row.id}/publish").status_code == 403


def test_versions_stay_as_they_were_with_what_differs(dora: Any, academy: Academy):
    row = academy.pathway()
    draft(dora, row.id, **{"node-0-condition": "BLS and IPC and ECG"})
    publish(dora, row.id)

    words = plain(dora.get(f"{ROOT}/{row.id}/versions").text)
    first = plain(dora.get(f"{ROOT}/{row.id}/versions/1").text)

    assert "Base now also names ECG." in words
    assert "The first one." in words
    assert "Needs BLS and IPC." in first
    assert dora.get(f"{ROOT}/{row.id}/versions/9").status_code == 404
    assert dora.get(f"{ROOT}/{row.id}/versions/x").status_code == 404
    assert MIRA
