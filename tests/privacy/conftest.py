"""What the modules about erasures start from: a key, and a warehouse whose sessions have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.privacy.mill import fill, refuse, row_of
from tests.support.privacy import with_new_key
from tests.support.scenario import scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory, _built: Parameters) -> Iterator[Path]:
    """The file of a key that sessions of the module have."""
    with with_new_key(tmp_path_factory.mktemp("privacy")) as path:
        yield path


@pytest.fixture(scope="module")
def mill(key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A company of a dozen people, built, and a file of which a record was refused."""
    assert key_file
    with scenario() as warehouse:
        fill(warehouse)
        refuse(tmp_path_factory.mktemp("files"))
        yield warehouse


@pytest.fixture
def nia(mill: Warehouse) -> Iterator[None]:
    """Somebody else reads the mailbox, too, in a row that is not built yet."""
    row_of(mill, "Nia Other", "nia-other-5", email="office@mill.example")
    yield
    mill.conn.execute(
        "delete from raw.salesnav_scrapes where linkedin_url_user_profile like '%nia-other-5'"
    )
    mill.conn.commit()
