"""The log: what is written down, with what it tells of, who may read it, and how it is read."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.integration.conftest import Run, World
from tests.integration.dashboard_kit import (
    PASSWORD,
    Browser,
    a_browser,
    add_comment,
    add_invitation,
    add_person,
)
from widget.app import create_app, parts_of
from widget.config import Config
from widget.domain.audit_log import KIND_OF, Action, By, Entry, Kind, LogLine
from widget.domain.comment import Status
from widget.domain.errors import Malformed
from widget.domain.person import Role
from widget.domain.site import Site
from widget.domain.thread import ThreadState
from widget.jobs.periodic import promise_periodic
from widget.jobs.worker import run_due
from widget.moderation.decide import change_status
from widget.moderation.mark import set_thread_state
from widget.publication.parts import Parts
from widget.store import audit_log, rotation, schema
from widget.store.audit_log import LogQuery, place_of, whole_log
from widget.store.keys import load_keys, rotate_key_file
from widget.store.tables import AuditRow
from widget.transfer.audit_log import as_csv

OLIVE, MO = "olive@example.org", "mo@example.org"


@pytest.fixture
def olive(app: Flask, parts: Parts, site: Site) -> Browser:
    """Return the browser of the site's owner."""
    add_person(parts, OLIVE, Role.OWNER, site)
    browser = a_browser(app)
    browser.sign_in(OLIVE)
    return browser


def lines(parts: Parts, **asked: object) -> list[LogLine]:
    """Return the whole log, the newest line first."""
    query = LogQuery(**asked)  # type: ignore[arg-type]  # a test's filters
    return list(whole_log(parts.database, parts.keys, query))


def actions(parts: Parts, **asked: object) -> list[str]:
    return [line.action for line in lines(parts, **asked)]


def write(parts: Parts, action: Action, **fields: object) -> None:
    entry = Entry(action=action, by=By(actor="person:1"), **fields)  # type: ignore[arg-type]  # a test's fields
    with parts.database.write() as session:
        audit_log.write(session, parts.keys, entry, parts.now())


def test_every_action_has_a_kind_and_words(app: Flask) -> None:
    assert set(KIND_OF) == set(Action)
    module = app.jinja_env.get_template("dashboard/_log_words.html")
    source = app.jinja_env.loader.get_source(app.jinja_env, module.name or "")[0]  # type: ignore[union-attr]  # it has one
    assert [one for one in Action if f'"{one}":' not in source] == []


def test_signing_in_failing_to_and_signing_out_are_written_down(
    app: Flask, olive: Browser, parts: Parts
) -> None:
    a_browser(app).sign_in(OLIVE, "a guess that is wrong")
    a_browser(app).sign_in("stranger@example.net", "a guess that is wrong")
    olive.post("/sign-out")
    found = lines(parts, kind=Kind.SIGN_IN)
    assert [line.action for line in found] == [
        "signed_out", "sign_in_failed", "sign_in_failed", "signed_in",
    ]  # fmt: skip
    assert [line.target for line in found] == ["", "", "person:1", ""]
    assert [line.actor for line in found] == ["person:1", "nobody", "nobody", "person:1"]
    assert {line.address for line in found} == {"127.0.0.1"}
    assert found[3].details == {"way": "password"}


def test_no_password_email_or_code_is_in_the_log(
    app: Flask, olive: Browser, parts: Parts, site: Site
) -> None:
    a_browser(app).sign_in("stranger@example.net", "a guess that is wrong")
    # Somebody types their password where the address belongs.
    a_browser(app).sign_in("my secret password", "x")
    form = {"email": "new@example.org", "role": "moderator"}
    link = re.search(r"/invitation/([\w-]+)", olive.post("/blog/people/invitations", form).text)
    assert link
    parts.plugins.save(site, "akismet", {"key": "the secret key"}, actor="t", now=parts.now())
    with parts.database.read() as session:
        rows = [
            {one.name: getattr(row, one.key) for one in AuditRow.__table__.columns}
            for row in session.query(AuditRow)
        ]
    stored = repr(rows)
    for secret in (PASSWORD, "a guess", "stranger", "my secret", "new@", link[1], "the secret"):
        assert secret not in stored


