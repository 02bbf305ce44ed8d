"""Who may call what: every route with every kind of key. A route without a sample request fails (T29, T34)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from PIL import Image
from sqlalchemy import update

from app import clock
from app.issuing.access import ApiKey, Scope
from app.service import Service
from app.web.api import router
from app.web.api.description import scope_of

ANA = {"email": "ana.ortiz@hospital.example"}
COMPLETION = {
    "id": "evt-1",
    "event": "completed",
    "learner": {"id": "57", "email": "mira.holm@hospital.test"},
    "activity": {"id": "BLS"},
    "completed_at": "2026-03-02T10:15:00Z",
}
REASON = {"json": {"reason": "issued in error"}}
PNG_TYPE = {"Content-Type": "image/png"}
UNKNOWN = "AAAAAAAAAAAAAAAAAAAAAA"

Request = dict[str, Any]
Facts = dict[str, Any]


def picture() -> Request:
    """The body of a small PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "navy").save(buffer, "PNG")
    return {"content": buffer.getvalue(), "headers": PNG_TYPE}


def endorsement_of(number: int) -> Facts:
    """The body that endorses something of nobody here."""
    return {"about": f"https://elsewhere.example/achievements/{number}", "comment": "Good training."}


# One sample request for every route; `{…}` are filled by the world below.
SAMPLES: dict[tuple[str, str], Callable[[Facts], Request]] = {
    ("GET", "/issuer"): lambda _: {},
    ("PATCH", "/issuer"): lambda _: {"json": {"description": "Teaches nurses"}},
    ("PUT", "/issuer/image"): lambda _: picture(),
    ("GET", "/achievements"): lambda _: {},
    ("POST", "/achievements"): lambda facts: {"json": {"slug": f"new-{facts['number']}", "facts": facts["facts"]}},
    ("GET", "/achievements/{achievement_id}"): lambda _: {},
    ("PUT", "/achievements/{achievement_id}"): lambda facts: {"json": facts["facts"]},
    ("PATCH", "/achievements/{achievement_id}"): lambda _: {"json": {"open_badges_2": False}},
    ("PUT", "/achievements/{achievement_id}/image"): lambda _: picture(),
    ("POST", "/achievements/{achievement_id}/publish"): lambda _: {},
    ("POST", "/achievements/{achievement_id}/archive"): lambda _: {},
    ("GET", "/achievements/{achievement_id}/versions/{number}"): lambda _: {},
    ("GET", "/awards"): lambda _: {},
    ("POST", "/awards"): lambda facts: {"json": {"achievement": facts["achievement_id"], "recipient": ANA}},
    ("GET", "/awards/{award_id}"): lambda _: {},
    ("GET", "/awards/{award_id}/credential"): lambda _: {},
    ("POST", "/awards/{award_id}/revoke"): lambda _: REASON,
    ("POST", "/awards/{award_id}/suspend"): lambda _: REASON,
    ("POST", "/awards/{award_id}/reinstate"): lambda _: {},
    ("POST", "/awards/{award_id}/reissue"): lambda _: {},
    ("POST", "/awards/{award_id}/resend"): lambda _: {},
    ("PUT", "/awards/{award_id}/visibility"): lambda _: {"json": {"visibility": "public"}},
    ("POST", "/awards/{award_id}/supersede"): lambda _: {"json": {}},
    ("GET", "/learners"): lambda facts: {"params": {"email": facts["email"]}},
    ("GET", "/learners/{learner_id}"): lambda _: {},
    ("PATCH", "/learners/{learner_id}"): lambda _: {"json": {"name_shown": True}},
    ("POST", "/learners/{learner_id}/record"): lambda _: {},
    ("GET", "/endorsements"): lambda _: {},
    ("POST", "/endorsements"): lambda facts: {"json": endorsement_of(facts["number"])},
    ("GET", "/endorsements/{endorsement_id}"): lambda _: {},
    ("POST", "/endorsements/{endorsement_id}/withdraw"): lambda _: REASON,
    ("GET", "/received-endorsements"): lambda _: {},
    ("PUT", "/received-endorsements/{endorsement_id}"): lambda _: {"json": {"accepted": True}},
    ("GET", "/sources"): lambda _: {},
    ("POST", "/sources"): lambda _: {"json": {"name": "LMS", "type": "generic", "settings": {"namespace": "lms.x"}}},
    ("GET", "/sources/{source_id}"): lambda _: {},
    ("PATCH", "/sources/{source_id}"): lambda _: {"json": {"state": "disabled"}},
    ("POST", "/sources/{source_id}/secrets"): lambda _: {},
    ("DELETE", "/sources/{source_id}/secrets/old"): lambda _: {},
    ("GET", "/sources/{source_id}/rules"): lambda _: {},
    ("POST", "/sources/{source_id}/rules"): lambda facts: {
        "json": {"activity_id": "another", "achievement": facts["achievement_id"]}
    },
    ("DELETE", "/sources/{source_id}/rules/{rule_id}"): lambda _: {},
    ("GET", "/sources/{source_id}/allowances"): lambda _: {},
    ("POST", "/sources/{source_id}/allowances"): lambda facts: {"json": {"achievement": facts["achievement_id"]}},
    ("DELETE", "/sources/{source_id}/allowances/{achievement_id}"): lambda _: {},
    ("GET", "/completions"): lambda _: {"params": {"state": "parked"}},
    ("GET", "/deliveries/{delivery_id}"): lambda _: {},
    ("POST", "/deliveries/{delivery_id}/replay"): lambda _: {},
    ("GET", "/keys"): lambda _: {},
    ("DELETE", "/keys/{key_id}"): lambda _: {},
    ("GET", "/signing-keys"): lambda _: {},
    ("POST", "/signing-keys/prepare"): lambda _: {},
    ("POST", "/signing-keys/activate"): lambda _: {},
    ("POST", "/signing-keys/rotate"): lambda _: {},
    ("POST", "/signing-keys/{signing_key_id}/revoke"): lambda _: REASON,
    ("GET", "/audit"): lambda _: {},
}


