"""`lanyard mail …`: an issuer's templates, what they look like, and addresses that get no mail."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.errors import InvalidInput
from app.issuing import issuers, mail
from app.issuing.mail import Cause, Covers, Purpose

app = typer.Typer(help="How an issuer writes to its learners.", no_args_is_help=True)

PurposeOption = Annotated[Purpose, typer.Option(help="which mail")]
LocaleOption = Annotated[str, typer.Option(help="its language, BCP 47")]
Address = Annotated[str, typer.Argument(help="an e-mail address")]


@app.command("templates")
def templates(slug: Slug) -> None:
    """List an issuer's own templates."""
    with service() as opened, opened.database.read() as session:
        found = session.scalars(mail.templates_of(issuers.by_slug(session, slug)))
        rows = sorted([one.purpose, one.locale, f"{one.updated_at:%Y-%m-%d}", one.subject] for one in found)
    table(["purpose", "locale", "changed", "subject"], rows)


@app.command("set-template")
def set_template(
    slug: Slug,
    file: Annotated[Path, typer.Argument(help="UTF-8: the subject on the first line, then Markdown")],
    purpose: PurposeOption = Purpose.BADGE_EARNED,
    locale: LocaleOption = "en",
) -> None:
    """Keep an issuer's own words; what cannot be filled in is refused."""
    subject, body = _read(file)
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        mail.save_template(session, issuer, purpose=purpose, locale=locale, subject=subject, body=body, actor=ACTOR)
    out.print("Kept. Look at it: lanyard mail preview ISSUER", markup=False)


@app.command("preview")
def preview(
    slug: Slug,
    purpose: PurposeOption = Purpose.BADGE_EARNED,
    locale: LocaleOption = "en",
    file: Annotated[Path | None, typer.Option(help="look at this file instead of what is kept")] = None,
    html: Annotated[bool, typer.Option(help="the HTML instead of the text")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """Show what a mail looks like, with facts of nobody."""
    subject, body = (None, None) if file is None else _read(file)
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        shown = mail.preview(session, opened.office, issuer, purpose=purpose, locale=locale, subject=subject, body=body)
    out.print(shown.html if html else f"Subject: {shown.subject}\n\n{shown.text}", markup=False)


@app.command("test")
def send_test(
    slug: Slug, address: Address, purpose: PurposeOption = Purpose.BADGE_EARNED, locale: LocaleOption = "en"
) -> None:
    """Send the mail in use to somebody of the staff."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        mail.send_test(session, opened.office, issuer, purpose=purpose, locale=locale, address=address, actor=ACTOR)
    out.print("It goes out with the next round of the worker.")


@app.command("suppress")
def suppress(slug: Slug, address: Address, covers: Annotated[Covers, typer.Option()] = Covers.ALL) -> None:
    """Write to an address no more."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        key = mail.recipient_key(opened.office, issuer.id, address)
        mail.suppress(session, issuer.id, key, covers=covers, cause=Cause.BY_HAND, actor=ACTOR)
    out.print("Done.")


@app.command("unsuppress")
def unsuppress(slug: Slug, address: Address) -> None:
    """Write to an address again."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        count = mail.lift(session, issuer.id, mail.recipient_key(opened.office, issuer.id, address), actor=ACTOR)
    out.print("Done." if count else "Nothing kept mails to this address back.")


def _read(file: Path) -> tuple[str, str]:
    subject, _, body = file.read_text(encoding="utf-8-sig").partition("\n")
    if not body.strip():
        raise InvalidInput("The file has the subject on its first line, and the body below")
    return subject.strip(), body.strip() + "\n"
