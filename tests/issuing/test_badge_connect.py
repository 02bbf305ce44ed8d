"""Programs that strangers register and questions that strangers ask: how many are kept, and for how long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.issuing.accounts import people
from app.issuing.badge_connect import (
    ConnectClient,
    ConnectGrant,
    ConnectQuestion,
    ConnectToken,
    TokenKind,
    clients,
    grants,
    tokens,
)
from app.worker.upkeep import Upkeep

HOME = "https://portfolio.example"
REGISTRATION: dict[str, Any] = {
    **dict.fromkeys(("client_uri", "logo_uri", "tos_uri", "policy_uri"), f"{HOME}/"),
    **dict.fromkeys(("client_name", "software_id", "software_version"), "Portfolio"),
    "redirect_uris": [f"{HOME}/callback"],
    "scope": "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.readonly",
}


def program(desk, *, days_old: float = 0) -> ConnectClient:
    with desk.write() as session:
        made, _ = clients.register(session, desk.office, REGISTRATION)
        made.created_at = clock.now() - timedelta(days=days_old)
    return made


def ask(desk, client: ConnectClient, *, minutes_old: int = 0) -> str:
    with desk.write() as session:
        made = grants.ask(session, client, {"pairs": []})
        made.expires_at -= timedelta(minutes=minutes_old)
        return made.id


def let_in(desk, client: ConnectClient) -> None:
    with desk.write() as session:
        account = people.of_confirmed_address(session, "ana@hospital.test")
        words = {"scopes": "", "redirect_uri": "", "code": client.id, "challenge": ""}
        grants.let_in(session, account.id, client, **words)


def round_of(desk) -> Upkeep:
    settings = SimpleNamespace(news_days=30, checks_kept_days=30)
    return Upkeep(SimpleNamespace(database=desk.database, office=desk.office, settings=settings))  # type: ignore[arg-type]


def left(desk, model: type[ConnectClient | ConnectQuestion]) -> set[str]:
    with desk.read() as session:
        return set(session.scalars(select(model.id)))


def test_programs_that_nobody_let_in_are_forgotten_in_time_and_no_others(desk):
    used, asking, old, fresh = (program(desk, days_old=days) for days in (61, 61, 61, 59))
    let_in(desk, used)
    ask(desk, asking)

    round_of(desk).forget_programs()

    assert left(desk, ConnectClient) == {used.id, asking.id, fresh.id}
    with desk.write() as session, pytest.raises(NotFound):
        grants.ask(session, old, {})


def test_questions_that_nobody_answered_are_forgotten_within_an_hour(desk):
    client = program(desk)
    ask(desk, client, minutes_old=61)
    waits = ask(desk, client)
    upkeep = round_of(desk)
    for each in upkeep._chores:
        each.due_at = 0.0 if each.name == "programs" else float("inf")

    upkeep.do_what_is_due()

    assert left(desk, ConnectQuestion) == {waits}
    assert next(each for each in upkeep._chores if each.name == "programs").every_seconds <= 3_600


def test_of_very_many_questions_of_one_program_the_newest_are_kept_and_another_s_are_untouched(desk, monkeypatch):
    monkeypatch.setattr(grants, "MOST_OPEN", 3)
    client, other = program(desk), program(desk)
    theirs = ask(desk, other)
    asked = [ask(desk, client, minutes_old=50 - number) for number in range(6)]

    assert left(desk, ConnectQuestion) == {theirs, *asked[-3:]}
    with desk.read() as session:
        assert session.scalar(select(func.count()).where(ConnectQuestion.client_id == client.id)) == 3


def token_of(desk, client: ConnectClient) -> tuple[str, str]:
    """A refresh token of somebody who lets the program in, and who that is."""
    let_in(desk, client)
    with desk.write() as session:
        grant = session.scalars(select(ConnectGrant)).one()
        tokens.keep(session, grant, "lct_r", TokenKind.REFRESH, "")
        session.scalars(select(ConnectToken)).one().expires_at -= timedelta(days=1)  # so that there is time to add
        return "lct_r", grant.account_id


def refresh(session: Session, text: str, account_id: str, client: ConnectClient) -> None:
    del account_id, client
    if found := tokens.find(session, text, TokenKind.REFRESH, is_locked=True):
        tokens.prolong(found[0])


def give_back(session: Session, text: str, account_id: str, client: ConnectClient) -> None:
    del account_id, client
    if found := tokens.find(session, text, is_locked=True):
        session.delete(found[0])


def end(session: Session, text: str, account_id: str, client: ConnectClient) -> None:
    del text
    grants.end(session, account_id, client.id)


def leave(session: Session, text: str, account_id: str, client: ConnectClient) -> None:
    del text, client
    grants.forget_account(session, account_id)


@pytest.mark.parametrize("use", [refresh, give_back])
@pytest.mark.parametrize("over", [end, leave])
@pytest.mark.parametrize("is_used_first", [True, False])
def test_a_token_that_is_used_while_the_holder_ends_it_is_no_error(desk, use, over, is_used_first):
    client = program(desk)
    about = (*token_of(desk, client), client)
    first, second = (use, over) if is_used_first else (over, use)

    def late() -> None:
        with desk.write() as session:
            second(session, *about)

    with ThreadPoolExecutor(1) as other:
        with desk.write() as session:
            first(session, *about)
            session.flush()
            waits = other.submit(late)
            wait([waits], timeout=0.3)
        waits.result()

    with desk.write() as session:
        assert tokens.find(session, "lct_r") is None
