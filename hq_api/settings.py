"""How the service is run; handed from the command to its worker processes in one variable."""

from __future__ import annotations

import os

import msgspec

VARIABLE = "HQ_API_SETTINGS"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the service is run.

    Args:
        with_keys: Whether a caller needs a key; without, everybody who reaches it may do all.
        workers: How many processes serve.
        rate: Requests a second that one key may make, over all workers.
        connections: How many connections to the database a worker holds for answers.
        answer_seconds: How long an answer may take in the database.
        count_seconds: How long an exact count may take.
    """

    with_keys: bool = True
    workers: int = 1
    rate: float = 100.0
    connections: int = 8
    answer_seconds: float = 10.0
    count_seconds: float = 2.0


def handed_on() -> Settings:
    """The settings of the environment, or the usual ones."""
    text = os.environ.get(VARIABLE)
    return msgspec.json.decode(text, type=Settings) if text else Settings()


def hand_on(settings: Settings) -> None:
    """Put the settings where worker processes find them."""
    os.environ[VARIABLE] = msgspec.json.encode(settings).decode()
