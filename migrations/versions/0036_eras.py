"""which public addresses the service had, and of which era lists, awards and achievement versions are

Revision 0036, after 0035, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('eras',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('base_url', sa.String(length=300), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_eras'))
    )
    with op.batch_alter_table('achievement_versions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('era', sa.Integer(), server_default='1', nullable=False))

    with op.batch_alter_table('awards', schema=None) as batch_op:
        batch_op.add_column(sa.Column('era', sa.Integer(), server_default='1', nullable=False))

    with op.batch_alter_table('status_lists', schema=None) as batch_op:
        batch_op.add_column(sa.Column('era', sa.Integer(), server_default='1', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('status_lists', schema=None) as batch_op:
        batch_op.drop_column('era')

    with op.batch_alter_table('awards', schema=None) as batch_op:
        batch_op.drop_column('era')

    with op.batch_alter_table('achievement_versions', schema=None) as batch_op:
        batch_op.drop_column('era')

    op.drop_table('eras')
