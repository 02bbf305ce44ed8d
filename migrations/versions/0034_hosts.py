"""hosts that badges are sent to

Revision 0034, after 0033, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('hosts',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('discovery_url', sa.String(length=1000), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('api_url', sa.String(length=2048), nullable=False),
    sa.Column('authorization_url', sa.String(length=2048), nullable=False),
    sa.Column('token_url', sa.String(length=2048), nullable=False),
    sa.Column('client_id', sa.String(length=500), nullable=False),
    sa.Column('sealed_secret', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hosts')),
    sa.UniqueConstraint('discovery_url', name=op.f('uq_hosts_discovery_url'))
    )
    op.create_table('host_connections',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('account_id', sa.String(length=22), nullable=False),
    sa.Column('host_id', sa.String(length=22), nullable=False),
    sa.Column('sealed_tokens', sa.Text(), nullable=False),
    sa.Column('access_ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('connected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_error', sa.String(length=300), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_host_connections_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['host_id'], ['hosts.id'], name=op.f('fk_host_connections_host_id_hosts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_host_connections')),
    sa.UniqueConstraint('account_id', 'host_id', name=op.f('uq_host_connections_account_id_host_id'))
    )
    with op.batch_alter_table('host_connections', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_host_connections_host_id'), ['host_id'], unique=False)

    op.create_table('host_questions',
    sa.Column('state_sha256', sa.String(length=64), nullable=False),
    sa.Column('host_id', sa.String(length=22), nullable=False),
    sa.Column('account_id', sa.String(length=22), nullable=False),
    sa.Column('sealed_verifier', sa.String(length=500), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_host_questions_account_id_accounts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['host_id'], ['hosts.id'], name=op.f('fk_host_questions_host_id_hosts')),
    sa.PrimaryKeyConstraint('state_sha256', name=op.f('pk_host_questions'))
    )
    with op.batch_alter_table('host_questions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_host_questions_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_host_questions_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_host_questions_host_id'), ['host_id'], unique=False)

    op.create_table('host_pushes',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('connection_id', sa.String(length=22), nullable=False),
    sa.Column('award_id', sa.String(length=22), nullable=False),
    sa.Column('state', sa.String(length=7), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=True),
    sa.Column('error', sa.String(length=300), nullable=True),
    sa.ForeignKeyConstraint(['award_id'], ['awards.id'], name=op.f('fk_host_pushes_award_id_awards')),
    sa.ForeignKeyConstraint(['connection_id'], ['host_connections.id'], name=op.f('fk_host_pushes_connection_id_host_connections'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_host_pushes')),
    sa.UniqueConstraint('connection_id', 'award_id', name=op.f('uq_host_pushes_connection_id_award_id'))
    )
    with op.batch_alter_table('host_pushes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_host_pushes_award_id'), ['award_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('host_pushes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_host_pushes_award_id'))

    op.drop_table('host_pushes')
    with op.batch_alter_table('host_questions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_host_questions_host_id'))
        batch_op.drop_index(batch_op.f('ix_host_questions_expires_at'))
        batch_op.drop_index(batch_op.f('ix_host_questions_account_id'))

    op.drop_table('host_questions')
    with op.batch_alter_table('host_connections', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_host_connections_host_id'))

    op.drop_table('host_connections')
    op.drop_table('hosts')
