"""The reference of a case is kept for good, so it names nobody."""

from __future__ import annotations

import pytest

from tests.support.ingesting import ingest
from tests.support.warehouse import Warehouse


@pytest.mark.parametrize("case", ["New-Person-DSAR", "person new 7", "DSAR newperson x.example"])
def test_a_case_names_nobody_who_is_new_either(mill: Warehouse, case: str) -> None:
    assert mill
    result = ingest("privacy", "suppress", "new.person@x.example", "--case", case)
    names_them = "x.example" not in case
    assert (result.exit_code == 2, "names the person" in result.output) == (names_them, names_them)
