"""Tests of the voting server."""
