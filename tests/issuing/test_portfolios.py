"""Portfolios: chosen badges in a chosen order, and no more of them than others may see anyway."""

from __future__ import annotations

import pytest

from app.errors import AlreadyExists, NotFound
from app.issuing.accounts import people
from app.issuing.awards import Award, Visibility
from app.issuing.holding import portfolios
from app.issuing.holding.portfolios import Said


def account_of(desk, email: str = "mira.holm@hospital.test") -> str:
    with desk.write() as session:
        return people.of_confirmed_address(session, email).id


def test_a_portfolio_shows_others_only_what_they_may_see_anyway(desk):
    private, unlisted, public = desk.award(), desk.award(), desk.award()
    account_id = account_of(desk)
    with desk.write() as session:
        page = portfolios.create(session, account_id, title="For the ward")
        session.get_one(Award, private.id).visibility = Visibility.PRIVATE
        session.get_one(Award, public.id).visibility = Visibility.PUBLIC
        portfolios.put(session, page, [private.id, unlisted.id, public.id])
        seen = {}
        for visibility in (Visibility.UNLISTED, Visibility.PUBLIC):
            portfolios.change(session, page, Said("For the ward", None, visibility, None))
            shown = [held.award for held in portfolios.badges_of(session, page)]
            seen[visibility] = {award.id for award in shown if portfolios.is_seen(page, award)}

    assert seen[Visibility.UNLISTED] == {unlisted.id, public.id}
    assert seen[Visibility.PUBLIC] == {public.id}


def test_badges_stand_in_the_order_that_the_holder_wants(desk):
    ids = [desk.award().id for _ in range(3)]
    account_id = account_of(desk)
    with desk.write() as session:
        page = portfolios.create(session, account_id, title="Mine")
        portfolios.put(session, page, ids)
        portfolios.move(session, page, ids[2], by=-1)
        portfolios.move(session, page, ids[0], by=-1)
        portfolios.take_off(session, page, ids[1])

        assert [held.award.id for held in portfolios.badges_of(session, page)] == [ids[0], ids[2]]


def test_nobody_puts_a_badge_of_somebody_else_on_a_page(desk):
    theirs = desk.award("somebody.else@hospital.test")
    account_id = account_of(desk)
    with desk.write() as session:
        page = portfolios.create(session, account_id, title="Mine")
        portfolios.put(session, page, [theirs.id])

        assert portfolios.badges_of(session, page) == []


def test_a_short_name_leads_nowhere_while_the_page_is_not_public_and_belongs_to_one_page(desk):
    account_id, other_id = account_of(desk), account_of(desk, "ben@hospital.test")
    with desk.write() as session:
        page = portfolios.create(session, account_id, title="Mine")
        portfolios.change(session, page, Said("Mine", None, Visibility.UNLISTED, "mira"))
        token = page.token
    with desk.read() as session:
        assert portfolios.by_name(session, token, account_id=None).title == "Mine"
        with pytest.raises(NotFound):
            portfolios.by_name(session, "mira", account_id=None)
    with desk.write() as session:
        other = portfolios.create(session, other_id, title="Another")
        with pytest.raises(AlreadyExists):
            portfolios.change(session, other, Said("Another", None, Visibility.PUBLIC, "mira"))
