"""What vendors call things: a name of a key or a question as words, and the names that mean one of our fields."""

import re
from functools import lru_cache

_EDGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_NUMBERED = re.compile(r"^(?:q|field|input|question|text|item)_?\d+_+(?=\D)", re.IGNORECASE)
_FILLERS = frozenset(
    {
        "what", "is", "your", "the", "a", "an", "please", "enter", "provide", "tell", "us", "whats", "best",
        "which", "s", "my", "of", "for", "to", "do", "you", "we", "can", "reach", "at", "customer", "contact",
        "client", "lead", "user", "applicant", "borrower", "visitor", "prospect", "person", "field", "input",
        "fields", "values", "value", "data", "primary", "main", "string", "full", "answer", "answers", "text",
        "required", "billing", "mailing", "current",
    }
)  # fmt: skip
"""Words that say nothing about what is asked."""

ROLES: dict[str, tuple[str, ...]] = {
    "email": ("email", "e mail", "email address", "mail", "emailaddress", "work email", "correo", "courriel"),
    "phone": (
        "phone", "phone number", "telephone", "tel", "mobile", "cell", "cell phone", "mobile phone", "mobile number",
        "phonenumber", "phone voice", "number phone", "contact number", "best phone", "home phone", "work phone",
        "telephone number", "handynummer", "telefon", "telefono", "day phone", "daytime phone",
    ),
    "first_name": ("first name", "firstname", "fname", "given name", "forename", "name first", "first", "f name",
                   "prenom", "vorname", "nombre"),
    "last_name": ("last name", "lastname", "lname", "surname", "family name", "name last", "last", "l name", "nachname",
                  "apellido"),
    "address": (
        "address", "street", "street address", "address line 1", "address1", "address 1", "addr line1", "addr1",
        "street line 1", "line1", "line 1", "address street", "address 1 street", "adresse", "property address",
        "addr line 1", "streetaddress", "address line1", "address address line1",
    ),
    "city": ("city", "town", "locality", "address city", "ciudad", "ville", "town city", "city town"),
    "state": ("state", "region", "province", "state province", "address state", "region code", "regioncode",
              "state region", "us state", "administrative area", "subdivision"),
    "zip": ("zip", "zip code", "zipcode", "postal", "postal code", "postcode", "post code", "postalcode", "address zip",
            "address postal", "zip postal code", "zip postal", "postal zip code"),
    "ip_address": ("ip", "ip address", "ipaddress", "remote ip", "client ip", "visitor ip", "user ip", "remote addr",
                   "source ip"),
    "user_agent": ("user agent", "useragent", "http user agent"),
    "sub_id": ("sub id", "subid", "sub id 1", "sub1", "subid1", "s1", "click id", "clickid"),
    "aff_id": ("aff id", "affid", "affiliate id", "affiliate", "pub id", "pubid", "publisher id"),
    "trustedform_url": ("trusted form", "trustedform", "trusted form url", "trusted form cert url",
                        "xx trusted form cert url", "trusted form certificate", "xxtrustedformcerturl",
                        "trustedformcerturl", "trusted form cert", "cert url", "xx trusted form token"),
    "jornaya_id": ("jornaya", "leadid token", "universal leadid", "lead id token", "jornaya leadid", "jornaya lead id",
                   "universal lead id", "leadi d token", "jornaya id"),
    "consent_text": ("consent", "consent text", "tcpa", "tcpa text", "tcpa language", "tcpa consent", "disclosure",
                     "tcpa disclosure", "opt in text"),
    "landing_page_url": ("landing page", "landing page url", "page url", "source url", "url", "referrer url",
                         "form url", "landing url", "page uri", "page", "website url", "landingpage"),
    "unique_identifier": ("unique identifier", "lead id", "leadid", "submission id", "submissionid", "response id",
                          "entry id", "event id", "id", "external id", "leadgen id", "token", "uuid", "entryid",
                          "respondent id"),
}  # fmt: skip
FULL_NAME = ("name", "full name", "fullname", "first and last name", "first last name", "name full", "complete name",
             "nom", "names")  # fmt: skip
FULL_ADDRESS = (
    "address",
    "full address",
    "property address",
    "street address",
    "mailing address",
    "location",
)
BY_NAME: dict[str, tuple[str, ...]] = {
    "date of birth": ("dob", "birth date", "birthdate", "birthday", "date of birth", "born"),
    "dob": ("dob", "birth date", "birthdate", "birthday", "date of birth"),
    "homeowner": ("home owner", "own home", "own house", "own rent", "own or rent", "homeownership", "home ownership",
                  "own property"),
    "country": ("country", "country code", "nation", "address country"),
    "comments": ("comments", "comment", "message", "notes", "note", "anything else", "additional information",
                 "question", "questions", "details", "description", "project details", "how help"),
    "loan amount": ("loan amount", "amount", "desired amount", "how much borrow", "amount requested"),
    "full name": FULL_NAME,
    "company": ("company", "company name", "business", "business name", "organization", "organisation"),
}  # fmt: skip


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in small letters: `q3_firstName` and `First name *` are both (first, name)."""
    name = _NUMBERED.sub("", name[:200])
    return tuple(word.lower() for part in _EDGE.split(name) for word in _WORD.findall(part))


@lru_cache(maxsize=8192)
def core(name: str) -> tuple[str, ...]:
    """The words of a name that say what it is; all of them where none is left."""
    every = words(name)
    return tuple(word for word in every if word not in _FILLERS) or every


@lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    """A name without anything between its words, for comparing `zip code` with `ZipCode`."""
    return "".join(words(name))


@lru_cache(maxsize=4096)
def synonyms(role: str, name: str, label: str) -> tuple[str, ...]:
    """The names that mean a field of a campaign, its own first."""
    own = [name, label] if label else [name]
    more = [*ROLES.get(role, ()), *(BY_NAME.get(" ".join(words(name)), ()))]
    if label:
        more += BY_NAME.get(" ".join(words(label)), ())
    return tuple(dict.fromkeys([*own, *more]))
