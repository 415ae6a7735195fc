"""Closed vocabularies of sources."""

from django.db import models


class Approval(models.TextChoices):
    TESTING = "testing", "Testing: only test leads are taken"
    APPROVED = "approved", "Approved: live leads are taken"


class SecretPlace(models.TextChoices):
    """Where a form vendor's requests carry the secret agreed with it."""

    NONE = "", "No secret: the address itself is unguessable"
    HEADER = "header", "In a header"
    BODY = "body", "In the body"


class SignatureKind(models.TextChoices):
    """How a form vendor signs its requests: HMAC-SHA256 with a secret agreed with it."""

    NONE = "", "Not signed"
    HEX = "hex", "HMAC of the body, hexadecimal, in a header"
    BASE64 = "base64", "HMAC of the body, Base64, in a header"
    STANDARD = "standard", "Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature)"


class PayoutKind(models.TextChoices):
    FIXED = "fixed", "Fixed amount per accepted lead"
    PERCENT = "percent", "Percent of the buyer's price"
    MARGIN = "margin", "The buyer's price less an amount"


class BlockKind(models.TextChoices):
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    SUBID = "subid", "Sub ID"
    AFFID = "affid", "Affiliate ID"
    IP = "ip", "IP address or range"
