"""Mail: facts into a message whose headers cannot be injected, and the ways to hand it over (F20, T39)."""

from __future__ import annotations

import hashlib
import os
import re
import smtplib
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from app.errors import MailRefused
from app.outbound.smtp_session import Session, TlsSession
from app.projections.messages import MailContent
from app.settings import Settings

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._~+=-]{1,120}@[A-Za-z0-9.\[\]:-]{1,120}>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_ENHANCED_CODE = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_OUR_FAULT = frozenset({530, 534, 535, 538})  # the server wants TLS or a login: settings, not this mail
_PERMANENT = range(500, 600)
_WHOLE_DELIVERY_FACTOR = 2  # a delivery takes at most this many times the timeout of one answer


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message; its media type may carry a charset."""

    name: str
    media_type: str
    content: bytes


class Mailer(Protocol):
    """A way to hand over one message to one recipient."""

    def deliver(self, message: EmailMessage) -> None:
        """Return when the message is safely taken. Raises MailRefused; delivering again is always allowed."""


def build(
    content: MailContent,
    *,
    sender: str,
    recipient: str,
    message_id: str,
    date: datetime,
    language: str,
    from_name: str | None = None,
    reply_to: str | None = None,
    unsubscribe_url: str | None = None,
    attachments: Sequence[Attachment] = (),
) -> EmailMessage:
    """One message to one address, as text and HTML; the same arguments give the same bytes.

    `sender` is an address with or without a name (RFC 5322), `recipient` an address alone; `message_id` is
    `<unique@host>` and must be the same at every attempt. Raises MailRefused: permanent when the recipient is no
    address that mail can be sent to, not permanent when the sender or the message id (ours) is wrong.

    `from_name` is shown in place of the sender's own name, never its address; `reply_to` is where answers go.
    `unsubscribe_url` ends mails of this kind with one click (RFC 2369, RFC 8058); None for notices. `attachments` are
    files that go with it.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _sender(sender, from_name)
    message["To"] = _address(recipient)
    if reply_to is not None:
        message["Reply-To"] = _address(reply_to)
    if unsubscribe_url is not None:
        message["List-Unsubscribe"] = _Unfolded(f"<{_CONTROL.sub('', unsubscribe_url)}>")
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Subject"] = _CONTROL.sub(" ", content.subject).strip()
    message["Date"] = format_datetime(date)
    if not _MESSAGE_ID.fullmatch(message_id):
        raise MailRefused("A message id looks like <unique@host>", permanent=False)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(_text(content.text), cte="quoted-printable")
    message.add_alternative(_text(content.html), subtype="html", cte="quoted-printable")
    if _LANGUAGE.fullmatch(language):
        message["Content-Language"] = language
    # "=_" cannot occur in quoted-printable text or base64, so the boundaries cannot either (RFC 2045, 6.7).
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:32]
    message.set_boundary(f"=_{mark}")
    if attachments:
        message.make_mixed(boundary=f"=_f{mark}")
    for each in attachments:
        _attach(message, each)
    return message


def mailer(settings: Settings) -> Mailer:
    """SMTP as the settings say, or `.eml` files under `var/mail` when no server is set."""
    if settings.smtp_host is None:
        return FolderMailer(settings.var_dir / "mail")
    return SmtpMailer(settings)


class _Unfolded(str):
    """A List-Unsubscribe header as it is: the usual folding would encode a long address, and no program reads that."""

    __slots__ = ()
    name = "List-Unsubscribe"

    def fold(self, *, policy: Policy[Any]) -> str:
        """The header on one line."""
        return f"{self.name}: {self}{policy.linesep}"


class FolderMailer:
    """Writes each message as one `.eml` file named by its message id; the same id replaces its file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def deliver(self, message: EmailMessage) -> None:
        """Write the file, whole or not at all, readable by the service only. Raises MailRefused (not permanent)."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, partial = tempfile.mkstemp(dir=self._directory, prefix=".", suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(message.as_bytes())
                    file.flush()
                    os.fsync(file.fileno())
                Path(partial).replace(self._directory / _file_name(str(message["Message-ID"])))
            except BaseException:
                Path(partial).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise MailRefused(f"The mail folder cannot be written to ({error.strerror})", permanent=False) from error


