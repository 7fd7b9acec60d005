from pathlib import Path

from tests.benchmarks.sections import read_section, write_section


def test_each_section_is_replaced_alone_and_the_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    write_section(page, "server", "# Ours\n\n\\1 and more")
    write_section(page, "peers", "## Others")
    first = page.read_text()
    write_section(page, "server", "# Ours, again")
    write_section(page, "server", "# Ours\n\n\\1 and more")
    assert page.read_text() == first
    assert read_section(page, "server") == "# Ours\n\n\\1 and more"
    assert read_section(page, "peers") == "## Others"
    assert read_section(page, "third") == ""


def test_a_third_section_survives_both(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    for name in ("server", "sound", "peers", "server", "peers"):
        write_section(page, name, f"says {name}")
    assert [read_section(page, name) for name in ("server", "sound", "peers")] == [
        "says server",
        "says sound",
        "says peers",
    ]
