"""Closed vocabularies of campaigns."""

from django.db import models


class ListMode(models.TextChoices):
    ANY = "", "Accept everything"
    INCLUDE = "include", "Accept only these"
    EXCLUDE = "exclude", "Refuse these"


class AnswerMode(models.TextChoices):
    ACCEPTANCE = "acceptance", "As soon as the lead is accepted"
    BUYER = "buyer", "When a buyer has answered"


class ConsentRequirement(models.TextChoices):
    NONE = "none", "None"
    TRUSTEDFORM = "trustedform", "TrustedForm certificate"
    JORNAYA = "jornaya", "Jornaya token"
    EITHER = "either", "TrustedForm or Jornaya"
    BOTH = "both", "TrustedForm and Jornaya"


class EmailVerification(models.TextChoices):
    OFF = "off", "Off"
    OFFLINE = "offline", "Refuse throw-away addresses"
    MX = "mx", "Also ask whether the domain receives mail"


class DateOrder(models.TextChoices):
    MDY = "mdy", "Month first (12/31/2026)"
    DMY = "dmy", "Day first (31/12/2026)"


class RuleKind(models.TextChoices):
    CONDITION = "condition", "Condition: must hold"
    FILTER = "filter", "Filter: must not hold"


class DuplicateMatch(models.TextChoices):
    ANY = "any", "One equal field is enough"
    ALL = "all", "All fields together"


class DuplicateScope(models.TextChoices):
    TERMS = "terms", "The same source on this campaign"
    CAMPAIGN = "campaign", "This campaign"
    COMPANY = "company", "All campaigns of the company"


class DuplicateCounts(models.TextChoices):
    RECEIVED = "received", "Every lead received"
    ACCEPTED = "accepted", "Accepted leads"
    SOLD = "sold", "Sold leads"


class CapBasis(models.TextChoices):
    RECEIVED = "received", "Leads received"
    SENT = "sent", "Leads sent"
    ACCEPTED = "accepted", "Leads accepted"
    SPEND = "spend", "Money spent"


class CapPeriod(models.TextChoices):
    HOUR = "hour", "Hour"
    DAY = "day", "Day"
    WEEK = "week", "Week (from Monday)"
    MONTH = "month", "Month"
    TOTAL = "total", "Total"


class RoutingMethod(models.TextChoices):
    PRIORITY = "priority", "Priority: lowest number first"
    ROUND_ROBIN = "round_robin", "Round robin: each in turn"
    WEIGHTED = "weighted", "Weighted: exact shares"
    HIGHEST_PRICE = "highest_price", "Highest price first"


class WhenSold(models.TextChoices):
    STOP = "stop", "Stop"
    GO_ON = "go_on", "Go on with the next group"


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class Traffic(models.TextChoices):
    SIMPLE = "simple", "Simple post and webhook"
    EXCHANGE = "exchange", "Ping and post"


class MarginKind(models.TextChoices):
    NONE = "none", "None"
    FIXED = "fixed", "A fixed amount"
    PERCENT = "percent", "Percent of the buyer's price"


class OnMismatch(models.TextChoices):
    KEEP = "keep", "Keep what was pinged, and warn"
    REJECT = "reject", "Reject the post"


class PostFloor(models.TextChoices):
    PAYOUT = "payout", "The price still pays the promised payout"
    MARGIN = "margin", "The margin still holds; the payout is worked out anew"


class ExpectedValue(models.TextChoices):
    OFF = "off", "Off: the price alone"
    SHADOW = "shadow", "Shadow: told in the trace, not used"
    ON = "on", "On: price times what is accepted and not returned"
