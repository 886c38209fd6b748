"""Plugins that need the rest of the server: its memory, its worker, its way out."""

import base64
import json

import pytest

from tests.integration.conftest import World
from tests.receiver import Receiver
from widget.domain.comment import Status
from widget.domain.errors import Invalid
from widget.jobs.periodic import plugin_tasks
from widget.jobs.worker import run_due
from widget.moderation.decide import change_status

TEXT = "The old bridge sings whenever the wind comes from the sea, and nobody minds it."
SECRET = f"whsec_{base64.b64encode(b'k' * 32).decode()}"


def test_a_text_that_was_posted_before_is_told_and_stays_in_the_form(world: World) -> None:
    world.start()
    world.set("duplicates", mode="on")
    world.posted(TEXT, author={"name": "Ada"})
    run_due(world.parts)
    again = world.post(TEXT, author={"name": "Ada"})
    assert again.status_code == 403
    assert again.get_json()["errors"] == [
        {"field": "body", "message": "You have posted this already."}
    ]
    held = world.posted(TEXT, author={"name": "Bob"})
    assert world.status(held) is Status.PENDING
    assert "the text of comment 1 again" in world.trail(held)["duplicates"].reason


def test_a_site_learns_what_spam_is_from_its_moderators(world: World) -> None:
    world.start()
    world.set("learned_spam", mode="on", min_examples=12)
    for number in range(24):
        spam = number % 2
        words = "cheap pills casino bonus" if spam else "the river, the bridge and the wind"
        comment_id = world.posted(f"{words} {number}")
        if spam:
            change_status(world.parts, comment_id, Status.SPAM, actor="person:1")
        else:
            change_status(world.parts, comment_id, Status.DELETED, actor="person:1")
            change_status(world.parts, comment_id, Status.PUBLISHED, actor="person:1")
    run_due(world.parts)
    (train,) = [task for owner, task in plugin_tasks(world.parts) if owner == "learned_spam"]
    train.run(world.clock())
    world.start()  # A process that has no model in its cache yet.
    found = world.posted("A casino bonus: cheap pills")
    entry = world.trail(found)["learned_spam"]
    assert world.status(found) in (Status.SPAM, Status.PENDING)
    assert "Like spam of this site" in entry.reason
    assert world.status(world.posted("I saw the bridge and the river")) is Status.PUBLISHED


def test_a_program_of_the_owners_is_asked_over_http(world: World, receiver: Receiver) -> None:
    world.config = world.config.model_copy(update={"private_hosts": ("localhost",)})
    world.start()
    url = f"http://localhost:{receiver.server_port}/check"
    world.set("webhook_check", mode="on", url=url, secret=SECRET)
    receiver.body = b'{"outcome": "hold", "reason": "It names a customer."}'
    held = world.posted("A comment for the program.")
    assert world.trail(held)["webhook_check"].reason == "It names a customer."
    kinds = [json.loads(body)["type"] for _, _, body in receiver.got]
    assert kinds == ["ping", "comment.check"]


def test_an_owner_can_not_make_the_server_ask_its_own_network(
    world: World,
    receiver: Receiver,
) -> None:
    world.start()
    url = f"http://localhost:{receiver.server_port}/check"
    with pytest.raises(Invalid) as caught:
        world.set("webhook_check", mode="on", url=url, secret=SECRET)
    assert "not public" in caught.value.errors[0].message
    assert receiver.got == []
