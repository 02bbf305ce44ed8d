"""Mail through the worker and a real SMTP server: one bad address of 2,000 (B91), bounces, digests, one click."""

from __future__ import annotations

import email
import socket
import threading
from collections import Counter
from email.policy import default

import pytest
import time_machine
from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from app import service as services
from app.issuing import endpoints, issuers, mail, outbox
from app.issuing.mail import MailReport, Suppression
from app.issuing.mail.configuring import put
from app.issuing.outbox import OutboxMessage
from app.outbound.email import SmtpMailer
from app.projections.messages import MailContent
from app.worker.sending import Sending

CONTENT = MailContent(subject="You earned a badge", text="Hello", html="<p>Hello</p>", language="en")


class Sink:
    """Takes every mail, but for the addresses whose answer a test says."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.taken: list[tuple[list[str], bytes]] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's hook
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's hook
        self.taken.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def letters(self):
        return [email.message_from_bytes(content, policy=default) for _, content in self.taken]


@pytest.fixture
def sink():
    handler = Sink()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.port = port
    yield handler
    controller.stop()


@pytest.fixture
def send(back_door, sink):
    """Send everything that is due over SMTP."""
    changes = {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_security": "none"}
    opened = services.build(back_door.service.settings.model_copy(update=changes))
    sending = Sending(opened, SmtpMailer(opened.settings))
    yield lambda: sending.send(threading.Event())
    opened.close()


@pytest.fixture
def office(back_door):
    return back_door.service.office


@pytest.fixture
def write_to(back_door, office):
    def write_to(*addresses: str, **more) -> None:
        with back_door.database.write() as session:
            issuer = issuers.by_slug(session, "st-anna")
            for address in addresses:
                key = mail.recipient_key(office, issuer.id, address)
                named = {"to": address, "key": key, "subject_id": address[:22], "event": "award.issued"}
                put(session, issuer.id, CONTENT, **named, **more)

    return write_to


def rows(back_door, model):
    with back_door.database.read() as session:
        return list(session.scalars(select(model)))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_of_2000_recipients_each_gets_a_mail_of_their_own_and_a_bad_address_harms_nobody(
    back_door, sink, send, write_to
):
    everyone = [f"p{number}@hospital.test" for number in range(2_000)]
    bad = everyone[1_000]
    sink.answers[bad] = "550 5.1.1 No such user"
    write_to(*everyone)

    assert send() == 2_000

    assert Counter(recipients[0] for recipients, _ in sink.taken) == Counter(set(everyone) - {bad})
    assert {len(recipients) for recipients, _ in sink.taken} == {1}
    with back_door.database.read() as session:
        counted = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).all()
    assert dict(counted) == {"sent": 1_999, "parked": 1}
    assert len(rows(back_door, Suppression)) == 1


def test_a_mailbox_that_does_not_exist_is_suppressed_after_the_first_bounce_and_told(
    back_door, sink, send, write_to, office
):
    with back_door.database.write() as session:
        made = endpoints.create(
            session,
            office,
            issuers.by_slug(session, "st-anna"),
            url="http://127.0.0.1:9/",
            name="x",
            event_types=["badge.delivery_failed"],
            actor="cli",
        )
        endpoints.pause(session, made.endpoint, actor="cli")
    sink.answers["gone@hospital.test"] = "550 5.1.1 No such user"
    write_to("gone@hospital.test")
    send()

    (entry,), (report,) = rows(back_door, Suppression), rows(back_door, MailReport)
    assert (entry.cause, entry.code, entry.covers) == ("bounce", "5.1.1", "all")
    assert (report.kind, report.code) == ("hard", "5.1.1")
    (news,) = [one for one in rows(back_door, OutboxMessage) if one.channel == "webhook"]
    assert '"type":"badge.delivery_failed"' in news.payload["body"]
    assert '"reason":"5.1.1"' in news.payload["body"]
    assert "hospital.test" not in news.payload["body"].replace("gone@hospital.test"[:22], "")


@pytest.mark.parametrize("answer", ["552 5.2.2 Mailbox full", "550 5.7.1 Looks like spam", "550 No"])
def test_another_refusal_parks_this_mail_and_suppresses_nobody(back_door, sink, send, write_to, answer):
    sink.answers["full@hospital.test"] = answer
    write_to("full@hospital.test")
    send()

    (message,) = rows(back_door, OutboxMessage)
    assert message.state == "parked"
    assert rows(back_door, Suppression) == []


def test_greylisting_is_tried_again_with_the_same_message_id(back_door, sink, send, write_to):
    sink.answers["grey@hospital.test"] = "451 4.7.1 Try later"
    write_to("grey@hospital.test")
    send()
    (message,) = rows(back_door, OutboxMessage)
    assert (message.state, message.attempts) == ("pending", 1)
    sink.answers.clear()
    with time_machine.travel(message.next_attempt_at, tick=False) as traveller:
        traveller.shift(1)
        send()

    assert sink.letters()[0]["Message-ID"] == f"<{message.id}@badges.test>"


def test_the_issuer_is_named_but_writes_from_the_address_of_the_settings(back_door, sink, send, write_to):
    with back_door.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        mail.change_settings(
            session,
            issuer,
            from_name='St. Anna "Akademie"\r\nBcc: x@y.example',
            reply_to="kurse@st-anna.test",
            actor="cli",
        )
    write_to("mira@hospital.test")
    send()

    (letter,) = sink.letters()
    (sender,) = letter["From"].addresses
    assert (sender.addr_spec, "St. Anna" in sender.display_name) == ("badges@badges.test", True)
    assert letter["Reply-To"].addresses[0].addr_spec == "kurse@st-anna.test"
    assert letter["Bcc"] is None
    assert sink.taken[0][0] == ["mira@hospital.test"]


def test_a_notice_has_no_way_to_end_it_and_a_digest_has_one_click(back_door, sink, send, office):
    with back_door.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        key = mail.recipient_key(office, issuer.id, "mira@hospital.test")
        url = mail.unsubscribe_url(office, issuer.id, key)
        for subject, more in (("one", {}), ("two", {"unsubscribe_url": url, "lines": [{}]})):
            put(
                session,
                issuer.id,
                CONTENT,
                to="mira@hospital.test",
                key=key,
                subject_id=subject,
                event="award.issued",
                **more,
            )
    send()

    by_click = {letter["List-Unsubscribe"] for letter in sink.letters()}
    assert by_click == {None, f"<{url}>"}
    raw = next(content for _, content in sink.taken if b"List-Unsubscribe:" in content)
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in raw
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_mails_that_are_held_do_not_hide_the_one_behind_them(back_door, sink, send, write_to):
    with back_door.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        for number in range(30):
            key = mail.recipient_key(back_door.service.office, issuer.id, f"p{number}@hospital.test")
            mail.suppress(session, issuer.id, key, cause=mail.Cause.BY_HAND, actor="cli")
    write_to(*(f"p{number}@hospital.test" for number in range(31)))

    assert send() == 1
    assert sink.taken[0][0] == ["p30@hospital.test"]


def test_a_channel_that_nobody_knows_does_not_stop_the_mail(back_door, sink, send, write_to):
    with back_door.database.write() as session:
        outbox.put(session, channel="pigeon", subject_id="x", event="x", payload={"to": "roof"})
    write_to("mira@hospital.test")
    send()

    assert len(sink.taken) == 1
