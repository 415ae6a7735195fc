"""What is wrong with the mapping of a webhook, in words, for save and publish."""

from collections.abc import Iterable, Iterator

from apps.engine import mapping as outward
from apps.engine import paths
from apps.engine.campaign import FieldSpec, WebhookSpec
from apps.engine.orders import MappingRow
from apps.engine.webhook.applying import KINDS, reads


def problems(spec: WebhookSpec, fields: Iterable[FieldSpec]) -> Iterator[tuple[str, str]]:
    """Pairs of target and sentence; the target is empty where the whole mapping is meant."""
    known = {field.name for field in fields}
    seen: set[str] = set()
    for row in spec.mapping:
        if row.target not in known:
            yield row.target, "is no field of the campaign"
        if row.target in seen:
            yield row.target, "is mapped twice"
        seen.add(row.target)
        yield from ((row.target, said) for said in _of_row(row))
    if spec.test_path and (said := paths.problem(spec.test_path)):
        yield "", f"has a path of the test flag that cannot be read: {said}"


def missing(spec: WebhookSpec, fields: Iterable[FieldSpec]) -> tuple[str, ...]:
    """The required fields that no row gives."""
    given = {row.target for row in spec.mapping}
    return tuple(field.name for field in fields if field.required and field.name not in given)


def _of_row(row: MappingRow) -> Iterator[str]:
    if row.kind not in KINDS:
        yield f"cannot be of the kind “{row.kind}”"
        return
    yield from outward.problems(row, nested=False)
    for path in reads(row):
        if path and (said := paths.problem(path)):
            yield f"has a path that cannot be read: {said}"
