"""The states as a map of equal tiles: which are taken, at a glance. The list beside it says the same in words."""

from dataclasses import dataclass

from apps.engine.campaign import CampaignSpec
from apps.engine.fields.state import STATE_NAMES

_ROWS = (
    "AK .. .. .. .. .. .. .. .. .. ME",
    ".. .. .. .. .. .. .. .. .. VT NH",
    "WA ID MT ND MN IL WI MI NY RI MA",
    "OR NV WY SD IA IN OH PA NJ CT ..",
    "CA UT CO NE MO KY WV VA MD DE ..",
    ".. AZ NM KS AR TN NC SC DC .. ..",
    ".. .. .. OK LA MS AL GA .. .. ..",
    "HI .. .. TX .. .. .. .. FL .. ..",
)
_SIZE, _GAP = 40, 4


@dataclass(frozen=True, slots=True)
class Tile:
    """One state; `x` and `y` are its corner."""

    code: str
    name: str
    x: int
    y: int
    taken: bool

    @property
    def middle(self) -> tuple[int, int]:
        """Where its two letters stand."""
        return self.x + _SIZE // 2, self.y + _SIZE // 2 + 5


@dataclass(frozen=True, slots=True)
class StateMap:
    """The drawing, how large it is, and what a reader who does not see it is told."""

    tiles: tuple[Tile, ...]
    width: int
    height: int
    size: int
    words: str


def state_map(spec: CampaignSpec) -> StateMap | None:
    """The map of a campaign's states; None where it does not target states, or they are not those of the map."""
    if not spec.states.mode or spec.region != "US":
        return None
    tiles = tuple(_tiles(spec))
    taken = sum(tile.taken for tile in tiles)
    step = _SIZE + _GAP
    words = f"Map of the United States: {taken} of {len(tiles)} states are taken; the list names them."
    columns = len(_ROWS[0].split())
    return StateMap(tiles, columns * step - _GAP, len(_ROWS) * step - _GAP, _SIZE, words)


def _tiles(spec: CampaignSpec) -> list[Tile]:
    listed, includes = spec.states.values, spec.states.mode == "include"
    return [
        Tile(
            code,
            STATE_NAMES[code],
            column * (_SIZE + _GAP),
            row * (_SIZE + _GAP),
            (code in listed) == includes,
        )
        for row, line in enumerate(_ROWS)
        for column, code in enumerate(line.split())
        if code != ".."
    ]
