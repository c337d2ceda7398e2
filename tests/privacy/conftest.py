"""What the modules about erasures start from: a key, and a warehouse whose sessions have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.privacy import with_new_key
from tests.support.scratch import Parameters


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory, _built: Parameters) -> Iterator[Path]:
    """The file of a key that sessions of the module have."""
    with with_new_key(tmp_path_factory.mktemp("privacy")) as path:
        yield path
