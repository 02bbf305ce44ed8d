"""Rules at work: written simply or as text, said in words, tried on the past, run over it, switched off, explained."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.issuing import backfills, sources
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.backfills import Backfill
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.rules import switches
from app.issuing.rules.versions import RuleVersion
from app.service import Service
from app.web.staff import rules_simulation
from app.web.staff.rules_examples import EXAMPLES
from tests.web.english import english_in

from .arriving import connect, fact, send

ROOT = "/staff/northfield"
DOCUMENT = """match:
  activities: [PHLB-101]
require: {score_gte: "90 %"}
"""


@pytest.fixture
def olga(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """The owner."""
    return enter("olga@example.org", role="owner", at=issuer)


@pytest.fixture
def phlebotomy(make_achievement: Callable[..., Achievement]) -> Achievement:
    return make_achievement()


@pytest.fixture
def rules_at(phlebotomy: Achievement) -> str:
    return f"{ROOT}/achievements/{phlebotomy.id}/rules"


@pytest.fixture
def past(service: Service, issuer: Issuer, client: TestClient, phlebotomy: Achievement) -> str:
    """Three people who did PHLB-101, with 95, 92 and 60 per cent, before there was any rule; the source's id."""
    source, secret = connect(service, issuer)
    for person, score in (("1", 95), ("2", 92), ("3", 60)):
        send(client, source.id, secret, fact(person, score={"value": score, "unit": "percent"}))
    with service.database.write() as session:
        sources.allow(session, sources.by_id(session, source.id), phlebotomy, actor="test")
    return source.id


def rows(service: Service, table: Any) -> list[Any]:
    with service.database.read() as session:
        return list(session.scalars(select(table)))


