"""The report: one HTML file that needs no network, with clips that play in it."""

from gallop.report.build import write_report
from gallop.report.contest import Contest, automatic_votes, standing
from gallop.report.pairs import Pair

__all__ = ["Contest", "Pair", "automatic_votes", "standing", "write_report"]
