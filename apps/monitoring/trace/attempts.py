"""The calls to buyers as a lead's page shows them: what went, what came, which rule read it, where the time went."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.core.crypto import DataKey
from apps.deliveries.choices import AttemptKind
from apps.deliveries.models import Attempt
from apps.deliveries.services.attempt.records import open_request, open_response
from apps.engine.campaign import CampaignSpec
from apps.engine.orders import EndpointSpec, ResponseRule
from apps.monitoring.stages import StageTime, stage_times
from apps.monitoring.trace.outcomes import OUTCOMES, UNDER_WAY, why
from apps.monitoring.trace.payloads import payload_text
from apps.monitoring.wording import money, span


@dataclass(frozen=True, slots=True)
class Reader:
    """What a page's reader may see: the lead's key (None once erased), and how texts are shown to them."""

    key: DataKey | None
    show: Callable[[str], str]
    spec: CampaignSpec | None

    def endpoint(self, endpoint_id: int) -> EndpointSpec | None:
        """An endpoint as it was published."""
        known = self.spec.endpoints if self.spec else ()
        return next((one for one in known if one.id == endpoint_id), None)


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A response rule of the endpoint; `matched` is the one that read this answer."""

    number: int
    words: str
    outcome: str
    matched: bool


@dataclass(frozen=True, slots=True)
class AttemptShown:
    """One call with its payloads, masked by the reader's right. `offset` and `took` are spans in words."""

    pk: int
    order: str
    buyer: str
    words: str
    tone: str
    retry: int
    offset: str
    took: str
    detail: str
    reference: str
    price: str
    url: str
    http_status: int | None
    request: str
    response: str
    rules: tuple[RuleShown, ...]
    unread: str
    stages: tuple[StageTime, ...]
    opened: bool

    @property
    def slow(self) -> bool:
        return any(stage.tone for stage in self.stages)


def attempt(row: Attempt, *, since: datetime, reader: Reader, currency: str, opened: bool) -> AttemptShown:
    """One attempt; `opened` tells whether its payloads are unfolded from the start."""
    tone, words = OUTCOMES.get(row.outcome, UNDER_WAY)
    total = row.timings.get("total_ms")
    said = why(reason=row.reason, error=row.error, http_status=row.http_status)
    return AttemptShown(
        pk=row.pk,
        order=_order(row),
        buyer=row.buyer_name,
        words=words,
        tone=tone,
        retry=row.retry,
        offset=span(since, row.started_at),
        took=f"{total:,.0f} ms" if total is not None else "",
        detail=reader.show(" ".join(filter(None, [said, _detail(row)]))),
        reference=reader.show(row.reference),
        price=money(row.price, currency) if row.outcome == "accepted" else "",
        url=row.url,
        http_status=row.http_status,
        request=_request(row, reader),
        response=_response(row, reader),
        rules=_rules(row, reader),
        unread=_unread(row, reader),
        stages=stage_times(row.timings),
        opened=opened,
    )


def _order(row: Attempt) -> str:
    return row.order_name if row.kind == AttemptKind.SALE else f"{row.order_name}: {row.get_kind_display()}"


def _detail(row: Attempt) -> str:
    return f"({row.error_detail})" if row.error_detail else ""


def _request(row: Attempt, reader: Reader) -> str:
    if reader.key is None:
        return "Erased."
    return reader.show(payload_text(open_request(reader.key, row))) or "The request was not built."


def _response(row: Attempt, reader: Reader) -> str:
    if reader.key is None:
        return "Erased."
    return reader.show(payload_text(open_response(reader.key, row))) or "No answer came."


def _rules(row: Attempt, reader: Reader) -> tuple[RuleShown, ...]:
    """The endpoint's rules in their order; none where nothing came that they could have read."""
    endpoint = reader.endpoint(row.endpoint_id)
    if endpoint is None or endpoint.kind != "http" or row.http_status is None:
        return ()
    asked = row.kind == AttemptKind.STATUS
    return rules_shown(endpoint.status_rules if asked else endpoint.rules, row.rule_index)


def rules_shown(rules: Sequence[ResponseRule], matched: int | None) -> tuple[RuleShown, ...]:
    """Response rules in their order, with the one that read an answer."""
    return tuple(
        RuleShown(index + 1, rule_words(rule), rule.outcome, index == matched)
        for index, rule in enumerate(rules)
    )


def _unread(row: Attempt, reader: Reader) -> str:
    """Why no rule matched, where none did and an answer came."""
    status, endpoint = row.http_status, reader.endpoint(row.endpoint_id)
    by_mail = endpoint is not None and endpoint.kind != "http"
    if status is None or row.rule_index is not None or by_mail:
        return ""
    if status in (408, 429) or status >= 500:
        return f"HTTP {status} is tried again; no rule is asked."
    return f"No rule reads this answer: HTTP {status} then counts as {row.outcome or 'unknown'}."


def rule_words(rule: ResponseRule) -> str:
    """A response rule as people say it, without its outcome."""
    where = [f"HTTP {rule.statuses}"] if rule.statuses else []
    where += [f"content type has “{rule.content_type}”"] if rule.content_type else []
    what = _match_words(rule)
    return ", ".join([*where, what] if what else where) or "any 2xx answer"


def _match_words(rule: ResponseRule) -> str:
    if rule.match == "any":
        return ""
    if rule.match == "regex":
        return f"{rule.path or 'text'} matches /{rule.value}/"
    subject = rule.path if rule.match in ("json_path", "xpath") else "text"
    if rule.operator == "present":
        return f"{subject} is there"
    verb = {"equals": "is", "contains": "contains"}.get(rule.operator, rule.operator)
    return f"{subject} {verb} “{rule.value}”"
