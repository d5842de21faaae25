"""Opening the vote database so that a commit means "on the disk"."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from gallop._gallop import FormatError, InvalidArgument, IoError

WRITES = "gallop_writes"  #: execution option of engines whose transactions write


def connect(database: str) -> Engine:
    """An engine for a SQLite file or a URL (``postgresql://...``).

    InvalidArgument for a URL of another database, FormatError for a file that is no database, IoError when it cannot be
    reached or would acknowledge votes that a power cut loses. Passwords never appear in messages.
    """
    url = _url(database)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": 15, "check_same_thread": False})
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        engine = create_engine(url, pool_pre_ping=True, pool_size=4)
        event.listen(engine, "connect", _postgres_connect)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql" and connection.execute(text("SHOW fsync")).scalar() != "on":
                raise IoError(f"{shown}: runs with fsync off and would lose acknowledged votes in a power cut; set fsync = on")
    except DBAPIError as error:
        cause = str(error.orig).strip().splitlines()[0]
        if "not a database" in cause or "malformed" in cause:
            raise FormatError(f"{shown}: {cause}") from error
        raise IoError(f"{shown}: {cause}; check the path or address and its permissions") from error
    return engine


def _url(database: str):
    if "://" not in database:
        return make_url("sqlite://").set(database=str(Path(database).absolute()))
    try:
        url = make_url(database)
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise InvalidArgument("database: not a known address, expected a SQLite file or postgresql://user@host/name") from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise InvalidArgument(f"database: {url.get_backend_name()}, expected SQLite or PostgreSQL")
    return url


def _sqlite_connect(connection, _record) -> None:
    # Transactions are begun by the "begin" event; the driver's own habit of delaying BEGIN would break savepoints.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection) -> None:
    # A writer takes the lock at once: one that begins as a reader may find it taken when it wants to write.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


def _postgres_connect(connection, _record) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET statement_timeout = '15s'")
    connection.commit()
