"""Finding what can be earned: by words however they are typed, by filters, in pages that stay where they are."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from app import clock
from app.issuing import achievement_facts, achievements, award_status, awards, finding, holders
from app.issuing.finding import Wanted
from app.issuing.folding import fold
from app.issuing.listing import ListedAchievement, ListedCredit, ListedSkill


def names(desk: Any, **wanted: Any) -> list[str]:
    """The names of what is found, on the first page."""
    with desk.read() as session:
        hits = finding.find(session, Wanted(**wanted), limit=20).hits
        assert finding.count(session, Wanted(**wanted)) == len(hits)
        return [hit.version.facts["name"] for hit in hits]


def typed(words: str) -> dict[str, Any]:
    return {"words": finding.words_of(words)}


def skill(name: str, level: int) -> dict[str, Any]:
    return {"name": name, "url": f"https://skills.example.org/{fold(name).replace(' ', '-')}", "level": level}


# -- words ------------------------------------------------------------------------------------------------


@given(st.text())
def test_text_that_is_folded_stays_as_it_is_when_it_is_folded_again(text: str):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Énfermería ÁVANZADA", "enfermeria avanzada"),
        ("CPR & First-Aid v2.0", "cpr first aid v2 0"),
        ("Straße, Ørsted, Łódź, Œuvre", "strasse orsted lodz oeuvre"),
        ("Sygepleje\u00a0\u2013\tgrund", "sygepleje grund"),
        ("İstanbul ısı", "istanbul isi"),
        ("سَحْب الدم", "سحب الدم"),
        ("静脉采血", "静脉采血"),
        ("\x00%_'\"", ""),
    ],
)
def test_case_accents_and_punctuation_do_not_count(written: str, folded: str):
    assert fold(written) == folded


def test_it_is_found_by_parts_of_name_and_abbreviation_in_any_order(desk: Any):
    desk.achievement(name="Énfermería de Cuidados: Primera Parte", abbreviation="ECPP")
    desk.achievement(name="Basic Life Support", abbreviation="BLS")

    for words in ("enfermeria", "PARTE cuidad", "ecpp", "énférm", "primera-parte"):
        assert names(desk, **typed(words)) == ["Énfermería de Cuidados: Primera Parte"], words
    assert names(desk, **typed("enfermeria support")) == []
    assert names(desk, **typed("100%")) == names(desk, **typed("life_supporter")) == []
    assert len(names(desk, **typed("  ?! "))) == 2


# -- what is there ----------------------------------------------------------------------------------------


def test_only_what_can_be_earned_now_is_found_and_as_it_is_now(desk: Any):
    desk.draft(name="Not published")
    archived, changed = desk.achievement(name="Archived"), desk.achievement(name="Before", skills=[skill("Old", 2)])
    with desk.write() as session:
        achievements.archive(session, achievements.by_id(session, archived.id), actor="test")
    publish(desk, changed, name="After", skills=[skill("New", 3)])
    with desk.write() as session:
        draft = achievement_facts.parse(achievements.current_facts(session, changed).to_json() | {"name": "Later"})
        achievements.change(session, achievements.by_id(session, changed.id), facts=draft, actor="test")

    assert names(desk) == ["After"]
    assert names(desk, skill_words=("old",)) == []
    assert names(desk, skill_words=("new",)) == ["After"]


def publish(desk: Any, achievement: Any, **facts: Any) -> None:
    with desk.write() as session:
        found = achievements.by_id(session, achievement.id)
        changed = achievement_facts.parse(achievements.current_facts(session, found).to_json() | facts)
        achievements.change(session, found, facts=changed, actor="test")
        achievements.publish(session, desk.office, found, actor="test")


def test_what_was_archived_comes_back_when_it_is_published_again(desk: Any):
    made = desk.achievement(name="Back")
    with desk.write() as session:
        achievements.archive(session, achievements.by_id(session, made.id), actor="test")
        for table in (ListedAchievement, ListedSkill, ListedCredit):
            assert session.scalars(select(table)).all() == []
    publish(desk, made, name="Back again")

    assert names(desk) == ["Back again"]


# -- filters ----------------------------------------------------------------------------------------------


def test_each_filter_leaves_what_fits_and_all_together_what_fits_all(desk: Any):
    desk.achievement(name="A", hours="4", skills=[skill("Wound care", 2), skill("Teaching", 4)])
    desk.achievement(name="B", hours="12.5", skills=[skill("Wound care", 4)], academic_credits="1")
    desk.achievement(name="C", achievement_type="Certificate", skills=[skill("Wound dressing", 1)])
    other = desk.another_issuer()
    contact = [{"amount": "2", "unit": "ANCC Contact-hours"}, {"amount": "0", "unit": "CEU"}]
    other.achievement(name="D", hours="4.0", continuing_education=contact)

    assert names(desk, issuer_id=other.issuer.id) == ["D"]
    assert names(desk, skill_words=("wound",)) == ["A", "B", "C"]
    assert names(desk, skill_words=("wound",), level=3) == ["B"], "the level is of that skill, not of another"
    assert names(desk, level=4) == ["A", "B"]
    assert names(desk, hours_from=4.0) == ["A", "B", "D"], "C states none"
    assert names(desk, hours_from=4.0, hours_to=4.0) == ["A", "D"]
    assert names(desk, kind="Certificate") == ["C"]
    assert names(desk, unit=fold("ancc contact hours")) == ["D"]
    assert names(desk, unit="academic credit") == ["B"]
    assert names(desk, unit="ceu") == []
    assert names(desk, hours_to=20.0, skill_words=("care",), level=2, words=("a",)) == ["A"]


def test_what_there_is_to_choose_from_disregards_its_own_filter_and_heeds_the_others(desk: Any):
    desk.achievement(name="A", hours="4")
    desk.achievement(name="B", hours="40", achievement_type="Certificate")
    desk.another_issuer().achievement(name="C", hours="4", academic_credits="2")

    with desk.read() as session:
        found = finding.choices(session, Wanted(issuer_id=desk.issuer.id, hours_to=10.0))

    assert {choice.value: choice.count for choice in found.issuers} == {desk.issuer.slug: 1, "st-bruno": 1}
    assert {choice.value: choice.count for choice in found.kinds} == {"MicroCredential": 1}
    assert found.units == ()
    assert found.skills == ("Resuscitation",)


# -- pages ------------------------------------------------------------------------------------------------


def test_every_page_goes_on_where_the_one_before_ended_whatever_is_published_meanwhile(desk: Any):
    for name in ("Delta", "alpha", "Écho", "Bravo", "Charlie", "charlie"):
        desk.achievement(name=name)
    seen: list[str] = []
    after = None
    for turn in range(3):
        with desk.read() as session:
            found = finding.find(session, Wanted(), limit=2, after=after)
        seen += [hit.version.facts["name"] for hit in found.hits]
        after = found.then
        if turn == 0:
            desk.achievement(name="Aardvark")

    assert after is None
    assert [fold(name) for name in seen] == ["alpha", "bravo", "charlie", "charlie", "delta", "echo"]
    assert set(seen) == {"alpha", "Bravo", "Charlie", "charlie", "Delta", "Écho"}


# -- names ------------------------------------------------------------------------------------------------


def test_an_achievement_is_named_by_id_by_slug_or_by_issuer_and_slug(desk: Any):
    mine, other = desk.achievement("bls"), desk.another_issuer()
    theirs, alone = other.achievement("bls"), other.achievement("als")
    draft = desk.draft("secret")

    def found(name: str) -> set[str]:
        with desk.read() as session:
            return {each.id for each in finding.named(session, name)}

    assert found(mine.id) == found(f"{desk.issuer.slug}/bls") == {mine.id}
    assert found("als") == found("st-bruno/als") == {alone.id}
    assert found("bls") == {mine.id, theirs.id}
    assert found("secret") == found(draft.id) == found("nobody/bls") == found("") == set()


# -- holders ----------------------------------------------------------------------------------------------


def test_holders_are_people_with_a_badge_that_is_good_now(desk: Any):
    made = desk.achievement(validity={"kind": "months", "amount": 12})
    now = clock.now()
    desk.award("good@x.example", achievement=made)
    desk.award("ended@x.example", achievement=made, awarded_at=now - timedelta(days=500))
    for change in (award_status.revoke, award_status.suspend):
        taken = desk.award(f"{change.__name__}@x.example", achievement=made)
        with desk.write() as session:
            change(session, desk.office, awards.by_id(session, taken.id), reason="x", actor="test")

    with desk.read() as session:
        assert holders.count(session, made.id, now=now, at_most=100) == 1
        assert holders.count(session, made.id, now=datetime(2020, 1, 1, tzinfo=UTC), at_most=100) == 2
        assert holders.count(session, made.id, now=datetime(2020, 1, 1, tzinfo=UTC), at_most=1) == 1


# -- how it is read ---------------------------------------------------------------------------------------


def plans(session: Session, *, ask: Any) -> list[tuple[str, str]]:
    """What the database means to do for each statement of a question, beside the statement."""
    asked: list[tuple[str, Any]] = []
    engine = session.get_bind()

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", keep)
    is_sqlite = engine.dialect.name == "sqlite"
    word = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    if not is_sqlite:  # or small tables are read whole
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_sort = off"))
        session.execute(text("SET LOCAL enable_bitmapscan = off"))  # which statistics of a moment may prefer
    rows = [session.connection().exec_driver_sql(f"{word} {each}", values).all() for each, values in asked]
    return [(each, " / ".join(str(row[-1]) for row in found)) for (each, _), found in zip(asked, rows, strict=True)]


def test_a_page_is_read_in_the_order_of_an_index_and_no_award_is_read_for_it(desk: Any):
    desk.award(achievement=desk.achievement())
    everything = Wanted(words=("b", "l"), skill_words=("r",), level=1, hours_to=9.0, kind="x", unit="y")

    def ask(session: Session) -> None:
        for wanted in (Wanted(), everything):
            place = finding.Place("a", "b")
            finding.find(session, wanted, limit=24)
            finding.find(session, wanted, limit=24, after=place)
            finding.count(session, wanted)
            finding.choices(session, wanted)

    with desk.read() as session:
        found = plans(session, ask=lambda: ask(session))

    assert len(found) == 14
    assert not any(re.search(r"\bawards\b", statement + plan) for statement, plan in found)
    for statement, plan in found:
        if "ORDER BY listed_achievements.sort_name" in statement:
            assert "ix_listed_achievements_sort_name" in plan, plan
            assert "TEMP B-TREE" not in plan, plan
            assert "Sort" not in plan, plan


def test_a_page_of_one_issuer_is_read_in_the_order_of_an_index(desk: Any):
    desk.achievement()

    with desk.read() as session:
        wanted = Wanted(issuer_id=desk.issuer.id)
        ((_, plan),) = plans(session, ask=lambda: finding.find(session, wanted, limit=12))

    assert "ix_listed_achievements_" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_holders_are_counted_from_an_index_alone(desk: Any):
    made = desk.achievement()
    desk.award(achievement=made)

    with desk.read() as session:
        ((_, plan),) = plans(session, ask=lambda: holders.count(session, made.id, now=clock.now(), at_most=10_001))

    if plan.startswith("Aggregate"):  # PostgreSQL: with one award and the statistics of other tests, any index may do
        assert "Seq Scan" not in plan
        assert "Index" in plan
    else:
        assert "COVERING INDEX ix_awards_achievement_id" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
