"""States of the US as two letters, from names and the abbreviations of the press, in any case."""

from typing import Any

from apps.engine.campaign import FieldSpec
from apps.engine.fields.base import Context, FieldType, text_of

_TABLE = """
AL Alabama: Ala
AK Alaska
AZ Arizona: Ariz
AR Arkansas: Ark
CA California: Calif, Cal
CO Colorado: Colo
CT Connecticut: Conn
DE Delaware: Del
FL Florida: Fla
GA Georgia
HI Hawaii
ID Idaho
IL Illinois: Ill
IN Indiana: Ind
IA Iowa
KS Kansas: Kans, Kan
KY Kentucky
LA Louisiana
ME Maine
MD Maryland
MA Massachusetts: Mass
MI Michigan: Mich
MN Minnesota: Minn
MS Mississippi: Miss
MO Missouri
MT Montana: Mont
NE Nebraska: Nebr, Neb
NV Nevada: Nev
NH New Hampshire
NJ New Jersey
NM New Mexico: N Mex
NY New York
NC North Carolina: N Car
ND North Dakota: N Dak
OH Ohio
OK Oklahoma: Okla
OR Oregon: Ore, Oreg
PA Pennsylvania: Penn, Penna
RI Rhode Island
SC South Carolina: S Car
SD South Dakota: S Dak
TN Tennessee: Tenn
TX Texas: Tex
UT Utah
VT Vermont
VA Virginia
WA Washington: Wash
WV West Virginia: W Va
WI Wisconsin: Wis, Wisc
WY Wyoming: Wyo
DC District of Columbia: Washington DC
AS American Samoa
GU Guam
MP Northern Mariana Islands
PR Puerto Rico
VI Virgin Islands: US Virgin Islands, United States Virgin Islands
UM United States Minor Outlying Islands: US Minor Outlying Islands
AA Armed Forces Americas
AE Armed Forces Europe: Armed Forces Africa, Armed Forces Canada, Armed Forces Middle East
AP Armed Forces Pacific
"""


def _squeezed(text: str) -> str:
    return "".join(text.casefold().replace(".", "").split())


def _tables() -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    for line in _TABLE.strip().splitlines():
        code, _, rest = line.partition(" ")
        name, _, more = rest.partition(": ")
        names[code] = name
        codes.update(
            {_squeezed(spelling): code for spelling in (code, name, *filter(None, more.split(", ")))}
        )
    return names, codes


STATE_NAMES, _CODES = _tables()


def state_code(text: str) -> str | None:
    """The two letters of a state spelt in any way, or None."""
    return text if text in STATE_NAMES else _CODES.get(_squeezed(text))


def _read(raw: Any, spec: FieldSpec, context: Context) -> str | None:
    text = text_of(raw)
    return state_code(text) if text else None


STATE = FieldType(
    "state",
    "State",
    "Two letters such as CA; full names and usual abbreviations are read too",
    "CA",
    _read,
    "choice",
    bad_example="Atlantis",
)
