"""Boards, clips, pairings, votes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(200), nullable=False, unique=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "clip",
        sa.Column("id", _COUNTER, primary_key=True, autoincrement=True),
        sa.Column("board_id", sa.Integer, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("model", sa.String(500), nullable=False),
        sa.Column("prompt_id", sa.String(500), nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
    )
    op.create_index("clip_identity", "clip", ["board_id", "model", "prompt_id", "sha256"], unique=True)
    op.create_table(
        "pairing",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("board_id", sa.Integer, sa.ForeignKey("board.id"), nullable=False),
        sa.Column("voter", sa.String(64), nullable=False),
        sa.Column("left_clip", _COUNTER, sa.ForeignKey("clip.id"), nullable=False),
        sa.Column("right_clip", _COUNTER, sa.ForeignKey("clip.id"), nullable=False),
        sa.Column("left_token", sa.String(32), nullable=False, unique=True),
        sa.Column("right_token", sa.String(32), nullable=False, unique=True),
        sa.Column("side_seed", sa.BigInteger, nullable=False),
        sa.Column("propensity", sa.Float),
        sa.Column("control", sa.String(8)),
        sa.Column("issued", sa.Float, nullable=False),
        sa.Column("ready", sa.Float),
    )
    op.create_index("pairing_voter", "pairing", ["board_id", "voter"])
    op.create_table(
        "vote",
        sa.Column("number", _COUNTER, primary_key=True, autoincrement=True),
        sa.Column("pairing_id", sa.String(32), sa.ForeignKey("pairing.id"), nullable=False, unique=True),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("time", sa.Float, nullable=False),
        sa.Column("watch_left", sa.Float, nullable=False),
        sa.Column("watch_right", sa.Float, nullable=False),
        sa.Column("flags", sa.String(200), nullable=False),
    )


def downgrade() -> None:
    for table in ("vote", "pairing", "clip", "board"):
        op.drop_table(table)
