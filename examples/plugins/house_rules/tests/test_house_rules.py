"""What the plugin adds to the form and to the dashboard, and what it refuses."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from widget import FieldType, FormField, Mode, Occasion, Outcome, Panel, Submission
from widget.testing import (
    MemoryInDict,
    a_server,
    a_site,
    a_submission,
    ask,
    settings_of,
    start,
)
from widget.testing.contract import PluginContract
from widget.testing.pipeline import Pipeline

import comment_widget_example_house_rules as house_rules

RULES = "https://example.org/rules?a=1&b=2"
ON = {"address": RULES}
NOW = datetime.now(UTC)


class TestContract(PluginContract):
    """What every plugin promises."""

    plugin = house_rules
    settings = ON
    submissions = (a_submission(answers={"house_rules": True}),)


class TestContractWithoutRules(PluginContract):
    """The same for a site that has no rules."""

    plugin = house_rules


def field_of(plugin: object, **chosen: str) -> FormField:
    settings = settings_of(plugin, **{**ON, **chosen})
    (field,) = ask(plugin, "form_fields", site=a_site(), settings=settings)
    assert isinstance(field, FormField)
    return field


def panel_of(plugin: object) -> str:
    panel = ask(plugin, "dashboard_panel", site=a_site(), settings=settings_of(plugin, **ON))
    assert isinstance(panel, Panel)
    return panel.html


def test_it_asks_for_nothing_until_it_knows_the_rules() -> None:
    settings = settings_of(house_rules)
    assert settings.mode is Mode.ON
    assert ask(house_rules, "form_fields", site=a_site()) == []
    assert ask(house_rules, "form_notices", site=a_site()) == []
    assert ask(house_rules, "check_submission", submission=a_submission()) is None
    with pytest.raises(ValueError, match="address"):
        settings_of(house_rules, address="javascript:alert(1)")


def test_the_form_has_a_required_checkbox_and_a_notice_with_the_link() -> None:
    field = field_of(house_rules)
    assert (field.name, field.type, field.required) == ("house_rules", FieldType.CHECKBOX, True)
    assert field.label == "I have read the house rules"
    assert field.link is not None
    assert field.link.href == RULES
    assert field_of(house_rules, label="I know them").label == "I know them"
    settings = settings_of(house_rules, **ON)
    (notice,) = ask(house_rules, "form_notices", site=a_site(), settings=settings)
    assert 'href="https://example.org/rules?a=1&amp;b=2"' in notice.html


@pytest.mark.parametrize("answer", [None, False, "", "off", 1, ["on"], {}])
def test_without_the_tick_it_is_refused_at_the_field(
    comment_pipeline: Callable[..., Pipeline],
    comment_submission: Callable[..., Submission],
    answer: object,
) -> None:
    pipeline = comment_pipeline(house_rules, settings={"house_rules": ON})
    judged = pipeline(comment_submission(answers={"house_rules": answer}))
    assert judged.outcome is Outcome.REJECT
    assert judged.refusal is not None
    assert judged.refusal.field == field_of(house_rules).name
    assert judged.refusal.message == house_rules.MESSAGE


@pytest.mark.parametrize("answer", [True, "on", "true", " ON "])
def test_with_the_tick_it_passes_and_that_is_kept_with_the_comment(answer: object) -> None:
    plugin, settings = start(house_rules), settings_of(house_rules, **ON)
    ticked = a_submission(answers={"house_rules": answer})
    assert ask(plugin, "check_submission", submission=ticked, settings=settings) is None
    kept = ask(plugin, "record_submission", submission=ticked, settings=settings)
    assert kept == {"agreed": True, "rules": RULES}


def test_an_edit_is_not_asked_again() -> None:
    edit = a_submission(occasion=Occasion.EDIT, comment_id=14)
    settings = settings_of(house_rules, **ON)
    assert ask(start(house_rules), "check_submission", submission=edit, settings=settings) is None


def test_the_panel_counts_for_all_processes_and_the_last_days_only() -> None:
    memory = MemoryInDict()
    processes = [start(house_rules, a_server(memory=memory)) for _ in range(2)]
    settings = settings_of(house_rules, **ON)
    for process in processes:
        for at, answer in ((NOW, True), (NOW, False), (NOW - timedelta(days=40), False)):
            sent = a_submission(at=at, answers={"house_rules": answer})
            ask(process, "check_submission", submission=sent, settings=settings)
    for process in processes:
        assert "<td>Had read the rules</td><td>2</td>" in panel_of(process)
        assert "<td>Were refused</td><td>2</td>" in panel_of(process)
    assert set(memory.days.values()) == {30}
    assert "ada@example.net" not in str(memory.kept)
