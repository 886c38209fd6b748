"""The command line: commands explain themselves, work as their examples say, fail in a line."""

import json
import shlex
import socket
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import click
import pytest

from tests.integration.conftest import Run, execute
from tests.integration.plugin_files import checks, write_file, write_plugin
from tests.integration.returned_mails import bounce
from widget.cli import cli
from widget.domain.mail_tokens import MailTokens
from widget.store.keys import FILE_NAME as KEY_FILE
from widget.store.keys import load_keys

#: What serves until it is stopped is started for real in the tests of the server.
SERVES = {"serve", "demo", "worker"}


@pytest.fixture
def blog(run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return ``run`` on a home with a site ``blog``, one of whose comments has the id 17."""
    done = run("site", "add", "blog", "--title", "My blog", "--host", "example.org")
    assert done.code == 0, done.err
    ada = {"name": "Ada", "email": "ada@example.org"}
    rows = [{"id": n, "body": f"Number {n}.", **ada} for n in range(1, 19)]
    (tmp_path / "thread.json").write_text(json.dumps({"title": "T", "comments": rows}))
    page = ("--site", "blog", "--url", "https://example.org/a")
    assert run("import", "json", "thread.json", *page).code == 0
    assert run("policy", "export", "--site", "blog", "--out", "blog.toml").code == 0
    monkeypatch.setenv("COMMENT_WIDGET_SMTP_URL", f"folder://{tmp_path}/mails")
    tokens = MailTokens(load_keys(home, []).signing)
    (tmp_path / "bounce.eml").write_bytes(bounce(tokens.for_return(1)))
    assert run("ban", "add", "domain", "spam.example", "--site", "blog").code == 0
    moderator = ("ada@example.org", "--role", "moderator", "--site", "blog")
    assert run("user", "add", *moderator).code == 0
    return run


def commands(
    group: click.Group = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with the words that lead to it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = [pytest.param(path, command, id=" ".join(path)) for path, command in commands()]


@pytest.mark.parametrize(("path", "command"), ALL)
def test_a_command_explains_itself_with_an_example(
    run: Run, path: tuple[str, ...], command: click.Command
) -> None:
    done = run(*path, "--help")
    assert done.code == 0
    assert command.help
    assert (command.epilog or "").startswith("Example: comment-widget ")
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize(
    ("path", "command"),
    [one for one in ALL if not isinstance(one.values[1], click.Group) and one.id not in SERVES],
)
def test_the_example_of_a_command_runs_as_it_is_printed(
    blog: Run, path: tuple[str, ...], command: click.Command
) -> None:
    words = shlex.split((command.epilog or "").removeprefix("Example: comment-widget "))
    assert tuple(words[: len(path)]) == path
    if path == ("moderation", "restore"):
        assert blog("moderation", "spam", "17").code == 0
    if path == ("moderation", "take-back"):
        author = ("moderation", "author", "ada@example.org", "--site", "blog", "--spam")
        assert blog(*author).code == 0
    if path == ("thread", "undo"):
        page = ("https://example.org/b", "--site", "blog")
        assert blog("thread", "move", "17", *page).code == 0
    if path == ("site", "add"):
        words[words.index("blog")] = "blog-2"  # there is one of that key here
    done = blog(*words)
    assert done.code == 0, done.err
    if "--json" in words:
        assert isinstance(done.rows, list | dict)


def test_a_wrong_use_ends_with_2_and_a_failure_with_1_and_one_line(blog: Run) -> None:
    for wrong in (("nonsense",), ("site",), ("site", "add"), ("site", "add", "x"),
                  ("moderation", "list", "--status", "odd"), ("moderation", "approve"),
                  ("site", "set", "blog", "--set", "odd"), ("serve", "--workers", "0"),
                  ("user", "add", "a@example.net", "--role", "owner")):  # fmt: skip
        done = blog(*wrong)
        assert done.code == 2, (wrong, done)
        assert "Traceback" not in done.err
    for failing, words in (
        (("site", "show", "nobody"), "blog"),
        (("site", "add", "blog", "--host", "example.org"), "already"),
        (("site", "add", "No!", "--host", "example.org"), "lower-case"),
        (("site", "add", "x", "--host", "a b"), "host"),
        (("site", "set", "blog", "--set", "site.policy=perhaps"), "site.policy"),
        (("site", "set", "blog", "--set", "site.max_length=1"), "site.max_length"),
        (("site", "set", "blog", "--set", "nobody.mode=on"), "nobody"),
        (("site", "set", "blog", "--set", "rate_limit.mode=loud"), "rate_limit.mode"),
        (("moderation", "approve", "17", "999"), "999"),
        (("moderation", "show", "999"), "no such comment"),
        (("moderation", "restore", "17"), "take back"),
        (("user", "add", "ada", "--role", "admin"), "email"),
        (("import", "json", "thread.json", "--site", "nobody"), "nobody"),
        (("import", "json", "thread.json", "--site", "blog", "--url", "https://x.y/"), "blog"),
    ):
        done = blog(*failing)
        assert done.code == 1, (failing, done)
        assert done.err.startswith("Error: "), failing
        assert len(done.err.splitlines()) == 1, done.err
        assert words in done.err, (failing, done.err)


def test_a_site_whose_plugin_settings_are_wrong_is_not_added_at_all(run: Run) -> None:
    bad = ("--set", "rate_limit.mode=loud")
    assert run("site", "add", "blog", "--host", "example.org", *bad).code == 1
    assert run("site", "list", "--json").rows == []
    assert run("site", "add", "blog", "--host", "example.org").code == 0


def test_settings_are_changed_one_by_one_and_shown(blog: Run) -> None:
    assert blog("site", "set", "blog", "--set", "site.policy=hold", "--title", "Ours").code == 0
    assert blog("site", "set", "blog", "--set", "site.page_size=7").code == 0
    shown = blog("site", "show", "blog", "--json").rows
    assert (shown["title"], shown["hosts"]) == ("Ours", ["example.org"])
    assert (shown["settings"]["site"]["policy"], shown["settings"]["site"]["page_size"]) == (
        "hold",
        7,
    )
    assert "site.policy=hold" in blog("site", "show", "blog").out


@pytest.mark.embedded
def test_a_secret_setting_is_never_shown(home: Path, blog: Run) -> None:
    hook = """\
        @hookimpl
        def plugin_settings():
            from pydantic import SecretStr

            class Settings(widget.PluginSettings):
                mode: widget.Mode = Field(widget.Mode.ON, description="Mode.")
                key: SecretStr = Field(SecretStr(""), description="A key.")

            return Settings

        @hookimpl
        def check_settings(settings):
            if settings.key.get_secret_value() == "sesame-wrong":
                return [widget.SettingsProblem("key", "The service refused this key.")]
        """
    path = write_plugin(home, "vault")
    source = path.read_text().split("@hookimpl\ndef plugin_settings")[0]
    write_file(home, "vault", source + dedent(hook))
    done = blog("site", "set", "blog", "--set", "vault.key=sesame-open")
    assert done.code == 0, done.err
    for arguments in (("site", "show", "blog"), ("site", "show", "blog", "--json")):
        assert "sesame" not in blog(*arguments).out
        assert "(set)" in blog(*arguments).out
    refused = blog("site", "set", "blog", "--set", "vault.key=sesame-wrong")
    assert (refused.code, "sesame" in refused.err) == (1, False)
    assert "vault.key: The service refused this key." in refused.err
    assert b"sesame" not in (home / "comments.sqlite").read_bytes()


def test_moderation_is_listed_decided_explained_and_taken_back(blog: Run) -> None:
    assert blog("moderation", "list", "--json").rows == []
    assert (
        blog("moderation", "spam", "17", "18", "--reason", "pills").out == "Changed 2 comments.\n"
    )
    listed = blog("moderation", "list", "--status", "spam", "--site", "blog", "--json").rows
    assert [row["id"] for row in listed] == [18, 17]
    shown = blog("moderation", "show", "17", "--json").rows
    last = shown["decisions"][-1]
    assert (last["from"], last["to"], last["reason"]) == ("published", "spam", "pills")
    assert "pills" in blog("moderation", "show", "17").out
    assert blog("moderation", "restore", "17").code == 0
    assert [row["id"] for row in blog("moderation", "list", "--status", "spam", "--json").rows] == [
        18
    ]


def test_plugins_are_listed_with_what_they_send_and_what_is_wrong_with_them(
    home: Path, blog: Run
) -> None:
    write_plugin(home, "mine", checks("return None"))
    write_file(home, "broken", "def (:\n")
    rows = {row["name"]: row for row in blog("plugins", "list", "--site", "blog", "--json").rows}
    assert rows["mine"]["mode"] == "on"
    assert "SyntaxError" in rows["broken"]["fault"]
    assert "can't be used" in blog("plugins", "list").out


def test_a_plugin_has_commands_of_its_own(home: Path, run: Run) -> None:
    hook = """\
        import click

        @hookimpl
        def commands(group):
            @group.command("hello")
            def hello():
                click.echo("Hello from a plugin.")
        """
    write_plugin(home, "greeter", hook)
    assert run("greeter", "hello").out == "Hello from a plugin.\n"
    assert run("greeter", "--help").code == 0
    write_file(home, "fatal", "raise SystemExit(7)\n")
    assert run("greeter", "hello").out == "Hello from a plugin.\n"


def findings(run: Run) -> tuple[int, dict[str, list[str]]]:
    """Return how ``check`` ended, and what it found by state."""
    done = run("check", "--json")
    found: dict[str, list[str]] = {"ok": [], "note": [], "fault": []}
    for row in done.rows:
        found[row["state"]].append(row["message"])
    return done.code, found


def test_the_doctor_finds_nothing_wrong_where_nothing_is(blog: Run) -> None:
    code, found = findings(blog)
    assert (code, found["fault"]) == (0, [])
    assert found["ok"]


def test_the_doctor_finds_what_was_planted(home: Path, blog: Run) -> None:
    write_plugin(home, "picky", checks("return None"))
    assert blog("site", "set", "blog", "--set", "picky.limit=5").code == 0
    path = home / "plugins" / "picky.py"
    path.write_text(path.read_text().replace("limit: int = Field(1,", "limit: str = Field('a',"))
    write_file(home, "broken", "def (:\n")
    (home / KEY_FILE).chmod(0o644)
    execute(home, "UPDATE thread SET count = 99", "UPDATE comment SET reply_count = 3 WHERE id = 5")

    code, found = findings(blog)

    assert code == 1
    for words in ("broken", "picky: Its settings", KEY_FILE, "counts 99", "comment 5"):
        assert [line for line in found["fault"] if words in line], words


@pytest.mark.embedded
def test_the_doctor_says_where_there_is_no_schema_yet(run: Run) -> None:
    code, found = findings(run)
    assert code == 1
    assert "db upgrade" in " ".join(found["fault"])
    assert run("db", "upgrade").code == 0
    assert findings(run)[0] == 0


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HOME", "{file}", "home"),
        ("DATABASE_URL", "nonsense", "database_url"),
        ("DATABASE_URL", "oracle+none://me:sesame@db/x", "database_url"),
        ("DATABASE_URL", "sqlite:////no/such/folder/x.sqlite", ""),
        ("THREADS", "many", "threads"),
        ("SECRET_KEYS", "sesame", "32 bytes"),
    ],
)
def test_a_configuration_that_cannot_work_is_one_line_and_shows_no_secret(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv(f"COMMENT_WIDGET_{name}", value.format(file=tmp_path / "a-file"))
    done = run("site", "list")
    assert done.code == 1
    assert done.err.startswith("Error: ")
    assert len(done.err.splitlines()) == 1
    assert words in done.err
    assert "sesame" not in done.err


@pytest.mark.parametrize("command", ["demo", "serve"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_that_is_taken_is_one_line(run: Run, command: str, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"{host}:{taken.getsockname()[1]}"
        done = run(command, "--bind", bind)
    assert done.code == 1
    # What is printed to standard output are addresses at which nobody of ours would answer.
    assert done.out == ""
    assert done.err.splitlines() == [f"Error: bind: {bind}: Address already in use."]


def test_a_broken_configuration_file_is_one_line(run: Run, home: Path) -> None:
    (home / "comment-widget.toml").write_text("bind = \n")
    done = run("site", "list")
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert "comment-widget.toml" in done.err


def test_an_import_without_an_address_names_its_page_after_the_file(blog: Run) -> None:
    done = blog("import", "json", "thread.json", "--site", "blog")
    assert done.out.startswith("Added 18 comments to https://example.org/thread;")
    again = blog("import", "json", "thread.json", "--site", "blog", "--dry-run")
    assert again.out == "Would add 0 comments to https://example.org/thread; 18 were known.\n"
