"""Which personal data a mapping row sends so that it can be read. A hash or an HMAC cannot be; all else can."""

from apps.engine.campaign import CampaignSpec
from apps.engine.mapping.kinds import fields_read
from apps.engine.orders import MappingRow
from apps.engine.value_formats import HASHES


def in_the_clear(row: MappingRow, spec: CampaignSpec) -> frozenset[str]:
    """The posting names of the personal fields that can be read from what the row sends, wholly or in part."""
    if row.value_format in HASHES:
        return frozenset()
    return fields_read(row, spec) & {field.name for field in spec.fields if field.personal}
