"""The demo catalogue through the API, on both databases: every expectation and all ten scenarios of the file."""

from __future__ import annotations

from typing import Any

import pytest

from app.issuing import access, catalog, issuers
from app.issuing.access import Scope
from app.issuing.catalog import import_plan
from app.service import Service
from tests.stacking.healthcare import FILE, document

DAY = "2026-07-01"
NOON = f"{DAY}T12:00:00Z"
BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
EXPECTED = document()["expectations"]
SCENARIOS = {each["id"]: each for each in document()["scenarios"]}


class Northfield:
    """Northfield with everything that the catalogue has, seen and changed by its API alone."""

    def __init__(self, service: Service, integrator: Any) -> None:
        with service.database.write() as session:
            import_plan(session, service.office, catalog.read(FILE.read_text()), actor="cli")
            issuer = issuers.by_slug(session, "northfield")
            key = access.create(session, issuer, name="all", scopes=list(Scope), days=30, actor="cli")
        self.api = integrator(key.text)
        self._people: dict[str, str] = {}

    def learner(self, name: str) -> str:
        """The id of a demo learner."""
        if name not in self._people:
            found = self.api.get("/learners", namespace="catalog", id=name)["items"]
            self._people[name] = found[0]["id"]
        return self._people[name]

    def name(self, learner_id: str) -> str:
        """The other way round."""
        return str(self.api.get(f"/learners/{learner_id}")["identities"][0]["id"])

    def awards(self, learner: str, credential: str) -> list[dict[str, Any]]:
        """The awards of a badge or stack to a learner, newest first."""
        found = self.api.get("/awards", learner=self.learner(learner), achievement=credential)["items"]
        return [dict(each) for each in found]

    def award(self, learner: str, credential: str) -> None:
        """Award a badge on the reference day."""
        recipient = {"namespace": "catalog", "id": learner}
        self.api.post("/awards", achievement=credential, recipient=recipient, awarded_at=NOON)

    def revoke(self, learner: str, credential: str) -> None:
        """Take back the newest award of a badge."""
        award = self.awards(learner, credential)[0]
        self.api.post(f"/awards/{award['id']}/revoke", reason="Issued in error")

    def pathways(self, learner: str, as_of: str = DAY) -> list[dict[str, Any]]:
        """How a learner stands on their pathways."""
        found = self.api.get(f"/learners/{self.learner(learner)}/pathways", as_of=as_of)["items"]
        return [dict(each) for each in found]


@pytest.fixture
def northfield(service: Service, integrator: Any) -> Northfield:
    return Northfield(service, integrator)


@BOTH
def test_every_expectation_holds_and_so_do_the_scenarios_that_only_look(northfield: Northfield):
    assert [seen(northfield, each) for each in EXPECTED["learners"]] == EXPECTED["learners"]
    assert units(northfield) == EXPECTED["unit_compliance"]
    assert expiring(northfield) == EXPECTED["expiring_within_90_days"]
    play(northfield, SCENARIOS["sc-expiry-keeps-award"])
    ends_with_its_month(northfield)
    is_in_grace(northfield)
    refuses_a_circle(northfield)
    grandfathers(northfield)
    awards_without_what_comes_before_and_says_so(northfield)


def seen(northfield: Northfield, expected: dict[str, Any]) -> dict[str, Any]:
    """What the API says of one learner, in the words of the file."""
    learner = expected["learner"]
    id_ = northfield.learner(learner)
    lapsed = [name for name in expected["lapsed"] if lapsed_on(northfield, learner, name)]
    stacks = [
        each["awards"]
        for one in northfield.pathways(learner)
        for each in one["nodes"]
        if each["awards"] and northfield.awards(learner, each["awards"])
    ]
    gap = northfield.api.get(f"/learners/{id_}/gap", role=expected["gap"]["role"], as_of=DAY)
    given = northfield.api.get(f"/learners/{id_}/credits", as_of=DAY)["credits"]
    order = [each["transfer"] for each in expected["credits"]]
    return {
        "learner": learner,
        "lapsed": lapsed,
        "stacks_awarded": sorted(stacks),
        "pathways": [
            {
                "pathway": each["slug"],
                "entry_met": each["entry_met"],
                "nodes_complete": each["nodes_complete"],
                "progress": pytest.approx(each["progress"], abs=0.0001),
                "complete": each["complete"],
                "cheapest_completion": plan(northfield, id_, pathway=each["slug"]),
            }
            for each in northfield.pathways(learner)
        ],
        "gap": {
            "role": gap["role"],
            "coverage": pytest.approx(gap["coverage"], abs=0.0001),
            "gaps": [{name: each[name] for name in ("skill", "have", "need")} for each in gap["gaps"]],
            "missing_credentials": gap["missing_credentials"],
            "cheapest_plan": plan(northfield, id_, role=expected["gap"]["role"]),
        },
        "credits": sorted(
            (
                {"transfer": each["transfer"], "credits": float(each["credits"]), "state": each["state"]}
                for each in given
            ),
            key=lambda each: order.index(str(each["transfer"])) if each["transfer"] in order else len(order),
        ),
    }


