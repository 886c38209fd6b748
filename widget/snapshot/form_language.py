"""The reader's form in their language: what plugins say in words of the catalogue is translated."""

from dataclasses import replace

from widget.domain.form import FormField
from widget.domain.thread_page import Form
from widget.languages.languages import Languages


def in_language(form: Form, languages: Languages, language: str) -> Form:
    """Return the form with its words in a language; an owner's own words stay as they are."""
    return replace(
        form,
        fields=[_field(field, languages, language) for field in form.fields],
        notices=[
            replace(notice, html=languages.say_html(language, notice.html))
            for notice in form.notices
        ],
    )


def _field(field: FormField, languages: Languages, language: str) -> FormField:
    link = field.link
    return replace(
        field,
        label=languages.say(language, field.label),
        help=languages.say(language, field.help) if field.help else field.help,
        link=replace(link, text=languages.say(language, link.text)) if link else None,
    )
