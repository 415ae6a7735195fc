"""Where state is kept."""

import os
import stat
from pathlib import Path

import pytest

from config.embedded.account import Account, server_account
from config.embedded.home import (
    LONGEST_SOCKET_PATH,
    SOCKET_NAME,
    only_one,
    open_home,
    passing_home,
    socket_directory,
)


def test_a_long_path_gets_a_short_socket_directory_that_goes_away(var: Path) -> None:
    home = var / ("deep" * 30)
    home.mkdir(parents=True)
    with socket_directory(home, None) as sockets:
        assert len(os.fsencode(sockets / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
        assert (home / "run").resolve() == sockets
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert not sockets.exists()
    assert not (home / "run").is_symlink()


def test_sockets_of_a_killed_run_are_gone_before_the_next(var: Path) -> None:
    run = var / "run"
    run.mkdir(parents=True)
    (run / f"{SOCKET_NAME}.lock").write_text("1\n")
    with socket_directory(var, None) as sockets:
        assert list(sockets.iterdir()) == []


def test_only_one_holds_a_home(var: Path) -> None:
    var.mkdir()
    with only_one(var) as first, only_one(var) as second:
        assert (first, second) == (True, False)
    with only_one(var) as third:
        assert third


def test_abandoned_passing_homes_are_reclaimed_and_swept_and_live_ones_are_not(var: Path) -> None:
    abandoned = var / "passing" / "abandoned"
    abandoned.mkdir(parents=True)
    reclaimed: list[Path] = []
    with (
        passing_home(var, reclaim=reclaimed.append) as live,
        passing_home(var, reclaim=reclaimed.append) as other,
    ):
        assert live.exists()
        assert other != live
    assert reclaimed == [abandoned]
    assert not abandoned.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")
def test_root_keeps_state_elsewhere_when_nobody_cannot_enter_the_clone(var: Path) -> None:
    account = server_account()
    assert account is not None
    var.mkdir()
    var.chmod(0o700)
    assert not account.reaches(var)
    home = open_home(var, account)
    assert (var / "embedded").is_symlink()
    assert account.reaches(home)
    assert open_home(var, account) == home
    assert stat.S_IMODE(var.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try another account")
def test_whether_an_account_reaches_a_directory_is_asked_of_the_kernel(var: Path) -> None:
    var.mkdir()
    nobody = Account(uid=65534, gid=65534)
    assert nobody.reaches(var)
    var.chmod(0o700)
    assert not nobody.reaches(var)
    assert nobody.reaches(Path("/tmp"))


def test_an_ordinary_users_home_is_closed_to_others(var: Path) -> None:
    home = open_home(var, None)
    assert home == (var / "embedded").resolve()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
