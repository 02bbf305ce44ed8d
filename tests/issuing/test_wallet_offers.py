"""An offer to a wallet is its holder's: whatever makes the badge another person's ends it, and a taken badge stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.errors import Gone, WrongState
from app.issuing import corrections, merging, wallets
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.issuing.wallets import Format, WalletCredential, WalletOffer
from app.issuing.wallets.offers import Granted
from app.issuing.wallets.refusing import Refusal

from .arriving import ACTIVITY, ANA, arrive, awards, fact

TYPO, RIGHT, KEY = "ana.ortizz@hospital.test", "ana.ortiz@hospital.test", "did:key:z6MkTheWallet"


def correct(desk, award: Award) -> None:
    with desk.write() as session:
        found = session.get_one(Award, award.id)
        corrections.correct_address(session, desk.office, found, RIGHT, actor="cli")


def by_hand(desk) -> tuple[Award, Callable[[], None]]:
    """A badge at a wrong address that moves to somebody who is here already."""
    award, _ = desk.award(TYPO), desk.learner(RIGHT)
    return award, lambda: correct(desk, award)


def to_somebody_new(desk) -> tuple[Award, Callable[[], None]]:
    """The same, to somebody who is not."""
    award, _ = desk.award(TYPO), desk.award(TYPO)
    return award, lambda: correct(desk, award)


def by_a_platform(desk) -> tuple[Award, Callable[[], None]]:
    """A badge of somebody whose platform stated a wrong address, which is replaced: the person stays."""
    arrive(desk, desk.source(earns={ACTIVITY: desk.achievement()}), fact(learner={**ANA, "email": TYPO}))
    award = awards(desk)[0]
    return award, lambda: correct(desk, award)


def by_an_undone_merge(desk) -> tuple[Award, Callable[[], None]]:
    """A badge that was somebody else's while two people were taken for one."""
    award, kept = desk.award(TYPO), desk.learner(RIGHT)
    gone = desk.learner(TYPO)
    with desk.write() as session:
        both = {"kept": session.get_one(Learner, kept.id), "gone": session.get_one(Learner, gone.id)}
        merged = merging.merge(session, desk.office, **both, actor="cli").id

    def undo() -> None:
        with desk.write() as session:
            merging.undo(session, desk.office, merging.by_id(session, desk.issuer, merged), actor="cli")

    return award, undo


WAYS = [by_hand, to_somebody_new, by_a_platform, by_an_undone_merge]


def offer(desk, award: Award) -> str:
    with desk.write() as session:
        return wallets.offers.make(session, desk.office, session.get_one(Award, award.id), actor="test").code


def redeem(desk, code: str) -> Granted | Refusal:
    with desk.write() as session:
        return wallets.offers.redeem(session, desk.issuer, code, None)


def take(desk, code: str) -> WalletCredential:
    """As the wallet that exchanged this code, and whose token was looked at a moment ago."""
    with desk.write() as session:
        found = session.scalars(select(WalletOffer).where(WalletOffer.code_sha256 == wallets.offers.digest(code))).one()
        return wallets.claiming.take(session, desk.office, desk.issuer, found, form=Format.LDP_VC, holder=KEY)


def taken(desk, award: Award) -> list[Any]:
    with desk.read() as session:
        return wallets.of_award(session, award.id)


@pytest.mark.parametrize("way", WAYS)
def test_the_code_of_the_holder_before_is_good_for_nothing(desk, way):
    award, change = way(desk)
    code = offer(desk, award)

    change()

    assert redeem(desk, code) is Refusal.ENDED
    with desk.write() as session, pytest.raises(Gone):
        wallets.claiming.take_at_once(session, desk.office, desk.issuer, code, holder=KEY)
    assert taken(desk, award) == []


@pytest.mark.parametrize("way", WAYS)
def test_nor_is_their_token(desk, way):
    award, change = way(desk)
    code = offer(desk, award)
    assert isinstance(redeem(desk, code), Granted)

    change()

    with pytest.raises(Gone):
        take(desk, code)
    assert taken(desk, award) == []


@pytest.mark.parametrize("way", WAYS)
def test_who_holds_it_from_then_on_is_offered_it_anew(desk, way):
    award, change = way(desk)
    change()
    code = offer(desk, award)

    redeem(desk, code)

    assert take(desk, code).holder == KEY


@pytest.mark.parametrize("way", [by_hand, to_somebody_new, by_a_platform])
def test_what_a_wallet_was_given_is_accepted_and_its_address_no_wrong_one(desk, way):
    award, change = way(desk)
    code = offer(desk, award)
    redeem(desk, code)
    take(desk, code)

    with pytest.raises(WrongState, match="A wallet was given this badge"):
        change()


def test_so_it_is_when_the_wallet_was_given_another_badge_of_the_person(desk):
    award, change = by_a_platform(desk)
    code = offer(desk, desk.award(TYPO))
    redeem(desk, code)
    with desk.write() as session:
        found = session.scalars(select(WalletOffer).order_by(WalletOffer.created_at)).one()
        wallets.claiming.take(session, desk.office, desk.issuer, found, form=Format.LDP_VC, holder=KEY)

    with pytest.raises(WrongState, match="no wrong one"):
        change()
    assert taken(desk, award) == []


def test_an_offer_that_names_nobody_is_of_an_older_version_and_good_for_nobody(desk):
    award = desk.award(RIGHT)
    code = offer(desk, award)
    with desk.write() as session:
        session.scalars(select(WalletOffer)).one().learner_id = None

    assert redeem(desk, code) is Refusal.ENDED
