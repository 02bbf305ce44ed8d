"""However an address is written, every door sees the same person (B01, B03, B05)."""

from __future__ import annotations

import itertools
import unicodedata
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.credentials.identity import hash_identity
from app.issuing import access, rules, sources
from app.issuing.access import Scope
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.service import Service
from tests.web.hooks.sending import ACTOR, Lms, completion

BLANKS = st.sampled_from(["", " ", "  ", "\u00a0", "\u200b", "\ufeff", "\t", "\r\n"])
WORDS = st.text("abkz09šéñø", min_size=1, max_size=6)
ADDRESSES = st.builds("{}{}{}@{}.example".format, WORDS, st.sampled_from(".+-_"), WORDS, st.sampled_from(["x", "büro"]))


def in_other_cases(address: str, upper: list[bool]) -> str:
    """The address with some of its letters in upper case."""
    pairs = zip(address, itertools.cycle(upper), strict=False)
    return "".join(letter.upper() if is_upper else letter for letter, is_upper in pairs)


@st.composite
def spellings(draw: st.DrawFn, address: str) -> str:
    """Another way to write it: other cases, blanks around it, one invisible character in it, composed or not."""
    written = in_other_cases(address, draw(st.lists(st.booleans(), min_size=1, max_size=5)))
    form = draw(st.sampled_from(["NFC", "NFD"]))
    place = draw(st.integers(0, len(written)))
    unseen = draw(st.sampled_from(["", "\u200b", "\u00ad", "\u200e"]))
    written = unicodedata.normalize(form, written[:place]) + unseen + unicodedata.normalize(form, written[place:])
    return draw(BLANKS) + written + draw(BLANKS)


PEOPLE = ADDRESSES.flatmap(lambda address: st.tuples(st.just(address), *[spellings(address) for _ in range(3)]))


class Doors:
    """A delivery, an award by hand and a question to the verifier, of one achievement."""

    def __init__(self, client: TestClient, service: Service, issuer: Issuer, achievement: Achievement) -> None:
        self.client = client
        self.achievement_id = achievement.id
        self.numbers = itertools.count()
        with service.database.write() as session:
            settings_of_source = {"namespace": "lms.hospital.test"}
            made = sources.create(
                session,
                service.office,
                issuer,
                name="LMS",
                source_type="generic",
                settings=settings_of_source,
                actor=ACTOR,
            )
            sources.allow(session, made.source, achievement, actor=ACTOR)
            rules.create(session, made.source, activity_id="PHLB-101", achievement=achievement, actor=ACTOR)
            key = access.create(session, issuer, name="tests", scopes=list(Scope), days=1, actor=ACTOR)
        self.lms = Lms(client, made.source.id, made.secret)
        self.key = {"Authorization": f"Bearer {key.text}"}

    def deliver(self, email: str) -> dict[str, Any]:
        """The award that a delivery of a completion makes or names."""
        number = str(next(self.numbers))
        sent = completion(number, learner={"id": number, "email": email})
        (award,) = self.lms.post(sent, f"msg-{number}").json()["items"][0]["awards"]
        return dict(award)

    def award(self, email: str) -> dict[str, Any]:
        """The award that an integrator makes or gets."""
        body = {"achievement": self.achievement_id, "recipient": {"email": email}}
        return dict(self.client.post("/api/v1/awards", json=body, headers=self.key).json())

    def published_hash(self, award_id: str) -> tuple[str, str]:
        """Hash and salt of the address in the badge."""
        (identity,) = self.client.get(f"/b/{award_id}.json").json()["credentialSubject"]["identifier"]
        return identity["identityHash"], identity["salt"]

    def verdict(self, award_id: str, recipient: str) -> str:
        """What the verifier says when it is asked about a badge and a person."""
        asked = {"address": f"http://badges.test/b/{award_id}", "recipient": recipient}
        return str(self.client.post("/verify", json=asked).json()["verdict"])


@pytest.fixture
def doors(client: TestClient, service: Service, issuer: Issuer, make_achievement: Any) -> Doors:
    return Doors(client, service, issuer, make_achievement())


def test_delivery_award_and_verification_hash_one_person_alike_however_the_address_is_written(doors: Doors):
    seen = set()

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(PEOPLE)
    @example(("ana.ortiz@hosp.example", "Ana.ORTIZ@Hosp.Example", "ana.ortiz@hosp.example", "ANA.ORTIZ@HOSP.EXAMPLE"))
    @example(("kim@x.example", "  kim@x.example\u00a0", "kim@x.example\u200b", "\ufeffKim@x.example"))
    def are_one(written: tuple[str, str, str, str]) -> None:
        address, *spelled = written
        if address in seen:
            return
        seen.add(address)

        made = doors.deliver(spelled[0])["award"]
        again = doors.award(spelled[1])

        assert (again["id"], again["created"]) == (made, False)
        published, salt = doors.published_hash(made)
        assert published == hash_identity(address, salt)
        assert doors.verdict(made, spelled[2]) == "good"
        assert doors.verdict(made, f"x{address}") == "wrong_person"

    are_one()
    assert len(seen) > 15
