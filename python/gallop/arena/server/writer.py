"""One thread that commits for everybody.

Each commit waits for the disk. Operations that arrive meanwhile share the next commit, so the number of acknowledged votes a
second does not stop at the disk's syncs a second, and no operation is acknowledged before its commit returned.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gallop._gallop import IoError
from gallop.arena.server.database import WRITES

Operation = Callable[[Connection], object]


class Writer:
    """``run`` and ``submit`` may be called from any thread; operations are executed one after the other."""

    def __init__(self, engine: Engine, most: int = 128):
        self._engine, self._most = engine.execution_options(**{WRITES: True}), most
        self._queue: queue.SimpleQueue[tuple[Operation, Future] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="gallop-arena-writer", daemon=True)
        self._thread.start()

    def submit(self, operation: Operation) -> Future:
        """The operation's result, available once it is durable."""
        future: Future = Future()
        self._queue.put((operation, future))
        return future

    async def run(self, operation: Operation):
        return await asyncio.wrap_future(self.submit(operation))

    def close(self) -> None:
        """Commits what was submitted and ends the thread."""
        self._queue.put(None)
        self._thread.join()

    def _loop(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, more = [first], True
            while more and len(batch) < self._most and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    self._commit(batch)
                    return
                batch.append(following)
            self._commit(batch)

    def _commit(self, batch: list[tuple[Operation, Future]]) -> None:
        results: list[tuple[Future, object, BaseException | None]] = []
        try:
            with self._engine.begin() as connection:
                for operation, future in batch:
                    try:
                        with connection.begin_nested():
                            results.append((future, operation(connection), None))
                    except DBAPIError as error:
                        if error.connection_invalidated:
                            raise
                        results.append((future, None, error))
                    except Exception as error:
                        # The savepoint undid this operation alone; the others are unharmed.
                        results.append((future, None, error))
        except SQLAlchemyError as error:
            cause = IoError(f"the vote database did not commit: {str(getattr(error, 'orig', error)).strip().splitlines()[0]}")
            results = [(future, None, cause) for _, future in batch]
        for future, value, error in results:
            if not future.set_running_or_notify_cancel():
                continue
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)
