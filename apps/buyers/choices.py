"""Closed vocabularies of buyers."""

from django.db import models


class Method(models.TextChoices):
    POST = "POST", "POST"
    PUT = "PUT", "PUT"
    PATCH = "PATCH", "PATCH"
    GET = "GET", "GET"


class BodyFormat(models.TextChoices):
    JSON = "json", "JSON"
    FORM = "form", "Form (application/x-www-form-urlencoded)"
    QUERY = "query", "Query string"


class MappingKind(models.TextChoices):
    FIELD = "field", "Field of the lead"
    CONSTANT = "constant", "Constant"
    TEMPLATE = "template", "Template"
    VALUE_TABLE = "value_table", "Value table"
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


class RuleMatch(models.TextChoices):
    ANY = "any", "Any answer"
    JSON_PATH = "json_path", "JSON path"
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
    GO_ON = "go_on", "Go on to the next order"
