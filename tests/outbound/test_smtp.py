from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from app.errors import MailRefused
from app.outbound.email import SmtpMailer, build
from app.projections.messages import MailContent
from app.settings import Settings


@dataclass
class Script:
    """An aiosmtpd handler that answers each step as the test says and keeps what it accepted."""

    rcpt: str = "250 OK"
    mail_from: str = "250 OK"
    data: str = "250 OK"
    quit: str = "221 Bye"
    accepted: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any):  # noqa: N802, ARG002 - aiosmtpd's hook
        if self.mail_from.startswith("2"):
            envelope.mail_from = address
        return self.mail_from

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any):  # noqa: N802, ARG002 - aiosmtpd's hook
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any):  # noqa: N802, ARG002 - aiosmtpd's hook
        if self.data.startswith("2"):
            self.accepted.append(envelope.content)
            self.recipients.append(envelope.rcpt_tos)
        return self.data

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any):  # noqa: N802, ARG002 - aiosmtpd's hook
        return self.quit


class _Controller(Controller):
    """A Controller with a server class of one's choice; the port is free when 0 is asked for."""

    server_class: type[SMTP] = SMTP

    def factory(self) -> SMTP:
        return self.server_class(self.handler, **self.SMTP_kwargs)


@pytest.fixture
def smtp_server() -> Iterator[Callable[..., int]]:
    running: list[Controller] = []

    def start(handler: Script, *, server_class: type[SMTP] = SMTP, **options: Any) -> int:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        controller = _Controller(handler, hostname="127.0.0.1", port=port, **options)
        controller.server_class = server_class
        controller.start()
        running.append(controller)
        return port

    yield start
    for controller in running:
        controller.stop()


def settings(port: int, **changes: Any) -> Settings:
    wanted = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "smtp_timeout_seconds": 1}
    return Settings(_env_file=None, **(wanted | changes))


@pytest.fixture
def message():
    content = MailContent(subject="A badge", text="first\n.\n..dots\nFrom here\n", html="<p>hi</p>", language="en")
    return build(
        content,
        sender="Badges <badges@northfield.example>",
        recipient="ana@clinic.example",
        message_id="<award-1@badges.example>",
        date=datetime(2026, 11, 24, tzinfo=UTC),
        language="en",
    )


def refusal(port: int, message: EmailMessage, **changes: Any):
    with pytest.raises(MailRefused) as refused:
        SmtpMailer(settings(port, **changes)).deliver(message)
    return refused.value


def test_an_accepted_mail_arrives_as_it_was_built(smtp_server: Any, message: EmailMessage):
    script = Script()

    SmtpMailer(settings(smtp_server(script))).deliver(message)

    assert script.accepted == [message.as_bytes()]
    assert script.recipients == [["ana@clinic.example"]]


@pytest.mark.parametrize("step", ["mail_from", "rcpt", "data"])
@pytest.mark.parametrize(
    "answer", ["421 4.3.2 closing", "450 4.2.0 greylisted", "451 try later", "452 4.2.2 mailbox full"]
)
def test_a_4xx_answer_means_try_again(smtp_server: Any, message: EmailMessage, step: str, answer: str):
    refused = refusal(smtp_server(Script(**{step: answer})), message)

    assert not refused.permanent
    assert refused.code == int(answer[:3])


@pytest.mark.parametrize("step", ["mail_from", "rcpt", "data"])
@pytest.mark.parametrize("answer", ["550 5.1.1 <ana@clinic.example>: no such user", "552 too large", "554 5.7.1 spam"])
def test_a_5xx_answer_about_the_mail_means_never(smtp_server: Any, message: EmailMessage, step: str, answer: str):
    refused = refusal(smtp_server(Script(**{step: answer})), message)

    assert refused.permanent
    assert refused.code == int(answer[:3])


def international(message: EmailMessage):
    del message["To"]
    message["To"] = Address(username="änna", domain="clinic.example")
    return message


def test_an_international_address_is_written_to_where_the_server_can(smtp_server: Any, message: EmailMessage):
    script = Script()

    SmtpMailer(settings(smtp_server(script, enable_SMTPUTF8=True))).deliver(international(message))

    assert script.recipients == [["änna@clinic.example"]]
    assert "\r\nTo: änna@clinic.example\r\n".encode() in script.accepted[0]


def test_an_international_address_is_refused_for_good_where_the_server_cannot(smtp_server: Any, message: EmailMessage):
    script = Script()

    refused = refusal(smtp_server(script, enable_SMTPUTF8=False), international(message))

    assert refused.permanent
    assert script.accepted == []


def test_a_refusal_names_the_answer_but_not_the_address(smtp_server: Any, message: EmailMessage):
    refused = refusal(smtp_server(Script(rcpt="550 5.1.1 <ana@clinic.example>: no such user")), message)

    assert refused.detail == "The mail server refused the recipient (550 5.1.1)"
    assert "ana" not in str(refused.facts)


@pytest.mark.parametrize("answer", ["530 5.7.0 Must issue a STARTTLS command first", "535 login first"])
def test_a_server_that_wants_other_settings_does_not_cost_us_the_mail(
    smtp_server: Any, message: EmailMessage, answer: str
):
    assert not refusal(smtp_server(Script(mail_from=answer)), message).permanent


