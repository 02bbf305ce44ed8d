"""Looks are counted without cookies: people's are, and those of robots, of previews, and of oneself are not."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from fastapi import Request
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db import Database
from app.errors import Busy
from app.issuing import views
from app.issuing.awards import Award, Visibility
from app.issuing.views import BadgeView, ViewKind
from app.main import application
from app.service import Service
from app.web import counting
from app.web.counting import Looks

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": FIREFOX}
ROBOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
    "http.rb/5.1.1 (Mastodon/4.2.0; +https://mastodon.social/)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "curl/8.5.0",
    "python-requests/2.32",
    "Go-http-client/2.0",
    "",
)
PEOPLE = (
    FIREFOX,
    SAFARI,
    "Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
    f"{SAFARI} [LinkedInApp]/9.30",
    f"{SAFARI} GSA/300.0",
)


def asking(**headers: str) -> Request:
    """A request with these headers."""
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


@pytest.fixture
def app(service: Service) -> Any:
    return application(service)


@pytest.fixture
def looks(app: Any) -> Looks:
    found: Looks = app.state.looks
    return found


@pytest.fixture
def visit(app: Any) -> Callable[..., Any]:
    """Somebody asks: `visit(path, method="GET", **headers)`."""
    client = TestClient(app, base_url="http://badges.test")

    def ask(path: str, method: str = "GET", **request: Any) -> Any:
        return client.request(method, path, **request)

    return ask


@pytest.fixture
def counted(looks: Looks, service: Service) -> Callable[[], dict[str, int]]:
    """What is counted by now, by kind."""

    def ask() -> dict[str, int]:
        looks.write()
        found: Counter[str] = Counter()
        with service.database.read() as session:
            for row in session.scalars(select(BadgeView)):
                found[row.kind] += row.number
        return dict(found)

    return ask


def test_a_look_at_the_page_is_counted_and_sets_no_cookie(visit, counted, award: Award):
    answer = visit(f"/b/{award.id}", headers=PAGE)
    again = visit(f"/b/{award.id}", headers={**PAGE, "If-None-Match": answer.headers["etag"]})

    assert again.status_code == 304
    assert "set-cookie" not in answer.headers
    assert counted() == {"page": 2}


@pytest.mark.parametrize("agent", ROBOTS)
def test_robots_previews_and_programs_are_not_counted(agent: str):
    assert not counting.is_counted(asking(**{**PAGE, "User-Agent": agent}), ViewKind.PAGE)


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_counted_whatever_their_phone_is_called(agent: str):
    assert counting.is_counted(asking(**{**PAGE, "User-Agent": agent}), ViewKind.PAGE)


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
    ],
)
def test_a_page_that_is_fetched_just_in_case_is_not_counted(header: dict[str, str]):
    assert not counting.is_counted(asking(**PAGE, **header), ViewKind.PAGE)


def test_head_robots_and_whoever_asks_for_no_page_are_not_counted(visit, counted, award: Award):
    visit(f"/b/{award.id}", "HEAD", headers=PAGE)
    visit(f"/b/{award.id}", headers={**PAGE, "User-Agent": ROBOTS[0]})
    visit(f"/b/{award.id}", headers={"User-Agent": FIREFOX, "Accept": "*/*"})

    assert counted() == {}


def test_what_is_not_there_or_private_is_not_counted(visit, counted, service: Service, award: Award):
    with service.database.write() as session:
        session.get_one(Award, award.id).visibility = Visibility.PRIVATE
    visit(f"/b/{award.id}", headers=PAGE)
    visit(f"/b/{'A' * 22}", headers=PAGE)

    assert counted() == {}


def test_a_download_is_a_file_and_a_picture_in_somebody_s_page_is_embedded(visit, counted, award: Award):
    agent = {"User-Agent": FIREFOX}
    visit(f"/b/{award.id}.json", headers={**agent, "Sec-Fetch-Dest": "document"})
    visit(f"/b/{award.id}.png", headers={**agent, "Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "cross-site"})
    visit(f"/b/{award.id}.png", headers={**agent, "Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "same-origin"})
    visit(f"/b/{award.id}.png", headers={**agent, "Accept": "image/avif", "Referer": "http://badges.test/b/x"})

    assert counted() == {"file": 1, "embed": 1}


def test_a_check_counts_once_a_day_for_each_verifier(visit, counted, award: Award):
    address = {"badge": f"http://badges.test/b/{award.id}"}
    with time_machine.travel("2026-12-01 09:00Z", tick=False):
        for agent in (FIREFOX, FIREFOX, "curl/8.5.0", ROBOTS[0]):
            assert visit("/verify", params=address, headers={**PAGE, "User-Agent": agent}).status_code == 200
    assert counted() == {"check": 2}
    with time_machine.travel("2026-12-02 09:00Z", tick=False):
        visit("/verify", params=address, headers=PAGE)

    assert counted() == {"check": 3}


def test_a_file_that_is_handed_in_is_a_check_and_a_forged_one_is_not(visit, counted, award: Award):
    good = visit(f"/b/{award.id}.json", headers={"User-Agent": "curl/8"}).content
    forged = good.replace(b"Phlebotomy Fundamentals", b"Phlebotomy Perfected")
    for content in (forged, b"{}"):
        visit("/verify", "POST", content=content, headers={"Content-Type": "application/json"})
    assert counted() == {}
    visit("/verify", "POST", content=good, headers={"Content-Type": "application/json"})

    assert counted() == {"check": 1}


def test_badges_in_a_heap_are_checks(visit, counted, award: Award):
    good = visit(f"/b/{award.id}.jwt", headers={"User-Agent": "curl/8"}).content
    visit("/verify/batch", "POST", content=good + b"\n", headers={"Content-Type": "application/x-ndjson"})

    assert counted() == {"check": 1}


def test_a_look_of_one_s_own_is_not_counted(looks: Looks, counted, award: Award):
    looks.note(asking(**PAGE), award.id, ViewKind.PAGE, is_own=True)
    assert counted() == {}
    looks.note(asking(**PAGE), award.id, ViewKind.PAGE, is_own=False)
    assert counted() == {"page": 1}


# -- writing ------------------------------------------------------------------------------------------------


def test_a_page_waits_for_no_database_to_be_counted(visit, counted, award: Award, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", lambda _self: pytest.fail("a page wrote"))
        visit(f"/b/{award.id}", headers=PAGE)

    assert counted() == {"page": 1}


def test_what_could_not_be_written_is_written_later(visit, looks: Looks, counted, award: Award, monkeypatch):
    visit(f"/b/{award.id}", headers=PAGE)
    with monkeypatch.context() as patch:
        patch.setattr(views, "add", lambda *_: (_ for _ in ()).throw(Busy("The database is busy")))
        with pytest.raises(Busy):
            looks.write()
    visit(f"/b/{award.id}", headers=PAGE)

    assert counted() == {"page": 2}


def test_looks_are_written_every_so_often_and_the_rest_when_the_process_is_stopped(service: Service, award: Award):
    with TestClient(application(service), base_url="http://badges.test") as client:
        client.get(f"/b/{award.id}", headers=PAGE)

    database = Database(service.settings.database_url)
    with database.read() as session:
        (row,) = session.scalars(select(BadgeView))
    database.dispose()
    assert (row.award_id, row.kind, row.number) == (award.id, "page", 1)


def test_the_thread_writes_by_itself_and_survives_a_failure(service: Service, award: Award, monkeypatch):
    looks = Looks(service.database, every_seconds=0.01)
    written = threading.Event()
    tries = iter([Busy("The database is busy")])
    honest = views.add

    def add(session: Any, counted: Any) -> int:
        for error in tries:
            raise error
        added = honest(session, counted)
        written.set()
        return added

    monkeypatch.setattr(views, "add", add)
    looks._counted[award.id, date(2026, 12, 1), ViewKind.PAGE] = 3
    looks.start()
    assert written.wait(5)
    looks.stop()

    with service.database.read() as session:
        assert session.scalars(select(BadgeView.number)).one() == 3


def test_what_waits_is_bounded(visit, counted, award: Award, monkeypatch):
    monkeypatch.setattr(counting, "MOST_KINDS_OF_LOOKS", 1)
    visit(f"/b/{award.id}", headers=PAGE)
    visit(f"/b/{award.id}", headers=PAGE)
    visit(f"/b/{award.id}.json", headers={"User-Agent": FIREFOX, "Sec-Fetch-Dest": "document"})

    assert counted() == {"page": 2}
