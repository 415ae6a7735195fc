"""The part of XPath that reads answers, on elements by local names; bounded, and never raising once parsed.

`/a/b`, `//b`, `*`, `.`, `..`, `@id`, `text()`, and conditions: `[2]`, `[last()]`, `[@type='x']`, `[code=4]`, `[b]`,
`[contains(., 'x')]`, `[starts-with(b, 'x')]`, `[local-name()='x']`, `not(…)`, `and`, `or`. Prefixes are passed over,
for namespaces do not count. A whole path may stand in `string(…)` or `normalize-space(…)`.
"""

from apps.engine.xpath.grammar import parse, problem
from apps.engine.xpath.walking import MAX_WORK, Work, find

__all__ = ["MAX_WORK", "Work", "find", "parse", "problem"]
