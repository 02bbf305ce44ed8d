"""entries of frameworks that others keep

Revision 0029, after 0028, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('framework_entries',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('framework_id', sa.String(length=22), nullable=False),
    sa.Column('identifier', sa.String(length=400), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('searched', sa.Text(), nullable=False),
    sa.Column('broader', sa.JSON(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['framework_id'], ['definitions.id'], name=op.f('fk_framework_entries_framework_id_definitions')),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_framework_entries_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_framework_entries')),
    sa.UniqueConstraint('framework_id', 'identifier', name=op.f('uq_framework_entries_framework_id_identifier'))
    )
    with op.batch_alter_table('framework_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_framework_entries_issuer_id'), ['issuer_id'], unique=False)
        batch_op.create_index('ix_framework_entries_framework_id_name', ['framework_id', 'name', 'id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('framework_entries', schema=None) as batch_op:
        batch_op.drop_index('ix_framework_entries_framework_id_name')
        batch_op.drop_index(batch_op.f('ix_framework_entries_issuer_id'))

    op.drop_table('framework_entries')
