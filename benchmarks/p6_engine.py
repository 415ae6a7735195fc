"""P6: what deciding about one lead costs: normalise, examine and plan, with 25 fields, 12 rules and 50 orders.

Pure CPU in one process, no network and no database. Leads differ, so that nothing but what follows from the
campaign itself is kept from one to the next. The figure is the median of the repetitions; the best one and
what each of the three steps takes stand beside it. Run as `python -m benchmarks.p6_engine`.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from apps.engine import checks, routing
from apps.engine.campaign import CampaignSpec, Choice, FieldSpec, TermsSpec
from apps.engine.normalise import normalise
from apps.engine.orders import GroupSpec, OrderSpec
from apps.engine.requirements import (
    CapSpec,
    ConsentSpec,
    DuplicateSpec,
    Expression,
    RuleSpec,
    ScheduleSpec,
    Targeting,
    ValueList,
    VerificationSpec,
    Window,
    ZipTargeting,
)
from apps.engine.values import Examination, Facts, LeadData, Place

BAR_US = 300
LEADS, REPETITIONS = 200, 25
NOW = datetime(2026, 11, 19, 18, 0, tzinfo=UTC)
TODAY = date(2026, 11, 19)
TERMS = TermsSpec(1, 1, 501, "Acme Leads")
HOURS = tuple(Window(day, 6 * 60, 22 * 60) for day in range(7))

FIELDS = (
    FieldSpec("first", "text", "First name", role="first_name", required=True),
    FieldSpec("last", "text", "Last name", role="last_name", required=True),
    FieldSpec("email", "email", "Email", role="email", required=True),
    FieldSpec("phone", "phone", "Phone", role="phone", required=True),
    FieldSpec("address", "text", "Address", role="address", required=True),
    FieldSpec("city", "text", "City", role="city", required=True),
    FieldSpec("state", "state", "State", role="state", required=True),
    FieldSpec("zip", "zip", "Zip", role="zip", required=True),
    FieldSpec("dob", "birth_date", "Date of birth", required=True),
    FieldSpec("ip", "ip", "IP address", role="ip_address"),
    FieldSpec("agent", "user_agent", "User agent", role="user_agent"),
    FieldSpec("certificate", "trustedform_url", "TrustedForm", role="trustedform_url"),
    FieldSpec("token", "jornaya_lead_id", "Jornaya", role="jornaya_id"),
    FieldSpec("page", "url", "Landing page", role="landing_page_url"),
    FieldSpec("consent", "text", "Consent text", role="consent_text"),
    FieldSpec("sub", "text", "Sub id", role="sub_id"),
    FieldSpec("homeowner", "boolean", "Homeowner"),
    FieldSpec("score", "integer", "Credit score", minimum=Decimal(300), maximum=Decimal(850)),
    FieldSpec("bill", "currency", "Electric bill"),
    FieldSpec("budget", "range", "Budget"),
    FieldSpec("roof", "choice", "Roof", choices=tuple(map(Choice, ("shingle", "tile", "metal", "flat")))),
    FieldSpec(
        "wants", "multiple_choice", "Wants", choices=tuple(map(Choice, ("panels", "battery", "charger")))
    ),
    FieldSpec("country", "country", "Country"),
    FieldSpec("asked", "datetime", "Asked at"),
    FieldSpec("shade", "decimal", "Shade"),
)


def campaign() -> CampaignSpec:
    """The campaign of the figure: 25 fields, 12 rules, 5,000 zips, 4 caps, all checks on, 50 orders of 2,000
    zips."""
    zips = [f"{10_000 + number:05d}" for number in range(52_000)]
    lists = {f"order{number}": ValueList(frozenset(zips[number * 1000 :][:2000])) for number in range(50)}
    lists["campaign"] = ValueList(frozenset(zips[:5000]))
    return CampaignSpec(
        id=1,
        company_id=1,
        company_number=100,
        company_name="Acme",
        number=200,
        name="Solar",
        version=1,
        time_zone="America/New_York",
        fields=FIELDS,
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 12, 31),
        schedule=ScheduleSpec("America/New_York", HOURS, (date(2026, 12, 25),)),
        states=Targeting("include", frozenset({"NY", "NJ", "CT", "PA"})),
        zips=ZipTargeting("include", "campaign", "East"),
        rules=rules(),
        consent=ConsentSpec("either"),
        duplicates=(DuplicateSpec("d1", ("email", "phone"), 30 * 86_400),),
        caps=tuple(
            CapSpec(f"cap:{period}", "campaign", "accepted", period, 1000, "America/New_York")
            for period in ("hour", "day", "week", "month")
        ),
        verification=VerificationSpec("offline", True, True),
        terms=(TERMS,),
        groups=(GroupSpec(1, "First", 1), GroupSpec(2, "Second", 2, method="highest_price")),
        orders=tuple(order(number) for number in range(50)),
        lists=lists,
    )


def rules() -> tuple[RuleSpec, ...]:
    """Eight conditions and four filters of one to three tests."""
    owners = Expression("all", (test("homeowner", "is", "true"), test("score", "gte", "600")))
    either = Expression("any", (test("roof", "in", ("shingle", "metal")), test("bill", "gt", "100")))
    return (
        RuleSpec("condition", "Owners", owners),
        RuleSpec("condition", "Roof or bill", either),
        RuleSpec("condition", "Adults", test("dob", "older_than", "18")),
        RuleSpec("condition", "Not too old", test("dob", "younger_than", "95")),
        RuleSpec("condition", "Budget", test("budget", "gte", "50")),
        RuleSpec("condition", "Fresh", test("asked", "after", "today-30")),
        RuleSpec("condition", "Wants panels", test("wants", "contains", "panels")),
        RuleSpec("condition", "Country", test("country", "is", "US")),
        RuleSpec("filter", "Role addresses", test("email", "matches", r"^(info|admin|sales)@")),
        RuleSpec("filter", "Shaded", test("shade", "gt", "0.8")),
        RuleSpec("filter", "Own pages only", Expression("not", (test("page", "contains", "example.com"),))),
        RuleSpec("filter", "Test names", test("last", "in", ("test", "tester", "asdf"))),
    )


def order(number: int) -> OrderSpec:
    """One of fifty: criteria, states, 2,000 zips, hours and a day cap."""
    return OrderSpec(
        id=number,
        name=f"Order {number}",
        buyer_id=number,
        buyer_name=f"Buyer {number}",
        endpoint_id=1,
        group_id=1 + number % 2,
        priority=number,
        price=Decimal(10 + number),
        criteria=test("score", "gte", str(600 + number)),
        states=Targeting("include", frozenset({"NY", "NJ"})),
        zips=ZipTargeting("include", f"order{number}", f"Zips {number}"),
        schedule=ScheduleSpec("America/New_York", HOURS),
        caps=(CapSpec(f"order:{number}", "order", "accepted", "day", 100, "America/New_York"),),
    )


def test(field: str, operator: str, value: Any) -> Expression:
    return Expression("test", field=field, operator=operator, value=value)


def body(number: int) -> dict[str, Any]:
    """A lead that passes every check; no two are alike."""
    return {
        "first": "Jane",
        "last": f"Doe{number}",
        "email": f"jane.doe{number}@example.com",
        "phone": f"(212) 555-{number % 10_000:04d}",
        "address": f"{number} Main St",
        "city": "New York",
        "state": "New York" if number % 2 else "NY",
        "zip": f"{10_000 + number % 4000:05d}",
        "dob": "03/14/1980",
        "ip": f"8.8.{number % 256}.8",
        "agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
        "certificate": f"https://cert.trustedform.com/{number:040x}",
        "token": f"01234567-89AB-CDEF-0123-{number:012X}",
        "page": "https://www.example.com/solar?x=1",
        "consent": "I agree to be called about solar panels by the companies named on the page.",
        "sub": f"sub-{number}",
        "homeowner": "yes",
        "score": 640 + number % 100,
        "bill": "$180.50",
        "budget": "$100-$150",
        "roof": "Shingle",
        "wants": "panels, battery",
        "country": "US",
        "asked": "2026-11-19T12:00:00-05:00",
        "shade": "0.25",
    }


def facts(number: int) -> Facts:
    code = f"{10_000 + number % 4000:05d}"
    place = Place(code, "NY", frozenset({"New York", "Manhattan"}), 40.75, -73.99)
    return Facts(now=NOW, places={code: place}, ip_country="US")


def main() -> None:
    """Prints the table and the figure."""
    spec = campaign()
    bodies, known = [body(number) for number in range(LEADS)], [facts(number) for number in range(LEADS)]
    order_facts = routing.OrderFacts()

    def read(number: int) -> LeadData:
        return normalise(spec, bodies[number], test=False, today=TODAY)

    def judge(number: int) -> Examination:
        return checks.examine(spec, TERMS, leads[number], known[number], test=False)

    def line_up(number: int) -> object:
        return routing.plan(spec, leads[number], order_facts, known[number])

    def all_three(number: int) -> object:
        data = read(number)
        checks.examine(spec, TERMS, data, known[number], test=False)
        return routing.plan(spec, data, order_facts, known[number])

    leads = [read(number) for number in range(LEADS)]
    assert not judge(0).problems, judge(0).problems
    print(f"{'step':<12}{'median µs':>12}{'best µs':>12}")
    steps = {"normalise": read, "examine": judge, "plan": line_up, "together": all_three}
    medians = {}
    for name, step in steps.items():
        medians[name], best = timed(step)
        print(f"{name:<12}{medians[name]:>12.1f}{best:>12.1f}")
    together = medians["together"]
    print(f"P6 {together:.0f} bar<={BAR_US} {'ok' if together <= BAR_US else 'short'}")


def timed(step: Callable[[int], object]) -> tuple[float, float]:
    """Median and best over the repetitions, in µs of CPU time per lead."""
    found = []
    for _ in range(REPETITIONS):
        start = time.process_time_ns()
        for number in range(LEADS):
            step(number)
        found.append((time.process_time_ns() - start) / 1000 / LEADS)
    return statistics.median(found), min(found)


if __name__ == "__main__":
    main()
