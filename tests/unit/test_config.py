"""The server's configuration: a file, variables over it, and one clear line where it is wrong."""

from pathlib import Path

import pytest

from widget.config import FILE_NAME, Config, load_config
from widget.domain.errors import ConfigurationError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COMMENT_WIDGET_HOME", str(tmp_path))
    return tmp_path


def write(home: Path, text: str) -> None:
    (home / FILE_NAME).write_text(text)


def test_without_any_configuration_every_setting_has_its_default(home: Path) -> None:
    config = load_config()
    assert config.home == home
    assert config.is_embedded
    assert config.url == f"http://{config.bind}"


def test_the_file_is_read_and_a_variable_wins_over_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, 'bind = "127.0.0.1:1"\nthreads = 5\ntrusted_proxies = ["10.0.0.0/8"]\n')
    monkeypatch.setenv("COMMENT_WIDGET_BIND", "127.0.0.1:2")
    config = load_config()
    assert (config.bind, config.threads, config.trusted_proxies) == (
        "127.0.0.1:2",
        5,
        ("10.0.0.0/8",),
    )


def test_a_list_in_a_variable_is_separated_by_commas(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMENT_WIDGET_TRUSTED_PROXIES", "127.0.0.1, 2001:db8::/32 ,")
    assert load_config().trusted_proxies == ("127.0.0.1", "2001:db8::/32")


def test_a_plugins_own_table_is_read_from_the_file_and_from_variables(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, '[plugins.akismet]\nendpoint = "http://127.0.0.1:9"\n')
    monkeypatch.setenv("COMMENT_WIDGET_PLUGINS__LINKS__LIMIT", "3")
    assert load_config().plugins == {
        "akismet": {"endpoint": "http://127.0.0.1:9"},
        "links": {"limit": "3"},
    }


def test_the_public_address_has_no_slash_at_its_end(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMENT_WIDGET_PUBLIC_URL", "https://comments.example.org/")
    assert load_config().url == "https://comments.example.org"


def test_a_postgresql_address_gets_the_driver_that_is_installed_with_it() -> None:
    assert Config(database_url="postgres://a/b").database == "postgresql+psycopg://a/b"
    assert not Config(database_url="postgresql://a/b").is_embedded


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("THREADS", "many", "threads"),
        ("THREADS", "0", "threads"),
        ("DEADLINE_S", "-1", "deadline_s"),
        ("TRUSTED_PROXIES", "proxy.example.org", "trusted_proxies"),
        ("PUBLIC_URL", "comments.example.org", "public_url"),
        ("PUBLIC_URL", "ftp://comments.example.org", "public_url"),
        ("LOG_LEVEL", "LOUD", "log_level"),
        ("PLUGINS", "not json", "plugins"),
    ],
)
def test_a_wrong_variable_is_named_in_one_line(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, word: str
) -> None:
    monkeypatch.setenv(f"COMMENT_WIDGET_{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        load_config()
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)
    assert FILE_NAME not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("bind = ", FILE_NAME),
        ("no_such_setting = 1", "no_such_setting"),
        ("threads = 'x'", "threads"),
        ("bind = [", FILE_NAME),
    ],
)
def test_a_wrong_file_is_named_in_one_line(home: Path, text: str, word: str) -> None:
    write(home, text)
    with pytest.raises(ConfigurationError) as caught:
        load_config()
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_secret_is_in_an_error_or_a_representation(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMENT_WIDGET_SECRET_KEYS", "very-secret-key-of-this-server-1234")
    assert "very-secret" not in repr(load_config())
    monkeypatch.setenv("COMMENT_WIDGET_DATABASE_URL", "postgresql://me:very-secret@db/x")
    assert "very-secret" not in repr(load_config())
    monkeypatch.setenv("COMMENT_WIDGET_THREADS", "many")
    with pytest.raises(ConfigurationError) as caught:
        load_config()
    assert "very-secret" not in str(caught.value)


def test_a_configuration_cannot_be_changed(home: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_config().threads = 3  # type: ignore[misc]  # that is what is tried
