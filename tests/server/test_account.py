"""The programs that make accounts are found wherever schedulers and users look for programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.postgres import account


@pytest.mark.parametrize("path", ["/usr/bin:/bin", "", None])
def test_tools_of_the_system_are_found_without_their_folder_in_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str | None
) -> None:
    tool = tmp_path / "sbin" / "useradd"
    tool.parent.mkdir()
    tool.touch(mode=0o755)
    monkeypatch.setattr(account, "_SYSTEM_FOLDERS", (str(tool.parent),))
    if path is None:
        monkeypatch.delenv("PATH")
    else:
        monkeypatch.setenv("PATH", path)
    assert account._system_program("useradd") == str(tool)
    assert account._system_program("no-such-tool") is None
