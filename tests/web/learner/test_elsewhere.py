"""My badges from elsewhere: added by file, text or address, shown beside my own, and said to be what they are."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any
from zipfile import ZipFile

import pytest

from app import clock
from app.credentials.report import Verdict
from app.issuing import kept_badges
from app.outbound.network import Network
from app.service import Service
from app.settings import Settings
from app.worker.checking_kept import CheckingKept
from tests import neighbour as neighbours
from tests.badges_elsewhere import badge
from tests.endorsers import Endorser, endorser
from tests.neighbour import Neighbour
from tests.strangers import Strangers, strangers

BO = "bo@dales.example"  # whose the neighbour's badge is
ANA = "ana.ortiz@example.org"
Enter = Callable[..., Any]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Strangers]:
    with strangers(tmp_path, neighbours.HOST) as opened:
        yield opened


@pytest.fixture
def network(world: Strangers) -> Network:
    return world.network()


@pytest.fixture
def neighbour(settings: Settings, tmp_path: Path, _sqlite_template: Path, world: Strangers) -> Iterator[Neighbour]:
    file = tmp_path / "neighbour.sqlite3"
    shutil.copyfile(_sqlite_template, file)
    with neighbours.neighbour(settings, f"sqlite:///{file}", tmp_path / "neighbour") as opened:
        world.hosts[neighbours.HOST] = opened.answer
        yield opened


@pytest.fixture(scope="module")
def dales() -> Endorser:
    return endorser("Dales Hospital")


def add(browser: Any, document: bytes = b"", name: str = "badge.json", **fields: str) -> Any:
    return browser.post("/me/elsewhere", files={"file": (name, document)}, **fields)


def test_by_file_link_or_text_it_is_kept_once_and_stands_beside_one_s_own(enter: Enter, neighbour: Neighbour) -> None:
    browser = enter(BO)
    answers = [
        add(browser, badge=neighbour.address),
        add(browser, neighbour.file("png"), "badge.png"),
        add(browser, badge=neighbour.file("jwt").decode()),
    ]

    assert {each.status_code for each in answers} == {303}
    (place,) = {each.headers["location"] for each in answers}
    page, shelf = browser.get(place).text, browser.get("/me").text
    assert shelf.count("Wound Care") == 1
    assert "neighbour.example" in shelf
    for said in ("Good, no end date", "Fetched from https://neighbour.example/b/", "You have this badge already"):
        assert said in page


def test_it_is_downloaded_byte_for_byte_and_never_as_a_page_of_ours(enter: Enter, dales: Endorser) -> None:
    document = badge(dales, ANA)
    browser = enter(ANA)
    place = add(browser, document).headers["location"]

    answer = browser.get(f"{place}/file")

    assert (answer.content, answer.headers["content-type"]) == (document, "application/json")
    assert "attachment" in answer.headers["content-disposition"]
    assert "sandbox" in answer.headers["content-security-policy"]


def test_one_that_was_withdrawn_is_kept_and_says_so(enter: Enter, neighbour: Neighbour) -> None:
    neighbour.revoke()
    browser = enter(BO)

    place = add(browser, neighbour.file("json")).headers["location"]

    assert "Withdrawn" in browser.get(place).text
    assert "Withdrawn" in browser.get("/me").text


def test_when_its_host_is_silent_it_says_what_it_was_when_that_could_be_told(
    enter: Enter, neighbour: Neighbour, world: Strangers, service: Service
) -> None:
    browser = enter(BO)
    place = add(browser, neighbour.file("json")).headers["location"]
    world.unreachable.add(neighbours.HOST)
    due = clock.now() - timedelta(days=2)
    with service.database.write() as session:
        kept_badges.by_id(session, place.rpartition("/")[2]).tried_at = due
    CheckingKept(service, world.network()).work_through(Event())  # which remembers no answer of before

    page = browser.get(place).text

    assert "Cannot tell" in page
    assert "it was: Good" in page


def test_it_is_checked_again_when_its_holder_asks(enter: Enter, dales: Endorser, service: Service) -> None:
    browser = enter(ANA)
    place = add(browser, badge(dales, ANA)).headers["location"]
    with service.database.write() as session:
        kept = kept_badges.by_id(session, place.rpartition("/")[2])
        kept.verdict = Verdict.CANNOT_TELL

    assert browser.post(f"{place}/check").status_code == 303
    assert "Good, no end date" in browser.get(place).text


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (lambda dales: badge(dales, "somebody.else@example.org"), "not awarded to an address of yours"),
        (lambda dales: badge(dales, ANA).replace(b"Wound", b"Heart"), "cannot be kept"),
        (lambda _: b"a letter", "There is no badge in this"),
        (lambda _: b"", "There is nothing to add yet"),
    ],
    ids=["another's", "changed", "no badge", "nothing"],
)
def test_what_cannot_be_kept_says_why_on_the_page(
    enter: Enter, dales: Endorser, document: Callable[[Endorser], bytes], said: str
) -> None:
    browser = enter(ANA)

    answer = add(browser, document(dales))

    assert answer.status_code == 422
    assert said in answer.text
    assert "Wound Care" not in browser.get("/me").text


def test_a_badge_that_was_issued_here_is_on_the_shelf_and_not_kept_twice(enter: Enter, award: Any) -> None:
    answer = add(enter(ANA), badge=f"http://badges.test/b/{award.id}")

    assert answer.status_code == 422
    assert "address of this service" in answer.text


def test_a_badge_that_names_nobody_says_so(enter: Enter, dales: Endorser) -> None:
    browser = enter(ANA)
    place = add(browser, badge(dales, None)).headers["location"]

    assert "we cannot say that it is yours" in browser.get(place).text


def test_removed_is_gone_for_good(enter: Enter, dales: Endorser, service: Service) -> None:
    browser = enter(ANA)
    place = add(browser, badge(dales, ANA)).headers["location"]

    browser.post(f"{place}/remove")

    assert browser.get(place).status_code == 404
    with service.database.read() as session:
        assert kept_badges.count_of(session, browser.account_id) == 0


def test_it_goes_along_with_everything_else_that_is_taken_along(enter: Enter, dales: Endorser) -> None:
    browser, document = enter(ANA), badge(dales, ANA)
    add(browser, document)

    with ZipFile(io.BytesIO(browser.post("/me/download").content)) as archive:
        (name,) = [each for each in archive.namelist() if each.startswith("elsewhere/")]
        stored = json.loads(archive.read("about-you.json"))["badges_from_elsewhere"]
        assert archive.read(name) == document

    assert [(each["title"], each["verdict"], each["match"]) for each in stored] == [("Wound Care", "good", "same")]
