"""The command line ``gallop``."""

from gallop.cli.main import main

__all__ = ["main"]
