"""A comment's way through well-behaved plugins, one small real one for each hook."""

import json

import pytest

from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from widget.domain.comment import Status
from widget.domain.trail import Answer, Mode
from widget.store import trails

SAYS = {
    "allow": "return widget.Verdict.allow('known', score=0.1)",
    "hold": "return widget.Verdict.hold('a link', score=0.5)",
    "spam": "return widget.Verdict.spam('pills', score=0.9)",
    "reject": "return widget.Verdict.reject('a rude word', message='Please be kind.')",
    "abstain": "return None",
}


@pytest.mark.parametrize(
    ("said", "policy", "status"),
    [
        ("abstain", "publish", "published"),
        ("abstain", "hold", "pending"),
        ("allow", "hold", "published"),  # vouching releases from the policy
        ("allow", "first_time", "published"),
        ("hold", "publish", "pending"),
        ("spam", "publish", "spam"),
    ],
)
def test_one_verdict_and_the_policy_decide(
    world: World, said: str, policy: str, status: str
) -> None:
    world.plugin("judge", checks(SAYS[said])).start(policy=policy)
    comment_id = world.posted()
    assert world.status(comment_id) == status
    assert world.shown() == ([comment_id] if status == "published" else [])


@pytest.mark.parametrize(
    ("one", "two", "status"),
    [
        ("allow", "hold", "pending"),  # never from another plugin's verdict
        ("allow", "spam", "spam"),
        ("hold", "spam", "spam"),
        ("abstain", "spam", "spam"),
        ("allow", "allow", "published"),
    ],
)
def test_the_strictest_verdict_wins_whoever_is_asked_first(
    world: World, one: str, two: str, status: str
) -> None:
    world.plugin("first", checks(SAYS[one]), order=1).plugin("second", checks(SAYS[two]), order=2)
    world.plugin("third", checks(SAYS[one]), order=3).start(policy="hold")
    assert world.status(world.posted()) == status


def test_spam_is_called_held_to_its_author_and_is_nowhere_public(world: World) -> None:
    world.plugin("judge", checks(SAYS["spam"])).start()
    answer = world.post("Buy pills.").get_json()
    assert answer["status"] == "pending"
    assert "pills" not in json.dumps(world.thread())


def test_a_rejection_tells_the_message_and_is_stored_for_moderators(world: World) -> None:
    world.plugin("judge", checks(SAYS["reject"])).start()
    answer = world.post()
    assert answer.status_code == 403
    assert answer.get_json()["detail"] == "Please be kind."
    assert "rude word" not in answer.text
    assert world.status(1) is Status.REJECTED
    assert world.trail(1)["judge"].reason == "a rude word"


def test_a_rejection_that_can_be_mended_names_its_field_and_stores_nothing(world: World) -> None:
    said = "return widget.Verdict.reject('no', message='Please agree.', field='judge_agree')"
    world.plugin("judge", checks(said)).start()
    answer = world.post()
    assert answer.status_code == 403
    assert answer.get_json()["errors"] == [{"field": "judge_agree", "message": "Please agree."}]
    assert world.thread()["thread"]["id"] is None


def test_a_rejection_with_a_time_says_when_to_come_back(world: World) -> None:
    said = "return widget.Verdict.reject('no', message='Slowly.', retry_after_s=17)"
    world.plugin("judge", checks(said)).start()
    answer = world.post()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "17")
    assert world.thread()["thread"]["id"] is None


def test_in_shadow_a_verdict_is_recorded_and_decides_nothing(world: World) -> None:
    world.plugin("judge", checks(SAYS["reject"])).start()
    world.set("judge", mode="shadow")
    comment_id = world.posted()
    entry = world.trail(comment_id)["judge"]
    assert world.status(comment_id) is Status.PUBLISHED
    assert entry.mode is Mode.SHADOW
    assert entry.verdict is not None
    assert entry.verdict.outcome == "reject"


def test_a_failure_in_shadow_holds_nothing_and_is_not_retried(world: World) -> None:
    world.plugin("judge", checks("raise ValueError")).start()
    world.set("judge", mode="shadow")
    comment_id = world.posted()
    assert world.status(comment_id) is Status.PUBLISHED
    assert world.trail(comment_id)["judge"].answer is Answer.FAILED
    world.wait(days=9)
    assert len(world.events(comment_id)) == 1


def test_a_plugin_that_is_off_is_not_asked(world: World) -> None:
    world.plugin("judge", checks(SAYS["spam"])).start()
    world.set("judge", mode="off")
    comment_id = world.posted()
    assert world.status(comment_id) is Status.PUBLISHED
    assert "judge" not in world.trail(comment_id)


def test_the_trail_holds_every_verdict_with_score_version_time_and_settings(world: World) -> None:
    world.plugin("judge", checks(SAYS["hold"])).plugin("quiet", checks("return None")).start()
    world.set("judge", limit=3)
    entry = world.trail(world.posted())
    judge, quiet = entry["judge"], entry["quiet"]
    assert judge.verdict is not None
    assert (judge.reason, judge.verdict.score, judge.version) == ("a link", 0.5, "1.2")
    assert (judge.settings_revision, judge.at) == (1, world.clock())
    assert judge.duration_ms > 0
    assert (quiet.answer, quiet.verdict) == (Answer.ABSTAINED, None)


