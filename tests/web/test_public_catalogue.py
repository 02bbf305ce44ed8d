"""The catalogue: a search is an address, and what cannot be understood is said and left out."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.issuing import achievements
from app.issuing.finding import Place
from app.service import Service
from app.web import catalogue_query, catalogue_view


def cards(page: str) -> list[str]:
    """The names on the cards of a page, in their order."""
    return [html.unescape(name) for name in re.findall(r'class="shelf-name"[^>]*>([^<]*)<', page)]


def links(page: str, text: str) -> list[str]:
    """Where the links with this text lead."""
    found = re.findall(r'href="([^"]*)"[^>]*>' + re.escape(text), page)
    return [html.unescape(each) for each in found]


@pytest.fixture
def three(make_achievement: Callable[..., Any], make_issuer: Callable[..., Any], issuer: Any) -> dict[str, Any]:
    """Phlebotomy and Énfermería of Northfield, Wound Care of Southfield."""
    south = make_issuer(slug="southfield", name="Southfield")
    wound = [{"name": "Wound care", "url": "https://skills.example/wound", "level": 5}]
    return {
        "phlb": make_achievement("phlb", by=issuer, continuing_education=[{"amount": "2", "unit": "ANCC hours"}]),
        "enf": make_achievement("enf", by=issuer, name="Énfermería", abbreviation="ENF", hours="40"),
        "wnd": make_achievement("wnd", by=south, name="Wound Care", abbreviation="WND", skills=wound, hours="3"),
    }


def test_it_lists_by_name_what_all_issuers_offer_and_search_engines_may_keep_it(client: TestClient, three: Any):
    page = client.get("/catalogue")

    assert cards(page.text) == ["Énfermería", "Phlebotomy Fundamentals", "Wound Care"]
    assert "3 achievements" in page.text
    assert f'href="/achievements/{three["wnd"].id}"' in page.text
    assert "noindex" not in page.text
    assert '<link rel="canonical" href="http://badges.test/catalogue">' in page.text
    assert client.get("/catalogue", headers={"If-None-Match": page.headers["etag"]}).status_code == 304


ALL = ["Énfermería", "Phlebotomy Fundamentals", "Wound Care"]
ASKED = {
    "q=ENFERMERIA": ["Énfermería"],
    "q=wnd": ["Wound Care"],
    "issuer=southfield": ["Wound Care"],
    "issuer=nobody": [],
    "issuer=%00": [],
    "skill=VÉNEPUNCTURE&level=3": ["Énfermería", "Phlebotomy Fundamentals"],
    "skill=venepuncture&level=4": [],
    "level=5": ["Wound Care"],
    "hours_from=4&hours_to=12,0": ["Phlebotomy Fundamentals"],
    "kind=MicroCredential&q=o": ["Phlebotomy Fundamentals", "Wound Care"],
    "kind=%00": ALL,
    "credit=ancc+hours": ["Phlebotomy Fundamentals"],
    "q=%00%ff%ED%A0%80": ALL,
}


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_the_address_says_what_is_looked_for(client: TestClient):
    found = {asked: client.get(f"/catalogue?{asked}") for asked in ASKED}

    assert {asked: cards(page.text) for asked, page in found.items()} == ASKED
    assert all('<meta name="robots" content="noindex">' in page.text for page in found.values())


@pytest.mark.usefixtures("three")
def test_what_was_asked_stays_in_the_form_and_each_part_can_be_taken_off(client: TestClient):
    page = client.get("/catalogue?q=o&issuer=southfield&level=5&hours_to=9").text

    assert '<input id="q" name="q" type="search" value="o"' in page
    assert '<option value="southfield" selected>Southfield (1)</option>' in page
    assert '<option value="5" selected>expert</option>' in page
    assert "At most 9 hours" in page
    without_issuer = links(page, '<span class="unseen">Take off: </span><bdi>Issuer: Southfield')
    assert [dict(parse_qsl(urlsplit(each).query)) for each in without_issuer] == [
        {"q": "o", "level": "5", "hours_to": "9"}
    ]


NOT_UNDERSTOOD = {
    "hours_from=many": ("hours_from", "Hours are a number like 4 or 1.5"),
    "hours_to=-1": ("hours_to", "Hours are a number like 4 or 1.5"),
    "hours_to=1e9": ("hours_to", "Hours are a number like 4 or 1.5"),
    "hours_from=" + "9" * 500: ("hours_from", "Hours are a number like 4 or 1.5"),
    "hours_from=9&hours_to=3": ("hours_to", "“From” is more than “to”"),
    "level=9": ("level", "A level is a number from 1 to 5"),
    "level=%D9%A3": ("level", "A level is a number from 1 to 5"),
}


@pytest.mark.usefixtures("three")
def test_what_cannot_be_understood_is_said_at_its_field_and_left_out(client: TestClient):
    for asked, (field, said) in NOT_UNDERSTOOD.items():
        page = client.get(f"/catalogue?{asked}")

        assert (page.status_code, cards(page.text)) == (200, ALL), asked
        assert f'<p class="field-problem" id="{field}-problem">{said}' in page.text, asked
        assert f'aria-invalid="true" aria-describedby="{field}-problem"' in page.text, asked


@pytest.mark.usefixtures("three")
def test_a_search_that_finds_nothing_says_what_to_leave_out_and_what_is_left_then(client: TestClient):
    page = client.get("/catalogue?q=wound&hours_from=10").text

    assert "Nothing here fits all of that." in page
    assert "without “Name: wound”</a>: 2 achievements" in page
    assert "without “At least 10 hours”</a>: 1 achievement<" in page
    assert links(page, "everything") == ["/catalogue"]


def test_an_empty_catalogue_says_how_something_gets_into_it(client: TestClient):
    page = client.get("/catalogue").text

    assert "Nothing can be earned here yet." in page
    assert "as soon as its issuer publishes it" in page
    assert "<form" not in page


def test_a_draft_and_an_archived_achievement_are_not_in_it(client: TestClient, service: Service, three: Any):
    with service.database.write() as session:
        achievements.archive(session, achievements.by_id(session, three["enf"].id), actor="test")

    assert cards(client.get("/catalogue").text) == ["Phlebotomy Fundamentals", "Wound Care"]
    assert cards(client.get("/issuers/northfield").text) == ["Phlebotomy Fundamentals"]


@pytest.mark.usefixtures("three")
def test_pages_follow_each_other_without_a_gap_and_keep_what_was_asked(
    client: TestClient, make_achievement: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(catalogue_view, "ON_A_PAGE", 1)

    first = client.get("/catalogue?q=e").text
    (second_address,) = links(first, "Next page")
    make_achievement("aaa", name="Aaa, published meanwhile", abbreviation="E")
    second = client.get(second_address).text
    third = client.get(links(second, "Next page")[0]).text

    assert [cards(page) for page in (first, second, third)] == [
        ["Énfermería"],
        ["Phlebotomy Fundamentals"],
        ["Wound Care"],
    ]
    assert "Next page" not in third
    assert dict(parse_qsl(urlsplit(second_address).query))["q"] == "e"
    assert links(second, "First page") == ["/catalogue?q=e"]


NOT_OURS = ["x", "!", "e30", "W10", "WyJhIiwiYiIsImMiXQ", "WyJcdWQ4MDAiLCJhIl0", "WyJcdTAwMDAiLCJhIl0", "WzEsMl0"]


@pytest.mark.usefixtures("issuer")
def test_a_place_that_was_not_named_here_is_refused_calmly(client: TestClient):
    for path, cursor in product(("/catalogue", "/issuers/northfield"), [*NOT_OURS, "W" * 5000]):
        answer = client.get(path, params={"after": cursor}, headers={"Accept": "text/html"})

        assert answer.status_code == 422, cursor
        assert "begin with the first page" in answer.text


def test_a_place_comes_back_as_it_was_written():
    for place in (Place("", "a" * 22), Place("静脉采血", "-_A"), Place("a b c", "x")):
        assert catalogue_query.place_of(catalogue_query.cursor_of(place)) == place


@pytest.mark.usefixtures("three")
def test_the_page_of_an_issuer_is_searched_alike_and_stays_its_own(client: TestClient):
    found = client.get("/issuers/northfield?q=e&issuer=southfield&hours_to=20").text

    assert cards(found) == ["Phlebotomy Fundamentals"]
    assert 'name="issuer"' not in found
    assert cards(client.get("/issuers/southfield?q=phleb").text) == []


def test_names_with_markup_are_text_in_every_part_of_the_page(client: TestClient, make_achievement: Any):
    evil = '"><script>alert(1)</script>'
    skills = [{"name": evil, "url": "https://skills.example/x", "level": 1}]
    make_achievement(name=evil, abbreviation="<b>", skills=skills)

    page = client.get("/catalogue", params={"q": "script", "skill": evil, "kind": "ext:<i>", "credit": evil}).text
    page += client.get("/catalogue", params={"q": "script"}).text

    assert "<script>alert" not in page
    assert "<b>" not in page
    assert "ext:<i>" not in page