def test_the_address_of_who_is_invited_is_shown_to_those_who_may_read_the_log(
    olive: Browser,
) -> None:
    olive.post("/blog/people/invitations", {"email": "new@example.org", "role": "moderator"})
    assert "new@example.org" in olive.get("/blog/log").text


def test_what_owners_do_to_people_is_written_down(
    app: Flask, olive: Browser, parts: Parts, site: Site
) -> None:
    mo = add_person(parts, MO, Role.MODERATOR, site)
    olive.post(f"/blog/people/{mo.id}/role", {"role": "owner"})
    olive.post(f"/blog/people/{mo.id}/remove")
    olive.post("/blog/people/invitations", {"email": "new@example.org", "role": "moderator"})
    olive.post("/blog/people/invitations/1/renew")
    olive.post("/blog/people/invitations/1/withdraw")
    link = add_invitation(parts, site.id, "new@example.org")
    a_browser(app).post(link, {"password": PASSWORD})
    assert actions(parts, site_id=site.id, kind=Kind.PEOPLE) == [
        "invitation_accepted", "invitation_withdrawn", "invitation_renewed", "invited",
        "role_taken", "role_given",
    ]  # fmt: skip
    given = lines(parts, kind=Kind.PEOPLE)[-1]
    assert (given.target, given.details) == (
        f"person:{mo.id}",
        {"role": "owner", "before": "moderator"},
    )


def test_what_is_refused_is_not_written_down(olive: Browser, parts: Parts) -> None:
    olive.post("/blog/people/1/remove")
    olive.post("/blog/people/invitations", {"email": "nonsense", "role": "moderator"})
    assert actions(parts, kind=Kind.PEOPLE) == []


def test_settings_are_written_down_with_both_values_and_plugins_without(
    olive: Browser, parts: Parts, site: Site
) -> None:
    form = {**{k: str(v) for k, v in site.settings.model_dump(mode="json").items()}}
    form |= {"title": "Ours", "hosts": "example.org", "policy": "hold"}
    form = {name: value for name, value in form.items() if value != "False"}
    assert olive.post("/blog/settings", form).status_code == 303
    olive.post("/blog/plugins/links", {"mode": "on", "hold_above": "7", "on_failure": "hold"})
    plugin, own, *_ = lines(parts, site_id=site.id, kind=Kind.SETTINGS)
    assert own.action == "site_set"
    assert own.details["values"]["policy"] == ["publish", "hold"]  # type: ignore[index]  # as written
    assert own.details["values"]["title"] == ["Blog", "Ours"]  # type: ignore[index]  # as written
    assert plugin.action == "plugin_set"
    assert "hold_above" in plugin.details["settings"]  # type: ignore[operator]  # as written
    assert "7" not in json.dumps(plugin.details["settings"])
    assert plugin.actor == own.actor == "person:1"
    assert plugin.address == own.address == "127.0.0.1"


def test_factors_passwords_and_sessions_are_written_down(olive: Browser, parts: Parts) -> None:
    olive.post("/account/sessions/others")
    olive.post("/account/password", {"old": PASSWORD, "password": "another long password"})
    assert [one for one in actions(parts) if one != "plugin_set"] == [
        "password_set", "other_sessions_ended", "signed_in",
    ]  # fmt: skip


def test_closing_a_page_is_written_down_once(parts: Parts, site: Site) -> None:
    url = "https://example.org/article"
    for state in (ThreadState.CLOSED, ThreadState.CLOSED, ThreadState.OPEN):
        set_thread_state(parts, site, url, state, actor="person:1")
    found = lines(parts, kind=Kind.PAGES)
    assert [line.action for line in found] == ["thread_opened", "thread_closed"]
    assert found[0].details == {"url": url}


