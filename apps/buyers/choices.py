"""Closed vocabularies of buyers."""

from django.db import models


class Method(models.TextChoices):
    POST = "POST", "POST"
    PUT = "PUT", "PUT"
    PATCH = "PATCH", "PATCH"
    GET = "GET", "GET"


class EndpointKind(models.TextChoices):
    HTTP = "http", "HTTP request"
    EMAIL = "email", "E-mail"
    SFTP = "sftp", "CSV file by SFTP, on a schedule"
    STORE = "store", "Store only: the buyer fetches its leads"


class BodyFormat(models.TextChoices):
    JSON = "json", "JSON"
    XML = "xml", "XML"
    FORM = "form", "Form (application/x-www-form-urlencoded)"
    MULTIPART = "multipart", "Multipart form (multipart/form-data)"
    QUERY = "query", "Query string"
    RAW = "raw", "Own template (SOAP and others)"


class Charset(models.TextChoices):
    UTF_8 = "utf-8", "UTF-8"
    LATIN_1 = "iso-8859-1", "Latin-1 (ISO-8859-1)"
    WINDOWS_1252 = "windows-1252", "Windows-1252"


class OnUnencodable(models.TextChoices):
    CLOSEST = "closest", "Write the closest letters, else ?"
    FAIL = "fail", "Do not send the lead"


class AuthKind(models.TextChoices):
    NONE = "none", "None"
    HEADER = "header", "Key in a header"
    QUERY = "query", "Key in the query string"
    BASIC = "basic", "Basic (user and password)"
    BEARER = "bearer", "Bearer token"
    OAUTH2 = "oauth2", "OAuth 2.0 client credentials"
    SIGNATURE = "signature", "Signed requests (Standard Webhooks)"


class ClientAuth(models.TextChoices):
    BASIC = "basic", "Client id and secret in the Authorization header"
    BODY = "body", "Client id and secret in the body"


class SchemaKind(models.TextChoices):
    NONE = "", "None"
    JSON_SCHEMA = "json_schema", "JSON Schema"
    XSD = "xsd", "XML Schema (XSD)"


class RetryProfile(models.TextChoices):
    STANDARD = "standard", "Seconds: 2, 4, 8, 16, 32 …"
    ASSURED = "assured", "Minutes to hours: for what must arrive, however late"


class MappingKind(models.TextChoices):
    FIELD = "field", "Field of the lead"
    CONSTANT = "constant", "Constant"
    TEMPLATE = "template", "Template"
    SPLIT = "split", "Part of a field"
    VALUE_TABLE = "value_table", "Value table"
    BRANCH = "branch", "Depends on a condition"
    PING_RESPONSE = "ping_response", "From the buyer's ping response"
    SYSTEM = "system", "System value"


class OnEmpty(models.TextChoices):
    OMIT = "omit", "Leave it out"
    EMPTY = "empty", "Send it empty"
    DEFAULT = "default", "Send the default"
    FAIL = "fail", "Do not send the lead"


class OnTooLong(models.TextChoices):
    TRUNCATE = "truncate", "Cut it"
    FAIL = "fail", "Do not send the lead"


class ValueType(models.TextChoices):
    TEXT = "text", "Text"
    INTEGER = "integer", "Whole number"
    NUMBER = "number", "Number"
    BOOLEAN = "boolean", "True or false"
    LIST = "list", "List of texts"


class RuleMatch(models.TextChoices):
    ANY = "any", "Any answer"
    JSON_PATH = "json_path", "JSON path"
    XPATH = "xpath", "XPath"
    REGEX = "regex", "Regular expression"
    TEXT = "text", "Text of the answer"


class RuleOperator(models.TextChoices):
    EQUALS = "equals", "equals"
    CONTAINS = "contains", "contains"
    PRESENT = "present", "is present"


class RuleOutcome(models.TextChoices):
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    DUPLICATE = "duplicate", "Duplicate"
    RETRYABLE = "retryable", "Try again"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"


class UnknownPolicy(models.TextChoices):
    HOLD = "hold", "Hold the lead until somebody has looked"
    RESEND = "resend", "Send again (the buyer ignores repeats of an idempotency key)"
    ASK = "ask", "Ask the buyer's status URL"
    GO_ON = "go_on", "Go on to the next order"


class Phase(models.TextChoices):
    POST = "post", "Post"
    PING = "ping", "Ping"
    STATUS = "status", "Status URL"


class OutsideHours(models.TextChoices):
    NEXT = "next", "The next order gets the lead"
    LAST = "last", "Others first; if nobody buys, it waits for the opening"
    QUEUE = "queue", "The lead waits for the opening"


class DuplicateScope(models.TextChoices):
    ORDER = "order", "This order"
    BUYER = "buyer", "All orders of the buyer"


class MappingPhase(models.TextChoices):
    POST = "post", "Post"
    PING = "ping", "Ping"


class PriceKind(models.TextChoices):
    FIXED = "fixed", "Fixed price, with bands"
    BID = "bid", "The buyer's bid on a ping"


class ShareMode(models.TextChoices):
    EXCLUSIVE = "exclusive", "Exclusive: nobody else gets the lead"
    SHARED = "shared", "Shared: others may buy it, too"
    EITHER = "either", "Either, each at its price"


class Billing(models.TextChoices):
    INVOICE = "invoice", "By invoice: no limit"
    PREPAID = "prepaid", "Prepaid: only what was paid in can be spent"
    CREDIT = "credit", "On credit: up to a limit can be owed"
