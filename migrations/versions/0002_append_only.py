"""the audit log can be added to and not changed: triggers

Revision 0002, after 0001, written 2026-11-25.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    """
    CREATE TRIGGER audit_entries_no_change BEFORE UPDATE ON audit_entries
    WHEN OLD.sequence IS NOT NULL OR OLD.previous_hash IS NOT NULL OR OLD.hash IS NOT NULL
      OR NEW.id IS NOT OLD.id OR NEW.issuer_id IS NOT OLD.issuer_id OR NEW.at IS NOT OLD.at OR NEW.actor IS NOT OLD.actor OR NEW.action IS NOT OLD.action OR NEW.object_id IS NOT OLD.object_id OR NEW.facts IS NOT OLD.facts
    BEGIN SELECT RAISE(ABORT, 'the audit log can be added to, not changed'); END
    """,
    """
    CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
    BEGIN SELECT RAISE(ABORT, 'the audit log can be added to, not changed'); END
    """,
    """
    CREATE TRIGGER audit_checkpoints_no_change BEFORE UPDATE ON audit_checkpoints
    BEGIN SELECT RAISE(ABORT, 'the audit log can be added to, not changed'); END
    """,
    """
    CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
    BEGIN SELECT RAISE(ABORT, 'the audit log can be added to, not changed'); END
    """,
)
POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log can be added to, not changed' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER audit_entries_no_change BEFORE UPDATE ON audit_entries FOR EACH ROW
    WHEN (OLD.sequence IS NOT NULL OR OLD.previous_hash IS NOT NULL OR OLD.hash IS NOT NULL
      OR NEW.id IS DISTINCT FROM OLD.id OR NEW.issuer_id IS DISTINCT FROM OLD.issuer_id OR NEW.at IS DISTINCT FROM OLD.at OR NEW.actor IS DISTINCT FROM OLD.actor OR NEW.action IS DISTINCT FROM OLD.action OR NEW.object_id IS DISTINCT FROM OLD.object_id
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
TRIGGERS = {
    "audit_entries": ("no_change", "no_delete", "no_truncate"),
    "audit_checkpoints": ("no_change", "no_delete", "no_truncate"),
}


def upgrade() -> None:
    statements = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, names in TRIGGERS.items():
        for name in names:
            where = "" if is_sqlite else f" ON {table}"
            op.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{where}")
    if not is_sqlite:
        op.execute("DROP FUNCTION IF EXISTS refuse_change_of_audit_log()")
