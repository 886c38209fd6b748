"""Everything that somebody wrote is approved, called spam or deleted at once, and back again."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.integration.bans_kit import ADA, AWAY, HOME, another_site, ban, sent
from tests.integration.conftest import Run, World
from tests.integration.dashboard_kit import Browser, a_browser, add_person, sign_in_link
from widget.domain.audit_log import Kind
from widget.domain.comment import Status
from widget.domain.errors import Conflict
from widget.domain.person import Role
from widget.domain.sweep import CHANGES, KnownBy, Sweep, SweepAct, SweepState
from widget.jobs.periodic import promise_periodic
from widget.jobs.worker import run_due
from widget.moderation import sweeping
from widget.moderation.decide import change_status
from widget.moderation.sweeping import AT_ONCE, KEPT_DAYS, Wanted
from widget.store import audit_log, authored, bans, sweeps
from widget.store.audit_log import LogQuery
from widget.store.tables import SweepRow

WHO = "person:7"
EVERY = (Status.PUBLISHED, Status.PENDING, Status.SPAM, Status.REJECTED, Status.DELETED)


@pytest.fixture
def blog(world: World) -> World:
    """Return a server on which comments are published at once."""
    return world.start()


def one_of_each(world: World) -> dict[Status, int]:
    """Return a comment of an author in each status."""
    found = {}
    for status in EVERY:
        comment = sent(world, f"It becomes {status}.", email=ADA)
        if status is not Status.PUBLISHED:
            change_status(world.parts, comment, status, actor="person:1")
        found[status] = comment
    return found


def start(
    world: World, act: str, comment: int, *, at_once: int = AT_ONCE, through: int | None = None
) -> Sweep:
    """Do something with everything that the author of a comment wrote."""
    parts = world.parts
    with parts.database.read() as session:
        whose = authored.author_of(session, world.site.id, comment)
        newest = authored.newest_id(session)
    assert whose is not None
    wanted = Wanted(site=world.site, whose=whose, act=SweepAct(act), through=through or newest)
    return sweeping.start(parts, wanted, actor=WHO, at_once=at_once)


def now(world: World, sweep: Sweep) -> Sweep:
    """Return a sweep as it is stored."""
    with world.parts.database.read() as session:
        return sweeps.on_site(session, world.site.id, sweep.id)


def changed(world: World, sweep: Sweep) -> int:
    """Return how many comments a sweep has changed."""
    with world.parts.database.read() as session:
        return sweeps.changed_by(session, sweep.id)


@pytest.mark.parametrize("act", ["approve", "hold", "spam", "delete"])
def test_each_act_changes_what_it_says_and_can_be_taken_back(blog: World, act: str) -> None:
    each = one_of_each(blog)
    other = sent(blog, email="bob@example.org")
    done = start(blog, act, each[Status.PUBLISHED])
    means = CHANGES[SweepAct(act)]
    after = {"approve": "published", "hold": "pending", "spam": "spam", "delete": "deleted"}[act]
    for status, comment in each.items():
        assert blog.status(comment) == (after if status in means else status)
    assert blog.status(other) is Status.PUBLISHED
    assert (done.state, done.total, changed(blog, done)) == (
        SweepState.DONE, len(means), len(means),
    )  # fmt: skip
    undone = sweeping.take_back(blog.parts, done, actor="person:8")
    assert undone.state is SweepState.UNDONE
    assert {status: blog.status(comment) for status, comment in each.items()} == {
        status: status for status in each
    }


def test_each_is_a_decision_on_its_trail_and_in_the_log(blog: World) -> None:
    ids = [sent(blog, email=ADA), sent(blog, email=ADA.upper(), address=AWAY)]
    start(blog, "spam", ids[0])
    for comment in ids:
        last = blog.events(comment)[-1]
        assert (last.actor, last.before, last.after) == (WHO, Status.PUBLISHED, Status.SPAM)
        assert last.reason == "With everything else by this author."
    query = LogQuery(site_id=blog.site.id, kind=Kind.COMMENTS)
    with blog.parts.database.read() as session:
        lines = audit_log.log_page(session, blog.parts.keys, query).lines
    assert [(line.actor, line.target) for line in lines] == [
        (WHO, f"comment:{ids[1]}"), (WHO, f"comment:{ids[0]}"),
    ]  # fmt: skip
    assert blog.shown() == []


def test_who_gave_no_email_is_known_by_the_address_and_not_by_a_name(blog: World) -> None:
    mine = [sent(blog), sent(blog)]
    elsewhere, with_email = sent(blog, address=AWAY), sent(blog, email=ADA, address=AWAY)
    done = start(blog, "delete", mine[0])
    assert done.known_by is KnownBy.ADDRESS
    assert [blog.status(one) for one in mine] == [Status.DELETED] * 2
    assert [blog.status(one) for one in (elsewhere, with_email)] == [Status.PUBLISHED] * 2


def test_an_author_is_one_of_a_site(blog: World) -> None:
    parts = blog.parts
    another_site(blog)
    here = sent(blog, email=ADA)
    there = _posted_on_other(blog.client)
    start(blog, "spam", here)
    assert blog.status(there) is not Status.SPAM
    with parts.database.read() as session:
        assert authored.author_of(session, blog.site.id, there) is None


def test_what_came_after_it_was_counted_is_not_changed(blog: World) -> None:
    first = sent(blog, email=ADA)
    later = sent(blog, email=ADA)
    done = start(blog, "spam", first, through=first)
    assert (done.total, blog.status(later)) == (1, Status.PUBLISHED)


def test_many_are_left_to_a_job_that_goes_on_where_another_stopped(
    blog: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [sent(blog, f"Number {n}.", email=ADA) for n in range(60)]
    sweep = start(blog, "spam", ids[0], at_once=10)
    assert (sweep.state, changed(blog, sweep)) == (SweepState.WORKING, 0)
    monkeypatch.setattr(sweeping, "SLICE_S", -1.0)
    sweeping.go_on(blog.parts, sweep.id, sweep.state.value, sweep.position)
    assert changed(blog, sweep) == 25
    # It was promised anew from there; what promised it first finds it further and leaves it.
    assert run_due(blog.parts) > 1
    assert (now(blog, sweep).state, changed(blog, sweep)) == (SweepState.DONE, 60)
    assert {blog.status(one) for one in ids} == {Status.SPAM}


def test_what_its_process_did_not_end_a_job_ends_after_a_while(blog: World) -> None:
    ids = [sent(blog, f"Number {n}.", email=ADA) for n in range(30)]
    sweep = start(blog, "spam", ids[0], at_once=0)
    steps = sweeping._Work(blog.parts, blog.site).forth(sweep)
    next(steps)
    steps.close()
    assert changed(blog, sweep) == 25
    for _ in range(3):
        blog.wait(seconds=61)
    assert (now(blog, sweep).state, changed(blog, sweep)) == (SweepState.DONE, 30)


def test_it_is_stopped_and_taken_back_while_it_is_under_way(blog: World) -> None:
    ids = [sent(blog, f"Number {n}.", email=ADA) for n in range(30)]
    sweep = start(blog, "spam", ids[0], at_once=0)
    steps = sweeping._Work(blog.parts, blog.site).forth(sweep)
    next(steps)
    sweeping.take_back(blog.parts, now(blog, sweep), actor=WHO)
    assert list(steps) == []
    blog.wait(days=1)
    assert now(blog, sweep).state is SweepState.UNDONE
    assert {blog.status(one) for one in ids} == {Status.PUBLISHED}


def test_taking_back_leaves_what_somebody_decided_since(blog: World) -> None:
    ids = [sent(blog, email=ADA) for _ in range(3)]
    done = start(blog, "spam", ids[0])
    change_status(blog.parts, ids[1], Status.DELETED, actor="person:9")
    sweeping.take_back(blog.parts, done, actor=WHO)
    assert [blog.status(one) for one in ids] == [
        Status.PUBLISHED, Status.DELETED, Status.PUBLISHED,
    ]  # fmt: skip
    with blog.parts.database.read() as session:
        assert sweeps.taken_back(session, done.id) == 2
    with pytest.raises(Conflict):
        sweeping.take_back(blog.parts, now(blog, done), actor=WHO)


def test_whose_comments_these_were_is_forgotten_when_it_is_done_and_all_of_it_later(
    blog: World,
) -> None:
    done = start(blog, "spam", sent(blog))
    with blog.parts.database.read() as session:
        assert session.get_one(SweepRow, done.id).hashes == []
    promise_periodic(blog.parts)
    blog.wait(days=KEPT_DAYS - 1)
    assert now(blog, done)
    blog.wait(days=2)
    with blog.parts.database.read() as session:
        assert sweeps.find(session, done.id) is None
    assert blog.status(1) is Status.SPAM


# The dashboard.


@pytest.fixture
def mia(blog: World) -> Browser:
    """Return the browser of a moderator."""
    person = add_person(blog.parts, "mia@example.org", Role.MODERATOR, blog.site, password=None)
    browser = a_browser(blog.app)
    browser.post(sign_in_link(blog.parts, person))
    return browser


def test_a_moderator_sees_the_count_and_the_first_comments_before_anything_is_done(
    blog: World, mia: Browser
) -> None:
    ids = [sent(blog, f"Advert number {n}.", email=ADA) for n in range(7)]
    change_status(blog.parts, ids[0], Status.SPAM, actor="person:1")
    path = f"/blog/comments/{ids[2]}/author"
    assert path in mia.get(f"/blog/comments/{ids[2]}").text
    page = mia.get(path).text
    assert "Known by the email" in page
    assert ADA in page
    assert "Call 6 comments spam" in page
    assert "Approve one comment" in page
    confirm = mia.get(f"{path}?act=spam").text
    assert "Advert number 6." in confirm
    assert "Advert number 1." not in confirm
    assert "and 1 more." in confirm
    assert blog.status(ids[6]) is Status.PUBLISHED
    form = {"act": "spam", "through": str(ids[-1])}
    where = mia.post(path, form).location
    assert where == "/dashboard/blog/acts/1"
    told = mia.get("/blog/acts/1").text
    assert "6 comments were called spam" in told
    assert {blog.status(one) for one in ids} == {Status.SPAM}
    assert mia.post("/blog/acts/1/undo").status_code == 303
    assert "All of it was taken back." in mia.get("/blog/acts/1").text
    assert blog.status(ids[6]) is Status.PUBLISHED
    assert blog.status(ids[0]) is Status.SPAM
    assert mia.post("/blog/acts/1/undo").status_code == 409


def test_the_screen_says_that_an_address_is_shared_and_kept_for_some_days(
    blog: World, mia: Browser
) -> None:
    sent(blog, "No email.")
    sent(blog, "An email.", email=ADA)
    page = mia.get("/blog/comments/1/author").text
    assert f"known by the address <strong>{HOME}" in " ".join(page.split())
    assert "2 authors write from it" in page
    assert "Addresses are kept for 30 days" in page


def test_of_an_author_who_left_no_trace_nothing_is_offered(blog: World, mia: Browser) -> None:
    sent(blog, "No email.")
    promise_periodic(blog.parts)
    blog.wait(days=31)
    person = add_person(blog.parts, "mo@example.org", Role.MODERATOR, blog.site, password=None)
    browser = a_browser(blog.app)
    browser.post(sign_in_link(blog.parts, person))
    page = browser.get("/blog/comments/1/author").text
    assert "can’t be told" in page
    assert "Call one comment spam" not in page
    answer = browser.post("/blog/comments/1/author", {"act": "spam", "through": "1"})
    assert answer.location == "/dashboard/blog/comments/1/author"
    assert blog.status(1) is Status.PUBLISHED


@pytest.mark.parametrize(
    "form", [{"act": "hold", "through": "1"}, {"act": "", "through": "1"}, {"act": "spam"},
             {"act": "spam", "through": "x"}, {"act": "spam", "through": "9" * 30}],
)  # fmt: skip
def test_what_is_no_act_is_refused(blog: World, mia: Browser, form: dict[str, str]) -> None:
    sent(blog, email=ADA)
    assert mia.post("/blog/comments/1/author", form).status_code == 400
    assert blog.status(1) is Status.PUBLISHED


# The command line.


def test_the_command_counts_acts_and_takes_back(run: Run, blog: World) -> None:
    ids = [sent(blog, email=ADA) for _ in range(3)]
    sent(blog, email="bob@example.org")
    author = ("moderation", "author", ADA, "--site", "blog", "--spam")
    counted = run(*author, "--dry-run", "--json").rows
    assert counted == {
        "known_by": "email", "names": None, "act": "spam", "comments": {"published": 3},
        "would_change": 3, "number": None, "changed": 0,
    }  # fmt: skip
    assert blog.status(ids[0]) is Status.PUBLISHED
    said = run(*author).out
    assert "Called spam: 3 of 3 comments, known by the email." in said
    assert {blog.status(one) for one in ids} == {Status.SPAM}
    back = run("moderation", "take-back", "1", "--site", "blog")
    assert "Took back 3 of 3 decisions." in back.out
    assert {blog.status(one) for one in ids} == {Status.PUBLISHED}
    by_comment = run("moderation", "author", str(ids[1]), "--site", "blog", "--delete", "--json")
    assert (by_comment.rows["changed"], by_comment.rows["number"]) == (3, 2)
    assert {blog.status(one) for one in ids} == {Status.DELETED}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nobody", "--site", "blog", "--spam"), "neither an email nor"),
        (("99", "--site", "blog", "--spam"), "There is no comment 99"),
        (("9" * 40, "--site", "blog", "--spam"), "neither an email nor"),
        (("1", "--site", "nowhere", "--spam"), "There is no site"),
    ],
)
def test_the_command_says_in_a_line_what_is_wrong(
    run: Run, blog: World, words: tuple[str, ...], told: str
) -> None:
    sent(blog)
    done = run("moderation", "author", *words)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert told in done.err
    assert run("moderation", "author", "1", "--site", "blog").code == 2


def test_a_ban_belongs_to_what_it_did_until_it_is_forgotten(blog: World) -> None:
    sent(blog, email=ADA)
    kept = ban(blog, "email", ADA, until=blog.clock() + timedelta(days=1))
    with blog.parts.database.read() as session:
        whose = authored.whose_email(blog.parts.keys, blog.site, ADA)
    wanted = Wanted(site=blog.site, whose=whose, act=SweepAct.HOLD, through=9, ban_id=kept.id)
    done = sweeping.start(blog.parts, wanted, actor=WHO)
    assert blog.events(1)[-1].reason == f"Ban {kept.id}."
    with blog.parts.database.write() as session:
        bans.forget_bans(session, blog.clock() + timedelta(days=2))
    assert now(blog, done).ban_id is None


def _posted_on_other(client: FlaskClient) -> int:
    answer = client.post(
        "/api/v1/comments",
        json={"site": "other", "url": "https://other.example/a", "body": "Here.",
              "author": {"name": "Ada", "email": ADA}},
        headers={"Origin": "https://other.example"},
        environ_base={"REMOTE_ADDR": HOME},
    )  # fmt: skip
    assert answer.status_code < 300, answer.get_json()
    return int(answer.get_json()["comment"]["id"])
