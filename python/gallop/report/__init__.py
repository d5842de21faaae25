"""The report: one HTML file that needs no network, with clips that play in it."""

from gallop.report.build import write_report
from gallop.report.pairs import Pair

__all__ = ["Pair", "write_report"]
