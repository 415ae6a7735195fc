"""Closed vocabularies of leads."""

from django.db import models


class LeadStatus(models.TextChoices):
    """Where a lead stands. Conservation: received = sold + rejected + unsold + held + in flight, test leads apart."""

    IN_FLIGHT = "in_flight", "In flight"
    SOLD = "sold", "Sold"
    UNSOLD = "unsold", "Unsold"
    REJECTED = "rejected", "Rejected"
    HELD = "held", "Held"
    TEST = "test", "Test"
    """A test lead, whatever came of it: stops inside, and counts nowhere."""


class LeadMethod(models.TextChoices):
    """By which door a lead came."""

    SIMPLE_POST = "simple_post", "Simple post"
    WEBHOOK = "webhook", "Webhook"
    EXCHANGE = "exchange", "Exchange"
    TEST_FORM = "test_form", "Test form"


class EventKind(models.TextChoices):
    """A line of a lead's timeline."""

    RECEIVED = "received", "Received"
    CHECKED = "checked", "Checked"
    CONSIDERED = "considered", "Orders considered"
    ATTEMPTED = "attempted", "Delivery attempted"
    SOLD = "sold", "Sold"
    UNSOLD = "unsold", "Unsold"
    HELD = "held", "Held"
    REDELIVERED = "redelivered", "Delivered again by hand"
    RESOLVED = "resolved", "Resolved by hand"
    COPIED = "copied", "Copied after the sale"
    REVEALED = "revealed", "Personal data unmasked"
