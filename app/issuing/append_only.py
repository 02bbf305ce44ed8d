"""The audit log can be added to and not changed: the database itself refuses (T51).

Three columns of an entry may be filled once, when it is sealed. Migrations hold these statements as text of their
own, as they hold the tables; here they serve databases that are made from the models.
"""

from __future__ import annotations

from sqlalchemy import DDL, event

from app.issuing.audit import AuditCheckpoint, AuditEntry

_SAID = ("id", "issuer_id", "at", "actor", "action", "object_id")
_SEAL = ("sequence", "previous_hash", "hash")
_REFUSAL = "the audit log can be added to, not changed"

SQLITE = (
    f"""
    CREATE TRIGGER audit_entries_no_change BEFORE UPDATE ON audit_entries
    WHEN {" OR ".join(f"OLD.{column} IS NOT NULL" for column in _SEAL)}
      OR {" OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in (*_SAID, "facts"))}
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER audit_checkpoints_no_change BEFORE UPDATE ON audit_checkpoints
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,
)
POSTGRESQL = (
    f"""
    CREATE OR REPLACE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    f"""
    CREATE TRIGGER audit_entries_no_change BEFORE UPDATE ON audit_entries FOR EACH ROW
    WHEN ({" OR ".join(f"OLD.{column} IS NOT NULL" for column in _SEAL)}
      OR {" OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _SAID)}
      OR NEW.facts::text IS DISTINCT FROM OLD.facts::text)
    EXECUTE FUNCTION refuse_change_of_audit_log()
    """,
    """
    CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries FOR EACH ROW
    EXECUTE FUNCTION refuse_change_of_audit_log()
    """,
    """
    CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
    EXECUTE FUNCTION refuse_change_of_audit_log()
    """,
    """
    CREATE TRIGGER audit_checkpoints_no_change BEFORE UPDATE OR DELETE ON audit_checkpoints FOR EACH ROW
    EXECUTE FUNCTION refuse_change_of_audit_log()
    """,
    """
    CREATE TRIGGER audit_checkpoints_no_truncate BEFORE TRUNCATE ON audit_checkpoints
    EXECUTE FUNCTION refuse_change_of_audit_log()
    """,
)

STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def _for_table(table: str) -> list[tuple[str, str]]:
    """Database and statement, for each statement that belongs to the table; the function comes with the first."""
    found = []
    for dialect, statements in STATEMENTS.items():
        found += [(dialect, each) for each in statements if f" ON {table}" in each or "CREATE OR REPLACE" in each]
    return found


for _model in (AuditEntry, AuditCheckpoint):
    for _dialect, _statement in _for_table(_model.__tablename__):
        _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        event.listen(_model.__table__, "after_create", _ddl.execute_if(dialect=_dialect))
