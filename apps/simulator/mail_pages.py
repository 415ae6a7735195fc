"""Pages of the simulator that show the mails it was sent."""

from html import escape

from apps.simulator.mailbox import Mail
from apps.simulator.pages import page

_HEADERS = ("From", "To", "Subject", "Date", "Message-ID")


def listed(mails: list[Mail]) -> str:
    """All kept mails, newest first."""
    rows = "".join(_row(mail) for mail in reversed(mails))
    table = (
        '<div class="scroll"><table><thead><tr><th>Received</th><th>To</th><th>Subject</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        if mails
        else "<p>Nothing yet. Mails to whomever, sent through this server, are shown here and go nowhere else.</p>"
    )
    return page(
        "Mails · Buyer simulator",
        f'<header><p><a href="/">Buyer simulator</a></p><h1>Mails</h1></header>{table}',
    )


def shown(mail: Mail) -> str:
    """One mail: headers, text, and a link to its HTML."""
    headers = "".join(f"{name}: {escape(str(mail.message.get(name, '')))}\n" for name in _HEADERS)
    html = (
        f'<p><a href="/mails/{mail.number}/html">As a mail program shows it</a></p>'
        if mail.body("html")
        else ""
    )
    return page(
        f"{mail.subject} · Buyer simulator",
        f'<header><p><a href="/mails">Mails</a></p><h1>{escape(mail.subject)}</h1></header>'
        f"<p>For {escape(', '.join(mail.recipients))}</p>{html}"
        f"<pre><code>{escape(mail.body('plain')) or '(no text)'}</code></pre>"
        f"<details open><summary>Headers</summary><pre><code>{headers}</code></pre></details>",
    )


def _row(mail: Mail) -> str:
    instant = mail.received_at
    return (
        f'<tr><td><time datetime="{instant.isoformat()}">{instant:%-d %b, %H:%M:%S} UTC</time></td>'
        f"<td>{escape(', '.join(mail.recipients))}</td>"
        f'<td><a href="/mails/{mail.number}">{escape(mail.subject)}</a></td></tr>'
    )
