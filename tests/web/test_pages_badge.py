"""What the badge page says in each state, to whom, and that names and markup of strangers do no harm (B17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient

from app import clock
from app.credentials import model
from app.issuing import achievements, award_status, awards, renewals, signing_keys
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned, Visibility
from app.issuing.learners import Learner
from app.service import Service
from app.web import words


@pytest.fixture
def look(client: TestClient) -> Callable[[Award], str]:
    """The text of a badge's page, without marks, data for programs and dates' elements, and with single blanks."""

    def at(award: Award) -> str:
        page = client.get(f"/b/{award.id}", headers={"Accept": "text/html"})
        assert page.status_code == 200
        words = re.sub(r"<script.*?</script>|</?time[^>]*>", "", page.text)
        return " ".join(re.sub(r"<[^>]+>", " ", words).split())

    return at


def test_a_good_badge_says_until_when(look: Callable[[Award], str], award: Award):
    assert "Good until 24 November 2028" in look(award)


def test_a_badge_without_an_end_says_so(look: Callable[[Award], str], make_award, make_achievement):
    award = make_award(make_achievement(validity={"kind": "none"}))

    assert "Good, no end date" in look(award)


@pytest.mark.parametrize(
    ("days_before_the_end", "said"),
    [
        (61, "Good until 24 November 2028"),
        (60, "Ends soon: 24 November 2028"),
        (1, "That is tomorrow."),
        (0, "Today is its last day."),
        (-1, "This badge was good until 24 November 2028."),
    ],
)
def test_a_badge_says_that_it_ends_in_time(
    look: Callable[[Award], str], award: Award, days_before_the_end: int, said: str
):
    with time_machine.travel(datetime(2028, 11, 24, 12, tzinfo=UTC) - timedelta(days=days_before_the_end), tick=False):
        assert said in look(award)


def test_the_last_second_of_the_last_day_is_still_good(look: Callable[[Award], str], award: Award):
    end = datetime(2028, 11, 24, 23, 59, 59, tzinfo=UTC)
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert "Today is its last day." in look(award)
    with time_machine.travel(end, tick=False):
        assert "Ended on 24 November 2028" in look(award)


def test_a_badge_of_tomorrow_is_not_good_yet(look: Callable[[Award], str], award: Award):
    with time_machine.travel(clock.now() - timedelta(days=2), tick=False):
        assert "This badge is not good yet." in look(award)


def test_a_revoked_badge_says_who_when_and_why(
    look: Callable[[Award], str], client: TestClient, service: Service, award: Award
):
    with time_machine.travel(datetime(2027, 5, 3, 23, 30, tzinfo=UTC), tick=False), service.database.write() as session:
        found = awards.by_id(session, award.id)
        award_status.revoke(session, service.office, found, reason="issued in error.", actor="test")

    text = look(award)

    assert "This badge was withdrawn by Northfield Health Academy on 3 May 2027: issued in error." in text
    assert "Good until" not in text
    assert 'class="hero-image dimmed"' in client.get(f"/b/{award.id}").text


def test_a_suspended_badge_says_that_it_may_count_again(look: Callable[[Award], str], service: Service, award: Award):
    with service.database.write() as session:
        found = awards.by_id(session, award.id)
        award_status.suspend(session, service.office, found, reason="under review", actor="test")

    text = look(award)

    assert "This badge is paused by Northfield Health Academy since" in text
    assert ": under review." in text
    assert "It may count again later; ask the issuer." in text


def superseded(service: Service, old: Award, visibility: Visibility) -> Award:
    """A newer award in an old one's place."""
    with service.database.write() as session:
        found = awards.by_id(session, old.id)
        achievement = achievements.by_id(session, old.achievement_id)
        earned = Earned(achievement, session.get_one(Learner, old.learner_id), clock.now())
        new = award_status.supersede(session, service.office, found, earned, actor="test")
        new.visibility = visibility
    return new


def test_a_superseded_badge_leads_to_the_new_one(client: TestClient, service: Service, award: Award):
    new = superseded(service, award, Visibility.UNLISTED)

    page = client.get(f"/b/{award.id}").text

    assert "Northfield Health Academy replaced this badge with a newer one" in page
    assert f'<a href="http://badges.test/b/{new.id}">See the newer badge</a>' in page


def test_a_superseded_badge_does_not_tell_the_address_of_a_private_one(
    client: TestClient, service: Service, award: Award
):
    new = superseded(service, award, Visibility.PRIVATE)

    page = client.get(f"/b/{award.id}").text

    assert "Replaced by a newer badge" in page
    assert "The newer badge is not public" in page
    assert new.id not in page


