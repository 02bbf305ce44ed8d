"""programs that holders let in

Revision 0033, after 0032, written 2026-11-29.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('connect_clients',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('secret_sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('host', sa.String(length=253), nullable=False),
    sa.Column('redirect_uris', sa.JSON(), nullable=False),
    sa.Column('scopes', sa.String(length=1000), nullable=False),
    sa.Column('stated', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_connect_clients'))
    )
    op.create_table('connect_grants',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('client_id', sa.String(length=22), nullable=False),
    sa.Column('account_id', sa.String(length=22), nullable=False),
    sa.Column('scopes', sa.String(length=1000), nullable=False),
    sa.Column('redirect_uri', sa.String(length=2048), nullable=False),
    sa.Column('code_sha256', sa.String(length=64), nullable=False),
    sa.Column('code_challenge', sa.String(length=128), nullable=False),
    sa.Column('code_expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('code_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_connect_grants_account_id_accounts')),
    sa.ForeignKeyConstraint(['client_id'], ['connect_clients.id'], name=op.f('fk_connect_grants_client_id_connect_clients')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_connect_grants')),
    sa.UniqueConstraint('code_sha256', name=op.f('uq_connect_grants_code_sha256'))
    )
    with op.batch_alter_table('connect_grants', schema=None) as batch_op:
        batch_op.create_index('ix_connect_grants_account_id', ['account_id', 'client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_connect_grants_client_id'), ['client_id'], unique=False)

    op.create_table('connect_profiles',
    sa.Column('account_id', sa.String(length=22), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_connect_profiles_account_id_accounts')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_connect_profiles'))
    )
    op.create_table('connect_questions',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('client_id', sa.String(length=22), nullable=False),
    sa.Column('asked', sa.JSON(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['connect_clients.id'], name=op.f('fk_connect_questions_client_id_connect_clients')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_connect_questions'))
    )
    with op.batch_alter_table('connect_questions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_connect_questions_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_connect_questions_expires_at'), ['expires_at'], unique=False)

    op.create_table('connect_tokens',
    sa.Column('token_sha256', sa.String(length=64), nullable=False),
    sa.Column('grant_id', sa.String(length=22), nullable=False),
    sa.Column('kind', sa.String(length=7), nullable=False),
    sa.Column('scopes', sa.String(length=1000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['grant_id'], ['connect_grants.id'], name=op.f('fk_connect_tokens_grant_id_connect_grants')),
    sa.PrimaryKeyConstraint('token_sha256', name=op.f('pk_connect_tokens'))
    )
    with op.batch_alter_table('connect_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_connect_tokens_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_connect_tokens_grant_id'), ['grant_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('connect_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_connect_tokens_grant_id'))
        batch_op.drop_index(batch_op.f('ix_connect_tokens_expires_at'))

    op.drop_table('connect_tokens')
    with op.batch_alter_table('connect_questions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_connect_questions_expires_at'))
        batch_op.drop_index(batch_op.f('ix_connect_questions_client_id'))

    op.drop_table('connect_questions')
    op.drop_table('connect_profiles')
    with op.batch_alter_table('connect_grants', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_connect_grants_client_id'))
        batch_op.drop_index('ix_connect_grants_account_id')

    op.drop_table('connect_grants')
    op.drop_table('connect_clients')
