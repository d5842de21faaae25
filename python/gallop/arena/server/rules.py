"""When a vote counts. The numbers are those of the filters F3 to F6 in gallop/arena.h, enforced before storing."""

WATCH_SECONDS, WATCH_SHARE = 3.0, 0.6  #: each side must have played the smaller of both
FASTEST = 1.5  #: seconds from both playable to the vote
OUTCOMES = ("left", "right", "tie", "both_bad", "skip")
_SLACK = 0.25  #: seconds by which a browser's play clock may run ahead of the server's


class Refused(Exception):
    """A request that the rules forbid; nothing was written. ``code`` is stable, ``status`` is HTTP's."""

    def __init__(self, status: int, code: str, message: str, **details):
        super().__init__(message)
        self.status, self.code, self.details = status, code, details


def watch_needed(seconds: float) -> float:
    """Seconds of a clip of this length that must have played."""
    return min(WATCH_SECONDS, WATCH_SHARE * seconds)


def check_watched(elapsed: float, lengths: tuple[float, float], watched: tuple[float, float]) -> None:
    """``elapsed`` since both clips were playable by the server's clock; ``watched`` as the browser reports. Refused when short.

    Both clips may play at once, so the server's clock bounds each side's report from above.
    """
    needed = max(FASTEST, *(watch_needed(seconds) for seconds in lengths))
    if not elapsed >= needed - _SLACK / 2:
        raise Refused(
            425,
            "too_early",
            f"{max(elapsed, 0.0):.1f} s since both clips were playable, expected {needed:.1f} s",
            wait=round(min(needed, needed - elapsed), 2),
        )
    for side, seconds, played in zip(("left", "right"), lengths, watched, strict=True):
        if played < watch_needed(seconds) - 1e-3:
            raise Refused(425, "not_watched", f"{side}: {played:.1f} s played, expected {watch_needed(seconds):.1f} s", side=side)
        if played > elapsed + _SLACK:
            raise Refused(422, "impossible_watch_time", f"{side}: {played:.1f} s played in {elapsed:.1f} s")
