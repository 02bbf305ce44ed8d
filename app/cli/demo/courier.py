"""The demo plays two learning platforms: Canvas with a signed form, and one that speaks Standard Webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

import jwt

from app import clock
from app.cli.demo.stage import CANVAS_ACCOUNT, CANVAS_COURSE, KEY_ID, WEBHOOK_COURSE, Scene
from app.errors import InvalidInput
from app.outbound.fetch import post as post_document

MAX_ANSWER_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request of a learning platform."""

    title: str
    path: str
    body: bytes
    headers: dict[str, str]


def canvas(scene: Scene) -> Delivery:
    """Canvas Live Events, `course_completed`, signed: the body is a JWT whose claims are the event."""
    now = clock.now()
    event = {
        "metadata": {
            "event_name": "course_completed",
            "event_time": now.strftime("%Y-%m-%dT%H:%M:%S.615Z"),
            "producer": "canvas",
            "root_account_uuid": CANVAS_ACCOUNT,
            "root_account_id": "21070000000000001",
            "user_id": "21070000000000123",
            "user_login": "ana.ortiz",
            "hostname": "northfield.instructure.example",
            "request_id": "1dd9dc6f-2fb0-4c19-a6c5-7ee1bf3ed295",
        },
        "body": {
            "course": {"account_id": "79", "id": CANVAS_COURSE, "name": "Phlebotomy", "sis_source_id": "2026.100"},
            "progress": {
                "completed_at": now.strftime("%Y-%m-%dT%H:%M:%S.218Z"),
                "requirement_count": 6,
                "requirement_completed_count": 6,
                "next_requirement_url": None,
            },
            "user": {"id": "123", "email": "ana.ortiz@northfield.example", "name": "Ana Ortiz"},
        },
    }
    token = jwt.encode(event, scene.canvas_key_pem, algorithm="RS256", headers={"kid": KEY_ID})
    return Delivery(
        "Canvas says: Ana Ortiz completed “Phlebotomy” (Live Events, signed)",
        f"/hooks/{scene.canvas_source}",
        token.encode(),
        {"Content-Type": "application/jwt"},
    )


def standard_webhooks(scene: Scene) -> Delivery:
    """A learning platform that signs as Standard Webhooks says."""
    now = clock.now()
    body = json.dumps(
        {
            "event": "passed",
            "learner": {"id": "4711", "email": "Kim.Nguyen@northfield.example", "name": "Kim Nguyễn"},
            "activity": {"id": WEBHOOK_COURSE, "name": "Basic life support", "type": "course"},
            "learning_kind": "workshop",
            "score": {"value": 92, "unit": "percent"},
            "completed_at": now.isoformat().replace("+00:00", "Z"),
        },
    ).encode()
    message_id, timestamp = f"msg_{clock.new_id()}", str(int(now.timestamp()))
    key = base64.b64decode(scene.webhook_secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return Delivery(
        "Another platform says: Kim Nguyễn passed “Basic life support” with 92 % (Standard Webhooks)",
        f"/hooks/{scene.webhook_source}",
        body,
        {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{signature}",
        },
    )


def post(delivery: Delivery, base_url: str) -> str:
    """Post it to the running server; the badge's address. Raises InvalidInput when no badge came of it."""
    answer = post_document(
        base_url + delivery.path,
        content=delivery.body,
        headers=delivery.headers,
        max_bytes=MAX_ANSWER_BYTES,
        allow_origin=base_url,
    )
    for item in json.loads(answer.content).get("items", []):
        for award in item.get("awards", []):
            if "badge" in award:
                return str(award["badge"])
    raise InvalidInput(f"The delivery brought no badge: {answer.content.decode()}")
