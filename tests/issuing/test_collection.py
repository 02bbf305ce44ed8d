"""All badges of an account in one order, on both databases: what was kept from elsewhere, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app import clock
from app.issuing import collection, kept_badges, verification
from app.issuing.accounts import people
from app.issuing.kept_badges import Origin
from tests.badges_elsewhere import MIRA, badge
from tests.endorsers import endorser


def test_pages_follow_each_other_and_what_is_older_stands_apart(desk: Any) -> None:
    dales = endorser("Dales Hospital")
    documents = [badge(dales, number=number) for number in (1, 2, 3)]
    resolver = verification.resolver(desk.database.read, desk.office)
    reports = [
        verification.verify(document, now=clock.now(), resolve=resolver, recipient=(MIRA,)) for document in documents
    ]
    with desk.write() as session:
        account_id = people.of_confirmed_address(session, MIRA).id
        for document, report in zip(documents, reports, strict=True):
            kept_badges.keep(session, desk.office, account_id, document, report, origin=Origin.PUSH)

    with desk.read() as session:
        pages = [collection.page_of(session, account_id, limit=2, offset=offset, since=None) for offset in (0, 2)]
        older = collection.page_of(session, account_id, limit=2, offset=0, since=None, older=True)
        later = collection.page_of(session, account_id, limit=2, offset=0, since=clock.now() + timedelta(days=1))

    assert sorted(each.document for page, _total in pages for each in page) == sorted(documents)
    assert [total for _page, total in pages] == [3, 3]
    assert (older, later) == (([], 0), ([], 0))
