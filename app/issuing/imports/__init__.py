"""Imports: files of completions that people upload. Checked row by row, confirmed, and worked through by the worker."""

from app.issuing.imports import by_hand, history
from app.issuing.imports.attention import rows_to_put_right
from app.issuing.imports.tables import FINAL, NEED_ATTENTION, WORKED_ON, Import, ImportRow, ImportState, Verdict
from app.issuing.imports.uploads import (
    by_id,
    cancel,
    change_options,
    confirm,
    rows_of,
    settings_of,
    upload,
)
from app.issuing.imports.working import (
    Leased,
    Seen,
    begin_check,
    cannot_read,
    check,
    end_check,
    end_run,
    hold,
    lease,
    mark_failed,
    note_failure,
    open_file,
    release,
    run,
)

__all__ = [
    "FINAL",
    "NEED_ATTENTION",
    "WORKED_ON",
    "Import",
    "ImportRow",
    "ImportState",
    "Leased",
    "Seen",
    "Verdict",
    "begin_check",
    "by_hand",
    "by_id",
    "cancel",
    "cannot_read",
    "change_options",
    "check",
    "confirm",
    "end_check",
    "end_run",
    "history",
    "hold",
    "lease",
    "mark_failed",
    "note_failure",
    "open_file",
    "release",
    "rows_of",
    "rows_to_put_right",
    "run",
    "settings_of",
    "upload",
]