def test_decisions_and_entries_are_one_list_in_the_order_of_time(
    olive: Browser, parts: Parts, site: Site, clock: Clock
) -> None:
    comment = add_comment(parts, site)
    clock.advance(minutes=1)
    olive.post("/blog/comments", {"comment": str(comment.id), "act": "approve"})
    clock.advance(minutes=1)
    olive.post("/blog/plugins/links", {"mode": "off", "hold_above": "2", "on_failure": "hold"})
    clock.advance(minutes=1)
    olive.post("/blog/comments", {"comment": str(comment.id), "act": "spam"})
    found = lines(parts, site_id=site.id)
    assert [line.action for line in found][:3] == ["spam", "plugin_set", "published"]
    page = olive.get("/blog/log").text
    assert page.index("marked a comment as spam") < page.index("changed the settings of a plugin")
    assert f"/dashboard/blog/comments/{comment.id}" in page


def test_what_the_pipeline_decides_is_on_the_trails_and_not_in_the_log(
    parts: Parts, site: Site
) -> None:
    add_comment(parts, site)
    assert lines(parts, site_id=site.id, kind=Kind.COMMENTS) == []


def test_the_log_of_a_site_tells_nothing_of_another(
    olive: Browser, parts: Parts, add_site: Callable[..., Site]
) -> None:
    other = add_site("other", hosts=("other.example",))
    there = add_comment(parts, other, url="https://other.example/a")
    change_status(parts, there.id, Status.SPAM, actor="person:77")
    write(parts, Action.SITE_SET, site_id=other.id, details={"name": "elsewhere"})
    page = olive.get("/blog/log").text
    assert "elsewhere" not in page
    assert "marked a comment" not in page
    assert "person:77" not in page


def test_a_page_of_the_log_begins_where_the_last_one_ended(
    olive: Browser, parts: Parts, site: Site, clock: Clock
) -> None:
    comment = add_comment(parts, site)
    for number in range(70):
        write(parts, Action.SITE_SET, site_id=site.id, details={"name": f"entry-{number}."})
        after = Status.SPAM if number % 2 else Status.PUBLISHED
        change_status(parts, comment.id, after, actor="person:1", reason=f"decision-{number}.")
        if number % 3 == 0:
            clock.advance(seconds=1)
    seen: list[str] = []
    path: str | None = "/blog/log"
    while path:
        page = olive.get(path).text
        seen += re.findall(r"(?:entry|decision)-\d+\.", page)
        found = re.search(r'rel="next" href="/dashboard([^"]+)"', page)
        path = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == 140
    numbers = [(int(one.split("-")[1].rstrip(".")) + 2) // 3 for one in seen]
    assert numbers == sorted(numbers, reverse=True)


def test_the_log_is_read_by_person_kind_and_day(
    olive: Browser, parts: Parts, site: Site, clock: Clock
) -> None:
    comment = add_comment(parts, site)
    change_status(parts, comment.id, Status.SPAM, actor="person:cli", reason="from the shell")
    clock.advance(days=2)
    write(parts, Action.SITE_SET, site_id=site.id, details={"name": "by olive"})
    olive.sign_in(OLIVE)
    for query, there, away in (
        ("who=person:1", "by olive", "from the shell"),
        ("who=command+line", "from the shell", "by olive"),
        ("kind=comments", "from the shell", "by olive"),
        ("kind=settings", "by olive", "from the shell"),
        ("since=2026-01-03", "by olive", "from the shell"),
        ("until=2026-01-02", "from the shell", "by olive"),
    ):
        page = olive.get(f"/blog/log?{query}").text
        assert there in page, query
        assert away not in page, query


@pytest.mark.parametrize(
    "query", ["kind=odd", "since=yesterday", "until=2026-13-01", "after=x", "after=1.7.3",
              "since=2026-1-1x"],
)  # fmt: skip
def test_an_odd_question_is_a_400(olive: Browser, query: str) -> None:
    assert olive.get(f"/blog/log?{query}").status_code == 400


def test_no_place_but_one_of_the_logs_is_taken() -> None:
    for text in ("1", "1.1", "-1.1.1", "1.1.1 ", "1.2.1", "١.1.1", "1" * 30 + ".1.1"):
        with pytest.raises(Malformed):
            place_of(text)


def test_the_export_has_every_line_and_is_itself_written_down(
    olive: Browser, parts: Parts, site: Site
) -> None:
    for number in range(2100):
        write(parts, Action.SITE_SET, site_id=site.id, details={"name": f"entry-{number}"})
    answer = olive.post("/blog/log/export", {"form": "csv", "kind": "settings"})
    assert answer.content_type == "text/csv; charset=utf-8"
    assert 'attachment; filename="log-blog-' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len({row["details"] for row in rows}) >= 2100
    assert rows[0]["action"] == "log_exported"
    assert {row["site"] for row in rows} == {"blog"}
    exported = olive.post("/blog/log/export", {"form": "jsonl"})
    found = [json.loads(line) for line in exported.text.splitlines()]
    assert found[0]["who"] == OLIVE
    assert olive.post("/blog/log/export", {"form": "exe"}).status_code == 400


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_of_the_table_is_a_formula(begin: str) -> None:
    row = dict.fromkeys(
        ("at", "actor", "who", "kind", "action", "site", "target", "email", "address"), None
    ) | {"who": f"{begin}cmd|'/c calc'!A1", "details": {}}
    _, written = as_csv([row])
    (cells,) = csv.reader(io.StringIO(written, newline=""))
    assert cells[2] == f"'{begin}cmd|'/c calc'!A1"


def test_an_entry_is_kept_with_what_it_tells_of_or_not_at_all(parts: Parts, site: Site) -> None:
    with pytest.raises(RuntimeError), parts.database.write() as session:
        entry = Entry(action=Action.SITE_SET, by=By(actor="person:1"), site_id=site.id)
        audit_log.write(session, parts.keys, entry, parts.now())
        raise RuntimeError
    assert "site_set" not in actions(parts)


def test_no_route_changes_the_log(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if "/log" in rule.rule]
    changing = {rule.rule for rule in rules if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}}
    assert changing == {"/dashboard/log/export", "/dashboard/<site_key>/log/export"}


