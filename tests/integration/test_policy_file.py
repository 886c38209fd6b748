"""A site's policy leaves as one file, is compared with it, and comes back whole or not at all."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.conftest import environment_of
from widget.cli import cli, main
from widget.config import Config
from widget.domain.errors import Invalid
from widget.domain.site import Site
from widget.publication.parts import Parts
from widget.store import sites
from widget.transfer.policy import (
    Change,
    diff_policy,
    export_policy,
    import_policy,
    read_policy,
)

FILE = """
[site]
policy = "hold"
hold_after_flags = 3

[plugins.links]
hold_above = 0

[plugins.words]
mode = "shadow"
hold = "casino"
"""


@pytest.fixture(autouse=True)
def _a_site(site: Site) -> None:
    """Every test here has the site "blog"."""


def read(parts: Parts) -> Site:
    with parts.database.read() as session:
        found = sites.find_site(session, "blog")
    assert found is not None
    return found


def test_what_was_exported_differs_in_nothing_and_changes_nothing(parts: Parts, site: Site) -> None:
    text = export_policy(parts, site)
    assert diff_policy(parts, site, read_policy(text)) == []
    before = read(parts).version
    assert import_policy(parts, site, read_policy(text), actor="test") == []
    assert read(parts).version == before


def test_a_file_changes_what_it_names_and_leaves_the_rest(parts: Parts, site: Site) -> None:
    wanted = read_policy(FILE)
    changes = [
        Change("site.hold_after_flags", 0, 3),
        Change("site.policy", "publish", "hold"),
        Change("links.hold_above", 3, 0),
        Change("words.hold", "", "casino"),
        Change("words.mode", "on", "shadow"),
    ]
    assert diff_policy(parts, site, wanted) == changes
    assert read(parts).settings.policy == "publish"
    assert import_policy(parts, site, wanted, actor="test") == changes
    after = read(parts)
    assert (after.settings.policy, after.settings.votes) == ("hold", "both")
    assert diff_policy(parts, after, wanted) == []


def test_secrets_are_not_in_the_file_and_survive_an_import(parts: Parts, site: Site) -> None:
    key = {"mode": "off", "key": "s3cr3t-of-akismet"}
    parts.plugins.save(site, "akismet", key, actor="test", now=parts.now())
    site = read(parts)
    text = export_policy(parts, site)
    assert "s3cr3t" not in text
    text = text.replace('policy = "publish"', 'policy = "hold"')
    import_policy(parts, site, read_policy(text), actor="test")
    kept = parts.plugins.get(read(parts), "akismet").stored
    assert kept["key"] == "s3cr3t-of-akismet"


def test_all_faults_are_named_at_once_and_nothing_is_written(parts: Parts, site: Site) -> None:
    text = FILE + '[plugins.nobody]\nmode = "on"\n[plugins.akismet]\nmode = "maybe"\n'
    text = text.replace("hold_after_flags = 3", "hold_after_flags = 5000\ncolour = 1")
    with pytest.raises(Invalid) as refused:
        import_policy(parts, site, read_policy(text), actor="test")
    fields = {fault.field for fault in refused.value.errors}
    assert fields == {"site.hold_after_flags", "site.colour", "nobody", "akismet.mode"}
    assert read(parts).version == site.version


@pytest.mark.parametrize(
    "text", ["[site", "colour = 1", "site = 1", "[plugins]\nwords = 1", "[other]\na = 1"]
)
def test_what_is_no_policy_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_policy(text)
    assert [fault.field for fault in refused.value.errors] == ["file"]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    policy=st.sampled_from(["publish", "first_time", "hold"]),
    length=st.integers(100, 65_000),
    words=st.lists(st.text("abcdef", min_size=2, max_size=8), max_size=5),
)
def test_any_policy_comes_back_as_it_left(
    parts: Parts, policy: str, length: int, words: list[str]
) -> None:
    own = {"policy": policy, "max_length": length}
    first = read_policy(
        f"[site]\npolicy = {json.dumps(policy)}\nmax_length = {length}\n"
        f"[plugins.words]\nhold = {json.dumps(', '.join(words))}\n"
    )
    import_policy(parts, read(parts), first, actor="test")
    again = read_policy(export_policy(parts, read(parts)))
    assert {name: again.site[name] for name in own} == own
    assert again.plugins["words"]["hold"] == ", ".join(words)


def test_the_commands_export_compare_and_import(
    parts: Parts, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner(env=environment_of(config)).invoke(
            cli, ["policy", *arguments, "--site", "blog"]
        )

    file = tmp_path / "blog.toml"
    assert run("export", "--out", str(file)).exit_code == 0
    assert run("export").output == file.read_text("utf-8")
    same = run("diff", str(file))
    assert (same.exit_code, same.output) == (0, "Nothing differs.\n")
    file.write_text(FILE, "utf-8")
    differs = run("diff", str(file))
    assert differs.exit_code == 1
    assert 'site.policy: "publish" -> "hold"' in differs.output
    taken = json.loads(run("import", str(file), "--json").output)
    assert {"path": "links.hold_above", "before": 3, "after": 0} in taken
    file.write_bytes(b"\xff")
    monkeypatch.setattr(
        "sys.argv", ["comment-widget", "policy", "diff", str(file), "--site", "blog"]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
