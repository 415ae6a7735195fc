import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import paths

DOCUMENT = {
    "a": {"b": [{"c": 1}, {"c": 2}]},
    "a.b": "dotted",
    "list": [{"name": "Email", "value": "x@y.z"}, {"name": "zip", "value": "78701"}],
    "lead-id": 7,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b[0].c", [1]),
        ("a.b[*].c", [1, 2]),
        ("$.a.b[1].c", [2]),
        ("$['a']['b'][0]", [{"c": 1}]),
        ('["a.b"]', ["dotted"]),
        ("list[name=email].value", ["x@y.z"]),
        ("list[name='zip'].value", ["78701"]),
        ("lead-id", [7]),
        ("a.x.y", []),
        ("a[0]", []),
        ("a.b.c", []),
        ("a.b[9]", []),
    ],
)
def test_find(path: str, found: list[object]) -> None:
    assert paths.find(DOCUMENT, paths.parse(path)) == found


@pytest.mark.parametrize(
    "path", ["", "a[", "a]", ".a", "a..b", "a[-1]", "a[x]", "a[1000]", "a." + "b." * 300]
)
def test_unreadable_paths_say_why(path: str) -> None:
    assert paths.problem(path)


@pytest.mark.parametrize("path", ["a[*].b", "a[n=v]", "[0].a", "$"])
def test_targets_are_names_and_places(path: str) -> None:
    assert not paths.problem(path)
    assert paths.problem(path, writable=True)


@given(st.text(alphabet="ab.[]\"*=$0 '", max_size=30))
def test_what_parses_can_be_written_or_says_why(text: str) -> None:
    if paths.problem(text, writable=True):
        return
    document: dict[str, object] = {}
    paths.write(document, paths.parse(text), "value")
    assert paths.find(document, paths.parse(text)) == ["value"]


def test_selecting_everything_is_bounded() -> None:
    wide = {"a": [{"b": [1] * 2000}] * 2000}
    assert len(paths.find(wide, paths.parse("a[*].b[*]"))) == paths.MAX_FOUND
