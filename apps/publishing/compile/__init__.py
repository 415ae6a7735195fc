"""Rows → `CampaignSpec`: the one place that knows how what people edit becomes what runs.

`draft` reads everything in a fixed number of queries; `compiled` turns it into the value. Rows that cannot run are
`problems`' business: compile them only after it found none.
"""

from apps.publishing.compile.campaign import compiled, draft
from apps.publishing.compile.parts import ExpressionError, Reader

__all__ = ["ExpressionError", "Reader", "compiled", "draft"]
