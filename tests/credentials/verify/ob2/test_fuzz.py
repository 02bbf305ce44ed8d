"""Whatever a badge, its parts and its web say, an answer comes out; and nothing but what the issuer says is good."""

from __future__ import annotations

import copy
import json
import random
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.credentials.report import Outcome, Verdict
from app.credentials.verify import DocumentFound, Missing, Unreachable, ob2

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEEDS = st.integers(0, 2**32)
ODD_VALUES = [
    None, True, False, 0, -1, 1.5, 2**53 - 1, [], {}, [[]], [None], "", "x", "https://evil.example/", "http://[", "//",
    "urn:uuid:1", "\u202e", "2099-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "data:,",
    "Assertion", "https://badges.example/issuer", "https://badges.example/classes/bls", "https://badges.example/keys/1",
    {"id": "https://evil.example/"}, {"id": 7}, {"type": "Extension"}, {"@context": {}}, {"startsWith": "http"},
    ["https://w3id.org/openbadges/v2", {"x": "y:", "y": "x:"}], "https://w3id.org/openbadges/v1",
]  # fmt: skip
NAMES = ["name", "expires", "revoked", "@type", "verify", "uid", "", "sec:expiration", "extensions:x", "publicKey"]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in ((*path, key), *places(item, (*path, key)))]


def holder_of(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        document = document[key]
    return document


def mutated(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The document after one to three changes somewhere in it."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(places(document) or [()])
        if not path:
            continue
        holder, key = holder_of(document, path), path[-1]
        match chance.choice(["put", "put", "take", "add", "wrap", "copy"]):
            case "take":
                del holder[key]
            case "add" if isinstance(holder, dict):
                holder[chance.choice(NAMES)] = copy.deepcopy(chance.choice(ODD_VALUES))
            case "wrap":
                holder[key] = [holder[key]]
            case "copy":
                other = chance.choice(places(document))
                holder[key] = copy.deepcopy(holder_of(document, other)[other[-1]])
            case _:
                holder[key] = copy.deepcopy(chance.choice(ODD_VALUES))
    return document


def says_nothing_false(report: Any) -> bool:
    """Good only when every check passed; and what is shown is the hospital's, for nobody else has a host here."""
    assert report.verdict in Verdict
    json.dumps(report.to_dict())
    if report.is_good:
        assert all(check.outcome is Outcome.PASSED for check in report.checks)
        assert report.credential.signed_by == "badges.example"
    return True


@settings(QUICK, max_examples=200)
@given(seed=SEEDS)
def test_a_changed_copy_gets_an_answer_and_never_shows_its_change(web: Any, seed: int):
    published = web.pages[web.ASSERTION]

    report = web.verify(json.dumps(mutated(published, random.Random(seed))))  # noqa: S311 - repeatable, no secret

    assert says_nothing_false(report)
    assert report.credential in (None, web.judge_hosted().credential)


@settings(QUICK, max_examples=300)
@given(seed=SEEDS, part=st.sampled_from(["ASSERTION", "CLASS", "ISSUER", "KEY", "LIST"]))
def test_anything_at_all_may_be_published(web: Any, seed: int, part: str):
    before, address = dict(web.pages), getattr(web, part)
    token = web.signed()
    web.pages[address] = mutated(web.pages[address], random.Random(seed))  # noqa: S311 - repeatable, no secret

    assert says_nothing_false(web.verify(json.dumps(before[web.ASSERTION]), recipient="ana@example.org"))
    assert says_nothing_false(web.verify(token, recipient="ana@example.org"))
    assert says_nothing_false(ob2.judge(web.ASSERTION, now=NOW, resolve=web))
    web.pages = before


@settings(QUICK, max_examples=150)
@given(seed=SEEDS)
def test_the_issuer_itself_may_sign_anything(web: Any, seed: int):
    claims = json.loads(
        json.dumps({**web.pages[web.ASSERTION], "verification": {"type": "signed", "creator": web.KEY}})
    )

    report = web.verify(web.token(mutated(claims, random.Random(seed))))  # noqa: S311 - repeatable, no secret

    assert says_nothing_false(report)


@QUICK
@given(content=st.binary(max_size=200), part=st.sampled_from(["ASSERTION", "CLASS", "ISSUER", "KEY", "LIST"]))
def test_no_answer_at_all_can_be_misread(web: Any, content: bytes, part: str):
    before = dict(web.pages)
    token = web.signed()
    web.pages[getattr(web, part)] = DocumentFound(content)

    assert web.verify(before[web.ASSERTION]).is_good == (part in ("KEY", "LIST"))
    assert web.verify(token).is_good == (part == "ASSERTION")
    web.pages = before


@QUICK
@given(place=st.floats(0, 1, exclude_max=True), character=st.sampled_from("AQgw.=-_ \n"))
def test_a_changed_token_is_never_good(web: Any, place: float, character: str):
    token = web.signed()
    position = int(place * len(token))
    changed = token[:position] + character + token[position + 1 :]

    assert web.verify(changed).is_good == (changed.strip() == token)


class Endless:
    """A web on which every address leads on to another."""

    def __init__(self) -> None:
        self.asked = 0

    def document(self, url: str) -> DocumentFound | Missing | Unreachable:
        self.asked += 1
        page = {
            "@context": "https://w3id.org/openbadges/v2",
            "id": url.replace("//", "//a."),
            "type": ["Assertion", "BadgeClass"],
            "badge": f"{url}/badge",
            "issuer": f"{url}/issuer",
        }
        return DocumentFound(json.dumps(page).encode())

    def superseded_by(self, credential_id: str) -> str | None:
        del credential_id


def test_a_web_without_an_end_is_left_soon():
    web = Endless()

    report = ob2.judge("https://badges.example/1", now=NOW, resolve=web)

    assert not report.is_good
    assert web.asked <= 12
