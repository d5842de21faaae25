"""Tables of the vote database, the same on SQLite and PostgreSQL. Times are Unix seconds of the server's clock."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

#: Integer primary keys that count up: SQLite only does so for its own INTEGER.
_COUNTER = BigInteger().with_variant(Integer, "sqlite")

board = Table(
    "board",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("question", Text, nullable=False),
    Column("salt", String(64), nullable=False),  # of pseudonyms and page tokens; new for each board
    Column("created", Float, nullable=False),
)

clip = Table(
    "clip",
    metadata,
    Column("id", _COUNTER, primary_key=True, autoincrement=True),
    Column("board_id", ForeignKey("board.id"), nullable=False),
    Column("model", String(500), nullable=False),
    Column("prompt_id", String(500), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the original file
    Column("seconds", Float, nullable=False),
    Index("clip_identity", "board_id", "model", "prompt_id", "sha256", unique=True),
)

pairing = Table(
    "pairing",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("board_id", ForeignKey("board.id"), nullable=False),
    Column("voter", String(64), nullable=False),  # pseudonym
    Column("left_clip", ForeignKey("clip.id"), nullable=False),
    Column("right_clip", ForeignKey("clip.id"), nullable=False),
    Column("left_token", String(32), nullable=False, unique=True),  # the clip's address for this pairing only
    Column("right_token", String(32), nullable=False, unique=True),
    Column("side_seed", BigInteger, nullable=False),
    Column("propensity", Float),  # probability of the pair of models; NULL for control pairs
    Column("control", String(8)),  # outcome that is obviously right, or NULL
    Column("issued", Float, nullable=False),
    Column("ready", Float),  # both clips were delivered and playable
    Index("pairing_voter", "board_id", "voter"),
)

vote = Table(
    "vote",
    metadata,
    Column("number", _COUNTER, primary_key=True, autoincrement=True),
    Column("pairing_id", ForeignKey("pairing.id"), nullable=False, unique=True),
    Column("outcome", String(8), nullable=False),
    Column("time", Float, nullable=False),
    Column("watch_left", Float, nullable=False),
    Column("watch_right", Float, nullable=False),
    Column("flags", String(200), nullable=False),
)
