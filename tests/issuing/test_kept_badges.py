"""Badges from elsewhere: kept as they came, once, for whom they were awarded to, and said to be what they are now."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from app import clock
from app.credentials import baking
from app.credentials.report import Report, Verdict
from app.errors import InvalidInput, NotFound, NotKept, TooLarge, UnreadableCredential
from app.issuing import awards, kept_badges, verification
from app.issuing.accounts import people
from app.issuing.kept_badges import Kept, KeptBadge, Match, Origin, Outcome, keeping
from tests.badges_elsewhere import AWARDED_AT, MIRA, badge
from tests.endorsers import Endorser, endorser

LATER = AWARDED_AT + timedelta(days=200)


@pytest.fixture(scope="module")
def dales() -> Endorser:
    return endorser("Dales Hospital")


@pytest.fixture
def account_id(desk: Any) -> str:
    with desk.write() as session:
        return people.of_confirmed_address(session, MIRA).id


def judged(desk: Any, document: bytes, names: Any) -> Report:
    with desk.read() as session:
        resolver = verification.resolver(desk.database.read, desk.office)
        del session
    return verification.verify(document, now=clock.now(), resolve=resolver, recipient=names)


def keep(desk: Any, account_id: str, document: bytes) -> Kept:
    with desk.read() as session:
        names = kept_badges.names_of(session, account_id)
    report = judged(desk, document, names)
    with desk.write() as session:
        return kept_badges.keep(session, desk.office, account_id, document, report, origin=Origin.UPLOAD)


def all_of(desk: Any, account_id: str) -> list[KeptBadge]:
    with desk.read() as session:
        return list(kept_badges.of_account(session, account_id))


def as_picture(document: bytes) -> bytes:
    picture = io.BytesIO()
    Image.new("RGBA", (8, 8)).save(picture, "PNG")
    return baking.bake(picture.getvalue(), document)


@pytest.mark.parametrize(
    ("change", "media_type"),
    [
        (bytes, "application/json"),
        (lambda it: b"\xef\xbb\xbf" + it + b"\n", "application/json"),
        (as_picture, "image/png"),
    ],
    ids=["json", "json with blanks", "png"],
)
def test_a_badge_is_kept_byte_for_byte_with_what_it_says(
    desk: Any, dales: Endorser, account_id: str, change: Callable[[bytes], bytes], media_type: str
) -> None:
    signed = badge(dales, valid_until=clock.now() + timedelta(days=90))
    document = change(signed)

    keep(desk, account_id, document)

    with desk.read() as session:
        (found,) = kept_badges.of_account(session, account_id)
        kept = kept_badges.mine(session, account_id, found.id)
        assert (kept.document, kept.media_type, kept.size_bytes) == (document, media_type, len(document))
        assert kept_badges.signed_form(kept).strip() == signed
    assert (kept.title, kept.issuer_name, kept.match) == ("Wound Care", dales.name, Match.SAME)
    assert (kept.verdict, kept.told) == (Verdict.GOOD, Verdict.GOOD)


def test_a_token_is_kept_as_one(desk: Any, dales: Endorser, account_id: str) -> None:
    assert keep(desk, account_id, badge(dales, as_token=True)).badge.media_type == kept_badges.TOKEN


def test_the_same_badge_in_whatever_form_is_kept_once(desk: Any, dales: Endorser, account_id: str) -> None:
    first = keep(desk, account_id, badge(dales))
    again = [keep(desk, account_id, badge(dales)), keep(desk, account_id, as_picture(badge(dales)))]

    assert first.outcome is Outcome.ADDED
    assert {(each.outcome, each.badge.id) for each in again} == {(Outcome.UNCHANGED, first.badge.id)}
    assert len(all_of(desk, account_id)) == 1


def test_a_later_form_takes_the_place_of_an_earlier_one_and_not_the_other_way_round(
    desk: Any, dales: Endorser, account_id: str
) -> None:
    first = keep(desk, account_id, badge(dales))
    later = keep(desk, account_id, badge(dales, valid_from=LATER))
    back = keep(desk, account_id, badge(dales))

    assert (later.outcome, later.badge.id) == (Outcome.REPLACED, first.badge.id)
    assert (back.outcome, back.badge.valid_from) == (Outcome.UNCHANGED, LATER)


def test_the_same_badge_handed_in_twice_at_once_is_one_row(desk: Any, dales: Endorser, account_id: str) -> None:
    document = badge(dales)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: keep(desk, account_id, document), range(4)))

    assert sorted(each.outcome for each in found) == ["added", "unchanged", "unchanged", "unchanged"]
    assert len(all_of(desk, account_id)) == 1


def test_a_badge_of_somebody_else_is_not_kept(desk: Any, dales: Endorser, account_id: str) -> None:
    with pytest.raises(NotKept, match="not awarded to an address of yours") as refused:
        keep(desk, account_id, badge(dales, "bo@dales.example"))

    assert refused.value.facts["reason"] == "wrong-person"
    assert all_of(desk, account_id) == []


def test_an_address_that_nobody_confirmed_makes_no_badge_one_s_own(desk: Any, dales: Endorser, account_id: str) -> None:
    with desk.write() as session:
        people.add_address(session, people.by_id(session, account_id), "bo@dales.example", is_confirmed=False)

    with pytest.raises(NotKept):
        keep(desk, account_id, badge(dales, "bo@dales.example"))


def test_once_an_address_was_removed_nothing_is_shown_as_this_person_s_until_it_is_checked_again(
    desk: Any, dales: Endorser, account_id: str
) -> None:
    with desk.write() as session:
        people.add_address(session, people.by_id(session, account_id), "bo@dales.example", is_confirmed=True)
    kept = [
        keep(desk, account_id, badge(dales, who, number=n)).badge for n, who in enumerate((MIRA, "bo@dales.example"))
    ]
    assert all(kept_badges.is_shown(each) for each in kept)

    with desk.write() as session:
        people.remove_address(session, people.by_id(session, account_id), "bo@dales.example")
        kept_badges.doubt(session, account_id)

    assert [kept_badges.is_shown(each) for each in all_of(desk, account_id)] == [False, False]
    with desk.read() as session:
        due = [kept_badges.to_check(session, kept_id) for _, kept_id in kept_badges.due(session, limit=5)]
    for each in due:
        report = judged(desk, each.document, each.names)
        with desk.write() as session:
            kept_badges.note(session, each, report)
    assert {each.id: each.match for each in all_of(desk, account_id)} == {kept[0].id: "same", kept[1].id: "other"}


def test_a_badge_that_names_nobody_is_kept_and_never_shown_as_this_person_s(
    desk: Any, dales: Endorser, account_id: str
) -> None:
    kept = keep(desk, account_id, badge(dales, None)).badge

    assert (kept.match, kept.verdict) == (Match.UNKNOWN, Verdict.GOOD)
    assert not kept_badges.is_shown(kept)


def test_a_changed_badge_is_not_kept(desk: Any, dales: Endorser, account_id: str) -> None:
    with pytest.raises(NotKept) as refused:
        keep(desk, account_id, badge(dales).replace(b"Wound Care", b"Heart Care"))

    assert refused.value.facts["reason"] == "broken"


def test_what_is_no_badge_or_a_badge_of_this_service_is_not_kept(desk: Any, dales: Endorser, account_id: str) -> None:
    own = desk.award(MIRA)
    with desk.read() as session:
        issued_here = awards.credential_of(session, own).json

    with pytest.raises(UnreadableCredential):
        keep(desk, account_id, b"nothing")
    with pytest.raises(NotKept, match="endorsement"):
        keep(desk, account_id, dales.json("https://badges.test/achievements/x"))
    with pytest.raises(NotKept, match="issued here"):
        keep(desk, account_id, issued_here)
    with pytest.raises(TooLarge):
        keep(desk, account_id, badge(dales) + b" " * kept_badges.MOST_BYTES_OF_ONE)


def test_one_that_has_ended_is_kept_and_says_so(desk: Any, dales: Endorser, account_id: str) -> None:
    ended = keep(desk, account_id, badge(dales, valid_until=AWARDED_AT + timedelta(days=1))).badge
    ends = keep(desk, account_id, badge(dales, number=2, valid_until=clock.now() + timedelta(days=1))).badge

    assert ended.verdict == Verdict.EXPIRED
    assert kept_badges.standing(ends, now=clock.now()) is Verdict.GOOD
    assert kept_badges.standing(ends, now=clock.now() + timedelta(days=2)) is Verdict.EXPIRED


def test_nobody_keeps_more_than_the_bounds(
    desk: Any, dales: Endorser, account_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(desk, account_id, badge(dales))
    monkeypatch.setattr(keeping, "MOST", 1)
    with pytest.raises(InvalidInput, match="remove one first"):
        keep(desk, account_id, badge(dales, number=2))
    monkeypatch.setattr(keeping, "MOST", 2)
    monkeypatch.setattr(keeping, "MOST_BYTES", 3_000)

    with pytest.raises(InvalidInput, match="larger than is kept"):
        keep(desk, account_id, badge(dales, number=2))
    assert keep(desk, account_id, badge(dales)).outcome is Outcome.UNCHANGED


def test_another_s_badge_is_not_there(desk: Any, dales: Endorser, account_id: str) -> None:
    kept = keep(desk, account_id, badge(dales)).badge
    with desk.write() as session:
        other = people.of_confirmed_address(session, "bo@dales.example").id

    with desk.read() as session, pytest.raises(NotFound):
        kept_badges.mine(session, other, kept.id)
    assert all_of(desk, other) == []


def test_it_goes_with_the_account(desk: Any, dales: Endorser, account_id: str) -> None:
    keep(desk, account_id, badge(dales))

    with desk.write() as session:
        people.delete_account(session, people.by_id(session, account_id))

    assert all_of(desk, account_id) == []


def note(desk: Any, kept: KeptBadge, verdict: Verdict) -> KeptBadge:
    with desk.write() as session:
        asked = kept_badges.to_check(session, kept.id)
        found = kept_badges.note(session, asked, Report((), verdict, "Checked again."))
        assert found is not None
        return found


def test_what_its_issuer_withdrew_stays_withdrawn_when_nobody_can_be_asked_later(
    desk: Any, dales: Endorser, account_id: str
) -> None:
    kept = keep(desk, account_id, badge(dales)).badge

    unreached = note(desk, kept, Verdict.CANNOT_TELL)
    assert (unreached.verdict, unreached.told, unreached.title) == (Verdict.CANNOT_TELL, Verdict.GOOD, "Wound Care")
    note(desk, kept, Verdict.REVOKED)
    assert note(desk, kept, Verdict.CANNOT_TELL).verdict == Verdict.REVOKED


def test_a_check_of_bytes_that_are_kept_no_more_says_nothing(desk: Any, dales: Endorser, account_id: str) -> None:
    kept = keep(desk, account_id, badge(dales)).badge
    with desk.read() as session:
        asked = kept_badges.to_check(session, kept.id)
    keep(desk, account_id, badge(dales, valid_from=LATER))

    with desk.write() as session:
        assert kept_badges.note(session, asked, Report((), Verdict.BROKEN, "Late.")) is None


def test_a_failed_check_has_had_its_turn(desk: Any, dales: Endorser, account_id: str) -> None:
    kept = [keep(desk, account_id, badge(dales, number=number)).badge.id for number in (1, 2)]
    with desk.write() as session:
        for kept_id, days in zip(kept, (3, 2), strict=True):
            session.get_one(KeptBadge, kept_id).tried_at = clock.now() - timedelta(days=days)
    with desk.write() as session:
        assert [kept_id for _, kept_id in kept_badges.due(session, limit=1)] == kept[:1]
        kept_badges.note_failure(session, kept[0])

    with desk.read() as session:
        assert [kept_id for _, kept_id in kept_badges.due(session, limit=5)] == kept[1:]
