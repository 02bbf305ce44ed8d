"""Status lists: every index is given once, and what is published is what the rows say, signed."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from sqlalchemy import event, select, update

from app.credentials import bitstring
from app.credentials.model import StatusPurpose
from app.errors import NotFound, StatusListFull
from app.issuing import award_status, awards, status_lists, verification
from app.issuing.status_lists import StatusEntry, StatusList


def change(desk, award, what: str, **facts) -> None:
    with desk.write() as session:
        found = awards.by_id(session, award.id)
        getattr(award_status, what)(session, desk.office, found, actor="cli", **facts)


def lists_of(desk, purpose: str = "revocation") -> list[StatusList]:
    with desk.read() as session:
        query = select(StatusList).where(StatusList.purpose == purpose).order_by(StatusList.number)
        return list(session.scalars(query))


def entries_of(desk, purpose: str = "revocation") -> list[StatusEntry]:
    with desk.read() as session:
        return list(session.scalars(select(StatusEntry).where(StatusEntry.purpose == purpose)))


def set_bits_of(status_list: StatusList) -> set[int]:
    """Which bits are set in the published bytes."""
    bits = bitstring.decode(json.loads(status_list.json)["credentialSubject"]["encodedList"])
    return {index for index in range(status_list.size_bits) if bitstring.is_set(bits, index)}


def leave_free(desk, free: int, purpose: StatusPurpose = StatusPurpose.REVOCATION) -> None:
    """Use up the newest list of a purpose but for a few indexes."""
    with desk.write() as session:
        status_lists.open_lists(session, desk.office, desk.issuer)
        newest = session.scalars(
            select(StatusList).where(StatusList.purpose == purpose).order_by(StatusList.number.desc())
        ).first()
        newest.next_counter = newest.size_bits - free


# -- what is published ---------------------------------------------------------------------------------------


def test_an_issuer_has_one_list_of_each_purpose_with_enough_places(desk):
    desk.award()

    with desk.read() as session:
        found = session.scalars(select(StatusList)).all()
    assert sorted(item.purpose for item in found) == ["revocation", "suspension"]
    assert {item.size_bits for item in found} == {131_072}
    for item in found:
        document = json.loads(item.json)
        assert "BitstringStatusListCredential" in document["type"]
        assert document["credentialSubject"]["type"] == "BitstringStatusList"
        assert document["credentialSubject"]["statusPurpose"] == item.purpose
        assert document["id"] == desk.office.addresses.status_list(item.id)
        issuer = document["issuer"]
        issuer_id = issuer["id"] if isinstance(issuer, dict) else issuer
        assert issuer_id == desk.office.addresses.did(desk.issuer.slug)


def test_the_set_bits_of_the_published_list_are_the_revoked_awards(desk):
    achievement = desk.achievement()
    made = [desk.award(f"{number}@x.example", achievement=achievement) for number in range(5)]
    for award in made[1::2]:
        change(desk, award, "revoke", reason="issued in error")

    (status_list,) = lists_of(desk)
    revoked = {award.id for award in made[1::2]}
    assert set_bits_of(status_list) == {entry.index for entry in entries_of(desk) if entry.award_id in revoked}


def test_a_suspension_is_in_its_own_list_and_can_be_taken_back(desk):
    award = desk.award()

    change(desk, award, "suspend", reason="under review")
    (suspended,) = lists_of(desk, "suspension")
    change(desk, award, "reinstate")

    assert set_bits_of(suspended) == {entry.index for entry in entries_of(desk, "suspension")}
    assert set_bits_of(lists_of(desk, "suspension")[0]) == set()
    assert set_bits_of(lists_of(desk)[0]) == set()


def test_every_list_that_was_ever_published_verifies_and_its_tampered_twin_does_not(desk):
    awarded = [desk.award(f"{number}@x.example") for number in range(2)]
    published = [lists_of(desk)[0].json]
    for award in awarded:
        change(desk, award, "revoke", reason="issued in error")
        published.append(lists_of(desk)[0].json)

    assert len(set(published)) == 3
    with desk.read() as session:
        for document in published:
            twin = document.replace(b'"encodedList":"uH4s', b'"encodedList":"uH4t')
            assert twin != document
            assert verification.judge(session, desk.office, document)["proof"].outcome == "passed"
            assert verification.judge(session, desk.office, twin)["proof"].outcome == "failed"


def test_the_bytes_of_a_list_stay_until_something_changes(desk):
    award = desk.award()
    before = lists_of(desk)[0]

    desk.award("another@x.example")
    change(desk, award, "suspend", reason="under review")

    after = lists_of(desk)[0]
    assert (after.json, after.jwt, after.revision) == (before.json, before.jwt, before.revision)


def test_each_change_publishes_a_later_revision(desk):
    award = desk.award()
    before = lists_of(desk)[0].revision

    change(desk, award, "revoke", reason="issued in error")

    assert lists_of(desk)[0].revision == before + 1


def test_setting_a_bit_to_what_it_is_publishes_nothing(desk):
    award = desk.award()
    before = lists_of(desk)[0].revision

    with desk.write() as session:
        facts = {"purpose": StatusPurpose.REVOCATION}
        status_lists.set_bits(session, desk.office, desk.issuer, {award.id: False}, **facts)

    assert lists_of(desk)[0].revision == before


def test_several_awards_are_revoked_with_one_publication(desk):
    achievement = desk.achievement()
    made = [desk.award(f"{number}@x.example", achievement=achievement) for number in range(4)]
    before = lists_of(desk)[0].revision

    with desk.write() as session:
        changes = {award.id: True for award in made}
        status_lists.set_bits(session, desk.office, desk.issuer, changes, purpose=StatusPurpose.REVOCATION)

    after = lists_of(desk)[0]
    assert after.revision == before + 1
    assert len(set_bits_of(after)) == 4


def test_opening_lists_twice_changes_nothing(desk):
    for _ in range(2):
        with desk.write() as session:
            status_lists.open_lists(session, desk.office, desk.issuer)

    assert [item.revision for item in lists_of(desk)] == [1]


@pytest.mark.parametrize("list_id", ["", "nowhere", "../secret"])
def test_a_list_that_does_not_exist_is_not_found(desk, list_id):
    with desk.read() as session, pytest.raises(NotFound):
        status_lists.by_id(session, list_id)


# -- indexes -------------------------------------------------------------------------------------------------


def test_indexes_are_unique_and_look_random(desk):
    desk.award()
    with desk.write() as session:
        status_list = session.scalars(select(StatusList).where(StatusList.purpose == "revocation")).one()
        indexes = [status_lists.reserve(session, status_list) for _ in range(500)]

    assert len(set(indexes)) == 500
    assert all(0 <= index < 131_072 for index in indexes)
    steps = {later - earlier for earlier, later in pairwise(indexes)}
    assert len(steps) > 490
    assert max(indexes) - min(indexes) > 65_536


def test_two_lists_give_their_indexes_in_another_order(desk):
    desk.another_issuer().award()
    desk.award()

    assert len({entry.index for entry in entries_of(desk) + entries_of(desk, "suspension")}) == 4


def test_a_full_list_gives_nothing(desk):
    leave_free(desk, 0)

    with pytest.raises(StatusListFull), desk.write() as session:
        status_lists.reserve(session, session.get(StatusList, lists_of(desk)[0].id))


def test_the_last_index_of_a_list_is_used_and_then_a_new_list_is_opened_and_published(desk):
    leave_free(desk, 1)
    achievement = desk.achievement()

    first, second = (desk.award(f"{number}@x.example", achievement=achievement) for number in range(2))

    old, new = lists_of(desk)
    where = {entry.award_id: entry.list_id for entry in entries_of(desk)}
    assert (where[first.id], where[second.id]) == (old.id, new.id)
    assert (old.next_counter, new.number, new.next_counter) == (old.size_bits, 2, 1)
    assert len(lists_of(desk, "suspension")) == 1


def test_awards_in_an_old_and_a_new_list_are_revoked_each_in_its_own(desk):
    leave_free(desk, 1)
    first, second = (desk.award(f"{number}@x.example") for number in range(2))

    change(desk, first, "revoke", reason="issued in error")

    old, new = lists_of(desk)
    assert (len(set_bits_of(old)), len(set_bits_of(new))) == (1, 0)
    with desk.read() as session:
        verdicts = [
            verification.judge(session, desk.office, awards.credential_of(session, item).json).verdict
            for item in (awards.by_id(session, first.id), awards.by_id(session, second.id))
        ]
    assert verdicts == ["revoked", "good"]


def test_a_counter_that_was_set_back_gives_no_index_a_second_time(desk):
    desk.award()
    with desk.write() as session:
        session.execute(update(StatusList).values(next_counter=0))

    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        desk.award("another@x.example")
    assert len(entries_of(desk)) == 1


def test_the_next_list_is_opened_before_the_last_is_full_so_that_no_award_signs_one(desk):
    leave_free(desk, 131_072 // 8 - 1)
    with desk.write() as session:
        opened = status_lists.open_next(session, desk.office, desk.issuer)
    leave_free_in_the_first(desk, 1)

    made = [desk.award(f"{number}@x.example") for number in range(2)]

    old, new = lists_of(desk)
    where = {entry.award_id: entry.list_id for entry in entries_of(desk)}
    assert [(each.id, each.purpose, each.number) for each in opened] == [(new.id, "revocation", 2)]
    assert [where[award.id] for award in made] == [old.id, new.id]
    assert (new.revision, new.json, new.jwt) == (1, opened[0].json, opened[0].jwt)


def leave_free_in_the_first(desk, free: int) -> None:
    with desk.write() as session:
        session.execute(update(StatusList).where(StatusList.number == 1).values(next_counter=131_072 - free))


def test_no_list_is_opened_while_there_is_room_nor_a_second_one_ahead(desk):
    leave_free(desk, 131_072 // 8)
    with desk.write() as session:
        assert status_lists.open_next(session, desk.office, desk.issuer) == []
    leave_free(desk, 100)

    with desk.write() as session:
        opened = [status_lists.open_next(session, desk.office, desk.issuer) for _ in range(3)]

    assert [len(each) for each in opened] == [1, 0, 0]
    assert len(lists_of(desk, "suspension")) == 1


def test_an_issuer_without_lists_is_given_none_ahead(desk):
    with desk.write() as session:
        assert status_lists.nearly_full(session, desk.office) == []
        assert status_lists.open_next(session, desk.office, desk.issuer) == []


def test_an_award_reads_no_published_list(desk):
    """The published forms of a list of a million entries are hundreds of kilobytes."""
    achievement = desk.achievement()
    desk.award("first@x.example", achievement=achievement)
    seen: list[str] = []
    event.listen(desk.database.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))

    desk.award("second@x.example", achievement=achievement)

    of_lists = [statement for statement in seen if "status_lists" in statement]
    assert of_lists
    assert [statement for statement in of_lists if "status_lists.json" in statement or "jwt" in statement] == []


def test_a_badge_on_a_list_of_a_million_entries_can_be_withdrawn(desk):
    desk.office = replace(desk.office, status_list_size_bits=1_048_576)
    award, kept = desk.award(), desk.award("other@x.example")

    change(desk, award, "revoke", reason="issued in error")

    (status_list,) = lists_of(desk)
    assert len(bitstring.decode(json.loads(status_list.json)["credentialSubject"]["encodedList"])) == 131_072
    with desk.read() as session:
        found = [awards.credential_of(session, awards.by_id(session, each.id)) for each in (award, kept)]
        forms = [(each.json, each.jwt) for each in found]
        verdicts = [[verification.judge(session, desk.office, form).verdict for form in both] for both in forms]
    assert verdicts == [["revoked", "revoked"], ["good", "good"]]


def test_a_larger_size_applies_to_the_lists_that_are_opened_from_then_on(desk):
    leave_free(desk, 0)
    desk.office = replace(desk.office, status_list_size_bits=262_144)

    desk.award()

    assert [item.size_bits for item in lists_of(desk)] == [131_072, 262_144]
