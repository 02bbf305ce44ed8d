"""the employer's desk: bulk checks, watches, employments

Revision 0030, after 0029, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('bulk_checks',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('row_count', sa.Integer(), nullable=False),
    sa.Column('done_count', sa.Integer(), nullable=False),
    sa.Column('results', sa.JSON(), nullable=False),
    sa.Column('created_by', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('emptied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_bulk_checks_issuer_id_issuers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_checks'))
    )
    with op.batch_alter_table('bulk_checks', schema=None) as batch_op:
        batch_op.create_index('ix_bulk_checks_due', ['state', 'next_attempt_at'], unique=False)
        batch_op.create_index('ix_bulk_checks_issuer_id', ['issuer_id', 'created_at', 'id'], unique=False)

    op.create_table('bulk_check_rows',
    sa.Column('check_id', sa.String(length=22), nullable=False),
    sa.Column('row', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=True),
    sa.Column('identifier', sa.String(length=320), nullable=True),
    sa.Column('asked', sa.Text(), nullable=True),
    sa.Column('document', sa.LargeBinary(), nullable=True),
    sa.Column('host', sa.String(length=253), nullable=False),
    sa.Column('verdict', sa.String(length=16), nullable=True),
    sa.Column('reason', sa.String(length=20), nullable=True),
    sa.Column('credential_id', sa.String(length=500), nullable=True),
    sa.Column('said', sa.JSON(), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['check_id'], ['bulk_checks.id'], name=op.f('fk_bulk_check_rows_check_id_bulk_checks')),
    sa.PrimaryKeyConstraint('check_id', 'row', name=op.f('pk_bulk_check_rows'))
    )
    with op.batch_alter_table('bulk_check_rows', schema=None) as batch_op:
        batch_op.create_index('ix_bulk_check_rows_credential_id', ['credential_id'], unique=False)

    op.create_table('watches',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('award_id', sa.String(length=22), nullable=False),
    sa.Column('learner_id', sa.String(length=22), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('purpose', sa.String(length=300), nullable=False),
    sa.Column('recipient', sa.String(length=320), nullable=True),
    sa.Column('token_sha256', sa.String(length=64), nullable=False),
    sa.Column('asked_by', sa.String(length=80), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['award_id'], ['awards.id'], name=op.f('fk_watches_award_id_awards')),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_watches_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_watches_learner_id_learners')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watches')),
    sa.UniqueConstraint('issuer_id', 'award_id', name=op.f('uq_watches_issuer_id_award_id')),
    sa.UniqueConstraint('token_sha256', name=op.f('uq_watches_token_sha256'))
    )
    with op.batch_alter_table('watches', schema=None) as batch_op:
        batch_op.create_index('ix_watches_award_id', ['award_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_watches_learner_id'), ['learner_id'], unique=False)

    op.create_table('watch_events',
    sa.Column('watch_id', sa.String(length=22), nullable=False),
    sa.Column('event', sa.String(length=60), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['watch_id'], ['watches.id'], name=op.f('fk_watch_events_watch_id_watches')),
    sa.PrimaryKeyConstraint('watch_id', 'event', name=op.f('pk_watch_events'))
    )

    op.create_table('employments',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('issuer_id', sa.String(length=22), nullable=False),
    sa.Column('person', sa.String(length=64), nullable=False),
    sa.Column('learner_id', sa.String(length=22), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['issuer_id'], ['issuers.id'], name=op.f('fk_employments_issuer_id_issuers')),
    sa.ForeignKeyConstraint(['learner_id'], ['learners.id'], name=op.f('fk_employments_learner_id_learners')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employments'))
    )
    with op.batch_alter_table('employments', schema=None) as batch_op:
        batch_op.create_index('ix_employments_issuer_id', ['issuer_id', 'started_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_employments_learner_id'), ['learner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_employments_person'), ['person'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('employments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_employments_person'))
        batch_op.drop_index(batch_op.f('ix_employments_learner_id'))
        batch_op.drop_index('ix_employments_issuer_id')

    op.drop_table('employments')
    op.drop_table('watch_events')
    with op.batch_alter_table('watches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_watches_learner_id'))
        batch_op.drop_index('ix_watches_award_id')

    op.drop_table('watches')
    with op.batch_alter_table('bulk_check_rows', schema=None) as batch_op:
        batch_op.drop_index('ix_bulk_check_rows_credential_id')

    op.drop_table('bulk_check_rows')
    with op.batch_alter_table('bulk_checks', schema=None) as batch_op:
        batch_op.drop_index('ix_bulk_checks_issuer_id')
        batch_op.drop_index('ix_bulk_checks_due')

    op.drop_table('bulk_checks')
