"""Fields that no value of a payload is by itself: taken from a part of one, or joined from several."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.fields import Context, is_empty, text_of
from apps.engine.index import index
from apps.engine.mapping.addresses import address_of
from apps.engine.orders import MappingRow
from apps.engine.webhook import names
from apps.engine.webhook.joining import join_template
from apps.engine.webhook.likeness import likeness
from apps.engine.webhook.values import Proposal, Told

_OF_NAME = {"first_name": ("first_word", "after_comma"), "last_name": ("all_but_first", "before_comma")}
_OF_ADDRESS = {"address": "street", "city": "city", "state": "state", "zip": "zip"}
_JOINED = (
    (("area", "phone"), "phone", ""),
    (("area", "number"), "phone", ""),
    (("areacode", "number"), "phone", ""),
    (("year", "month", "day"), "birth_date", "-"),
    (("year", "month", "day"), "date", "-"),
)
"""Keys that stand side by side, the type of field they make, and what is put between them."""
SURE, LESS = 0.9, 0.8


@dataclass(frozen=True, slots=True)
class Open:
    """What is left: the values of a payload, and what was proposed so far, by field."""

    spec: CampaignSpec
    context: Context
    told: Iterable[Told]
    chosen: dict[str, Proposal]

    def wanted(self, role: str) -> FieldSpec | None:
        """The field of a role that nothing better than a guess was found for."""
        field = index(self.spec).by_role.get(role)
        done = self.chosen.get(field.name) if field else None
        return field if field and (done is None or done.confidence < SURE) else None


def pieces(left: Open) -> Iterator[Proposal]:
    """Proposals by splitting and joining, for fields that have none or a poor one."""
    yield from _from_full_name(left)
    yield from _from_address(left)
    yield from _full_name(left)
    yield from _side_by_side(left)


def _from_full_name(left: Open) -> Iterator[Proposal]:
    wanted = {role: field for role in _OF_NAME if (field := left.wanted(role)) is not None}
    found = next((one for one in left.told if _is_full_name(one)), None) if wanted else None
    if found is None:
        return
    text = text_of(found.row.value) or ""
    place = 1 if text.count(",") == 1 else 0
    for role, field in wanted.items():
        row = MappingRow(field.name, "split", source=found.row.path, part=_OF_NAME[role][place])
        yield Proposal(row, SURE if len(text.split()) > 1 else LESS, (found.row.path,), "split")


def _is_full_name(one: Told) -> bool:
    text = text_of(one.row.value) or ""
    spoken = [one.label, *one.row.names[-2:]]
    known = {names.words(name) for name in names.FULL_NAME} | {("name",)}
    if not any(name and names.core(name) in known for name in spoken):
        return False
    return bool(text) and "@" not in text and not any(letter.isdigit() for letter in text)


def _from_address(left: Open) -> Iterator[Proposal]:
    wanted = {role: field for role in _OF_ADDRESS if (field := left.wanted(role)) is not None}
    street = (
        left.chosen.get(index(left.spec).by_role["address"].name)
        if "address" in index(left.spec).by_role
        else None
    )
    if not {"zip", "state", "city"} & {*wanted}:
        return
    for one in left.told:
        text = text_of(one.row.value)
        parts = address_of(text) if text and len(text) > len("1 A, B") else None
        if parts is None or not (parts.zip and parts.state and parts.street):
            continue
        if street is not None and street.paths == (one.row.path,):
            wanted["address"] = index(left.spec).by_role["address"]
        for role, field in wanted.items():
            if getattr(parts, _OF_ADDRESS[role]):
                row = MappingRow(field.name, "split", source=one.row.path, part=_OF_ADDRESS[role])
                yield Proposal(row, SURE, (one.row.path,), "split")
        return


def _full_name(left: Open) -> Iterator[Proposal]:
    """A field for the whole name, joined from first and last name."""
    field = next(
        (
            each
            for each in left.spec.fields
            if not each.role and names.words(each.name) in {("full", "name"), ("name",), ("fullname",)}
        ),
        None,
    )
    if field is None or (field.name in left.chosen and left.chosen[field.name].confidence >= SURE):
        return
    found = [_best(left, FieldSpec(role, "text", role=role)) for role in ("first_name", "last_name")]
    paths = tuple(one.row.path for one in found if one is not None)
    if len(paths) == len(found):
        yield Proposal(
            MappingRow(field.name, "template", value=join_template(paths, " ")), SURE, paths, "join"
        )


def _best(left: Open, field: FieldSpec) -> Told | None:
    rated = [(likeness(field, one.row.names, one.label, one.shown, left.context), one) for one in left.told]
    rate, best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
    return best if rate > LESS else None


def _side_by_side(left: Open) -> Iterator[Proposal]:
    groups: dict[tuple[str, ...], dict[str, Told]] = {}
    for one in left.told:
        if one.row.names and not is_empty(one.row.value):
            groups.setdefault(one.row.names[:-1], {})[names.spelled(one.row.names[-1])] = one
    for keys, kind, between in _JOINED:
        field = next((each for each in left.spec.fields if each.type == kind), None)
        held = [group for group in groups.values() if all(key in group for key in keys)]
        if field is None or not held or not _is_poor(left, field):
            continue
        paths = tuple(held[0][key].row.path for key in keys)
        yield Proposal(
            MappingRow(field.name, "template", value=join_template(paths, between)), SURE, paths, "join"
        )


def _is_poor(left: Open, field: FieldSpec) -> bool:
    done = left.chosen.get(field.name)
    return done is None or done.confidence < SURE
