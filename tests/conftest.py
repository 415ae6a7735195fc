"""Fixtures every test may use. What belongs to one app lives in that app's folder."""

from collections.abc import Iterator
from contextvars import ContextVar

import pytest
from django.template import Context, Template
from django.test import TransactionTestCase
from django.test.signals import template_rendered

from tests import emptying

_inside: ContextVar[bool] = ContextVar("inside", default=False)


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
