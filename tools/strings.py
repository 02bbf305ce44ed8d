"""Bring the files of translations in step with the sentences of the pages. Called by `make strings`.

Says for each language how many sentences it lacks. Comments of the files say where a sentence is said; what is said no
longer goes.
"""

# ruff: noqa: INP001, T201 - a program, not a package; its words are for a terminal
from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from app.reports import REPORTS  # noqa: E402 - found once the checkout is on the path
from tools import raised  # noqa: E402 - likewise

LOCALES = ROOT / "app" / "web" / "locales"
RAISED = LOCALES / "raised"
METHODS = [("app/web/**.py", "python"), ("app/web/templates/**.html", "jinja2")]
OPTIONS = {"app/web/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
TRANSLATED = {"es": True, "ar": False}  # whether also what only staff and learners see is translated
INSIDE = (
    "app/web/staff/",
    "app/web/learner/",
    "app/web/templates/staff/",
    "app/web/templates/learner/",
    "app/web/check_view.py",
    "app/web/packet_view.py",
)
# Files must not change when nothing was said anew, so their dates say nothing.
ALWAYS = datetime(2026, 11, 28, tzinfo=UTC)


def sentences(*, inside: bool = True) -> Catalog:
    """What the pages say, each with the files that say it; without `inside`, what everybody sees."""
    found = Catalog(charset="utf-8")
    places = list(_reports()) if inside else []
    places += extract_from_dir(ROOT, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS, comment_tags=())
    for file, _line, message, _comments, _context in places:
        if not inside and file.startswith(INSIDE):
            continue
        found.add(message, locations=[(file, None)])  # type: ignore[list-item]  # without lines: they change daily
    return found


def _reports() -> Iterator[tuple[str, int, str, list[str], None]]:
    """What reports say, whose room knows no languages: the page looks it up."""
    for report in REPORTS.values():
        columns = [text for column in report.columns for text in (column.title, column.definition)]
        for text in (report.title, report.sentence, *(each.title for each in report.choices), *columns):
            if text:
                yield f"app/reports/{report.slug}.py", 0, text, [], None
    places = ast.walk(ast.parse((ROOT / "app" / "reports" / "__init__.py").read_text(encoding="utf-8")))
    for node in places:
        match node:
            case ast.Call(func=ast.Name(id="About"), args=[_, ast.Constant(value=str() as title), *_]):
                yield "app/reports/__init__.py", 0, title, [], None


def raised_sentences(*, inside: bool = True) -> Catalog:
    """What other rooms say that pages show, each with the files that say it; without `inside`, what everybody sees."""
    found = Catalog(charset="utf-8")
    for each in raised.collected(ROOT):
        if inside or raised.is_public(each):
            found.add(each.text, locations=[(each.file, None)])  # type: ignore[list-item]  # likewise
    return found


def in_step(tag: str, said: Catalog, folder: Path = LOCALES) -> tuple[str, int]:
    """The file of one language as it should be, and how many sentences it lacks."""
    file = folder / f"{tag}.po"
    kept = pofile.read_po(io.BytesIO(file.read_bytes()), locale=tag) if file.exists() else Catalog(locale=tag)
    kept.fuzzy = False
    kept.update(said, no_fuzzy_matching=True)
    kept.obsolete.clear()
    kept.creation_date = kept.revision_date = ALWAYS
    kept.header_comment = "# What Lanyard's pages say, in another language. `make strings` keeps it in step."
    kept.project, kept.version, kept.copyright_holder = "Lanyard", "1", "Lanyard"
    written = io.BytesIO()
    pofile.write_po(written, kept, width=0, sort_output=True, omit_header=False, include_lineno=False)
    lacking = sum(1 for message in kept if message.id and not all(_forms(message.string)))
    return written.getvalue().decode().rstrip() + "\n", lacking


def _forms(text: object) -> tuple[object, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text,)


def main() -> None:
    """Write the files."""
    for folder, found in ((LOCALES, sentences), (RAISED, raised_sentences)):
        for tag, inside in TRANSLATED.items():
            said = found(inside=inside)
            text, lacking = in_step(tag, said, folder)
            (folder / f"{tag}.po").write_text(text, encoding="utf-8")
            print(f"{folder.name}/{tag}: {len(said)} sentences, {lacking} without translation")


if __name__ == "__main__":
    main()
