"""Keys: what was encrypted is read for as long as its key is there, and only where it belongs."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.domain.errors import ConfigurationError
from widget.store.keys import FILE_NAME, KeyRing, load_keys, new_key, rotate_key_file

OLD, NEW = b"o" * 32, b"n" * 32
COLUMN = "comment.email"
RING = KeyRing([OLD])


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text("ab.", max_size=5))
def test_a_value_comes_back_as_it_was(text: str, column: str) -> None:
    assert RING.decrypt(RING.encrypt(text, column), column) == text


def test_one_value_is_never_encrypted_to_the_same_bytes_twice() -> None:
    assert RING.encrypt("ada@example.net", COLUMN) != RING.encrypt("ada@example.net", COLUMN)
    assert b"ada" not in RING.encrypt("ada@example.net", COLUMN)


def test_a_value_can_be_read_only_as_what_it_was_written_for() -> None:
    with pytest.raises(ConfigurationError):
        RING.decrypt(RING.encrypt("ada@example.net", COLUMN), "person.email")


@given(st.data())
def test_an_altered_value_is_refused(data: st.DataObject) -> None:
    sealed = bytearray(RING.encrypt("ada@example.net", COLUMN))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ConfigurationError):
        RING.decrypt(bytes(sealed), COLUMN)


@given(st.binary(max_size=60))
def test_what_was_never_encrypted_is_refused(garbage: bytes) -> None:
    with pytest.raises(ConfigurationError):
        RING.decrypt(garbage, COLUMN)


def test_after_a_rotation_old_values_are_read_and_new_ones_use_the_new_key() -> None:
    both = KeyRing([NEW, OLD])
    old_value = RING.encrypt("ada", COLUMN)
    new_value = both.encrypt("ada", COLUMN)
    assert both.decrypt(old_value, COLUMN) == both.decrypt(new_value, COLUMN) == "ada"
    assert (both.is_newest(old_value), both.is_newest(new_value)) == (False, True)
    with pytest.raises(ConfigurationError, match="key that is gone"):
        RING.decrypt(new_value, COLUMN)


def test_a_rotation_changes_no_lookup_and_ends_no_edit_token() -> None:
    both = KeyRing([NEW, OLD])
    assert both.lookup == RING.lookup
    assert set(RING.signing) <= set(both.signing)
    assert both.session != RING.session


def test_no_derived_key_is_another_or_the_master() -> None:
    derived = {RING.lookup.hex(), RING.signing[0], RING.session, OLD.hex()}
    assert len(derived) == 4


def test_a_key_ring_shows_no_key() -> None:
    assert "oooo" not in repr(RING)
    assert RING.session not in repr(RING)


def test_the_key_file_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first = load_keys(tmp_path, [])
    assert load_keys(tmp_path, []).lookup == first.lookup
    assert stat.S_IMODE(os.stat(tmp_path / FILE_NAME).st_mode) == 0o600


def test_many_that_start_at_once_on_an_empty_folder_agree_on_one_key(tmp_path: Path) -> None:
    rings: list[KeyRing] = []
    begin = threading.Barrier(8)

    def start() -> None:
        begin.wait()
        rings.append(load_keys(tmp_path, []))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ring.lookup for ring in rings}) == 1
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_rotating_the_key_file_puts_a_new_key_first_and_keeps_the_old(tmp_path: Path) -> None:
    before = load_keys(tmp_path, [])
    rotate_key_file(tmp_path)
    after = load_keys(tmp_path, [])
    assert len(json.loads((tmp_path / FILE_NAME).read_text())["keys"]) == 2
    assert after.decrypt(before.encrypt("ada", COLUMN), COLUMN) == "ada"
    assert stat.S_IMODE(os.stat(tmp_path / FILE_NAME).st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"keys": 5}', "not json", '{"keys": []}'])
def test_a_broken_key_file_is_said_and_never_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(ConfigurationError):
        load_keys(tmp_path, [])
    assert (tmp_path / FILE_NAME).read_text() == content


def test_configured_keys_leave_no_file_and_a_short_one_is_refused(tmp_path: Path) -> None:
    load_keys(tmp_path, [new_key()])
    assert not list(tmp_path.iterdir())
    with pytest.raises(ConfigurationError, match="32 bytes"):
        load_keys(tmp_path, ["too short"])


def test_a_pass_phrase_is_a_key(tmp_path: Path) -> None:
    phrase = "correct horse – battery staple, and then some"
    assert load_keys(tmp_path, [phrase]).lookup == load_keys(tmp_path, [phrase]).lookup