def words_of(page: Any) -> str:
    """What the page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def text_of(page: Any) -> str:
    """What stands in the editor."""
    found = re.search(r'<textarea id="document"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def test_without_rules_the_page_teaches_the_two_ways(olga: Any, rules_at: str):
    everything, own = olga.get(f"{ROOT}/rules").text, olga.get(rules_at).text

    assert "No rule yet" in everything
    assert f'href="{rules_at}/simple"' in everything
    assert f'href="{rules_at}/simple"' in own


@pytest.mark.usefixtures("past")
def test_the_simple_form_writes_a_document_and_puts_nothing(olga: Any, service: Service, rules_at: str):
    offered = olga.get(f"{rules_at}/simple").text

    page = olga.post(
        f"{rules_at}/simple",
        activity="PHLB-101",
        others="bls-2026",
        together="all",
        outcome="passed",
        minimum="84,5",
        approval="below",
        below="90 %",
    )

    assert "Phlebotomy day" in offered
    words = unescape(page.text)
    assert "It looks at completions of “PHLB-101” and “bls-2026”, whatever source they come from." in words
    assert "it was passed and a score of at least 84.5 %" in words
    assert "Counted together: “PHLB-101” and “bls-2026”." in words
    assert "with a score below 90 %" in words
    assert rows(service, RuleVersion) == []
    olga.post(rules_at, document=text_of(page), do="put")
    (version,) = rows(service, RuleVersion)
    assert version.document["combine"] == {"all_of": ["a1", "a2"]}
    assert version.document["require"]["all"] == [{"outcome": "passed"}, {"score_gte": "0.845"}]
    assert version.document["approval"] == {"when": {"score_lt": "0.9"}}


def test_what_the_simple_form_lacks_is_told_and_the_rest_stays(olga: Any, rules_at: str):
    whole = {"others": "bls", "outcome": "passed", "approval": "none"}
    lacking = {
        "Choose at least one activity": {"others": ""},
        "from 0 to 100": {"minimum": "lots"},
        "Say below which score": {"approval": "below"},
    }

    answers = {sentence: olga.post(f"{rules_at}/simple", **whole | fields) for sentence, fields in lacking.items()}

    assert {answer.status_code for answer in answers.values()} == {422}
    assert all(sentence in answer.text for sentence, answer in answers.items())
    assert all('value="passed" required checked' in answer.text for answer in answers.values())


def test_every_example_can_be_put(olga: Any, rules_at: str, service: Service):
    for name in EXAMPLES:
        example = olga.get(f"{rules_at}/new?example={name}")
        assert olga.post(rules_at, document=text_of(example), do="put").status_code == 303

    assert len(rows(service, RuleVersion)) == len(EXAMPLES)


def test_each_problem_stands_beside_its_line_and_the_text_stays(olga: Any, service: Service, rules_at: str):
    wrong = "match:\n  activites: [x]\nrequire: {score_gte: 84}\n"

    answer = olga.post(rules_at, document=wrong, do="put")

    assert answer.status_code == 422
    assert re.findall(r'id="(line-\d)" class="at-fault"', answer.text) == ["line-2", "line-3"]
    assert '<a href="#line-2">Line 2</a>' in answer.text
    assert "activites: [x] Nothing is called “activites” here; did you mean “activities”?" in words_of(answer)
    assert "84} This is a score between 0 and 1" in words_of(answer)
    assert text_of(answer).strip() == wrong.strip()
    assert rows(service, RuleVersion) == []


def test_what_is_not_yaml_at_all_is_told_with_its_line(olga: Any, rules_at: str):
    answer = olga.post(rules_at, document="match: [\n", do="check")

    assert answer.status_code == 422
    assert "This is not YAML" in answer.text


def test_a_version_is_put_for_later_and_the_one_before_decides_until_then(olga: Any, rules_at: str):
    olga.post(rules_at, document=DOCUMENT, do="put")
    olga.post(rules_at, document=DOCUMENT.replace("90", "95"), do="put", begins="2099-01-01T09:00")
    refused = olga.post(rules_at, document=DOCUMENT, do="put", begins="soon")

    page = olga.get(rules_at).text

    assert "Version 1 decides" in page
    assert "1 January 2099" in page
    assert "a score of at least 95 %" in unescape(olga.get(f"{rules_at}/versions/2").text)
    assert refused.status_code == 422
    assert "A moment is written as" in refused.text
    assert olga.get(f"{rules_at}/versions/3").status_code == 404
    assert "0.9" in text_of(olga.get(f"{rules_at}/new?version=1"))


def test_a_source_that_is_named_and_may_not_cause_the_badge_is_allowed_from_there(
    olga: Any, service: Service, issuer: Issuer, rules_at: str, phlebotomy: Achievement
):
    source, _ = connect(service, issuer)
    olga.post(rules_at, document=DOCUMENT.replace("match:", f"match:\n  connections: [{source.id}]"), do="put")
    before = olga.get(rules_at).text

    olga.post(f"{ROOT}/sources/{source.id}/allowances", achievement=phlebotomy.id, next=rules_at)

    assert "Some sources that it names may not cause this badge" in before
    assert "from Our LMS" in before
    assert "Some sources" not in olga.get(rules_at).text


@pytest.mark.usefixtures("past")
def test_a_document_is_tried_on_everybody_s_past_and_nothing_is_changed(olga: Any, service: Service, rules_at: str):
    page = olga.post(f"{rules_at}/simulate", document=DOCUMENT, show="gain")

    assert "2 would gain the badge at once" in words_of(page)
    assert "0 would lose the badge" in words_of(page)
    assert "Looked at 3 of 3 people" in words_of(page)
    named = re.findall(r"why\?person=[\w-]+\" dir=\"auto\">([^<]+)", page.text)
    assert sorted(named) == ["Person 1", "Person 2"]
    assert rows(service, RuleVersion) == rows(service, Award) == []


@pytest.mark.usefixtures("past")
def test_a_long_past_is_looked_at_part_by_part_with_the_counts_carried_along(
    olga: Any, rules_at: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rules_simulation, "AT_ONCE", 1)
    page = olga.post(f"{rules_at}/simulate", document=DOCUMENT)
    steps = 1
    while "Look at the next people" in page.text:
        form = page.text[: page.text.index("Look at the next people")].rpartition("<form")[2]
        hidden = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', form))
        page = olga.post(f"{rules_at}/simulate", document=DOCUMENT, **{k: v for k, v in hidden.items() if k != "csrf"})
        steps += 1

    assert steps in {3, 4}
    assert "Looked at 3 of 3 people" in page.text
    assert "2 would gain" in words_of(page)


def test_a_document_that_cannot_be_tried_leads_back_to_the_editor(olga: Any, rules_at: str):
    answer = olga.post(f"{rules_at}/simulate", document="match: {}")

    assert answer.status_code == 422
    assert text_of(answer).strip() == "match: {}"
    assert olga.get(f"{rules_at}/simulate").status_code == 404


@pytest.mark.usefixtures("past")
def test_a_run_over_the_past_is_begun_watched_and_stopped(olga: Any, service: Service, rules_at: str):
    olga.post(rules_at, document="match: {activities: [PHLB-101]}", do="put")
    assert "Run the rules over the past of 3 people" in olga.get(f"{rules_at}/simulate").text

    path = olga.post(f"{rules_at}/backfills").headers["location"]
    again = olga.post(f"{rules_at}/backfills").headers["location"]
    with service.database.write() as session:
        backfills.step(session, service.office, path.rpartition("/")[2], limit=1, lease_seconds=60)
    watched = olga.get(f"{path}?every=10").text
    olga.post(f"{path}/stop")

    assert again == path
    assert "1 of 3 people were decided" in watched
    assert 'http-equiv="refresh"' in watched
    assert "The brake: rules made 1 badges in this hour, of 60,000" in watched
    assert [run.state for run in rows(service, Backfill)] == ["stopped"]
    assert "http-equiv" not in olga.get(f"{path}?every=10").text
    assert path in olga.get(f"{ROOT}/rules").text


def test_rules_are_switched_off_and_bounded_and_on_again(
    olga: Any, service: Service, client: TestClient, rules_at: str, phlebotomy: Achievement
):
    with service.database.read() as session:
        issuer = session.get_one(Issuer, phlebotomy.issuer_id)
    source, secret = connect(service, issuer, earns=phlebotomy)

    olga.post(f"{rules_at}/switch")
    send(client, source.id, secret, fact("1"))
    stopped = olga.get(rules_at).text
    olga.post(f"{rules_at}/switch", on="yes")
    olga.post(f"{rules_at}/limit", awards_per_hour="5")
    olga.post(f"{ROOT}/rules/limit", awards_per_hour="7")
    refused = olga.post(f"{rules_at}/limit", awards_per_hour="none")

    assert "The rules are switched off since" in stopped
    assert rows(service, Award) == []
    with service.database.read() as session:
        switch = switches.of(session, phlebotomy.id)
        assert switch is not None
        assert (switch.off_since, switch.awards_per_hour) == (None, 5)
        assert session.get_one(Issuer, issuer.id).awards_per_hour == 7
    assert refused.status_code == 422


@pytest.mark.usefixtures("past")
def test_why_and_why_not_is_said_clause_by_clause(olga: Any, service: Service, rules_at: str):
    olga.post(rules_at, document=DOCUMENT, do="put")

    yes = olga.get(f"{rules_at}/why?person=person-1@hospital.example.org").text
    no = olga.get(f"{rules_at}/why?person=person-3@hospital.example.org").text
    (learner,) = [each for each in rows(service, Learner) if each.display_name == "Person 3"]

    assert "Earned on 2026-03-02 by PHLB-101" in yes
    assert "The score of 60 % for PHLB-101 is below the 90 % that is asked for" in no
    assert "not met:" in no
    assert "Person 3" in olga.get(f"{rules_at}/why?person={learner.id}").text


@pytest.mark.usefixtures("past")
def test_why_and_why_not_is_said_in_spanish(olga: Any, rules_at: str):
    olga.post(rules_at, document=DOCUMENT, do="put")
    olga.client.headers["Accept-Language"] = "es"

    yes = olga.get(f"{rules_at}/why?person=person-1@hospital.example.org").text
    no = olga.get(f"{rules_at}/why?person=person-3@hospital.example.org").text
    wrong = olga.post(rules_at, document="match: [", do="put").text

    assert "Obtenida el 2026-03-02 por PHLB-101" in yes
    assert "La puntuación de 60 % en PHLB-101 es inferior al 90 % que se pide" in no
    assert english_in(yes) == english_in(no) == english_in(wrong) == []


def test_why_of_somebody_who_is_not_here_says_so(olga: Any, rules_at: str):
    answers = [olga.get(f"{rules_at}/why?person={person}") for person in ("nobody@x.example", "%00", "x" * 400)]

    assert {answer.status_code for answer in answers} == {422}
    assert all("Nobody here has this address or id" in answer.text for answer in answers)


def test_the_list_says_what_decides_about_each_achievement(
    olga: Any, service: Service, issuer: Issuer, make_achievement: Callable[..., Achievement], rules_at: str
):
    connect(service, issuer, earns=make_achievement("bls", name="Basic Life Support"))
    olga.post(rules_at, document=DOCUMENT, do="put")

    page = olga.get(f"{ROOT}/rules").text
    lines = olga.get(f"{ROOT}/rules/export.csv").text

    assert "document, version 1" in page
    assert "1 mapping" in page
    assert '"Basic Life Support","","1"' in lines


@pytest.mark.usefixtures("past")
def test_a_designer_writes_rules_and_an_awarder_reads_them(
    enter: Callable[..., Any], service: Service, issuer: Issuer, rules_at: str
):
    dan = enter("dan@example.org", role="designer", at=issuer, name="Dan")
    ava = enter("ava@example.org", role="awarder", at=issuer, name="Ava")

    assert dan.post(rules_at, document=DOCUMENT, do="put").status_code == 303
    assert ava.get(rules_at).status_code == 200
    assert ava.get(f"{rules_at}/why?person=person-1@hospital.example.org").status_code == 200
    writing = ["", "/switch", "/limit", "/backfills", "/simulate", "/simple"]
    assert {ava.post(f"{rules_at}{part}").status_code for part in writing} == {403}
    assert {ava.get(f"{rules_at}{part}").status_code for part in ("/new", "/simple", "/simulate")} == {403}
    assert "Write it as text" not in ava.get(rules_at).text
    assert len(rows(service, RuleVersion)) == 1


@pytest.mark.usefixtures("past")
def test_another_issuer_s_owner_finds_nothing(
    enter: Callable[..., Any], make_issuer: Callable[..., Issuer], service: Service, rules_at: str
):
    eve = enter("eve@example.org", role="owner", at=make_issuer("riverside", "Riverside"))
    own = rules_at.replace("northfield", "riverside")

    looked = [own, f"{own}/new", f"{own}/simple", f"{own}/simulate", f"{own}/why?person=person-1@hospital.example.org"]
    changed = [own, f"{own}/switch", f"{own}/limit", f"{own}/backfills", f"{own}/simulate"]

    assert {eve.get(path).status_code for path in looked} == {404}
    assert {eve.post(path, document=DOCUMENT, do="put").status_code for path in changed} == {404}
    assert rows(service, RuleVersion) == []
