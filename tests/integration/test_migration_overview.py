"""What was decided before days were counted is counted afterwards."""

from datetime import timedelta

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.integration.conftest import World
from tests.integration.plugin_files import checks
from widget import paths
from widget.domain.comment import Status
from widget.moderation.decide import change_status, undo
from widget.store import audit, schema
from widget.store.database import WRITES
from widget.store.day_recount import recount
from widget.store.tables import DayCountRow

HOLDS = checks("if 'bad' in submission.body: return widget.Verdict.hold('bad')")
WHO = "person:1"


def forget_days(world: World) -> None:
    """Bring the database back to the schema before days were counted."""
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    (ours,) = [
        script
        for script in ScriptDirectory(str(paths.MIGRATIONS)).walk_revisions()
        if script.path.endswith("overview.py")
    ]
    engine = world.parts.database.engine
    with engine.connect().execution_options(**WRITES) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, str(ours.down_revision))


def test_an_upgrade_counts_what_is_there(world: World) -> None:
    world.plugin("holds", HOLDS).start()
    ids = [world.posted(f"{'bad' if number % 2 else 'good'} {number}") for number in range(12)]
    for number, one in enumerate(ids):
        world.clock.time += timedelta(hours=7)
        after = (Status.PUBLISHED, Status.SPAM, Status.REJECTED, Status.DELETED)[number % 4]
        change_status(world.parts, one, after, actor=WHO)
    undo(world.parts, ids[1], actor=WHO)
    change_status(world.parts, ids[5], Status.PUBLISHED, actor=WHO)

    forget_days(world)
    schema.upgrade(world.parts.database)

    with world.parts.database.read() as session:
        assert audit.wrong_counts(session) == []
        assert session.query(DayCountRow).count() == len(recount(session)) > 10
