"""The simulator takes mails and shows them."""

import asyncio
import smtplib
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future
from email.message import EmailMessage

import pytest

from apps.simulator.running import listener, serve
from apps.simulator.server import Simulator


@pytest.fixture
def up() -> Iterator[tuple[str, int]]:
    simulator, url, loop, stop = Simulator(), Future[str](), asyncio.new_event_loop(), asyncio.Event()
    mail_door = listener("127.0.0.1", 0)
    port = mail_door.getsockname()[1]
    served = serve(
        simulator, door=listener("127.0.0.1", 0), up=url.set_result, stop=stop, mail_door=mail_door
    )
    thread = threading.Thread(target=lambda: loop.run_until_complete(served), daemon=True)
    thread.start()
    yield url.result(10), port
    loop.call_soon_threadsafe(stop.set)
    thread.join(5)


def test_what_was_sent_is_listed_and_shown_and_can_do_nothing(up: tuple[str, int]) -> None:
    url, port = up
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "New <lead>", "leads@sluice.example", "a@b.example"
    mail.set_content("Name: Jane & Co")
    mail.add_alternative("<p>Jane</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(mail)
    pages = {}
    for path in ("/", "/mails", "/mails/1", "/mails/1/html"):
        with urllib.request.urlopen(url + path) as answer:
            pages[path] = answer.read().decode()
            policy = answer.headers["Content-Security-Policy"]
    assert 'href="/mails"' in pages["/"]
    assert "New &lt;lead&gt;" in pages["/mails"]
    assert "Name: Jane &amp; Co" in pages["/mails/1"]
    assert pages["/mails/1/html"].strip() == "<p>Jane</p>"
    assert "sandbox" in policy
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(url + "/mails/2")