def lapsed_on(northfield: Northfield, learner: str, credential: str) -> bool:
    """Whether what is recorded of a credential has ended by the reference day."""
    if credential.startswith(("ext-", "px-")):
        found = northfield.api.get("/recognitions", learner=northfield.learner(learner))["items"]
        ends = [each["valid_until"] for each in found if each["credential"] == credential]
    else:
        ends = [str(each["valid_until"])[:10] for each in northfield.awards(learner, credential)]
    return bool(ends) and max(ends) < DAY


def plan(northfield: Northfield, learner_id: str, **target: str) -> dict[str, Any]:
    """The cheapest plan, in the words of the file."""
    made = northfield.api.get(f"/learners/{learner_id}/plan", as_of=DAY, **target)
    return {
        "steps": [each["credential"] for each in made["steps"]],
        "hours": float(made["hours"]),
        "price": float(made["price"]),
    }


def units(northfield: Northfield) -> list[dict[str, Any]]:
    """Compliance, in the words and the order of the file."""
    found = {each["unit"]: each for each in northfield.api.get("/units/compliance", as_of=DAY)["items"]}
    return [
        {
            "unit": each["unit"],
            "learners": found[each["unit"]]["learners"],
            "mandatory": [
                {
                    "credential": one["credential"],
                    "current": one["current"],
                    "percent": pytest.approx(one["percent"], abs=0.05),
                    "target_met": one["target_met"],
                }
                for one in found[each["unit"]]["mandatory"]
            ],
        }
        for each in EXPECTED["unit_compliance"]
    ]


def expiring(northfield: Northfield) -> list[dict[str, Any]]:
    """What ends within ninety days, in the words of the file."""
    found = northfield.api.get("/units/expiring", as_of=DAY, within=90)["items"]
    return [
        {
            "learner": northfield.name(each["learner"]),
            "credential": each["credential"],
            "valid_until": each["valid_until"],
        }
        for each in found
    ]


# An import takes seconds, so that scenarios of different people share one; each starts from the file's own state.
APART = ("sc-revoke-suspend", "sc-revoke-keep", "sc-revoke-cascade", "sc-revoke-redundant")


@BOTH
def test_scenarios_of_stacks_end_as_the_catalogue_says(northfield: Northfield):
    for each in APART:
        play(northfield, SCENARIOS[each])


@BOTH
def test_a_suspended_stack_is_reinstated_on_the_same_credential(northfield: Northfield):
    play(northfield, SCENARIOS["sc-reinstate"])


def play(northfield: Northfield, scenario: dict[str, Any]) -> None:
    """Let the events of a scenario happen, and see that the stack ends as it says, on the credential it had."""
    learner, then = scenario["given"], scenario["then"]
    before = northfield.awards(learner, then["stack"])
    for event in scenario["when"]:
        for what, value in event.items():
            if what == "award":
                northfield.award(learner, value)
            elif what == "revoke":
                northfield.revoke(learner, value)
            else:
                northfield.api.post(f"/learners/{northfield.learner(learner)}/settle")
    found = northfield.awards(learner, then["stack"])
    state = {"active": "issued"}.get(then["state"], then["state"])
    assert [each["state"] for each in found] == [state], scenario["id"]
    if before:
        assert [each["id"] for each in found] == [each["id"] for each in before]
    if "st-him-entry is revoked too" in then["because"]:
        assert [each["state"] for each in northfield.awards(learner, "st-him-entry")] == ["revoked"]


