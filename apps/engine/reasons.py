"""The only list of reason codes: what each means, how each API words it, and what a source should do.

The texts of the simple post are those of the design's contract table; placeholders are a problem's `params`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.engine.values import Problem


@dataclass(frozen=True, slots=True)
class Reason:
    """A closed vocabulary entry.

    `text` is the message of a problem, of the simple post and of an item of `errors`; `exchange` the exchange's
    `reason`; `group` the heading on the instructions page; `resend` tells whether the same lead may be sent again
    later (never, corrected, later).
    """

    code: str
    text: str
    exchange: str
    group: str
    meaning: str
    action: str
    resend: str = "never"


DATA, TARGETING, DUPLICATES = "Missing or invalid data", "Targeting and filters", "Duplicates"
BUDGET, ACCESS, COMPLIANCE = "Budget and schedule", "Source and authentication", "Compliance"
DELIVERY, REQUEST = "Delivery", "The request itself"
EXCHANGE = "Ping and post"

_ALL = (
    Reason("missing_field", "Missing {fields}", "schema_validation_failed", DATA,
           "One or more required fields were not included or were empty.",
           "Send every required field with a value.", "corrected"),
    Reason("email_format", "Email format", "schema_validation_failed", DATA,
           "The email address is not in a valid format.", "Send an address such as name@example.com.", "corrected"),
    Reason("phone_format", "Phone format", "schema_validation_failed", DATA,
           "The phone number is not in a valid format.", "Send ten digits, or the number with its country code.",
           "corrected"),
    Reason("zip_format", "Zip format", "schema_validation_failed", DATA,
           "The zip code is not in a valid format.", "Send five digits or ZIP+4, leading zeros kept.", "corrected"),
    Reason("url_format", "URL format", "schema_validation_failed", DATA,
           "A URL field is not in a valid format.", "Send a full address beginning with https://.", "corrected"),
    Reason("field_format", "{label} format", "schema_validation_failed", DATA,
           "A field's value does not have the form its type asks for.",
           "See the field's type and accepted values under Fields.", "corrected"),
    Reason("test_format", "Test format", "schema_validation_failed", DATA,
           "The test flag is neither a yes nor a no.", "Send test as true or false.", "corrected"),
    Reason("email_verification", "Email verification", "verification_failed", DATA,
           "The email address failed verification: it cannot receive mail or is a throw-away address.",
           "Do not send this address again."),
    Reason("address_verification", "Address verification", "verification_failed", DATA,
           "The address failed verification: zip, city and state do not belong together.",
           "Ask the person to check the address.", "corrected"),
    Reason("phone_blocked", "Phone blocked", "blocked_value", DATA, "The phone number is blocked.",
           "Do not send this number again."),
    Reason("email_blocked", "Email blocked", "blocked_value", DATA, "The email address is blocked.",
           "Do not send this address again."),
    Reason("ip_blocked", "IP blocked", "blocked_value", DATA, "The lead's IP address is blocked.",
           "Do not send leads from this address."),
    Reason("non_us_ip", "Non-US IP", "verification_failed", DATA,
           "The lead's IP address is not from the US.", "Send leads of people in the United States only."),
    Reason("ip_verification", "IP verification", "verification_failed", DATA,
           "The lead's IP address failed verification: it is private, reserved, unknown or of a country not accepted.",
           "Send the visitor's own public IP address, not your server's.", "corrected"),
    Reason("state_targeting", "State targeting", "state_not_accepted", TARGETING,
           "The lead's state is not in the campaign's accepted states.", "See Requirements for the states."),
    Reason("zip_targeting", "Zip targeting", "zip_not_accepted", TARGETING,
           "The lead's zip code is not in the campaign's accepted zip codes.",
           "Download the list of zip codes under Requirements."),
    Reason("condition", "Condition: {name}", "condition_failed", TARGETING,
           "The lead does not meet a condition of the campaign.", "Send only leads that meet it."),
    Reason("filter", "Filter: {name}", "filter_matched", TARGETING,
           "The lead was rejected by a filter of the campaign.", "Send only leads that the filter does not match."),
    Reason("duplicate_email", "Duplicate email", "duplicate_lead", DUPLICATES,
           "The lead's email was already received within the duplicate detection window.",
           "Do not send it again within the window."),
    Reason("duplicate_phone", "Duplicate phone", "duplicate_lead", DUPLICATES,
           "The lead's phone was already received within the duplicate detection window.",
           "Do not send it again within the window."),
    Reason("duplicate_fields", "Duplicate {label}", "duplicate_lead", DUPLICATES,
           "A lead with the same values was already received within the duplicate detection window.",
           "Do not send it again within the window."),
    Reason("source_cap", "{period} cap", "source_cap_reached", BUDGET,
           "The source has hit its budget cap for the period.", "Send again when the next period begins.", "later"),
    Reason("campaign_cap", "Campaign cap", "campaign_cap_reached", BUDGET,
           "The campaign has hit its overall budget cap.", "Ask your client when it opens again.", "later"),
    Reason("campaign_schedule", "Campaign schedule", "outside_schedule", BUDGET,
           "The lead was sent outside the campaign's active hours.", "Send within the hours under Requirements.",
           "later"),
    Reason("campaign_period", "Campaign period", "campaign_not_in_period", BUDGET,
           "The lead was sent outside the campaign's active date range.", "Send within the dates under Requirements.",
           "later"),
    Reason("campaign_inactive", "Campaign inactive", "campaign_inactive", BUDGET,
           "The campaign is currently inactive.", "Ask your client when it starts again.", "later"),
    Reason("invalid_source", "Invalid source", "source_not_approved", ACCESS,
           "The source ID is not recognized or not approved for this campaign.",
           "Check compid, sourceid and campid; live leads need your client's approval.", "corrected"),
    Reason("invalid_auth", "Invalid auth", "invalid_key", ACCESS,
           "The authentication key is incorrect.", "Copy the key from this page.", "corrected"),
    Reason("subid_blocked", "SubID blocked", "blocked_value", ACCESS,
           "The Sub ID is blocked for this campaign.", "Stop traffic of this sub id."),
    Reason("affid_blocked", "AffID blocked", "blocked_value", ACCESS,
           "The Affiliate ID is blocked for this campaign.", "Stop traffic of this affiliate."),
    Reason("missing_consent", "Missing TrustedForm/Jornaya", "consent_missing", COMPLIANCE,
           "A TrustedForm or Jornaya certificate is required but was not included.",
           "Send the certificate that the form's script created.", "corrected"),
    Reason("trustedform_format", "TrustedForm format", "consent_invalid", COMPLIANCE,
           "The TrustedForm certificate URL is not in the correct format.",
           "Send the whole https://cert.trustedform.com/… address.", "corrected"),
    Reason("jornaya_format", "Jornaya format", "consent_invalid", COMPLIANCE,
           "The Jornaya token is not in the correct format.", "Send the LeadiD token as the script gave it.",
           "corrected"),
    Reason("no_eligible_buyer", "No eligible buyer", "no_eligible_buyer", DELIVERY,
           "No buyer takes this lead at the moment.", "Nothing to correct; later leads may sell."),
    Reason("buyer_rejected", "Buyer rejected", "buyer_rejected", DELIVERY,
           "The buyers who were offered the lead declined it.", "Do not send it again."),
    Reason("buyer_delivery_failed", "Delivery failed", "buyer_delivery_failed", DELIVERY,
           "The lead was in order, but no buyer could be reached.",
           "Nothing to correct; tell your client if it lasts."),
    Reason("unknown_field", "Unknown field {name}", "schema_validation_failed", DATA,
           "The field is not one of this campaign's; it is kept with the lead but not used.",
           "Check the spelling under Fields, or leave it out."),
    Reason("field_case", "Field {name} is spelled {expected}", "schema_validation_failed", DATA,
           "The field was recognised although its capital letters differ.", "Use the spelling under Fields."),
    Reason("value_dropped", "Value of {name} is too long and was dropped", "schema_validation_failed", DATA,
           "An unknown field held more than 8 KiB.", "Leave it out."),
    Reason("invalid_payload", "Invalid payload", "invalid_payload_shape", REQUEST,
           "The body could not be read as an object of fields.", "Send one flat JSON object or a form.", "corrected"),
    Reason("not_found", "Not found", "not_found", REQUEST,
           "There is nothing at this address.", "Check the address on this page.", "corrected"),
    Reason("method_not_allowed", "Method not allowed", "method_not_allowed", REQUEST,
           "The address takes POST requests only.", "Send a POST request.", "corrected"),
    Reason("idempotency_conflict", "Idempotency conflict", "idempotency_conflict", REQUEST,
           "The idempotency key was used before with another body.", "Use a new key for a new lead.", "corrected"),
    Reason("payload_too_large", "Payload too large", "payload_too_large", REQUEST,
           "The body is over 256 KiB.", "Send only the campaign's fields.", "corrected"),
    Reason("unsupported_content_type", "Unsupported content type", "unsupported_content_type", REQUEST,
           "The body's content type is not one that is read here.", "Send application/json.", "corrected"),
    Reason("rate_limited", "Rate limited", "rate_limited", REQUEST,
           "More requests came than these terms allow.", "Wait the seconds given in Retry-After.", "later"),
    Reason("server_error", "Server error", "server_error", REQUEST,
           "Something failed on our side; the lead was not taken.", "Send it again later.", "later"),
    Reason("unavailable", "Temporarily unavailable", "service_unavailable", REQUEST,
           "The service cannot store leads just now; the lead was not taken.", "Send it again after Retry-After.",
           "later"),
    Reason("missing_credentials", "Missing SRC or KEY", "missing_credentials", EXCHANGE,
           "SRC and KEY were not both at the top level of the body.", "Send both with every request.", "corrected"),
    Reason("invalid_key", "Invalid key", "invalid_key", EXCHANGE,
           "The SRC is not known, or the KEY is not one of its keys.", "Copy SRC and KEY from this page.", "corrected"),
    Reason("credential_disabled", "Key switched off", "credential_disabled", EXCHANGE,
           "The key is known but was switched off.", "Use your newest key, or ask your client for one.", "corrected"),
    Reason("invalid_ping_id", "Invalid ping id", "invalid_ping_id", EXCHANGE,
           "The ping id is missing, or is not that of an accepted ping of yours in the same mode (test or live).",
           "Send the ping_id of your accepted ping; ping again if you have none.", "corrected"),
    Reason("ping_id_expired", "Ping id expired", "ping_id_expired", EXCHANGE,
           "The ping was accepted too long ago.", "Ping again, and post before expires_at.", "corrected"),
    Reason("ping_id_already_consumed", "Ping id already used", "ping_id_already_consumed", EXCHANGE,
           "A lead was posted with this ping id before.", "Ping again for each lead."),
    Reason("ping_mismatch", "Value differs from the ping", "ping_mismatch", EXCHANGE,
           "A value that was pinged is another one on the post.", "Post the values that you pinged.", "corrected"),
    Reason("below_minimum_bid", "Below minimum bid", "below_minimum_bid", EXCHANGE,
           "Buyers bid, but none as much as is asked for at least.", "Nothing to correct; later leads may sell."),
    Reason("downstream_timeout", "Buyer did not answer in time", "downstream_timeout", EXCHANGE,
           "The lead was offered, and no complete answer came in time.",
           "Do not send it again: it may have been bought, and you are told if it was."),
    Reason("downstream_invalid_response", "Buyer's answer could not be read", "downstream_invalid_response", EXCHANGE,
           "The lead was offered, and the answer was none that can be read.",
           "Do not send it again: it may have been bought, and you are told if it was."),
)  # fmt: skip

REASONS: dict[str, Reason] = {reason.code: reason for reason in _ALL}


def message(problem: Problem) -> str:
    """The public text of one problem, as the simple post words it."""
    return REASONS[problem.code].text.format_map(problem.params)


def first_message(problems: Iterable[Problem]) -> str:
    """The text that is shown: that of the first problem in check order, all missing fields named together.

    Empty when there is no problem.
    """
    found = list(problems)
    if not found:
        return ""
    if found[0].code != "missing_field":
        return message(found[0])
    names = [problem.params["fields"] for problem in found if problem.code == "missing_field"]
    return message(Problem("missing_field", None, {"fields": ", ".join(names)}))
