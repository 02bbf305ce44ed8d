"""A catalogue that is imported again: what differs is changed, what somebody ended here is left alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import InvalidInput
from app.issuing import (
    attached_endorsements,
    award_status,
    catalog,
    definitions,
    endorsements,
    erasure,
    issuers,
    learners,
    pathways,
)
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, AwardState
from app.issuing.definitions import Kind
from app.issuing.endorsements import Endorsement
from app.issuing.stacks import careers, enrolling
from app.issuing.stacks.tables import Recognition
from tests.issuing.catalog.small import TEXT, changed, imported


def the(session, model):
    """The only row of a table."""
    return session.scalars(select(model)).one()


def person(session):
    found = learners.find_by_identity(session, issuers.by_slug(session, "north"), "catalog", "ln-1")
    assert found is not None
    return found


def made_and_changed(done) -> set[tuple[str, str]]:
    return {(kind, what) for kind, what in done if what != "unchanged"}


def test_what_every_section_says_is_kept(desk):
    imported(desk)

    with desk.read() as session:
        home = issuers.by_slug(session, "north")
        facts = {(each.kind, each.slug): each.facts for each in definitions.all_of(session, home.id)}
    assert facts[Kind.SKILL, "sk-cpr"]["priority"] == 5
    assert facts[Kind.SKILL, "sk-talk"]["priority"] == 3
    assert facts[Kind.SKILL, "sk-cpr"]["url"] == "https://north.example/skills/sk-cpr"
    assert facts[Kind.SKILL, "sk-cpr"]["framework"] == "fw-north"
    assert facts[Kind.RECOGNISED, "ext-aide"]["issued_by"] == "Outside bodies"
    assert facts[Kind.RECOGNISED, "ext-aide"]["grace_days"] == 30
    assert facts[Kind.RECOGNISED, "px-talk"]["kind"] == "partner"
    assert facts[Kind.PROGRAMME, "prog-rn"]["provider"] == "River College"
    assert facts[Kind.EQUIVALENCE, "eq-talk"]["pathways"] == ["pw-care"]
    assert facts[Kind.CREDIT_TRANSFER, "ct-rn"]["source"] == {"credential": "st-care"}
    assert facts[Kind.ROLE, "role-aide"]["requires"] == [{"skill": "sk-cpr", "level": 3}]
    assert facts[Kind.UNIT, "unit-ward"]["mandatory"] == [{"credential": "mc-cpr", "target_percent": "95"}]


def test_a_priority_that_the_file_states_counts(desk):
    imported(desk, changed("category: safety,", "category: safety, priority: 2,"))

    with desk.read() as session:
        found = definitions.by_slug(session, issuers.by_slug(session, "north"), Kind.SKILL, "sk-cpr")
    assert found.facts["priority"] == 2


def test_a_pathway_is_published_with_the_number_of_the_file_and_a_changed_one_as_the_next(desk):
    imported(desk)
    again = imported(desk, changed("description: Up.", "description: Further up."))

    assert made_and_changed(again) == {("pathway", "changed")}
    with desk.read() as session:
        row = the(session, pathways.PathwayRow)
        assert [each.number for each in pathways.versions_of(session, row)] == [3, 4]


def test_a_draft_stays_one_and_nobody_can_be_on_it(desk):
    text = changed("status: published", "status: draft")
    assert "is a draft" in catalog.read(text).problems[0].sentence

    free = changed("pathways: [pw-care]", "pathways: []", text)
    imported(desk, free)

    with desk.read() as session:
        assert the(session, pathways.PathwayRow).state == "draft"


def test_a_changed_definition_is_changed_alone(desk):
    imported(desk)

    assert made_and_changed(imported(desk, changed("headcount_target: 12", "headcount_target: 13"))) == {
        ("unit", "changed")
    }


def test_an_archived_pathway_and_an_ended_enrolment_are_left_alone(desk):
    imported(desk)
    with desk.write() as session:
        row = the(session, pathways.PathwayRow)
        enrolling.leave(session, enrolling.one(session, person(session), row), actor="cli")
        pathways.archive(session, row, actor="cli")

    again = imported(desk, changed("description: Up.", "description: Further up."))

    assert made_and_changed(again) == {("pathway", "archived"), ("enrolment", "left alone")}


def test_an_award_that_was_revoked_here_stays_revoked(desk):
    imported(desk)
    query = select(Award).join(Achievement, Achievement.id == Award.achievement_id).where(Achievement.slug == "mc-cpr")
    with desk.write() as session:
        award_status.revoke(session, desk.office, session.scalars(query).one(), reason="A mistake", actor="cli")

    assert made_and_changed(imported(desk)) == set()

    with desk.read() as session:
        assert session.scalars(query).one().state == AwardState.REVOKED


def test_an_award_that_the_file_revokes_later_is_revoked(desk):
    imported(desk)

    text = changed('issued: "2026-01-10", status: active', 'issued: "2026-01-10", status: revoked')
    text = changed('issued: "2026-02-10", status: active', 'issued: "2026-02-10", status: revoked', text)

    assert made_and_changed(imported(desk, text)) == {("award", "changed"), ("recognition", "changed")}
    with desk.read() as session:
        assert the(session, Recognition).state == "revoked"


def test_a_newer_award_of_the_same_kind_comes_after_one_that_had_ended(desk):
    imported(desk)
    newer = '      - {credential: mc-cpr, issued: "2028-03-01", status: active}\n'

    again = imported(desk, TEXT + newer)

    assert again["award", "made"] == 1
    assert made_and_changed(imported(desk, TEXT + newer)) == set()


def test_an_award_while_another_one_is_good_is_no_second_one_and_is_told(desk):
    imported(desk)
    second = '      - {credential: mc-cpr, issued: "2026-03-01", status: active}\n'

    assert made_and_changed(imported(desk, TEXT + second)) == {("award", "left alone")}


def test_a_recognised_credential_of_a_day_to_come_is_told_by_its_line_and_nothing_is_written(desk):
    text = changed('px-talk, issued: "2026-02-10"', 'px-talk, issued: "2190-02-10"')

    with pytest.raises(InvalidInput) as caught:
        imported(desk, text)

    [problem] = caught.value.facts["problems"]
    assert problem["line"] == text[: text.index("2190")].count("\n") + 1
    with desk.read() as session:
        assert [each.slug for each in issuers.every(session)] == ["st-anna"]


def test_who_was_erased_does_not_come_back(desk):
    imported(desk)
    with desk.write() as session:
        erasure.erase(session, desk.office, person(session), actor="cli")

    again = imported(desk)

    assert made_and_changed(again) == {("learner", "left alone")}
    assert again["award", "unchanged"] == 0


def test_a_changed_name_is_learned(desk):
    imported(desk)

    assert made_and_changed(imported(desk, changed("Sample One", "Sample First"))) == {("learner", "changed")}


def test_a_changed_career_is_changed_and_what_the_file_does_not_say_of_it_stays(desk):
    imported(desk)

    again = imported(desk, changed("    unit: unit-ward\n    current_role: null", "    current_role: role-aide"))

    assert made_and_changed(again) == {("career", "changed")}
    with desk.read() as session:
        named = careers.names_of(session, person(session).id)
    assert (named.unit, named.role) == ("unit-ward", "role-aide")


# -- endorsements ---------------------------------------------------------------------------------------------


def test_an_endorsement_is_signed_by_who_gives_it_as_of_its_day_and_new_badges_carry_it(desk):
    imported(desk)

    with desk.read() as session:
        said = the(session, Endorsement)
        assert issuers.by_id(session, said.issuer_id).slug == "board"
        assert b'"validFrom":"2025-01-15T00:00:00Z"' in said.json
        assert said.accepted_at is not None
        assert attached_endorsements.attached(session, desk.office, [said.about]).documents


def test_an_endorsement_that_was_withdrawn_here_is_left_alone_and_one_that_differs_takes_its_place(desk):
    imported(desk)
    with desk.write() as session:
        endorsements.withdraw(session, desk.office, the(session, Endorsement), reason="No more", actor="cli")

    assert made_and_changed(imported(desk)) == {("endorsement", "left alone")}
    assert made_and_changed(imported(desk, changed("Well assessed.", "Well taught."))) == {("endorsement", "changed")}

    with desk.read() as session:
        standing = session.scalars(select(Endorsement).where(Endorsement.withdrawn_at.is_(None))).one()
    assert standing.comment == "Well taught."


def test_an_endorsement_whose_time_is_over_is_not_signed(desk):
    done = imported(desk, changed("comment: Well assessed.", 'valid_until: "2025-06-30", comment: Well assessed.'))

    assert done["endorsement", "left alone"] == 1
    with desk.read() as session:
        assert session.scalars(select(Endorsement)).all() == []


def test_an_endorsement_of_somebody_who_awards_nothing_here_is_said_and_left_out():
    plan = catalog.read(changed("target: mc-cpr", "target: ext-aide"))

    assert plan.problems == ()
    assert plan.endorsements == ()
    assert any(sentence.startswith("en-board: ext-aide is of nobody") for sentence in plan.skipped)
