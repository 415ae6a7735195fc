"""The fields most campaigns ask for, ready to be added: name, type, role and words of each."""

from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class LibraryField:
    """A ready-made field. The attributes are those of `campaigns.Field`."""

    name: str
    type: str
    label: str
    role: str = ""
    required: bool = False
    required_on_ping: bool = False
    is_personal: bool = False
    description: str = ""
    example: str = ""
    max_length: int | None = None

    def attributes(self) -> dict[str, Any]:
        """As keyword arguments of the model."""
        return asdict(self)


_USUAL = (
    LibraryField("first_name", "text", "First name", "first_name", required=True, is_personal=True,
                 example="Jane", max_length=80),
    LibraryField("last_name", "text", "Last name", "last_name", required=True, is_personal=True,
                 example="Doe", max_length=80),
    LibraryField("email", "email", "E-mail", "email", required=True, is_personal=True,
                 description="The person's e-mail address.", example="jane.doe@example.com"),
    LibraryField("phone", "phone", "Phone", "phone", required=True, is_personal=True,
                 description="Ten digits, or with country code.", example="5551234567"),
    LibraryField("address", "text", "Street address", "address", is_personal=True,
                 example="1 Main Street", max_length=200),
    LibraryField("city", "text", "City", "city", example="Beverly Hills", max_length=80),
    LibraryField("state", "state", "State", "state", required=True, required_on_ping=True,
                 description="Two letters, or the name of the state.", example="CA"),
    LibraryField("zip", "zip", "Zip code", "zip", required=True, required_on_ping=True,
                 description="Five digits or ZIP+4.", example="90210"),
    LibraryField("ip_address", "ip", "IP address", "ip_address", is_personal=True,
                 description="Of the visitor, not of your server.", example="72.229.28.185"),
    LibraryField("user_agent", "user_agent", "User agent", "user_agent",
                 description="The visitor's browser, as it names itself.",
                 example="Mozilla/5.0 (Windows NT 10.0; Win64; x64)"),
    LibraryField("sub_id", "text", "Sub ID", "sub_id", description="Your own mark of the traffic.",
                 example="google-1", max_length=120),
    LibraryField("pub_id", "text", "Affiliate ID", "aff_id", description="Your affiliate, if any.",
                 example="aff-7", max_length=120),
    LibraryField("trusted_form_url", "trustedform_url", "TrustedForm certificate", "trustedform_url",
                 is_personal=True, description="The certificate URL that the form's script created.",
                 example="https://cert.trustedform.com/0123456789abcdef0123456789abcdef01234567"),
    LibraryField("jornaya_lead_id", "jornaya_lead_id", "Jornaya LeadiD", "jornaya_id", is_personal=True,
                 description="The token that the form's script created.",
                 example="01234567-89AB-CDEF-0123-456789ABCDEF"),
    LibraryField("consent_text", "text", "Consent text", "consent_text",
                 description="What the person agreed to, word by word.",
                 example="I agree to be called about my request.", max_length=4000),
    LibraryField("landing_page_url", "url", "Landing page", "landing_page_url",
                 description="Where the form stood.", example="https://www.example.com/quote"),
    LibraryField("unique_identifier", "text", "Unique identifier", "unique_identifier",
                 description="Your own id of the lead.", example="abc-123", max_length=120),
)  # fmt: skip

_MORE = (
    LibraryField("date_of_birth", "birth_date", "Date of birth", is_personal=True, example="1980-12-31"),
    LibraryField("homeowner", "boolean", "Homeowner", description="Whether the person owns the home.",
                 example="yes"),
    LibraryField("country", "country", "Country", example="US"),
    LibraryField("loan_amount", "currency", "Loan amount", example="25000"),
    LibraryField("comments", "text", "Comments", is_personal=True, example="Please call after five.",
                 max_length=2000),
)  # fmt: skip


# The exchange's own names for two of them.
_RENAMED = {"zip": "zipcode", "address": "street_address"}
# (name, required on ping, required on post), in the order of the reference. City and unique identifier are optional on
# pings, as in its example.
_OF_THE_EXCHANGE = (
    ("sub_id", True, False),
    ("pub_id", True, False),
    ("first_name", False, True),
    ("last_name", False, True),
    ("email", True, True),
    ("phone", False, True),
    ("zip", True, True),
    ("address", False, True),
    ("city", False, True),
    ("state", True, True),
    ("ip_address", True, True),
    ("user_agent", True, False),
    ("trusted_form_url", True, True),
    ("jornaya_lead_id", True, False),
    ("consent_text", True, True),
    ("landing_page_url", True, False),
    ("unique_identifier", False, False),
)


def _on_exchange() -> tuple[LibraryField, ...]:
    usual = {entry.name: entry for entry in _USUAL}
    return tuple(
        replace(usual[name], name=_RENAMED.get(name, name), required_on_ping=on_ping, required=on_post)
        for name, on_ping, on_post in _OF_THE_EXCHANGE
    )


_EXCHANGE = _on_exchange()


def usual_fields(*, exchange: bool = False) -> tuple[LibraryField, ...]:
    """The fields a new campaign starts with, in order; of an `exchange`, to which sources ping and post, its own."""
    return _EXCHANGE if exchange else _USUAL


def library(*, exchange: bool = False) -> dict[str, LibraryField]:
    """Every ready-made field by its posting name."""
    return {entry.name: entry for entry in (*usual_fields(exchange=exchange), *_MORE)}