class SmtpMailer:
    """Hands messages to the SMTP server of the settings, one connection each, with checked certificates."""

    def __init__(self, settings: Settings, *, tls: ssl.SSLContext | None = None) -> None:
        """`tls` is the trust to use instead of the system's (None = the system's)."""
        self._settings = settings
        self._tls = tls or ssl.create_default_context()

    def deliver(self, message: EmailMessage) -> None:
        """Return when the server took the message.

        Raises MailRefused: permanent for a 5xx answer about this mail; not permanent for 4xx, timeouts, a dead or
        untrusted server, and answers that our settings cause (no STARTTLS, wrong login). Never sends in the clear
        unless the settings say so, and never takes longer than twice the timeout of one answer, plus connecting.
        """
        with _refusals(), closing(self._session()) as session:
            _send(session, message)
            # The server has it now; what goes wrong while saying goodbye must not send it twice.
            with suppress(smtplib.SMTPException, OSError):
                session.quit()

    def _session(self) -> smtplib.SMTP:
        wanted, host = self._settings, self._settings.smtp_host or ""
        common: dict[str, Any] = {
            "timeout": wanted.smtp_timeout_seconds,
            "whole_seconds": wanted.smtp_timeout_seconds * _WHOLE_DELIVERY_FACTOR,
            "local_hostname": urlsplit(wanted.public_base_url).hostname,  # else smtplib asks the DNS for our name
        }
        if wanted.smtp_security == "tls":
            session: smtplib.SMTP = TlsSession(host, wanted.smtp_port, context=self._tls, **common)
        else:
            session = Session(host, wanted.smtp_port, **common)
        try:
            if wanted.smtp_security == "starttls":
                session.starttls(context=self._tls)
            if wanted.smtp_user is not None:
                password = wanted.smtp_password.get_secret_value() if wanted.smtp_password else ""
                session.login(wanted.smtp_user, password)
            session.ehlo_or_helo_if_needed()
        except smtplib.SMTPNotSupportedError as error:
            session.close()
            raise MailRefused("The mail server does not offer STARTTLS or the login", permanent=False) from error
        except BaseException:
            session.close()
            raise
        return session


def _send(session: smtplib.SMTP, message: EmailMessage) -> None:
    """Send the message's own bytes; smtplib's `send_message` writes them anew, with ">From" for a line's "From"."""
    sender, recipient = (message[header].addresses[0].addr_spec for header in ("From", "To"))
    if f"{sender}{recipient}".isascii():
        session.sendmail(sender, [recipient], message.as_bytes(policy=SMTP))
    elif session.has_extn("smtputf8"):
        session.sendmail(sender, [recipient], message.as_bytes(policy=SMTPUTF8), ["SMTPUTF8", "BODY=8BITMIME"])
    else:
        raise MailRefused("The mail server cannot write to this international address", permanent=True)


@contextmanager
def _refusals() -> Iterator[None]:
    """What smtplib raises, as MailRefused. Server replies may repeat the address, so only their numbers are kept."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        raise _answered("the recipient", code, reply) from None
    except smtplib.SMTPSenderRefused as error:
        raise _answered("the sender", error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPDataError as error:
        raise _answered("the message", error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPResponseException as error:  # greeting, HELO, STARTTLS, login: about us, not this mail
        raise MailRefused(
            f"The mail server refused the connection ({error.smtp_code})", permanent=False, code=error.smtp_code
        ) from None
    except TimeoutError as error:
        raise MailRefused("The mail server did not answer in time", permanent=False) from error
    except ssl.SSLError as error:
        raise MailRefused("The connection to the mail server is not safe", permanent=False) from error
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise MailRefused("The mail server could not be reached", permanent=False) from error


def _answered(what: str, code: int, reply: bytes | str) -> MailRefused:
    raw = reply if isinstance(reply, bytes) else reply.encode()
    enhanced = _ENHANCED_CODE.search(raw)
    stated = enhanced[1].decode() if enhanced else None
    numbers = str(code) if stated is None else f"{code} {stated}"
    permanent = code in _PERMANENT and code not in _OUR_FAULT
    return MailRefused(f"The mail server refused {what} ({numbers})", permanent=permanent, code=code, enhanced=stated)


def _attach(message: EmailMessage, file: Attachment) -> None:
    kind, _, rest = file.media_type.partition("/")
    name = _CONTROL.sub("", file.name).strip() or "file"
    message.add_attachment(file.content, maintype=kind, subtype=rest.partition(";")[0].strip(), filename=name)


def _sender(sender: str, shown: str | None) -> Address:
    """The one address of a From header, with the name that is shown in place of its own (None = its own).

    Raises MailRefused (not permanent: the settings can be mended).
    """
    try:
        probe = EmailMessage(policy=SMTP)
        probe["From"] = sender
        (address,) = probe["From"].addresses
        name = address.display_name if shown is None else _CONTROL.sub(" ", shown).strip()
        if address.domain == "localhost":  # the default, for mails that are written as files
            return Address(name, address.username, address.domain)
        checked = _address(address.addr_spec)
        return Address(name, checked.username, checked.domain)
    except (ValueError, MessageError, MailRefused) as error:
        raise MailRefused("LANYARD_MAIL_FROM is not one address like Name <badges@host>", permanent=False) from error


def _address(address: str) -> Address:
    """The address alone, with its host in ASCII. Raises MailRefused (permanent)."""
    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True, globally_deliverable=False)
    except EmailNotValidError as error:
        raise MailRefused("This is not an address that mail can be sent to", permanent=True) from error
    return Address(username=checked.local_part, domain=checked.ascii_domain)


def _text(text: str) -> str:
    """Text that every charset step accepts: without lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _file_name(message_id: str) -> str:
    """A plain file name from the id; ids that differ only in what was replaced still get different names."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", message_id.strip("<>")).lstrip(".")[:100]
    return f"{plain}-{hashlib.sha256(message_id.encode()).hexdigest()[:8]}.eml"