def ends_with_its_month(northfield: Northfield) -> None:
    """sc-end-of-month."""
    scenario = SCENARIOS["sc-end-of-month"]
    award = northfield.awards(scenario["given"], scenario["then"]["credential"])[0]
    assert award["valid_until"][:10] == "2026-07-31"
    assert renewal(northfield, award, "2026-07-31") in {"active", "expiring"}
    assert renewal(northfield, award, "2026-08-01") == "expired"


def is_in_grace(northfield: Northfield) -> None:
    """sc-lapsed-in-grace."""
    scenario = SCENARIOS["sc-lapsed-in-grace"]
    award = northfield.awards(scenario["given"], scenario["then"]["credential"])[0]
    assert renewal(northfield, award, "2026-07-20") == scenario["then"]["state"]
    assert renewal(northfield, award, "2026-08-14") == "lapsed_in_grace"
    assert renewal(northfield, award, "2026-08-15") == "expired"


def renewal(northfield: Northfield, award: dict[str, Any], day: str) -> str:
    """The state of an award in its cycle on a day."""
    return str(northfield.api.get(f"/awards/{award['id']}/renewal", as_of=day)["state"])


def refuses_a_circle(northfield: Northfield) -> None:
    """sc-cycle-refused."""
    scenario = SCENARIOS["sc-cycle-refused"]
    publish = scenario["when"][0]["publish"]
    facts = northfield.api.get(f"/pathways/{publish['pathway']}")["facts"]
    northfield.api.put(f"/pathways/{publish['pathway']}", **added(facts, publish["change"]))

    status, problem = northfield.api.refused("POST", f"/pathways/{publish['pathway']}/publish", {})

    assert (status, [each["code"] for each in problem["problems"]]) == (409, [scenario["then"]["error"]])
    walk, ring = problem["problems"][0]["path"], scenario["then"]["path"][:-1]
    turns = [ring[at:] + ring[:at] for at in range(len(ring))]
    assert walk[:-1] in [*turns, *[each[::-1] for each in turns]]
    assert northfield.api.get(f"/pathways/{publish['pathway']}")["current_version"] == 1


def grandfathers(northfield: Northfield) -> None:
    """sc-new-version-grandfathered."""
    scenario = SCENARIOS["sc-new-version-grandfathered"]
    slug, learner = scenario["then"]["pathway"], scenario["given"]
    facts = northfield.api.get(f"/pathways/{slug}")["facts"]
    northfield.api.put(f"/pathways/{slug}", **added(facts, scenario["when"][0]["publish"]["change"]))
    published = northfield.api.post(f"/pathways/{slug}/publish")
    assert published["number"] == 3

    def version(day: str) -> int:
        return next(int(each["version"]) for each in northfield.pathways(learner, day) if each["slug"] == slug)

    assert version(published["published_at"][:10]) == scenario["then"]["evaluated_on_version"]
    assert version("2035-01-01") == 3


def awards_without_what_comes_before_and_says_so(northfield: Northfield) -> None:
    """Each badge of the catalogue that asks for one other, to somebody who has neither."""
    stated = document()
    held = {each["credential"] for each in _learner(stated, "ln-08")["awards"]}
    asked = next(
        each
        for each in stated["credentials"]
        if each["kind"] == "micro" and (each["prerequisites"] or {}).get("credential") == "mc-labqc"
    )
    assert not {asked["id"], "mc-labqc"} & held
    recipient = {"namespace": "catalog", "id": "ln-08"}

    made = northfield.api.post("/awards", achievement=asked["id"], recipient=recipient, awarded_at=NOON)

    before = next(each for each in stated["credentials"] if each["id"] == "mc-labqc")["abbreviation"]
    assert made["state"] == "issued"
    assert made["prerequisites_missing"] == [f"{before} is missing"]


def _learner(stated: dict[str, Any], name: str) -> dict[str, Any]:
    return next(dict(each) for each in stated["demo_learners"] if each["id"] == name)


def added(facts: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The facts of a pathway with one more condition in a node's all_of."""
    for node in facts["nodes"]:
        if node["id"] == change["node"]:
            node["condition"]["all_of"].append(change["add_condition"])
    return {name: value for name, value in facts.items() if value is not None}
