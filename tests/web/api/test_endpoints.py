"""From a new endpoint to a replayed message, with nothing but the API."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from app.issuing.access import Scope
from app.outbound import email
from app.worker.sending import Sending

ANA = {"email": "ana.ortiz@hospital.example", "name": "Ana Ortiz"}


@pytest.fixture
def receiver():
    """A receiver on this machine; `status` is what it answers."""
    kept: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(server.status)
            self.end_headers()
            self.wfile.write(b"what the receiver says")

        def log_message(self, *_arguments):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.status, server.kept = 200, kept
    server.url = f"http://127.0.0.1:{server.server_port}/in"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def work(service) -> Callable[[], int]:
    """What the worker does with the outbox."""
    return lambda: Sending(service, email.mailer(service.settings)).send(threading.Event())


def award(api: Any) -> str:
    api.publish("bls", abbreviation="BLS")
    return str(api.post("/awards", achievement="bls", recipient=ANA)["id"])


def test_a_new_endpoint_hears_of_an_award_and_its_message_can_be_verified_and_replayed(api: Any, receiver, work):
    made = api.post("/endpoints", name="LMS", url=receiver.url)
    award_id = award(api)
    work()

    headers, body = receiver.kept[0]
    assert Verifier(made["secret"]).verify(body, headers)["data"]["award_id"] == award_id
    (message,) = api.get(f"/endpoints/{made['id']}/messages")["items"]
    assert (message["id"], message["type"], message["state"]) == (headers["webhook-id"], "badge.issued", "sent")
    assert api.post(f"/endpoints/{made['id']}/replay", message_ids=[message["id"]]) == {"messages": 1}
    work()
    assert [one[0]["webhook-id"] for one in receiver.kept] == [message["id"]] * 2


def test_the_secret_is_shown_once(api: Any, receiver):
    made = api.post("/endpoints", name="LMS", url=receiver.url)
    rotated = api.post(f"/endpoints/{made['id']}/secrets", overlap_hours=1)

    assert made["secret"] != rotated["secret"]
    for path in ("/endpoints", f"/endpoints/{made['id']}", "/audit"):
        text = api.send("GET", path).text
        assert "whsec_" not in text
        assert "sealed" not in text


def test_each_try_is_listed_and_the_answer_is_for_who_may_change_endpoints(
    api: Any, receiver, work, make_key, integrator
):
    receiver.status = 500
    made = api.post("/endpoints", name="LMS", url=receiver.url)
    api.post(f"/endpoints/{made['id']}/test")
    work()
    path = f"/endpoints/{made['id']}/attempts"

    (attempt,) = api.get(path)["items"]
    (seen_by_reader,) = integrator(make_key(Scope.READ)).get(path)["items"]

    assert (attempt["status"], attempt["error"], attempt["number"]) == (500, "answered 500", 1)
    assert attempt["response"] == "what the receiver says"
    assert seen_by_reader == attempt | {"response": None}


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example/in", "https://10.0.0.1/in", "https://hooks.local/", "x"],
)
def test_an_address_that_nothing_may_be_sent_to_is_refused_with_one_sentence(api: Any, url: str):
    status, problem = api.refused("POST", "/endpoints", {"name": "LMS", "url": url})

    assert (status, problem["pointer"]) == (422, "/url")
    assert problem["detail"].startswith("Nothing can be sent to this address")
    assert api.get("/endpoints")["items"] == []


def test_an_address_is_looked_at_when_it_is_changed_too(api: Any, receiver):
    made = api.post("/endpoints", name="LMS", url=receiver.url)

    assert api.refused("PATCH", f"/endpoints/{made['id']}", {"url": "https://10.0.0.1/"})[0] == 422
    assert api.get(f"/endpoints/{made['id']}")["url"] == receiver.url


def test_an_event_type_that_does_not_exist_is_refused(api: Any, receiver):
    body = {"name": "LMS", "url": receiver.url, "event_types": ["badge.eaten"]}

    assert api.refused("POST", "/endpoints", body)[0] == 422


def test_an_endpoint_is_paused_resumed_and_switched_off(api: Any, receiver, work):
    made = api.post("/endpoints", name="LMS", url=receiver.url)
    path = f"/endpoints/{made['id']}"
    assert api.patch(path, state="paused")["state"] == "paused"
    award(api)
    work()
    assert receiver.kept == []
    assert api.patch(path, state="active", name="The LMS")["name"] == "The LMS"
    work()
    assert len(receiver.kept) == 1
    off = api.patch(path, state="disabled")
    assert (off["state"], off["disabled_reason"]) == ("disabled", "Switched off by its issuer")
    status, problem = api.refused("POST", f"{path}/test", {})
    assert (status, problem["state"]) == (409, "disabled")


def test_an_endpoint_that_is_deleted_is_gone_with_its_tries(api: Any, receiver, work):
    made = api.post("/endpoints", name="LMS", url=receiver.url, asymmetric=True)
    api.post(f"/endpoints/{made['id']}/test")
    work()

    assert api.send("DELETE", f"/endpoints/{made['id']}").status_code == 204
    assert api.send("GET", f"/endpoints/{made['id']}").status_code == 404


def test_a_replay_says_what_it_is_about(api: Any, receiver):
    made = api.post("/endpoints", name="LMS", url=receiver.url)

    assert api.refused("POST", f"/endpoints/{made['id']}/replay", {})[0] == 422
    assert api.refused("POST", f"/endpoints/{made['id']}/replay", {"since": "yesterday"})[0] == 422