def test_old_entries_end_and_addresses_are_cut_before(config: Config, clock: Clock) -> None:
    app = create_app(config.model_copy(update={"audit_days": 60}), now=clock)
    parts = parts_of(app)
    schema.upgrade(parts.database)
    promise_periodic(parts)
    by = By(actor="person:1", address="198.51.100.77")
    with parts.database.write() as session:
        for _ in range(1500):
            entry = Entry(action=Action.SIGNED_IN, by=by)
            audit_log.write(session, parts.keys, entry, parts.now())

    def addresses() -> set[str | None]:
        clock.advance(hours=2)
        run_due(parts)
        return {line.address for line in lines(parts)}

    clock.advance(days=29)
    assert addresses() == {"198.51.100.77"}
    clock.advance(days=1)
    assert addresses() == {"198.51.100.0"}
    clock.advance(days=31)
    assert lines(parts) != []
    assert addresses() == set()
    parts.database.engine.dispose()


def test_the_addresses_of_a_sites_entries_are_cut_as_its_readers_are(
    world: World, clock: Clock
) -> None:
    world.start(address_days=3)
    parts = world.parts
    promise_periodic(parts)
    by = By(actor="person:1", address="2001:db8:1:2::3")
    entry = Entry(action=Action.SITE_SET, by=by, site_id=world.site.id)
    with parts.database.write() as session:
        audit_log.write(session, parts.keys, entry, parts.now())
    world.wait(days=2, hours=20)
    assert "2001:db8:1:2::3" in {line.address for line in lines(parts)}
    world.wait(hours=6)
    assert "2001:db8:1::" in {line.address for line in lines(parts)}


