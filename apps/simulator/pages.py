"""The simulator's own pages: what it can do, and what it has received."""

from html import escape
from pathlib import Path
from urllib.parse import quote

from apps.simulator.catalogue import ANSWERING, BIDDING, FAILING, KNOWING, PARAMETERS, Entry
from apps.simulator.journal import Journal, Received

STYLE = Path(__file__).with_name("style.css").read_text()

_SHOWN_BODY = 4_000
_SHOWN_ON_PAGE = 50


def index(base_url: str, journal: Journal, *, mail_port: int | None = None) -> str:
    """The documentation, and who has received something. `mail_port` is where mails are taken, if they are."""
    example = f"{base_url}/buyers/acme/accept?price=42.00"
    return page(
        "Buyer simulator",
        f"""
<header>
<h1>Buyer simulator</h1>
<p>Buyers that behave as their address says. Give a lead order's endpoint one of the URLs below, send a lead, and
see what your campaign makes of the answer. The same request always gets the same answer: nothing here depends on
chance, and on time only the end of a token or of a bid.</p>
</header>
<section aria-labelledby="address"><h2 id="address">The address</h2>
<p class="url"><code>{escape(base_url)}/buyers/<b>name</b>/<b>behaviour</b></code></p>
<p>The name is yours to choose; each name keeps its own log of the last {journal.keep or "all"} requests. A request is
recognised by its <code>Idempotency-Key</code> header, or by its body if it has none.</p>
<pre><code>curl -X POST '{escape(example)}' -d '{{"email": "jane@example.com"}}'</code></pre>
</section>
{_table("Buyers that answer", ANSWERING)}
{_table("Buyers that bid", BIDDING)}
{_table("Buyers that know their callers", KNOWING)}
{_table("Buyers in trouble", FAILING)}
<section aria-labelledby="parameters"><h2 id="parameters">Parameters for every behaviour that answers</h2>
<div class="scroll"><table><thead><tr><th>Parameter</th><th>Meaning</th><th>Example</th></tr></thead><tbody>
{"".join(_parameter_row(*row) for row in PARAMETERS)}
</tbody></table></div></section>
<section aria-labelledby="received"><h2 id="received">What has arrived</h2>
{_buyers(journal)}
{_mails(mail_port)}
<p class="note">Kept in memory until the simulator stops or is told to <code>POST /reset</code>. As JSON:
<a href="/log">/log</a>.</p></section>""",
    )


def buyer(name: str, received: list[Received]) -> str:
    """The log of one buyer, newest first."""
    shown = received[: -_SHOWN_ON_PAGE - 1 : -1]
    if shown:
        rows = "".join(_request(item) for item in shown)
        text = f"<p>{_so_many(len(received), len(shown))}</p>{rows}"
    else:
        text = (
            "<p>Nothing yet. This page shows what is sent to "
            f"<code>/buyers/{escape(name)}/…</code> as it arrives; reload to see more.</p>"
        )
    return page(
        f"{name} · Buyer simulator",
        f'<header><p><a href="/">Buyer simulator</a></p><h1>{escape(name)}</h1></header>{text}',
    )


def _so_many(kept: int, shown: int) -> str:
    if kept > shown:
        return f"The newest {shown} of {kept} kept requests."
    return f"{kept} request{'s' if kept > 1 else ''}, newest first."


def as_rows(received: list[Received]) -> list[dict[str, object]]:
    """Requests as plain values, for the JSON log."""
    return [
        {
            "number": item.number,
            "received_at": item.received_at.isoformat(),
            "behaviour": item.behaviour,
            "phase": item.phase,
            "method": item.method,
            "path": item.path,
            "query": item.query,
            "headers": item.headers,
            "body": item.text,
            "idempotency_key": item.key,
            "status": item.status,
            "answer": item.answer.decode(),
        }
        for item in received
    ]


def page(title: str, content: str) -> str:
    """A whole page of the simulator around its content."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">'
        f"<title>{escape(title)}</title></head><body><main>{content}</main></body></html>"
    )


def _table(title: str, entries: tuple[Entry, ...]) -> str:
    anchor = title.lower().replace(" ", "-")
    rows = "".join(_row(entry) for entry in entries)
    return (
        f'<section aria-labelledby="{anchor}"><h2 id="{anchor}">{escape(title)}</h2><div class="scroll"><table>'
        f"<thead><tr><th>Behaviour</th><th>What it does</th><th>Try</th></tr></thead><tbody>{rows}</tbody></table>"
        "</div></section>"
    )


def _row(entry: Entry) -> str:
    sample = f"/{entry.name}" + (f"?{entry.sample}" if entry.sample else "")
    return (
        f'<tr id="{entry.name}"><th scope="row"><code>{entry.name}</code></th><td>{escape(entry.does)}</td>'
        f"<td><code>{escape(sample)}</code></td></tr>"
    )


def _answered(item: Received) -> str:
    if item.status is None:
        return "Not answered in good HTTP."
    return f"Answered {item.status}: <code>{escape(item.answer.decode())}</code>"


def _parameter_row(name: str, meaning: str, example: str) -> str:
    return (
        f'<tr><th scope="row"><code>{name}</code></th><td>{escape(meaning)}</td>'
        f"<td><code>{escape(example)}</code></td></tr>"
    )


def _buyers(journal: Journal) -> str:
    names = journal.buyers()
    if not names:
        return "<p>Nothing yet. As soon as a request comes, its buyer is listed here.</p>"
    items = "".join(
        f'<li><a href="/buyers/{escape(quote(name))}">{escape(name)}</a> <span class="count">{len(journal.of(name))}'
        "</span></li>"
        for name in names
    )
    return f'<ul class="buyers">{items}</ul>'


def _mails(port: int | None) -> str:
    if port is None:
        return ""
    return f'<p><a href="/mails">Mails</a> that were sent to port {port} of this machine.</p>'


def _request(item: Received) -> str:
    headers = "".join(f"{escape(name)}: {escape(value)}\n" for name, value in item.headers.items())
    query = f"?{'&'.join(f'{name}={value}' for name, value in item.query.items())}" if item.query else ""
    body = escape(item.text[:_SHOWN_BODY]) or "(no body)"
    instant = item.received_at
    when = f'<time datetime="{instant.isoformat()}">{instant:%-d %b %Y, %H:%M:%S} UTC</time>'
    return f"""
<article><h2><span class="method">{escape(item.method)}</span> <code>{escape(item.path + query)}</code></h2>
<p class="note">No. {item.number} · {item.phase} · {when}</p>
<pre><code>{body}</code></pre>
<p class="note">{_answered(item)}</p>
<details><summary>{len(item.headers)} headers</summary><pre><code>{headers}</code></pre></details></article>"""
