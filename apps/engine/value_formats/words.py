"""Words: case, lists, yes and no, names and codes of states and countries, zip codes."""

import base64
import re
from collections.abc import Callable
from typing import Any

from apps.engine.fields.country_codes import CODE_BY_SPELLING, COUNTRY_NAMES
from apps.engine.fields.state import STATE_NAMES, state_code
from apps.engine.value_formats.base import Argument, UnwritableError, ValueFormat, as_boolean, as_text

_THREE_LETTERS = {
    two: code.upper() for code, two in CODE_BY_SPELLING.items() if re.fullmatch("[a-z]{3}", code)
}


def _title(value: Any) -> str:
    """Capitalised words; an apostrophe begins none: O'Brien's stays so."""
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]{1,2}\b)?", lambda found: found[0].capitalize(), as_text(value))


def _worded(yes: str, no: str) -> Callable[[Any], str]:
    return lambda value: yes if as_boolean(value) else no


def _own_words(value: Any, words: str) -> str:
    yes, _, no = words.partition("/")
    return yes.strip() if as_boolean(value) else no.strip()


def _words_problem(words: str) -> str:
    parts = [part.strip() for part in words.split("/")]
    return (
        ""
        if len(parts) == len(("yes", "no")) and any(parts)
        else "two words with a stroke between, such as Own/Rent"
    )


def _joined(value: Any, separator: str) -> str:
    items = value if isinstance(value, tuple | list) else (value,)
    return separator.join(as_text(item) for item in items)


def _state_code(value: Any) -> str:
    code = state_code(as_text(value))
    if code is None:
        raise UnwritableError("is not a state")
    return code


def _country_code(value: Any) -> str:
    code = CODE_BY_SPELLING.get(" ".join(as_text(value).casefold().split()))
    if code is None:
        raise UnwritableError("is not a country")
    return code


def _base64(value: Any) -> str:
    return base64.b64encode(as_text(value).encode("utf-8", "replace")).decode()


CASES = (
    ValueFormat("", "as it is", "as recorded", lambda value: value),
    ValueFormat("upper", "CAPITALS", "AUSTIN", lambda value: as_text(value).upper()),
    ValueFormat("lower", "small letters", "austin", lambda value: as_text(value).lower()),
    ValueFormat("title", "Capitalised Words", "New York", _title),
    ValueFormat("one_line", "on one line", "Call after five, please", lambda value: " ".join(as_text(value).split())),
    ValueFormat("digits", "digits only", "78701", lambda value: re.sub("[^0-9]", "", as_text(value))),
    ValueFormat("joined", "list: joined by", "auto; home", _joined,
                Argument("Between the items", "; ", ", ")),
)  # fmt: skip

PLACES = (
    ValueFormat("zip5", "zip: five digits", "78701", lambda value: as_text(value)[:5]),
    ValueFormat("state_name", "state: full name", "California", lambda value: STATE_NAMES[_state_code(value)]),
    ValueFormat("state_code", "state: two letters", "CA", _state_code),
    ValueFormat("country_name", "country: full name", "United States",
                lambda value: COUNTRY_NAMES[_country_code(value)]),
    ValueFormat("country_code", "country: two letters", "US", _country_code),
    ValueFormat("country_code3", "country: three letters", "USA", lambda value: _THREE_LETTERS[_country_code(value)]),
)  # fmt: skip

YES_NO = (
    ValueFormat("yes_no", "Yes / No", "Yes", _worded("Yes", "No")),
    ValueFormat("y_n", "Y / N", "Y", _worded("Y", "N")),
    ValueFormat("true_false", "true / false", "true", _worded("true", "false")),
    ValueFormat("one_zero", "1 / 0", "1", _worded("1", "0")),
    ValueFormat("words", "yes or no: in your own words", "Own", _own_words,
                Argument("Words for yes and no", "Own/Rent", "Yes/No", _words_problem)),
)  # fmt: skip

ENCODED = (ValueFormat("base64", "Base64", "am9obkBleGFtcGxlLmNvbQ==", _base64),)