def test_a_badge_whose_key_was_compromised_is_not_called_good(
    look: Callable[[Award], str], service: Service, issuer, award: Award
):
    with service.database.write() as session:
        for key in signing_keys.of_issuer(session, issuer):
            key.state, key.revoked_at = signing_keys.KeyState.REVOKED, clock.now()

    text = look(award)

    assert "we cannot say whether it is genuine" in text
    assert "Good until" not in text


def test_a_rotated_key_changes_nothing(look: Callable[[Award], str], service: Service, issuer, award: Award):
    with service.database.write() as session:
        signing_keys.rotate(session, service.office, issuer, actor="test")

    assert "Good until 24 November 2028" in look(award)


def test_the_name_is_shown_with_consent(look: Callable[[Award], str], make_award):
    assert "held by Ana Ortiz" in look(make_award(name_shown=True))


def test_a_name_without_consent_is_nowhere_on_the_page(client: TestClient, award: Award):
    page = client.get(f"/b/{award.id}").text

    assert "The holder’s name is not shown" in page
    assert "Ana" not in page
    assert "ana.ortiz" not in page


def test_withdrawing_consent_hides_the_name_at_once(client: TestClient, service: Service, make_award):
    award = make_award(name_shown=True)
    with service.database.write() as session:
        session.get_one(Learner, award.learner_id).name_shown = False

    assert "Ana" not in client.get(f"/b/{award.id}").text


def test_a_name_that_was_never_signed_is_not_shown(client: TestClient, service: Service, make_award):
    award = make_award(name_shown=True)
    with service.database.write() as session:
        session.get_one(Learner, award.learner_id).display_name = "Somebody Else"

    page = client.get(f"/b/{award.id}").text

    assert "Somebody Else" not in page
    assert "Ana Ortiz" in page


def test_dates_are_written_out_with_the_month_as_a_word(client: TestClient, award: Award):
    page = client.get(f"/b/{award.id}").text

    assert '<time datetime="2026-11-24T09:00:00Z" title="24 November 2026, 09:00 UTC">24 November 2026</time>' in page


def test_skills_show_their_level_in_words_and_bars(client: TestClient, make_award, make_achievement):
    skills = [{"name": "Venepuncture", "url": "https://skills.example/v", "level": 4, "code": "V-1"}]

    page = client.get(f"/b/{make_award(make_achievement(skills=skills)).id}").text

    assert page.count('<i class="bar-4 on">') == 1
    assert '<i class="bar-5 on">' not in page
    assert "proficient" in page
    assert "V-1" in page


def test_hours_credits_and_assessment_are_said(look: Callable[[Award], str], make_award, make_achievement):
    stated = {"hours": "1.50", "continuing_education": [{"amount": "2", "unit": "ANCC contact hours"}]}

    text = look(make_award(make_achievement(**stated, academic_credits="1")))

    assert "1.5 hours" in text
    assert "2 ANCC contact hours" in text
    assert "1 academic credit " in text
    assert "assessed by observed practice" in text


def test_evidence_is_shown_and_only_web_addresses_are_links(client: TestClient, make_award):
    shown = (
        model.Evidence(id="https://files.example/record.pdf", name="Observation record", narrative="Ten **draws**."),
        model.Evidence(id="urn:uuid:0b1d6a5e-1111-4222-8333-444455556666", name="Logbook"),
    )

    page = client.get(f"/b/{make_award(evidence=shown).id}").text

    assert 'href="https://files.example/record.pdf" rel="nofollow noopener noreferrer"' in page
    assert "Ten <strong>draws</strong>." in page
    assert '<strong dir="auto">Logbook</strong>' in page
    assert "urn:uuid" not in page


NAMES = ["CPR & First-Aid v2.0", "BLS® Provider – “Refresher”", "静脉采血基础", "سحب الدم الوريدي", 'A "quoted" <name>']


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_kind_is_written_as_it_is(client: TestClient, make_award, make_achievement, name: str):
    award = make_award(make_achievement(name=name), name=name, name_shown=True)

    page = client.get(f"/b/{award.id}").text

    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    assert f"<bdi>{escaped}</bdi>" in page
    assert client.get(f"/b/{award.id}.png").status_code == 200


def test_two_achievements_of_one_name_have_pages_of_their_own(client: TestClient, make_achievement):
    first, second = (make_achievement(slug=slug, name="CPR & First-Aid v2.0") for slug in ("cpr-a", "cpr-b"))

    pages = [client.get(f"/achievements/{each.id}").text for each in (first, second)]

    assert pages[0] != pages[1]
    assert f"/achievements/{first.id}/v1" in pages[0]


CRITERIA = """# Take part

<img src=x onerror=alert(1)> <script>alert(1)</script>

[open](javascript:alert(1)) [data](data:text/html;base64,PHNjcmlwdD4=) [fine](https://example.org/)

<p style="position:fixed">over everything</p>

| task | needed |
|---|---|
| draws | 10 |
"""


