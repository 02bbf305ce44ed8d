"""The pages of achievements: the list and its files, one at a glance, duplicating and archiving; who may do what."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from openpyxl import load_workbook

from app.issuing import achievement_facts, achievements
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.service import Service
from app.web.staff.achievements import listing

ROOT = "/staff/northfield/achievements"
NAMES = re.compile(r'<th scope="row">.*?<span lang="\w+" dir="auto">(.*?)</span>', re.DOTALL)


@pytest.fixture
def designer(enter: Callable[..., Any], issuer: Issuer) -> Any:
    return enter("dora@example.org", role="designer", at=issuer, name="Dora Designer")


def draft(service: Service, issuer: Issuer, slug: str, **facts: Any) -> Achievement:
    with service.database.write() as session:
        stated = {"name": "A draft", "abbreviation": "DRF", "description": "Not finished."} | facts
        return achievements.create(session, issuer, slug=slug, facts=achievement_facts.parse(stated), actor="test")


def names(page: Any) -> list[str]:
    return [unescape(name) for name in NAMES.findall(page.text)]


def test_the_list_teaches_the_first_step_where_there_is_nothing(designer: Any):
    page = designer.get(ROOT)

    assert "There is no achievement yet" in page.text
    assert f'href="{ROOT}/new"' in page.text


def test_each_line_says_name_state_living_badges_skills_and_last_change(
    designer: Any, service: Service, issuer: Issuer, make_award: Callable[..., Any]
):
    make_award()
    draft(service, issuer, "x", name="<b>Wundversorgung</b>", language="de")

    page = designer.get(ROOT)

    assert names(page) == ["<b>Wundversorgung</b>", "Phlebotomy Fundamentals"]
    for said in ("PHLB", "Published, version 1", "Draft", "Venepuncture", '<td class="number">1</td>'):
        assert said in page.text
    assert re.search(r'src="/images/[0-9a-f]{64}\.png"', page.text)
    assert 'src="/staff/northfield/achievements/drawing.svg?shape=hexagon' in page.text


def test_the_list_is_searched_filtered_and_ordered_by_an_address_that_can_be_passed_on(
    designer: Any, service: Service, issuer: Issuer, make_achievement: Callable[..., Achievement]
):
    make_achievement()
    draft(service, issuer, "a", name="Airway")

    assert names(designer.get(f"{ROOT}?q=PHLEB")) == ["Phlebotomy Fundamentals"]
    assert names(designer.get(f"{ROOT}?state=draft&sort=changed")) == ["Airway"]
    assert names(designer.get(f"{ROOT}?state=nonsense&sort=%00")) == ["Airway", "Phlebotomy Fundamentals"]
    assert "No achievement is like that" in designer.get(f"{ROOT}?q=nothing").text


@pytest.mark.parametrize("sort", ["name", "changed"])
def test_every_achievement_is_on_one_page_and_no_page_is_without_end(
    designer: Any, service: Service, issuer: Issuer, monkeypatch: pytest.MonkeyPatch, sort: str
):
    monkeypatch.setattr(listing, "ROWS_A_PAGE", 2)
    for number in range(5):
        draft(service, issuer, f"d{number}", name=f"Draft {number}")

    seen, path = [], f"{ROOT}?sort={sort}"
    while path:
        page = designer.get(path)
        seen.append(names(page))
        following = re.search(r'href="([^"]+)" rel="next"', page.text)
        path = unescape(following[1]) if following else ""

    assert [len(each) for each in seen] == [2, 2, 1]
    assert sorted(name for each in seen for name in each) == [f"Draft {number}" for number in range(5)]


@pytest.mark.parametrize("after", ["x", "W10", "WzEsMl0", "WyJhIiwiYiJd" * 1000, "%00", "WyJcdWQ4MDAiLCJhIl0"])
@pytest.mark.parametrize("sort", ["name", "changed"])
def test_a_place_in_the_list_that_is_not_ours_is_told_so(designer: Any, after: str, sort: str):
    assert designer.get(f"{ROOT}?after={after}&sort={sort}").status_code == 422


def test_the_columns_are_a_file_in_which_nothing_is_a_formula(
    designer: Any, service: Service, issuer: Issuer, make_award: Callable[..., Any]
):
    make_award()
    draft(service, issuer, "x", name="=HYPERLINK(1)")

    sent = designer.get(f"{ROOT}/export.csv?state=draft")
    book = load_workbook(io.BytesIO(designer.get(f"{ROOT}/export.xlsx").content))

    rows = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Name", "Abbreviation", "Short name"]
    assert [row[0] for row in rows[1:]] == ["'=HYPERLINK(1)"]
    assert sent.headers["content-disposition"] == 'attachment; filename="northfield-achievements.csv"'
    cells = [cell.value for cell in book.worksheets[0]["A"]]
    assert cells == ["Name", "=HYPERLINK(1)", "Phlebotomy Fundamentals"]
    assert book.worksheets[0]["A2"].data_type == "s"
    assert designer.get(f"{ROOT}/export.pdf").status_code == 422


def test_an_achievement_at_a_glance_leads_to_all_that_is_done_with_it(designer: Any, make_award: Callable[..., Any]):
    award = make_award()
    page = designer.get(f"{ROOT}/{award.achievement_id}")

    for path in ("edit", "image", "publish", "versions", "rules", "duplicate"):
        assert f'href="{ROOT}/{award.achievement_id}/{path}"' in page.text
    assert f'href="/achievements/{award.achievement_id}"' in page.text
    assert "Archive PHLB: its one living badge stays as it is" in page.text


def test_archiving_says_what_stays_and_can_be_undone(designer: Any, service: Service, make_award: Callable[..., Any]):
    award = make_award()
    path = f"{ROOT}/{award.achievement_id}"

    archived = designer.post(f"{path}/archive")
    page = designer.get(archived.headers["location"])
    assert "Archived. One living badge stays as it is." in page.text
    assert "Take PHLB out of the archive" in page.text
    designer.post(f"{path}/restore")

    with service.database.read() as session:
        assert achievements.by_id(session, award.achievement_id).state == "published"


def test_a_duplicate_asks_for_an_abbreviation_of_its_own(
    designer: Any, service: Service, issuer: Issuer, make_achievement: Callable[..., Achievement]
):
    original = make_achievement()
    path = f"{ROOT}/{original.id}/duplicate"

    refused = designer.post(path, name="Phlebotomy for Children", abbreviation="phlb")
    assert refused.status_code == 422
    assert 'value="Phlebotomy for Children"' in refused.text
    assert 'aria-describedby="abbreviation-wrong' in refused.text
    made = designer.post(path, name="Phlebotomy for Children", abbreviation="PHLB-C")

    assert made.status_code == 303
    with service.database.read() as session:
        found = achievements.by_slug(session, issuer, "phlb-c")
        facts = achievements.current_facts(session, found)
    assert made.headers["location"] == f"{ROOT}/{found.id}/edit"
    assert (facts.name, facts.skills[0].name) == ("Phlebotomy for Children", "Venepuncture")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"abbreviation": "X", "slug": "phlb"}, "slug"),
        ({"abbreviation": "X", "slug": "no slug!"}, "slug"),
        ({"abbreviation": "", "slug": "y"}, "abbreviation"),
        ({"abbreviation": "X", "name": ""}, "name"),
    ],
)
def test_what_is_wrong_with_a_duplicate_stands_beside_its_field(
    designer: Any, make_achievement: Callable[..., Achievement], fields: dict[str, str], field: str
):
    answer = designer.post(f"{ROOT}/{make_achievement().id}/duplicate", **{"name": "A name", **fields})

    assert answer.status_code in {409, 422}
    assert f'aria-describedby="{field}-wrong' in answer.text


PAGES = ("", "/{id}", "/{id}/publish", "/{id}/versions", "/export.csv", "/drawing.svg")
DESIGNS = ("/new", "/{id}/edit", "/{id}/image", "/{id}/duplicate")
ACTS = ("/new", "/preview", "/{id}/edit", "/{id}/image", "/{id}/image/drawn", "/{id}/publish", "/{id}/archive",
        "/{id}/restore", "/{id}/duplicate")  # fmt: skip


def test_whoever_only_reads_sees_everything_and_changes_nothing(
    enter: Callable[..., Any], issuer: Issuer, make_achievement: Callable[..., Achievement]
):
    achievement = make_achievement()
    auditor = enter("audra@example.org", role="auditor", at=issuer)

    paths = [each.format(id=achievement.id) for each in (*PAGES, *DESIGNS)]
    seen = {path: auditor.get(ROOT + path).status_code for path in paths}
    acts = {auditor.post(ROOT + each.format(id=achievement.id)).status_code for each in ACTS}

    assert {status for path, status in seen.items() if path in paths[: len(PAGES)]} == {200}
    assert {status for path, status in seen.items() if path in paths[len(PAGES) :]} == {403}
    assert acts == {403}
    assert "Edit" not in auditor.get(f"{ROOT}/{achievement.id}").text


def test_another_issuers_achievement_is_not_there(
    designer: Any, make_issuer: Callable[..., Issuer], make_achievement: Callable[..., Achievement]
):
    theirs = make_achievement(by=make_issuer(slug="riverside", name="Riverside Hospital"))

    pages = {designer.get(ROOT + each.format(id=theirs.id)).status_code for each in (*PAGES[1:4], *DESIGNS[1:])}
    acts = {designer.post(ROOT + each.format(id=theirs.id)).status_code for each in ACTS[2:]}

    assert pages == acts == {404}
    assert designer.post(f"{ROOT}/preview", achievement=theirs.id).status_code == 404


def test_a_form_of_another_site_changes_nothing(designer: Any, make_achievement: Callable[..., Achievement]):
    achievement = make_achievement()

    assert designer.post(f"{ROOT}/{achievement.id}/archive", csrf="x").status_code == 403
