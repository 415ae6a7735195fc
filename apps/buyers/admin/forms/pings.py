"""Forms of a ping's rows: a mapping row that may be agreed to name the person, and a rule that reads a bid."""

from typing import Any, ClassVar

from apps.buyers import judges
from apps.buyers.admin.forms.mapping import MappingForm
from apps.buyers.admin.forms.rules import ResponseRuleForm
from apps.buyers.choices import MappingKind, MappingPhase, Phase, RuleOutcome

_READ_AS = {
    RuleOutcome.ACCEPTED: "A bid",
    RuleOutcome.REJECTED: "No bid",
    RuleOutcome.DUPLICATE: "No bid: it knows this person",
    RuleOutcome.FAILED: "A failure: no answer that can be used",
}


class PingMappingForm(MappingForm):
    """A row of the ping. It has no answer to read from yet."""

    class Meta(MappingForm.Meta):
        labels: ClassVar = MappingForm.Meta.labels | {"agreed": "Agreed with the buyer"}
        help_texts: ClassVar = MappingForm.Meta.help_texts | {
            "agreed": "Only for personal data that this buyer is told before it buys. Publishing refuses it otherwise, "
            "unless it is written as a hash. Stays visible on the page, and is on record."
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.phase = MappingPhase.PING
        self.fields.pop("response_path", None)
        if "kind" in self.fields:
            kinds = self.fields["kind"].choices
            self.fields["kind"].choices = [each for each in kinds if each[0] != MappingKind.PING_RESPONSE]

    def _title(self) -> str:
        return f"{super()._title()}{' — agreed with the buyer' if self.instance.agreed else ''}"


class PingRuleForm(ResponseRuleForm):
    """What an answer to a ping means."""

    class Meta(ResponseRuleForm.Meta):
        labels: ClassVar = ResponseRuleForm.Meta.labels | {
            "price_path": "Bid",
            "shared_price_path": "Bid for a shared lead",
            "promise_path": "Token for the post",
            "expiry_path": "Holds until",
        }
        help_texts: ClassVar = ResponseRuleForm.Meta.help_texts | {
            "price_path": "Where it says what it pays for the lead alone, for example bid or //Price.",
            "shared_price_path": "Where it says what it pays when others buy, too, for example shared_bid.",
            "promise_path": "What it wants to see again, for example promise. The post sends it by a mapping row "
            "“From the buyer's ping response”.",
            "expiry_path": "A time or seconds, for example expires_at. Empty: as long as the campaign's pings.",
            "reason_path": "Where it says why it does not bid, for example reason.",
            "reference_path": "Where its own number of the ping is, for example id.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.phase = Phase.PING
        if "outcome" in self.fields:
            kept = self.instance.outcome
            entries: list[tuple[str, str]] = [(str(key), told) for key, told in _READ_AS.items()]
            if kept and kept not in _READ_AS:
                entries.append((kept, self.instance.get_outcome_display()))
            self.fields["outcome"].choices = [("", "Choose…"), *entries]

    def _title(self) -> str:
        return self.told(
            _READ_AS.get(RuleOutcome(self.instance.outcome), self.instance.get_outcome_display())
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        wants = cleaned.get("outcome") == RuleOutcome.ACCEPTED and not self.errors
        if wants and not judges.reads_bid(self.rule()):
            self.add_error("price_path", "A bid is a price: say where it stands, for example bid.")
        return cleaned
