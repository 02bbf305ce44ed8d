"""`lanyard source try`: what an adapter makes of a sample, stage by stage, before anything is delivered in earnest."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.terminal import err, out, service
from app.credentials import strict_json
from app.errors import InvalidInput, MalformedJson
from app.issuing import samples, sources
from app.issuing.samples import Sample

LARGEST_SAMPLE = 20 * 1024 * 1024
STYLES = {"completion": "green", "unreadable": "red", "ignored": "yellow", "test": "yellow", "voiding": "yellow"}


def register(app: typer.Typer) -> None:
    """Add the command of this file to `lanyard source`."""
    app.command("try")(try_sample)


def try_sample(
    file: Annotated[Path, typer.Argument(help="the body of a delivery; - for standard input")] = Path("-"),
    *,
    source: Annotated[str | None, typer.Option(help="the source that is to read it, with its rules")] = None,
    source_type: Annotated[
        str | None, typer.Option("--type", help="instead of a source: a type, with --settings")
    ] = None,
    settings: Annotated[
        str | None, typer.Option(help="JSON, or @FILE with JSON; replaces the source's for this once")
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option(help="a header, as 'Content-Type: text/csv'; may be repeated")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="every stage as JSON")] = False,
) -> None:
    """Show what would be understood of a sample, and what would come of it. Nothing is stored, no proof is needed."""
    if (source is None) == (source_type is None):
        raise InvalidInput("Name the source with --source, or a type with --type and --settings")
    chosen = None if settings is None else json_object(settings, "--settings")
    sample = Sample(_headers(header or []), _body(file), source_type, chosen)
    with service() as opened, opened.database.write() as session:
        found = None if source is None else sources.by_id(session, source)
        told = samples.examine(session, opened.office, found, sample)
    if as_json:
        out.print(json.dumps(told, indent=2, ensure_ascii=False), markup=False)
    else:
        _tell(told)


def _tell(told: dict[str, Any]) -> None:
    out.print(f"form   {told['form']}\nitems  {told['item_count']}", markup=False)
    for item in told["items"]:
        place = item["pointer"] if item["pointer"] is not None else f"item {item['index']}"
        out.print(
            f"\n{place or 'the whole body'}: {item['understood']}", style=STYLES[item["understood"]], markup=False
        )
        for field in item["fields"]:
            _tell_field(field)
        if item["understood"] == "completion":
            _tell_completion(item["completion"])
        elif "detail" in item:
            out.print(f"  {item['detail']}", markup=False)
        if item["outcome"] is not None:
            _tell_outcome(item["outcome"])
    for note in told["notes"]:
        err.print(f"{note}.", markup=False)


def _tell_field(field: dict[str, Any]) -> None:
    found = json.dumps(field["value"], ensure_ascii=False)
    understood = json.dumps(field["understood"], ensure_ascii=False)
    out.print(f"  {field['field']:20} {field['expression'] or '(always)'}  {found}  ->  {understood}", markup=False)
    if field["problem"]:
        out.print(f"  {'':20} {field['problem']}", style="red", markup=False)


def _tell_completion(completion: dict[str, Any]) -> None:
    learner, activity, score = completion["learner"], completion["activity"], completion["score"]
    out.print(f"  {completion['kind']} at {completion['occurred_at']}", markup=False)
    out.print(
        f"  learner   {learner['source_id']} {learner['email'] or ''} {learner['display_name'] or ''}", markup=False
    )
    out.print(f"  activity  {activity['source_id']} {activity['name'] or ''}", markup=False)
    if score is not None:
        out.print(f"  score     {score['scaled']} of 1", markup=False)
    for note in completion["notes"]:
        out.print(f"  note      {note}", markup=False)


def _tell_outcome(outcome: dict[str, Any]) -> None:
    out.print(
        f"  would be  {outcome['outcome']} ({outcome.get('reason', '')}): {outcome.get('detail', '')}", markup=False
    )
    for award in outcome.get("awards", []):
        said = award.get("detail", "")
        out.print(f"            {award.get('achievement')}: {award.get('outcome')} {said}", markup=False)


def _headers(lines: list[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise InvalidInput("--header is written as 'Content-Type: application/json'")
        found[name.strip()] = value.strip()
    return found


def _body(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(LARGEST_SAMPLE + 1)
    with file.open("rb") as opened:
        return opened.read(LARGEST_SAMPLE + 1)


def json_object(text: str, option: str) -> dict[str, Any]:
    """The JSON object that an option holds, or names as @FILE. Raises InvalidInput that names the option."""
    try:
        value = strict_json.loads(Path(text[1:]).read_bytes() if text.startswith("@") else text)
    except OSError as error:
        raise InvalidInput(f"{option}: there is no file {text[1:]} that can be read") from error
    except MalformedJson as error:
        raise InvalidInput(f"{option}: {error.detail}") from error
    if not isinstance(value, dict):
        raise InvalidInput(f"{option} must be a JSON object")
    return value
