"""No page says another day than the issuer's: every page of the service is read, a page that comes later as well."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import update

from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award, Credential
from app.issuing.endorsements import Endorsement
from app.issuing.issuers import Issuer
from app.issuing.past_awards.tables import PastAward
from app.issuing.signing_keys import SigningKey
from tests.browser.every_page import COOKIES, House, house

__all__ = ["house"]

SAMOA = "Pacific/Pago_Pago"  # eleven hours behind UTC
THEN = datetime(2021, 7, 1, 5, 0, tzinfo=UTC)  # the evening of 30 June there
END = datetime(2041, 7, 1, 10, 59, 59, tzinfo=UTC)  # the last second of 30 June there
SAID, NOT_SAID = ("30 June 2021", "30 June 2041"), ("July 2021", "July 2041", "Jul 2021", "Jul 2041", "Month=7")


@pytest.fixture(scope="module")
def there(house: House) -> House:
    """The service with one of everything, all of it made at one moment at issuers in Samoa."""
    with house.world.service.database.write() as session:
        session.execute(update(Issuer).values(timezone=SAMOA))
        session.execute(update(Award).values(awarded_at=THEN, valid_until=END))
        for table, column in (
            (Award, "revoked_at"),
            (Award, "suspended_at"),
            (Endorsement, "created_at"),
            (AchievementVersion, "published_at"),
            (SigningKey, "activated_at"),
            (PastAward, "issued_at"),
            (Credential, "valid_from"),
        ):
            known = getattr(table, column)
            session.execute(update(table).where(known.is_not(None)).values({column: THEN}))
    return house


@pytest.mark.parametrize("audience", ["public", "learner", "staff"])
def test_every_page_says_the_day_of_the_issuer(there: House, audience: str):
    cookies = {"lanyard": there.world.cookies[COOKIES[audience]]} if audience in COOKIES else {}
    wrong, right = {}, 0
    with httpx.Client(base_url=there.base_url, cookies=cookies, headers={"Accept": "text/html"}, timeout=60) as client:
        for path in there.pages(audience):
            answer = client.get(path)
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            right += any(said in answer.text for said in SAID)
            if found := [said for said in NOT_SAID if said in answer.text]:
                wrong[path] = found

    assert wrong == {}
    assert right >= {"public": 4, "learner": 3, "staff": 4}[audience]