def test_a_rotation_of_keys_covers_the_addresses_in_the_log_and_of_invitations(
    olive: Browser, parts: Parts
) -> None:
    olive.post("/blog/people/invitations", {"email": "new@example.org", "role": "moderator"})
    rotate_key_file(parts.config.home)
    newer = load_keys(parts.config.home, [])
    with parts.database.write() as session:
        while rotation.encrypt_anew(session, newer):
            pass
    with parts.database.read() as session:
        assert rotation.outdated(session, newer) == 0
        row = session.query(AuditRow).filter(AuditRow.email.is_not(None)).one()
        assert newer.is_newest(row.email or b"")


def test_what_is_done_at_the_command_line_is_written_down(run: Run) -> None:
    ada = "ada@example.org"
    for words in (
        ("site", "add", "blog", "--host", "example.org"),
        ("site", "set", "blog", "--set", "site.policy=hold", "--set", "links.hold_above=4"),
        ("user", "add", ada, "--role", "owner", "--site", "blog"),
        ("user", "add", "bob@example.org", "--role", "owner", "--site", "blog"),
        ("user", "role", ada, "moderator", "--site", "blog"),
        ("user", "reset-factors", ada),
        ("user", "remove", ada, "--site", "blog"),
        ("moderation", "close", "https://example.org/a", "--site", "blog"),
        ("keys", "rotate"),
    ):
        done = run(*words)
        assert done.code == 0, done.err
    rows = run("log", "--json").rows
    assert [row["action"] for row in rows][::-1] == [
        "site_added", "plugin_set", "site_set",
        "role_given", "sign_in_link_made", "role_given", "sign_in_link_made", "role_given",
        "factors_reset", "role_taken", "thread_closed", "keys_rotated",
    ]  # fmt: skip
    assert {row["who"] for row in rows} == {"command line"}
    assert len(run("log", "--cli", "--jsonl").out.splitlines()) == len(rows)


def test_the_log_is_printed_filtered_and_safely(run: Run) -> None:
    run("site", "add", "blog", "--host", "example.org")
    run("user", "add", "ada@example.org", "--role", "owner", "--site", "blog")
    assert run("log", "--site", "blog").out.count("role_given") == 1
    assert run("log", "--kind", "settings", "--limit", "1").out.count("\n") == 1
    assert run("log", "--since", "1h", "--csv").out.startswith("at,actor,who")
    assert run("log", "--until", "2020-01-01", "--json").rows == []
    assert run("log", "--person", "ada@example.org").out == ""
    for wrong in (("--since", "soon"), ("--person", "nobody@example.org"), ("--site", "none")):
        done = run("log", *wrong)
        assert (done.code, len(done.err.splitlines())) == (1, 1), wrong


def test_the_command_line_locks_nobody_out(run: Run) -> None:
    run("site", "add", "blog", "--host", "example.org")
    run("user", "add", "root@example.org", "--role", "admin")
    run("user", "add", "ada@example.org", "--role", "owner", "--site", "blog")
    for words in (
        ("remove", "root@example.org"),
        ("remove", "ada@example.org"),
        ("remove", "ada@example.org", "--site", "blog"),
        ("role", "ada@example.org", "moderator", "--site", "blog"),
        ("add", "ada@example.org", "--role", "moderator", "--site", "blog"),
    ):
        done = run("user", *words)
        assert (done.code, "at least one" in done.err) == (1, True), (words, done)
    rows = {row["email"]: row for row in run("user", "list", "--json").rows}
    assert rows["ada@example.org"]["roles"] == ["owner of blog"]
    assert (rows["ada@example.org"]["seen"], rows["ada@example.org"]["second_factor"]) == (
        None,
        False,
    )


def test_who_is_removed_wholly_can_sign_in_no_more(run: Run, home: Path) -> None:
    run("user", "add", "root@example.org", "--role", "admin")
    link = run("user", "add", "ada@example.org", "--role", "admin").out.split()[-1]
    assert run("user", "remove", "ada@example.org").code == 0
    rows = {row["email"]: row["roles"] for row in run("user", "list", "--json").rows}
    assert rows["ada@example.org"] == []
    app = create_app(Config(home=home))
    assert a_browser(app).get(link.split("/dashboard")[1]).status_code == 404
    parts_of(app).database.engine.dispose()
