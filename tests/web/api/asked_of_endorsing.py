"""Bodies for what is asked of endorsements and accreditations, and the things that they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.endorsers import endorser

Facts = dict[str, Any]
ACCREDITATION = {
    "accreditor": "Board for Health Training Quality",
    "url": "https://qualboard.example",
    "contact_instructions": "Write to registry@qualboard.example",
}
_BOARD = endorser()

SAMPLES: dict[tuple[str, str], Callable[[Facts], Facts]] = {
    ("GET", "/endorsement-requests"): lambda _: {},
    ("POST", "/endorsement-requests"): lambda facts: {"json": request(facts["did"], facts["number"])},
    ("GET", "/endorsement-requests/{request_id}"): lambda _: {},
    ("POST", "/endorsement-requests/{request_id}/withdraw"): lambda _: {},
    ("GET", "/asked-endorsements"): lambda _: {},
    ("POST", "/asked-endorsements/{request_id}/sign"): lambda _: {"json": {"comment": "Good training."}},
    ("POST", "/asked-endorsements/{request_id}/decline"): lambda _: {"json": {"reason": "Not our field."}},
    ("GET", "/uploaded-endorsements"): lambda _: {},
    ("POST", "/uploaded-endorsements"): lambda facts: {"json": uploaded(facts["did"], facts["number"])},
    ("GET", "/uploaded-endorsements/{endorsement_id}"): lambda _: {},
    ("PUT", "/uploaded-endorsements/{endorsement_id}"): lambda _: {"json": {"accepted": True}},
    ("DELETE", "/uploaded-endorsements/{endorsement_id}"): lambda _: {},
    ("GET", "/accreditations"): lambda _: {},
    ("POST", "/accreditations"): lambda _: {"json": ACCREDITATION},
    ("PUT", "/accreditations/{accreditation_id}"): lambda _: {"json": ACCREDITATION | {"scope": "Nursing."}},
    ("DELETE", "/accreditations/{accreditation_id}"): lambda _: {},
}


def request(about: str, number: int) -> Facts:
    """A request to an organisation elsewhere."""
    return {"about": about, "message": "Please look.", "name": "Board", "email": f"board{number}@x.example"}


def uploaded(about: str, number: int) -> Facts:
    """An endorsement that somebody elsewhere signed."""
    return {"about": about, "document": _BOARD.json(about, comment=f"Good training, {number}.").decode()}


def things(path: str, api: Any, neighbour: Any, number: int) -> Facts:
    """What a request to this path is about, made by Northfield (`api`) or of it (`neighbour`)."""
    if not path.startswith(("/endorsement-requests", "/asked-endorsements", "/uploaded-", "/accreditations")):
        return {}
    did = str(api.get("/issuer")["did"])
    facts: Facts = {"did": did}
    if path.startswith("/endorsement-requests/"):
        facts["request_id"] = api.post("/endorsement-requests", **request(did, number))["id"]
    if path.startswith("/asked-endorsements/"):
        page = f"{neighbour.publish(f'asked-{number}')['page']}/v1"
        asked = {"about": page, "message": "Please look.", "endorser": "northfield"}
        facts["request_id"] = neighbour.post("/endorsement-requests", **asked)["id"]
    if path.startswith("/uploaded-endorsements/"):
        facts["endorsement_id"] = api.post("/uploaded-endorsements", **uploaded(did, number))["id"]
    if path.startswith("/accreditations/"):
        facts["accreditation_id"] = api.post("/accreditations", **ACCREDITATION)["id"]
    return facts
