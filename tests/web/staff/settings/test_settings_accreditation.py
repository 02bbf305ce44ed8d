"""Accreditations in settings: entered by an owner, shown to everybody, warned of before they end and after."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.issuing.issuers import Issuer

PAGE = "/staff/northfield/settings/accreditation"
TODAY = clock.now().date()
STATED = {
    "accreditor": "Board for Health Training Quality",
    "url": "https://qualboard.example",
    "contact_instructions": "Write to registry@qualboard.example",
    "scope": "Assessed training of nurses.",
    "accredited_on": "2020-01-15",
}


@pytest.fixture
def owner(enter: Any, issuer: Issuer) -> Any:
    return enter("olga@example.org", role="owner", at=issuer)


def add(owner: Any, **fields: str) -> Any:
    return owner.post(PAGE, **STATED, **fields)


def ends(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def test_an_accreditation_is_shown_in_settings_and_on_the_issuer_s_page_and_in_its_profile(client: Any, owner: Any):
    assert add(owner, ends_on=ends(400)).status_code == 303

    public = client.get("/issuers/northfield", headers={"Accept": "text/html"}).text
    profile = client.get("/issuers/northfield.json").json()

    assert "Holds until" in owner.get(PAGE).text
    assert STATED["accreditor"] in public
    assert "Holds until" in public
    assert any("IssuerAccreditationProfile" in name for name in profile["type"])


def test_one_that_has_ended_says_so_everywhere_and_is_out_of_the_profile(client: Any, owner: Any):
    add(owner, ends_on=ends(-1))

    public = client.get("/issuers/northfield", headers={"Accept": "text/html"}).text

    assert "Ended on" in public
    assert "New badges do not name it" in owner.get(PAGE).text
    assert "have ended" in owner.get("/staff/northfield").text
    assert client.get("/issuers/northfield.json").json()["type"] == ["Profile"]


def test_one_that_ends_soon_stands_on_the_overview_and_on_the_work_list(owner: Any):
    add(owner, ends_on=ends(30))

    assert "of your accreditations end soon" in owner.get("/staff/northfield").text
    work_list = owner.get("/staff/northfield/renewals").text
    assert STATED["accreditor"] in work_list
    assert "Ends on" in work_list


def test_the_badge_s_page_says_by_whom_its_issuer_is_accredited(client: Any, owner: Any, award: Any):
    add(owner, ends_on=ends(30))

    assert STATED["accreditor"] in client.get(f"/b/{award.id}", headers={"Accept": "text/html"}).text


def test_the_report_of_a_badge_says_it_as_far_as_the_signature_covers_it(client: Any, owner: Any, make_award: Any):
    add(owner, ends_on=ends(400))
    award = make_award()
    content = client.get(f"/b/{award.id}.json").content

    report = client.post("/verify", content=content, headers={"Accept": "application/json"}).json()
    forged = client.post("/verify", content=content.replace(b"Board for Health", b"Bored for Health"))

    (said,) = report["credential"]["accredited_by"]
    assert said.startswith(f"{STATED['accreditor']}: {STATED['scope']} The accreditation ends on")
    assert forged.json()["credential"] is None


@pytest.mark.parametrize(
    "fields",
    [{"url": "no address"}, {"accreditor": ""}, {"ends_on": "tomorrow"}, {"ends_on": "2019-01-01"}],
    ids=str,
)
def test_what_cannot_be_kept_is_refused_with_what_was_written(owner: Any, fields: dict[str, str]):
    answer = owner.post(PAGE, **{**STATED, **fields})

    assert answer.status_code == 422
    assert STATED["contact_instructions"] in answer.text


def test_it_is_changed_and_removed(owner: Any):
    add(owner)
    found = re.search(rf"{PAGE}/[\w-]+", owner.get(PAGE).text)
    assert found is not None
    path = found[0]

    owner.post(path, **{**STATED, "scope": "Surgery."})
    assert "Surgery." in owner.get(PAGE).text
    owner.post(path, act="remove")

    assert "No accreditation is entered" in owner.get(PAGE).text
    assert owner.get(path).status_code == 404