def test_plugins_are_asked_in_their_order_and_see_what_is_needed_to_judge(world: World) -> None:
    look = """\
        seen = [submission.url, submission.kind, submission.author.name, submission.address,
                submission.occasion.value, history.published, settings.limit,
                submission.answers.get("x"), submission.permalink]
        return widget.Verdict.allow(repr(seen))
        """
    world.plugin("looker", checks(look, "submission, history, settings")).start()
    world.posted("Earlier.", author={"name": "Ada", "email": "ada@example.net"})
    comment_id = world.posted(author={"name": "Ada", "email": "ada@example.net"}, answers={"x": 5})
    url = "https://example.org/article"
    seen = [url, "comment", "Ada", "127.0.0.1", "new", 1, 1, 5, url]
    assert world.trail(comment_id)["looker"].reason == repr(seen)


def test_a_submission_can_be_prepared_by_one_plugin_after_the_other(world: World) -> None:
    for order, name in enumerate(("one", "two")):
        source = f"return replace(submission, body=submission.body + ' {name}', url='https://x/')"
        hook = f"@hookimpl\ndef prepare_submission(submission):\n    {source}\n"
        world.plugin(name, hook, order=order)
    world.start()
    comment_id = world.posted("Zero.")
    assert world.comment(comment_id).source == "Zero. one two"
    assert world.shown() == [comment_id]  # on its own page still


def test_the_first_plugin_that_renders_wins_and_is_sanitised(world: World) -> None:
    for order, source in enumerate(("None", "'<p>' + source + '<script>x</script></p>'", "'no'")):
        hook = f"@hookimpl\ndef render_body(source):\n    return {source}\n"
        world.plugin(f"renderer_{order}", hook, order=order)
    world.start()
    world.posted("*Hm*.")
    assert world.thread()["comments"][0]["html"] == "<p>*Hm*.</p>"
    preview = world.client.post("/api/v1/preview", json={"site": "blog", "body": "*Hm*."})
    assert preview.get_json()["html"] == "<p>*Hm*.</p>"


def test_what_readers_see_can_be_presented_otherwise_and_is_sanitised(world: World) -> None:
    hook = """\
        @hookimpl
        def present_comment(comment, public, settings):
            badge = replace(public.author, badge="regular")
            return replace(public, author=badge, html=public.html + "<script>x</script><b>!</b>")
        """
    world.plugin("presenter", hook).start()
    comment_id = world.posted("Hello.")
    (shown,) = world.thread()["comments"]
    assert (shown["author"]["badge"], shown["html"]) == ("regular", "<p>Hello.</p>\n!")
    assert world.comment(comment_id).html == "<p>Hello.</p>\n"


def test_in_shadow_nothing_is_presented_otherwise(world: World) -> None:
    hook = "@hookimpl\ndef present_comment(public):\n    return replace(public, html='x')\n"
    world.plugin("presenter", hook).start()
    world.set("presenter", mode="shadow")
    world.posted("Hello.")
    assert world.thread()["comments"][0]["html"] == "<p>Hello.</p>\n"


def test_facts_are_recorded_with_the_comment_and_with_nothing_that_is_not_stored(
    world: World,
) -> None:
    hook = """\
        @hookimpl
        def record_submission(submission):
            return {"policy": "3", "agreed": submission.answers.get("agree", False)}
        """
    world.plugin("recorder", hook).start()
    comment_id = world.posted(answers={"agree": True})
    with world.parts.database.read() as session:
        (record,) = [r for r in trails.records_of(session, comment_id) if r.plugin == "recorder"]
    assert (record.data, record.at) == ({"policy": "3", "agreed": True}, world.clock())


def test_fields_and_notices_are_on_the_form_and_sanitised(world: World) -> None:
    hook = """\
        @hookimpl
        def form_fields(site, settings):
            return [
                widget.FormField(name="asker_age", type=widget.FieldType.TEXT, label="Age?"),
                widget.FormField(name="email", type=widget.FieldType.TEXT, label="Not mine"),
            ]

        @hookimpl
        def form_notices(site, settings):
            return [widget.FormNotice(html="<p onclick=x>Read <script>x</script>this.</p>")]
        """
    world.plugin("asker", hook).start()
    form = world.thread()["form"]
    assert "asker_age" in [field["name"] for field in form["fields"]]
    assert "email" not in [field["name"] for field in form["fields"]]
    assert {"plugin": "asker", "html": "<p>Read this.</p>"} in form["notices"]


def test_a_plugin_has_routes_under_its_own_name(world: World) -> None:
    hook = """\
        @hookimpl
        def routes(blueprint):
            @blueprint.get("/hello")
            def hello():
                return "Hello."
        """
    world.plugin("greeter", hook).start()
    assert world.client.get("/plugins/greeter/hello").text == "Hello."


def test_routes_that_fail_leave_the_server_as_it_was(world: World) -> None:
    world.plugin("greeter", "@hookimpl\ndef routes(blueprint):\n    raise ValueError\n").start()
    assert world.client.get("/plugins/greeter/").status_code == 404
    assert world.post().status_code in (201, 202)
    assert world.client.get("/health").status_code == 200
