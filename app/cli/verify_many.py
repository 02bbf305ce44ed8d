"""Many badges on the terminal: a bar while they are judged, a line for each that is not good, and the sum."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import closing

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from app.cli.terminal import out
from app.judging.batch import Judged, judge_all
from app.judging.desk import Desk
from app.judging.lines import Entry


def judge(desk: Desk, entries: Iterable[Entry], *, jobs: int, as_json: bool) -> bool:
    """Judge all entries and tell how they stand; whether there was one, and every one is good.

    The bar goes to the terminal's error channel, so that the output stays what a program can read.
    """
    counted: Counter[str] = Counter()
    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        closing(judge_all(desk, entries, jobs=jobs)) as judged,
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        bar = progress.add_task("checking", total=None)
        for each in judged:
            counted[_verdict(each)] += 1
            progress.advance(bar)
            _tell(each, as_json=as_json)
    if not as_json:
        total = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counted.items()))
        out.print(Text(f"{counted.total()} badges: {total or 'nothing to check'}", style="bold"))
    return counted.total() > 0 and set(counted) == {"good"}


def _verdict(judged: Judged) -> str:
    return "no badge" if judged.report is None else judged.report.verdict.value


def _tell(judged: Judged, *, as_json: bool) -> None:
    entry, report = judged
    if as_json:
        said: dict[str, object] = {"source": entry.source, "line": entry.line, "id": entry.id}
        if entry.problem is not None:
            said["problem"] = {"title": entry.problem.title, "detail": entry.problem.detail}
        said = {name: value for name, value in said.items() if value is not None}
        sys.stdout.write(json.dumps(said | (report.to_dict() if report else {}), ensure_ascii=False) + "\n")
        return
    if report is not None and report.is_good:
        return
    place = entry.source if entry.line is None else f"{entry.source}:{entry.line}"
    sentence = report.sentence if report is not None else f"{entry.problem.detail if entry.problem else ''}."
    out.print(Text(f"{place}: ") + Text(sentence))
