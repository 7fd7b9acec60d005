import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from project.secret_key import read_or_make


def test_a_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret-key"
    key = read_or_make(path)
    assert len(key) >= 50
    assert read_or_make(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(read_or_make, [tmp_path / "secret-key"] * 32))
    assert len(keys) == 1
    assert len(list(tmp_path.iterdir())) == 1