def test_markup_of_criteria_is_text_links_go_to_the_web_only_and_tables_stay(
    client: TestClient, make_award, make_achievement
):
    page = client.get(f"/b/{make_award(make_achievement(criteria_narrative=CRITERIA)).id}").text

    assert "<img src=x" not in page
    assert "<script>" not in page
    assert 'href="javascript' not in page
    assert 'href="data:' not in page
    assert "<p style" not in page
    assert '<a href="https://example.org/" rel="nofollow noopener noreferrer">fine</a>' in page
    assert "<td>draws</td>" in page


def test_twenty_thousand_characters_of_criteria_are_a_page(client: TestClient, make_award, make_achievement):
    award = make_award(make_achievement(criteria_narrative="word " * 3_999))

    assert client.get(f"/b/{award.id}").status_code == 200


def test_characters_that_turn_text_around_are_not_shown_and_warned_of(client: TestClient, make_issuer):
    reversed_name = make_issuer(slug="trick", name="St. \u202eyraM\u202c Hospital")

    page = client.get(f"/issuers/{reversed_name.slug}").text

    assert "\u202e" not in page
    assert "hidden characters" in page


def test_a_name_that_mixes_alphabets_is_warned_of(client: TestClient, make_issuer, make_achievement, make_award):
    lookalike = make_issuer(slug="harvard", name="H\u0430rvard Hospital")
    award = make_award(make_achievement(by=lookalike))

    assert "mixes letters of several alphabets" in client.get(f"/b/{award.id}").text


@pytest.mark.parametrize("name", ["Больница № 1", "Šárka’s School", "李娜学院", "Praxis 2 go", "Ω Clinic"])
def test_an_honest_name_is_not_warned_of(client: TestClient, make_issuer, name: str):
    page = client.get(f"/issuers/{make_issuer(slug='honest', name=name).slug}").text

    assert "Go by the domain" not in page


def test_pages_hold_nothing_inline_and_ask_nothing_of_others(client: TestClient, make_award):
    award = make_award(name_shown=True)
    for path in (f"/b/{award.id}", "/", "/verify", "/issuers/northfield", f"/achievements/{award.achievement_id}"):
        page = client.get(path, headers={"Accept": "text/html"}).text

        assert not re.search(
            r'<style|<script(?![^>]*\s(?:src=|type="application/ld\+json"))|\sstyle=|\son[a-z]+=', page
        )
        assert not re.search(r'(?:src|<link rel="(?:stylesheet|icon)" href)="https?:', page)


def test_an_archived_achievement_keeps_its_badges(client: TestClient, service: Service, award: Award):
    with service.database.write() as session:
        found: Achievement = achievements.by_id(session, award.achievement_id)
        achievements.archive(session, found, actor="test")

    assert "Good until 24 November 2028" in client.get(f"/b/{award.id}").text
    assert "no longer awarded" in client.get(f"/achievements/{award.achievement_id}").text


@pytest.fixture
def graceful(make_award, make_achievement) -> Award:
    """A badge that ended ten days ago and can be renewed for thirty."""
    renewal = {"grace_days": 30, "reminder_days": [60]}
    achievement = make_achievement(slug="grace", validity={"kind": "days", "amount": 100}, renewal=renewal)
    return make_award(achievement, awarded_at=clock.now() - timedelta(days=110))


def test_a_badge_in_its_grace_says_until_when_and_that_it_does_not_count(
    look: Callable[[Award], str], client: TestClient, graceful: Award
):
    assert graceful.valid_until is not None
    end = words.date_of(graceful.valid_until + timedelta(days=30), words.UTC_ZONE)

    assert f"Lapsed; in its grace period until {end}" in look(graceful)
    assert f"It can be renewed until {end} as if it were in time; until then it does not count." in look(graceful)
    spanish = client.get(f"/b/{graceful.id}", headers={"Accept": "text/html", "Accept-Language": "es"}).text
    arabic = client.get(f"/b/{graceful.id}", headers={"Accept": "text/html", "Accept-Language": "ar"}).text
    assert "Lapsed" not in spanish + arabic


def test_after_its_grace_a_badge_has_ended(look: Callable[[Award], str], graceful: Award):
    with time_machine.travel(clock.now() + timedelta(days=30)):
        assert "Ended on" in look(graceful)


def test_a_renewed_badge_says_nothing_of_grace(look: Callable[[Award], str], service: Service, graceful: Award):
    with service.database.write() as session:
        renewals.renew(session, service.office, session.get_one(Award, graceful.id), actor="test")

    assert "Ended on" in look(graceful)
    assert "grace" not in look(graceful)
