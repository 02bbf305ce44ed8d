"""Two learners who are one person: merged by hand, and two again."""

from __future__ import annotations

import pytest

from app.errors import InvalidInput, MergeNotUndoable, NotFound
from app.issuing import award_status, awards, learners, merging
from app.issuing.completions import Completion
from app.issuing.learners import Learner, LearnerMerge

from .arriving import ACTIVITY, ANA, NAMELESS, actions, arrive, fact, learner_of, mails
from .arriving import awards as all_awards


def merge(desk, kept: Learner, gone: Learner) -> LearnerMerge:
    with desk.write() as session:
        return merging.merge(
            session,
            desk.office,
            kept=session.get_one(Learner, kept.id),
            gone=session.get_one(Learner, gone.id),
            actor="cli",
        )


def undo(desk, merged: LearnerMerge) -> None:
    with desk.write() as session:
        merging.undo(session, desk.office, merging.by_id(session, desk.issuer, merged.id), actor="cli")


def holders(desk) -> dict[str, tuple[str, str, str]]:
    return {award.id: (award.learner_id, award.slot, award.state) for award in all_awards(desk)}


@pytest.fixture
def two(desk):
    """Ana at work and Ana at home, each with a badge."""
    for email in ("ana@hospital.test", "ana@home.test"):
        desk.award(email)
    return desk.learner("ana@hospital.test"), desk.learner("ana@home.test")


def test_awards_identities_addresses_and_completions_move_and_nothing_is_signed_or_mailed(desk, two):
    kept, gone = two
    arrive(desk, desk.source(), fact(learner={**ANA, "email": "ana@home.test"}))
    before = len(mails(desk))

    merged = merge(desk, kept, gone)

    assert {learner for learner, _, _ in holders(desk).values()} == {kept.id}
    assert learner_of(desk).id == desk.learner("ana@home.test").id == kept.id
    with desk.read() as session:
        assert session.query(Completion).one().learner_id == kept.id
        assert (session.get_one(Learner, gone.id).state, session.get_one(Learner, gone.id).merged_into_id) == (
            "merged",
            kept.id,
        )
    assert {award.revision for award in all_awards(desk)} == {1}
    assert len(mails(desk)) == before
    assert [action for action in actions(desk) if action.startswith("learner.")] == ["learner.merged"]
    assert sorted(merged.moved) == ["awards", "completions", "learner_emails", "learner_identities"]


def test_no_address_of_a_badge_changes(desk, two):
    before = {award.id: credential(desk, award.id) for award in all_awards(desk)}

    merge(desk, *two)

    assert {award.id: credential(desk, award.id) for award in all_awards(desk)} == before


def credential(desk, award_id: str) -> bytes:
    with desk.read() as session:
        return awards.credential_of(session, awards.by_id(session, award_id)).json


def test_two_awards_of_one_achievement_both_stay_valid_and_a_third_is_not_made(desk):
    achievement = desk.achievement()
    for email in ("ana@hospital.test", "ana@home.test"):
        desk.award(email, achievement=achievement)

    merge(desk, desk.learner("ana@hospital.test"), desk.learner("ana@home.test"))

    assert [state for _, _, state in holders(desk).values()] == ["issued", "issued"]
    desk.award("ana@home.test", achievement=achievement)
    assert len(holders(desk)) == 2


def test_undoing_restores_exactly_who_had_what(desk):
    achievement = desk.achievement()
    for email in ("ana@hospital.test", "ana@home.test"):
        desk.award(email, achievement=achievement)
    kept, gone = desk.learner("ana@hospital.test"), desk.learner("ana@home.test")
    arrive(desk, desk.source(), fact(learner={**ANA, "email": "ana@home.test"}))
    before = holders(desk)

    undo(desk, merge(desk, kept, gone))

    assert holders(desk) == before
    assert learner_of(desk).id == desk.learner("ana@home.test").id == gone.id
    assert desk.learner("ana@hospital.test").id == kept.id
    with desk.read() as session:
        restored = session.get_one(Learner, gone.id)
        assert (restored.state, restored.merged_into_id) == ("known", None)
        assert session.query(Completion).one().learner_id == gone.id
    assert actions(desk).count("learner.unmerged") == 1


def test_what_came_after_the_merge_stays_with_the_learner_who_was_kept(desk, two):
    kept, gone = two
    merged = merge(desk, kept, gone)
    later = desk.award("ana@home.test")

    undo(desk, merged)

    assert holders(desk)[later.id][0] == kept.id


def test_an_award_that_was_revoked_meanwhile_goes_back_revoked(desk):
    achievement = desk.achievement()
    for email in ("ana@hospital.test", "ana@home.test"):
        award = desk.award(email, achievement=achievement)
    kept, gone = desk.learner("ana@hospital.test"), desk.learner("ana@home.test")
    merged = merge(desk, kept, gone)
    with desk.write() as session:
        award_status.revoke(session, desk.office, awards.by_id(session, award.id), reason="error", actor="cli")

    undo(desk, merged)

    assert holders(desk)[award.id] == (gone.id, f"ended:{award.id}", "revoked")


def test_a_merge_is_undone_once_and_the_newest_first(desk, two):
    kept, gone = two
    first = merge(desk, kept, gone)
    second = merge(desk, desk.learner("ana@third.test"), kept)

    with pytest.raises(MergeNotUndoable):
        undo(desk, first)
    undo(desk, second)
    undo(desk, first)
    with pytest.raises(MergeNotUndoable):
        undo(desk, first)


def test_somebody_pending_who_is_merged_is_known_and_what_waited_is_decided(desk):
    ana = desk.learner("ana@hospital.test")
    arrive(desk, desk.source(earns={ACTIVITY: desk.achievement()}), fact(learner=NAMELESS))

    merge(desk, learner_of(desk), ana)

    assert not learners.is_pending(learner_of(desk))
    assert [award.learner_id for award in all_awards(desk)] == [learner_of(desk).id]


def test_somebody_pending_who_was_kept_is_pending_again_after_the_undo(desk):
    ana = desk.learner("ana@hospital.test")
    arrive(desk, desk.source(), fact(learner=NAMELESS))
    pending = learner_of(desk)

    undo(desk, merge(desk, pending, ana))

    assert learners.is_pending(learner_of(desk))
    assert desk.learner("ana@hospital.test").id == ana.id


def test_nobody_is_merged_with_themselves_with_another_issuer_s_or_with_who_is_merged(desk, two):
    kept, gone = two
    with pytest.raises(InvalidInput):
        merge(desk, kept, kept)
    with pytest.raises(NotFound):
        merge(desk, kept, desk.another_issuer().learner("bo@hospital.test"))
    merge(desk, kept, gone)
    with pytest.raises(InvalidInput):
        merge(desk, kept, gone)
