"""Files that go with a mail: byte for byte, beside the text and not instead of it, with names that inject nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from app.outbound.email import Attachment, build
from app.projections.messages import MailContent

CONTENT = MailContent(subject="A report", text="Hällo\n", html="<p>Hällo</p>\n", language="en")
SHEET = Attachment(
    "funnel.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes(range(256))
)
TABLE = Attachment("funnel.csv", "text/csv; charset=utf-8", '\ufeff"Größe"\r\n'.encode())


def sent(*attachments: Attachment) -> bytes:
    return build(
        CONTENT,
        sender="badges@northfield.example",
        recipient="chief@northfield.example",
        message_id="<report-1@badges.example>",
        date=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        language="en",
        attachments=attachments,
    ).as_bytes()


def reread(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)  # type: ignore[return-value]


def test_files_arrive_as_they_were():
    found = {part.get_filename(): part for part in reread(sent(SHEET, TABLE)).iter_attachments()}

    assert found["funnel.xlsx"].get_content() == SHEET.content
    assert found["funnel.csv"].get_payload(decode=True) == TABLE.content
    assert found["funnel.xlsx"].get_content_type() == SHEET.media_type
    assert {part.get_content_disposition() for part in found.values()} == {"attachment"}


def test_the_mail_still_has_its_text_and_its_html():
    found = reread(sent(SHEET))

    assert found.get_body(("plain",)).get_content().strip() == "Hällo"
    assert found.get_body(("html",)).get_content().strip() == "<p>Hällo</p>"


def test_a_retry_has_the_same_bytes_and_a_mail_without_files_has_no_more_parts_than_before():
    assert sent(SHEET, TABLE) == sent(SHEET, TABLE)
    assert reread(sent()).get_content_type() == "multipart/alternative"
    assert reread(sent(SHEET)).get_content_type() == "multipart/mixed"


def test_a_name_injects_no_header():
    found = reread(sent(Attachment("a\r\nBcc: x@evil.example\r\n.csv", "text/csv", b"x")))

    assert found["Bcc"] is None
    (part,) = found.iter_attachments()
    assert part["Bcc"] is None
