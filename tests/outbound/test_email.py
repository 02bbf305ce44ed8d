from __future__ import annotations

import stat
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from app.errors import MailRefused
from app.outbound.email import FolderMailer, SmtpMailer, build, mailer
from app.projections.messages import MailContent
from app.settings import Settings

CONTENT = MailContent(
    subject="You earned a badge: Grüße", text="Hällo\n.\nend\n", html="<p lang='en'>Hällo</p>\n", language="en"
)


def mail(**changes: Any):
    content = changes.pop("content", CONTENT)
    facts = {
        "sender": "Northfield Badges <badges@northfield.example>",
        "recipient": "ana@clinic.example",
        "message_id": "<award-1@badges.example>",
        "date": datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        "language": "en",
    }
    return build(content, **(facts | changes))


def reread(message: EmailMessage):
    return message_from_bytes(message.as_bytes(), policy=default)


def test_a_mail_has_text_and_html_and_says_that_a_program_wrote_it():
    found = reread(mail())

    assert found["Subject"] == "You earned a badge: Grüße"
    assert found["From"] == "Northfield Badges <badges@northfield.example>"
    assert found["To"] == "ana@clinic.example"
    assert found["Date"].datetime == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Content-Language"] == "en"
    assert found.get_body(("plain",)).get_content().splitlines() == ["Hällo", ".", "end"]
    assert found.get_body(("html",)).get_content().strip() == "<p lang='en'>Hällo</p>"


def test_the_message_id_is_the_one_handed_in_and_a_retry_has_the_same_bytes():
    assert mail()["Message-ID"] == "<award-1@badges.example>"
    assert mail().as_bytes() == mail().as_bytes()


def test_a_mail_is_seven_bit_with_short_lines():
    raw = mail(content=MailContent(subject="ü" * 300, text="ü" * 5000, html="x" * 5000, language="en")).as_bytes()

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "end", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\ud800"]
)
def test_a_subject_cannot_start_another_header(end: str):
    hostile = MailContent(subject=f"A{end}Bcc: x@evil.example", text="t", html="h", language="en")

    found = reread(mail(content=hostile))

    assert found["Bcc"] is None
    assert found["Subject"] == "A Bcc: x@evil.example"


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "ana",
        "ana@clinic.example\r\nBcc: x@evil.example",
        "ana@clinic.example\n",
        "a@b.example, c@d.example",
        "Ana <ana@clinic.example>",
        "ana@clinic.example>",
        "<ana@clinic.example>",
        "ana@clinic.example\x00",
        "a b@clinic.example",
        "ana@[127.0.0.1]",
        "ana@@clinic.example",
        "group:ana@clinic.example;",
        '"a\\"b"@clinic.example',
    ],
)
def test_what_is_not_exactly_one_address_is_refused_for_good(recipient: str):
    with pytest.raises(MailRefused) as refused:
        mail(recipient=recipient)

    assert refused.value.permanent


@pytest.mark.parametrize("sender", ["", "nobody", "a@b.example, c@d.example", "A\r\nBcc: x@y.example <a@b.example>"])
def test_a_wrong_sender_can_be_mended_in_the_settings_so_it_is_not_for_good(sender: str):
    with pytest.raises(MailRefused) as refused:
        mail(sender=sender)

    assert not refused.value.permanent


@pytest.mark.parametrize("message_id", ["", "x@y", "<x@y>\r\nBcc: z@evil.example", "<a b@c>", "<@>", "<a@b> <c@d>"])
def test_a_wrong_message_id_is_refused(message_id: str):
    with pytest.raises(MailRefused):
        mail(message_id=message_id)


def test_a_domain_in_another_script_is_written_in_ascii():
    assert mail(recipient="ana@bücher.example")["To"] == "ana@xn--bcher-kva.example"


def test_a_name_in_another_script_in_front_of_the_host_is_kept():
    assert mail(recipient="änna@clinic.example")["To"].addresses[0].addr_spec == "änna@clinic.example"


def test_lone_surrogates_in_a_text_do_not_break_the_mail():
    hostile = MailContent(subject="s", text="a\ud800b\x00c", html="<p>\udfff</p>", language="en")

    assert reread(mail(content=hostile)).get_body(("plain",)).get_content().strip() == "a?bc"


def test_without_a_server_mails_become_files(tmp_path: Path):
    chosen = mailer(Settings(_env_file=None, var_dir=tmp_path))

    chosen.deliver(mail())

    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert message_from_bytes(file.read_bytes(), policy=default)["To"] == "ana@clinic.example"


def test_with_a_server_mails_go_there():
    assert isinstance(mailer(Settings(_env_file=None, smtp_host="mail.example")), SmtpMailer)


def test_delivering_again_leaves_one_file_and_no_rubbish(tmp_path: Path):
    folder = FolderMailer(tmp_path)

    folder.deliver(mail())
    folder.deliver(mail())

    assert len(list(tmp_path.iterdir())) == 1


def test_files_of_mails_are_for_the_service_only(tmp_path: Path):
    FolderMailer(tmp_path / "mail").deliver(mail())

    (file,) = (tmp_path / "mail").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700


@pytest.mark.parametrize("message_id", ["<../../etc/passwd@x>", "<..@..>", "</etc/passwd@x>", "<" + "a" * 3000 + "@x>"])
def test_a_message_id_cannot_choose_the_folder(tmp_path: Path, message_id: str):
    message = mail()
    del message["Message-ID"]
    message["Message-ID"] = message_id

    FolderMailer(tmp_path / "mail").deliver(message)

    assert [path.parent for path in tmp_path.rglob("*.eml")] == [tmp_path / "mail"]


def test_ids_that_look_alike_as_file_names_get_different_files(tmp_path: Path):
    folder = FolderMailer(tmp_path)

    folder.deliver(mail(message_id="<a+b@x>"))
    folder.deliver(mail(message_id="<a=b@x>"))

    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_no_reason_to_give_up(tmp_path: Path):
    (tmp_path / "mail").write_text("a file where the folder should be")

    with pytest.raises(MailRefused) as refused:
        FolderMailer(tmp_path / "mail").deliver(mail())

    assert not refused.value.permanent
