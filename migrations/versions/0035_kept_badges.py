"""badges from elsewhere, kept in the collections of their holders, and which of them stand on portfolios

Revision 0035, after 0034, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kept_badges',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('account_id', sa.String(length=22), nullable=False),
    sa.Column('badge_key', sa.String(length=64), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('media_type', sa.String(length=40), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(length=8), nullable=False),
    sa.Column('source', sa.String(length=2000), nullable=True),
    sa.Column('standard', sa.String(length=60), nullable=False),
    sa.Column('credential_id', sa.Text(), nullable=False),
    sa.Column('issuer_id', sa.Text(), nullable=False),
    sa.Column('issuer_name', sa.String(length=300), nullable=True),
    sa.Column('signed_by', sa.String(length=100), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('criteria_url', sa.Text(), nullable=True),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('awarded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('match', sa.String(length=8), nullable=False),
    sa.Column('verdict', sa.String(length=16), nullable=False),
    sa.Column('sentence', sa.String(length=500), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told', sa.String(length=16), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_kept_badges_account_id_accounts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_badges')),
    sa.UniqueConstraint('account_id', 'badge_key', name=op.f('uq_kept_badges_account_id_badge_key'))
    )
    with op.batch_alter_table('kept_badges', schema=None) as batch_op:
        batch_op.create_index('ix_kept_badges_account_id', ['account_id', 'received_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_kept_badges_tried_at'), ['tried_at'], unique=False)

    op.create_table('portfolio_kept_badges',
    sa.Column('portfolio_id', sa.String(length=22), nullable=False),
    sa.Column('kept_id', sa.String(length=22), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['kept_id'], ['kept_badges.id'], name=op.f('fk_portfolio_kept_badges_kept_id_kept_badges'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['portfolio_id'], ['portfolios.id'], name=op.f('fk_portfolio_kept_badges_portfolio_id_portfolios'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('portfolio_id', 'kept_id', name=op.f('pk_portfolio_kept_badges'))
    )
    with op.batch_alter_table('portfolio_kept_badges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_portfolio_kept_badges_kept_id'), ['kept_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('portfolio_kept_badges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_portfolio_kept_badges_kept_id'))

    op.drop_table('portfolio_kept_badges')
    with op.batch_alter_table('kept_badges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_kept_badges_tried_at'))
        batch_op.drop_index('ix_kept_badges_account_id')

    op.drop_table('kept_badges')
