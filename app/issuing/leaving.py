"""Leaving: a person deletes their account, and with it, if they want, everything that issuers here know of them.

It asks nobody's leave, and works as well for somebody who left the employer long ago: what counts is the account.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.issuing import badge_connect, erasure, hosts
from app.issuing.accounts import Account, members, people
from app.issuing.office import Office


@dataclass(frozen=True, slots=True)
class Left:
    """How many issuers forgot the person, and how many badges were taken back with that."""

    issuers: int
    badges: int


def leave(session: Session, office: Office, account: Account, *, with_badges: bool) -> Left:
    """Delete the account; `with_badges`: erase the person at every issuer that the account joins, too.

    Raises InvalidInput for somebody who works for an issuer here; nothing is changed then.
    """
    if members.issuers_of(session, account.id):
        raise InvalidInput("You work for an issuer here; an owner has to let you go before you can leave")
    count = badges = 0
    if with_badges:
        # In the order of issuers, so that two who leave at once never wait for each other.
        joined = sorted(people.learners_of(session, account.id), key=lambda learner: (learner.issuer_id, learner.id))
        for learner in joined:
            badges += erasure.erase(session, office, learner, actor=f"account:{account.id}").awards
            count += 1
    badge_connect.grants.forget_account(session, account.id)
    hosts.connecting.forget_account(session, account.id)
    people.delete_account(session, account)
    return Left(count, badges)
