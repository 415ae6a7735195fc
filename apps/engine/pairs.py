"""What a mapping gives and a body format takes: (target, value) pairs."""

from decimal import Decimal


class Cdata(str):
    """A text that XML writes as a CDATA section; every other format takes it as the plain text it is."""

    __slots__ = ()


Typed = str | int | bool | Decimal | list[str]
Pairs = tuple[tuple[str, Typed], ...]