def routes() -> Iterator[tuple[str, str, RouteContext]]:
    """Every route of the API: method, path below /api/v1, and what FastAPI knows of it."""
    for context in iter_route_contexts(router.routes):
        if isinstance(context.original_route, APIRoute):
            for method in context.methods or ():
                yield method, str(context.path).removeprefix("/api/v1"), context


def missing(known: set[tuple[str, str]], sampled: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Routes without a sample, and samples without a route."""
    return known ^ sampled


class World:
    """Northfield, with one of everything for each request."""

    def __init__(self, api: Any, achievement_facts: Facts, make_key: Callable[..., str], neighbour: Any) -> None:
        self.api = api
        self.neighbour = neighbour
        self.achievement_facts = achievement_facts
        self.make_key = make_key
        self.number = 0
        self.achievement_id = api.publish("badge-1")["id"]

    def request(self, method: str, path: str, *, of_nothing: bool = False) -> tuple[str, Request]:
        """A sample request with the ids of fresh things, or with ids of nothing."""
        facts = self._one_of_everything(path)
        ids = {name: UNKNOWN if of_nothing else value for name, value in facts.items() if name.endswith("_id")}
        return path.format(**ids, number=1), SAMPLES[method, path](facts | ids)

    def _one_of_everything(self, path: str) -> Facts:
        self.number += 1
        facts: Facts = {"number": self.number, "facts": self.achievement_facts, "email": f"p{self.number}@x.example"}
        is_used_up = path.endswith("/archive")
        facts["achievement_id"] = self.api.publish(f"b-{self.number}")["id"] if is_used_up else self.achievement_id
        facts["key_id"] = self.make_key().split("_")[1]
        if "award" in path or "learner" in path:
            facts |= self._award(facts, suspended=path.endswith("reinstate"))
        if "endorsement_id" in path:
            facts["endorsement_id"] = self.endorsement(received="received" in path)
        if "signing-keys" in path:
            facts["signing_key_id"] = self._signing_key(path)
        if "source" in path or "deliver" in path:
            facts |= self._source(facts)
        if "deliver" in path:
            facts["delivery_id"] = self._delivery(facts)
        return facts

    def _award(self, facts: Facts, *, suspended: bool) -> Facts:
        award = self.api.post("/awards", achievement=facts["achievement_id"], recipient={"email": facts["email"]})
        if suspended:
            self.api.post(f"/awards/{award['id']}/suspend", reason="under review")
        return {"award_id": award["id"], "learner_id": award["learner"]}

    def endorsement(self, *, received: bool) -> str:
        """One that Northfield made, or one that the neighbour made of a thing of Northfield's."""
        self.number += 1
        if not received:
            return str(self.api.post("/endorsements", **endorsement_of(self.number))["id"])
        about = f"{self.api.publish(f'e-{self.number}')['page']}/v1"
        return str(self.neighbour.post("/endorsements", about=about, comment="Good training.")["id"])

    def _source(self, facts: Facts) -> Facts:
        settings = {"auth": "bearer", "namespace": "lms.x"}
        source = self.api.post("/sources", name="LMS", type="generic", settings=settings)
        rule = {"activity_id": "BLS", "achievement": facts["achievement_id"]}
        self.api.post(f"/sources/{source['id']}/allowances", achievement=facts["achievement_id"])
        made = self.api.post(f"/sources/{source['id']}/rules", **rule)
        return {"source_id": source["id"], "rule_id": made["id"], "secret": source["secret"]}

    def _signing_key(self, path: str) -> str:
        """A key that is not revoked; a pending pair is there, or is not, as the path needs it."""
        is_pending = any(key["state"] == "pending" for key in self.api.get("/signing-keys")["items"])
        if path.endswith("/activate") and not is_pending:
            self.api.post("/signing-keys/prepare")
        if path.endswith("/prepare") and is_pending:
            self.api.post("/signing-keys/activate")
        return next(key["id"] for key in self.api.get("/signing-keys")["items"] if key["state"] == "active")

    def _delivery(self, facts: Facts) -> str:
        address = f"http://badges.test/hooks/{facts['source_id']}"
        headers = {"Authorization": f"Bearer {facts['secret']}"}
        answer = self.api.send("POST", address, json=COMPLETION, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["delivery"])


@pytest.fixture
def world(api: Any, phlebotomy: Facts, make_key: Callable[..., str], neighbour: Any) -> World:
    return World(api, phlebotomy, make_key, neighbour)


def answers(caller: Any, world: World) -> dict[str, Any]:
    """What every route answers this caller."""
    found = {}
    for method, path, _ in routes():
        address, request = world.request(method, path)
        found[f"{method} {path}"] = caller.send(method, address, **request)
    return found


def test_every_route_has_a_sample_request():
    assert missing({(method, path) for method, path, _ in routes()}, set(SAMPLES)) == set()


def test_a_route_without_a_sample_request_is_found():
    assert missing({("GET", "/tea")}, set()) == {("GET", "/tea")}


def test_every_route_asks_for_a_scope_and_reading_for_no_more_than_read():
    scopes = {(method, path): scope_of(context) for method, path, context in routes()}

    assert None not in scopes.values()
    assert {scope for (method, _), scope in scopes.items() if method == "GET"} == {Scope.READ}
    assert Scope.READ not in {scope for (method, _), scope in scopes.items() if method != "GET"}


@pytest.fixture
def useless_keys(make_key: Callable[..., str], service: Service) -> list[str | None]:
    """No key, malformed ones, one with a wrong secret, an unknown, an expired and a revoked one."""
    good, expired, revoked = make_key(), make_key(), make_key()
    with service.database.write() as session:
        past = clock.now() - timedelta(seconds=1)
        session.execute(update(ApiKey).where(ApiKey.id == expired.split("_")[1]).values(expires_at=past))
        session.execute(update(ApiKey).where(ApiKey.id == revoked.split("_")[1]).values(revoked_at=past))
    wrong_secret = good[:-8] + ("A" * 8)
    unknown = f"lyd_{'A' * 12}_{'A' * 43}"
    return [None, "", "nonsense", f"{good}x", good.upper(), wrong_secret, unknown, expired, revoked]


def test_no_route_opens_without_a_valid_key_and_none_says_why(
    integrator: Callable[..., Any], useless_keys: list[str | None]
):
    bodies = set()
    for method, path, _ in routes():
        for key in useless_keys:
            answer = integrator(key).send(method, path.replace("{number}", "1").replace("{", "").replace("}", ""))
            assert answer.status_code == 401, f"{method} {path} with {key}: {answer.status_code}"
            assert answer.headers["www-authenticate"] == "Bearer"
            bodies.add(answer.content)

    assert len(bodies) == 1


def test_a_key_without_the_scope_is_told_which_one_is_missing(
    world: World, make_key: Callable[..., str], integrator: Callable[..., Any]
):
    for method, path, context in routes():
        scope = scope_of(context)
        others = integrator(make_key(*(other for other in Scope if other != scope)))
        address, request = world.request(method, path)

        answer = others.send(method, address, **request)

        assert (answer.status_code, answer.json()["scope"]) == (403, scope), f"{method} {path}"


def test_a_key_with_just_the_scope_may(world: World, make_key: Callable[..., str], integrator: Callable[..., Any]):
    keys = {scope: integrator(make_key(scope)) for scope in Scope}
    for method, path, context in routes():
        address, request = world.request(method, path)

        answer = keys[Scope(str(scope_of(context)))].send(method, address, **request)

        assert answer.is_success, f"{method} {path}: {answer.text}"


def test_another_issuer_s_things_answer_as_if_they_were_not_there(world: World, neighbour: Any):
    for method, path, _ in routes():
        if "{" in path:
            theirs, request = world.request(method, path)
            nothing, request_of_nothing = world.request(method, path, of_nothing=True)

            refused = neighbour.send(method, theirs, **request)
            unknown = neighbour.send(method, nothing, **request_of_nothing)

            assert refused.status_code == 404, f"{method} {path}: {refused.text}"
            assert refused.content == unknown.content, f"{method} {path}"


def test_a_body_cannot_name_another_issuer_s_achievement(world: World, neighbour: Any):
    achievement = world.api.publish("theirs")["id"]
    own = neighbour.post("/sources", name="LMS", type="generic", settings={"namespace": "lms.x"})["id"]
    bodies = {
        "/awards": {"achievement": achievement, "recipient": ANA},
        f"/sources/{own}/rules": {"activity_id": "BLS", "achievement": achievement},
        f"/sources/{own}/allowances": {"achievement": achievement},
    }

    assert {neighbour.refused("POST", path, body)[0] for path, body in bodies.items()} == {404}


def test_no_list_shows_another_issuer_s_things(world: World, neighbour: Any):
    world.request("POST", "/deliveries/{delivery_id}/replay")
    world.api.post("/awards", achievement="badge-1", recipient=ANA)
    for received in (True, False):
        world.endorsement(received=received)

    for method, path, _ in routes():
        if method == "GET" and "{" not in path and path != "/issuer":
            params = {"email": ANA["email"]} if path == "/learners" else {}
            ours = {item.get("id") or item.get("achievement") for item in world.api.get(path, **params)["items"]}
            theirs = {item.get("id") for item in neighbour.get(path, **params)["items"]}
            assert ours, path
            assert not ours & theirs, path


def test_every_answer_is_not_to_be_stored(world: World, api: Any, integrator: Callable[..., Any]):
    some = [*answers(api, world).values(), *answers(integrator(None), world).values()]
    some += [api.send("GET", "/no/such/thing"), api.send("DELETE", "/issuer"), api.send("GET", "/openapi.json")]

    assert {answer.headers["cache-control"] for answer in some} == {"no-store"}


@pytest.mark.parametrize("query", ["api_key={}", "x={}", "access_token=x", "a=b&api_key=x", "x=%6cyd_AAAAAAAAAAAA_AA"])
def test_a_key_in_the_address_is_refused_with_a_sentence(api: Any, make_key: Callable[..., str], query: str):
    answer = api.send("GET", f"/issuer?{query.format(make_key())}")

    assert answer.status_code == 400
    assert answer.json()["type"] == "http://badges.test/problems/key-in-address"


def test_the_use_of_a_key_is_noted_to_the_minute(api: Any, service: Service):
    api.get("/issuer")
    with service.database.read() as session:
        first = session.query(ApiKey).one().last_used_at
    with service.database.write() as session:
        session.execute(update(ApiKey).values(last_used_at=clock.now() - timedelta(seconds=90)))

    api.get("/issuer")

    assert first is not None
    assert api.get("/keys")["items"][0]["last_used_at"] >= f"{first:%Y-%m-%dT%H:%M:%S}"


def test_keys_are_listed_without_secrets_and_end_at_once(
    api: Any, make_key: Callable[..., str], integrator: Callable[..., Any]
):
    text = make_key(Scope.READ)
    _, key_id, secret = text.split("_", 2)

    listed = api.send("GET", "/keys").text
    api.send("DELETE", f"/keys/{key_id}")

    assert key_id in listed
    assert secret not in listed
    assert integrator(text).send("GET", "/issuer").status_code == 401
