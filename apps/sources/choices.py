"""Closed vocabularies of sources."""

from django.db import models


class Approval(models.TextChoices):
    TESTING = "testing", "Testing: only test leads are taken"
    APPROVED = "approved", "Approved: live leads are taken"


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
