"""Fixtures every test may use. What belongs to one app lives in that app's folder."""

from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import TransactionTestCase
from django.test.signals import template_rendered

from apps.core import ids
from tests import emptying

_FIRST = ("faults", "browser", "embedded")
_LAST = ("engine", "exemplars")
_HERE = Path(__file__).parent

_inside: ContextVar[bool] = ContextVar("inside", default=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait for processes and browsers come first, small quick ones last: then no core idles at the end.

    Those of one folder stay together, and in `faults` those that need the house: it is built once and then goes.
    """
    with_house = {item.path for item in items if "house" in getattr(item, "fixturenames", ())}

    def place(item: pytest.Item) -> tuple[int, bool]:
        folder = item.path.relative_to(_HERE).parts[0]
        if folder in _FIRST:
            return _FIRST.index(folder) - len(_FIRST), item.path not in with_house
        return 1 + _LAST.index(folder) if folder in _LAST else 0, True

    items.sort(key=place)


def _render(template: Template, context: Context) -> str:
    if _inside.get():
        return template.nodelist.render(context)
    mark = _inside.set(True)
    try:
        template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)
    finally:
        _inside.reset(mark)


@pytest.fixture(scope="session", autouse=True)
def _a_page_is_told_once(django_test_environment: None) -> Iterator[None]:
    """The test client learns of a page's own template, not of the thousands of widgets and rows inside it.

    Django copies the context for every one of them, which took as long as the page itself.
    """
    of_django = Template._render
    Template._render = _render
    yield
    Template._render = of_django


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_deleting() -> Iterator[None]:
    """A test that commits leaves an empty database behind, which takes milliseconds."""
    of_django = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = emptying.empty
    yield
    TransactionTestCase._fixture_teardown = of_django


@pytest.fixture(autouse=True)
def _ids_of_now() -> Iterator[None]:
    """Who travels into the future takes the ids of this process along, and they would stay there."""
    yield
    ids._sequence._last_ms = -1
