"""What a vendor tells about its values beside them: questions, and the texts behind the ids of options."""

from collections.abc import Mapping
from typing import Any

from apps.engine.webhook.reading import Tree
from apps.engine.webhook.walking import CARRIERS, VALUES, Row

_LABELS = (
    "label",
    "title",
    "question",
    "column_name",
    "questionTitle",
    "question_text",
    "field_label",
    "Label",
    "Title",
)
_IDS = ("id", "ref", "key", "ID", "field_id")
_ABOUT = frozenset(
    {
        "id", "ref", "key", "type", "name", "label", "title", "question", "column_id", "column_name", "required",
        "raw_value", "options", "field", "fieldid", "field_id", "questionid", "question_id", "choices", "index",
        "position", "slug", "uuid", "variable", "description", "custom_key",
    }
)  # fmt: skip
_LONGEST = 120


def questions(tree: Tree) -> dict[str, str]:
    """Labels by id, wherever the payload explains its own ids: `{"id": "x1", "title": "Your name"}`. Of two the inner
    one: it tells of the part.
    """
    found: dict[str, str] = {}
    waiting: list[Any] = [tree]
    while waiting:
        branch = waiting.pop()
        inner = branch.values() if isinstance(branch, Mapping) else branch
        waiting.extend(item for item in inner if isinstance(item, dict | list))
        label = _own_label(branch) if isinstance(branch, dict) else ""
        for key in _IDS if label else ():
            if isinstance(branch.get(key), str | int):
                found[str(branch[key])] = label
    return found


def label_of(row: Row, known: Mapping[str, str]) -> str:
    """What the payload says about a value: beside it, or by the id it stands under."""
    if isinstance(row.holder, dict) and row.names[-1:] and row.names[-1] in VALUES:
        beside = _own_label(row.holder)
        if beside:
            return beside
    return next((known[name] for name in reversed(row.names) if name in known), "")


def is_about(row: Row) -> bool:
    """Whether a value only tells about another one: the id, type or title of an answer."""
    if not isinstance(row.holder, dict) or not row.names:
        return False
    last = row.names[-1]
    if last.startswith("@"):
        return True
    if last.lower() not in _ABOUT:
        return False
    tells_only = len(row.holder) > 1 and all(key.lower() in _ABOUT for key in row.holder)
    return (
        tells_only
        or isinstance(row.holder.get("field"), dict)
        or any(key in row.holder for key in CARRIERS if key not in (last, "raw_value"))
    )


def options(row: Row) -> tuple[tuple[str, str], ...]:
    """(id, text) of the options beside a value that was answered by id; empty where it was answered by text."""
    given = row.holder.get("options") if isinstance(row.holder, dict) else None
    if not isinstance(given, list):
        return ()
    pairs = [_option(one) for one in given]
    known = {pair[0] for pair in pairs if pair}
    answered = row.value if isinstance(row.value, list) else [row.value]
    if not answered or not all(isinstance(one, str) and one in known for one in answered):
        return ()
    return tuple(pair for pair in pairs if pair)


def _option(one: Any) -> tuple[str, str] | None:
    if not isinstance(one, dict) or not isinstance(one.get("id"), str):
        return None
    text = next(
        (one[key] for key in ("text", "label", "name", "value") if isinstance(one.get(key), str)), None
    )
    return None if text is None else (one["id"], text)


def _own_label(branch: dict[str, Any]) -> str:
    label = next(
        (branch[key] for key in _LABELS if isinstance(branch.get(key), str) and branch[key].strip()), ""
    )
    return label.strip()[:_LONGEST]
