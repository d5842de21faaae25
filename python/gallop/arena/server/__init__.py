"""The blind voting server: ``gallop arena serve``. Needs ``pip install gallop[arena]``.

    >>> from gallop.arena.server import Settings, create_app
    >>> app = create_app(Settings(clips="clips/", database="votes.db"))     # any ASGI server runs it

Layout: ``contest`` finds clips, ``prepare`` makes the anonymous copies that are served, ``schema`` and ``migrations`` describe the
database, ``writer`` commits, ``store`` holds the operations, ``routes`` and ``guard`` speak HTTP, ``live`` rates.
"""

from gallop.arena.server.app import create_app, serve
from gallop.arena.server.export import export_database, export_votes
from gallop.arena.server.settings import Settings, is_loopback

__all__ = ["Settings", "create_app", "export_database", "export_votes", "is_loopback", "serve"]
