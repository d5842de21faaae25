"""
Result cards; use package gallop.card instead.
"""
from __future__ import annotations
import _gallop.benchmark
import collections.abc
import os
import typing
__all__: list[str] = ['CardCheck', 'CardReport', 'SigningKey', 'derive_label', 'label_word', 'make_arena_card', 'make_card', 'media_manifest', 'new_signing_key', 'read_signing_key', 'sign_card', 'verify_card']
class SigningKey:
    """
    Identity of an Ed25519 key.
    """
    def __repr__(self) -> str:
        ...
    @property
    def keyid(self) -> str:
        ...
    @property
    def public_key(self) -> str:
        ...
class CardCheck:
    """
    One check of a card.
    """
    def __repr__(self) -> str:
        ...
    @property
    def detail(self) -> str:
        ...
    @property
    def id(self) -> str:
        ...
    @property
    def state(self) -> str:
        ...
class CardReport:
    """
    Every check of a card, its label, and the exit code of the command line.
    """
    @property
    def checks(self) -> list[CardCheck]:
        ...
    @property
    def exit_code(self) -> int:
        ...
    @property
    def label(self) -> str:
        ...
def derive_label(card: str) -> str:
    ...
def label_word(label: str, scheme: str) -> str:
    ...
def make_arena_card(board: str, model: str, *, rating: typing.SupportsFloat | typing.SupportsIndex, se: typing.SupportsFloat | typing.SupportsIndex, low: typing.SupportsFloat | typing.SupportsIndex, high: typing.SupportsFloat | typing.SupportsIndex, shown: typing.SupportsInt | typing.SupportsIndex, file_sha256: str, count: typing.SupportsInt | typing.SupportsIndex, voters: typing.SupportsInt | typing.SupportsIndex | None, filters: collections.abc.Mapping[str, typing.SupportsInt | typing.SupportsIndex], both_bad_policy: str, estimator: str, interval: str, reweighted: bool, sampling_rule: str, sampling_rate: typing.SupportsFloat | typing.SupportsIndex | None, facts: str, created: str = '') -> str:
    ...
def make_card(results: _gallop.benchmark.Results, facts: str, created: str = '') -> str:
    ...
def media_manifest(results: _gallop.benchmark.Results) -> str:
    ...
def new_signing_key(file: os.PathLike | str | bytes) -> SigningKey:
    ...
def read_signing_key(file: os.PathLike | str | bytes) -> SigningKey:
    ...
def sign_card(card_or_envelope: str, private_key: os.PathLike | str | bytes) -> str:
    ...
def verify_card(card_or_envelope: str, *, trust: os.PathLike | str | bytes = '', media: os.PathLike | str | bytes = '', per_clip: os.PathLike | str | bytes = '', votes: os.PathLike | str | bytes = '', at: str = '') -> CardReport:
    ...