@pytest.mark.parametrize("hangs", [True, False])
def test_what_goes_wrong_after_the_mail_was_taken_does_not_send_it_twice(
    serve: Any,
    message: EmailMessage,
    hangs: bool,  # noqa: FBT001 - a case of the test
):
    enough = threading.Event()

    def rude(connection: socket.socket) -> None:
        connection.sendall(b"220 hi\r\n")
        for answer in (b"250 ok", b"250 ok", b"250 ok", b"354 go on", b"250 taken"):
            connection.recv(65536)
            connection.sendall(answer + b"\r\n")
        connection.recv(65536)
        enough.wait(5 if hangs else 0)

    SmtpMailer(settings(serve(rude).port)).deliver(message)

    enough.set()


def test_a_dead_server_means_try_again(message: EmailMessage):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    assert not refusal(port, message).permanent


def test_a_name_that_does_not_resolve_means_try_again(message: EmailMessage):
    assert not refusal(25, message, smtp_host="a..b").permanent


def test_a_server_that_never_greets_is_left_in_time(serve: Any, message: EmailMessage):
    enough = threading.Event()
    server = serve(lambda _connection: enough.wait(5))
    began = time.monotonic()

    assert not refusal(server.port, message).permanent

    enough.set()
    assert time.monotonic() - began < 4


def test_a_server_that_answers_one_byte_at_a_time_is_left_in_time(serve: Any, message: EmailMessage):
    def drip(connection: socket.socket) -> None:
        for _ in range(100):
            connection.sendall(b"2")
            time.sleep(0.1)

    began = time.monotonic()

    assert not refusal(serve(drip).port, message).permanent

    assert time.monotonic() - began < 6


@pytest.mark.parametrize(
    "greeting", [b"554 5.7.1 you are blocked\r\n", b"421 busy\r\n", b"SSH-2.0-x\r\n", b"", b"\xff" * 9000]
)
def test_a_server_that_refuses_the_connection_does_not_cost_us_the_mail(
    serve: Any, message: EmailMessage, greeting: bytes
):
    server = serve(lambda connection: connection.sendall(greeting))

    assert not refusal(server.port, message).permanent


def test_a_connection_that_breaks_in_the_middle_of_the_mail_means_try_again(serve: Any, message: EmailMessage):
    def vanish(connection: socket.socket) -> None:
        connection.sendall(b"220 hi\r\n")
        for answer in (b"250 ok", b"250 ok", b"250 ok", b"354 go on"):
            connection.recv(4096)
            connection.sendall(answer + b"\r\n")
        connection.recv(10)

    assert not refusal(serve(vanish).port, message).permanent


def test_starttls_is_used_and_its_certificate_checked(smtp_server: Any, certificate_for: Any, message: EmailMessage):
    certificate, script = certificate_for("localhost"), Script()
    port = smtp_server(script, tls_context=certificate.server, require_starttls=True)
    safe = settings(port, smtp_host="localhost", smtp_security="starttls")

    SmtpMailer(safe, tls=certificate.trust).deliver(message)

    assert len(script.accepted) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_certificate_that_is_not_trusted_sends_nothing(smtp_server: Any, certificate_for: Any, message: EmailMessage):
    script = Script()
    port = smtp_server(script, tls_context=certificate_for("localhost").server, require_starttls=True)

    refused = refusal(port, message, smtp_host="localhost", smtp_security="starttls")

    assert not refused.permanent
    assert refused.detail == "The connection to the mail server is not safe"
    assert script.accepted == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_certificate_for_another_name_sends_nothing(smtp_server: Any, certificate_for: Any, message: EmailMessage):
    certificate, script = certificate_for("other.example"), Script()
    port = smtp_server(script, tls_context=certificate.server, require_starttls=True)

    with pytest.raises(MailRefused):
        SmtpMailer(settings(port, smtp_host="localhost", smtp_security="starttls"), tls=certificate.trust).deliver(
            message
        )

    assert script.accepted == []


def test_without_starttls_on_offer_nothing_goes_out_in_the_clear(smtp_server: Any, message: EmailMessage):
    script = Script()

    refused = refusal(smtp_server(script), message, smtp_security="starttls")

    assert not refused.permanent
    assert script.accepted == []


def test_tls_from_the_first_byte_works_too(serve: Any, certificate_for: Any, message: EmailMessage):
    certificate, lines = certificate_for("localhost"), []

    def smtps(connection: socket.socket) -> None:
        with certificate.server.wrap_socket(connection, server_side=True) as secured:
            secured.sendall(b"220 hi\r\n")
            for answer in (b"250 ok", b"250 ok", b"250 ok", b"354 go on", b"250 taken", b"221 bye"):
                lines.append(secured.recv(65536))
                secured.sendall(answer + b"\r\n")

    server = serve(smtps)

    SmtpMailer(settings(server.port, smtp_host="localhost", smtp_security="tls"), tls=certificate.trust).deliver(
        message
    )

    assert lines[1].lower().startswith(b"mail from:<badges@northfield.example>")
    assert lines[4].startswith(b"From: Badges")


def test_a_login_is_sent_only_as_the_settings_say_and_a_wrong_one_is_not_for_good(
    smtp_server: Any, message: EmailMessage, certificate_for: Any
):
    certificate, script = certificate_for("localhost"), Script()

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, login: Any) -> AuthResult:
        return AuthResult(success=login.password == b"right", handled=False)

    port = smtp_server(script, tls_context=certificate.server, authenticator=check, auth_required=True)
    known = settings(port, smtp_host="localhost", smtp_security="starttls", smtp_user="u", smtp_password="right")
    unknown = settings(port, smtp_host="localhost", smtp_security="starttls", smtp_user="u", smtp_password="wrong")

    SmtpMailer(known, tls=certificate.trust).deliver(message)
    with pytest.raises(MailRefused) as refused:
        SmtpMailer(unknown, tls=certificate.trust).deliver(message)

    assert len(script.accepted) == 1
    assert not refused.value.permanent
