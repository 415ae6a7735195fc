"""The simulator as a server: which request meets which behaviour."""

import asyncio
import json

from aiohttp import web

from apps.simulator import mail_pages, pages
from apps.simulator.answers import written
from apps.simulator.behaviours import DEFAULTS, PLAIN, answer
from apps.simulator.hostile import HOSTILE
from apps.simulator.journal import KEPT_BODY_BYTES, SHOWN_REQUESTS, Journal, Received, utc_now
from apps.simulator.mailbox import Mailbox
from apps.simulator.parameters import FORMATS, ParameterError, Parameters
from apps.simulator.visits import Visit


class Simulator:
    """Simulated buyers on one event loop, without state but the journal."""

    def __init__(self, *, keep: int | None = SHOWN_REQUESTS) -> None:
        self.journal = Journal(keep)
        self.mailbox = Mailbox()
        self.mail_port: int | None = None
        self._received = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        parts = [part for part in request.path.split("/") if part]
        if len(parts) == 3 and parts[0] == "buyers":
            return await self._behave(request, parts[1], parts[2])
        if parts == ["oauth", "token"]:
            return await self._behave(request, "oauth", "token")
        return self._page(request, parts)

    async def _behave(self, request: web.BaseRequest, buyer: str, behaviour: str) -> web.StreamResponse:
        if behaviour not in PLAIN and behaviour not in HOSTILE:
            return _fault(
                404, f"There is no behaviour {behaviour}. There are: {', '.join([*PLAIN, *HOSTILE])}."
            )
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _fault(413, "The body is too large.")
        received = self._receive(request, buyer, behaviour, body)
        parameters = Parameters({**DEFAULTS.get(behaviour, {}), **received.query})
        try:
            return await self._answer(request, Visit(received, parameters, self.journal))
        except ParameterError as fault:
            return _fault(400, str(fault))

    def _receive(self, request: web.BaseRequest, buyer: str, behaviour: str, body: bytes) -> Received:
        self._received += 1
        received = Received(
            number=self._received,
            received_at=utc_now(),
            buyer=buyer,
            behaviour=behaviour,
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers=dict(request.headers),
            body=body[:KEPT_BODY_BYTES],
            key=request.headers.get("Idempotency-Key", ""),
        )
        self.journal.add(received)
        return received

    async def _answer(self, request: web.BaseRequest, visit: Visit) -> web.StreamResponse:
        wait_ms = visit.wait_ms
        if wait_ms:
            await asyncio.sleep(wait_ms / 1000)
        breaks = HOSTILE.get(visit.received.behaviour)
        if breaks is not None:
            return await _break(request, visit)
        said = answer(visit)
        body, content_type = written(said.facts, visit.parameters.choice("format", FORMATS))
        visit.received.status, visit.received.answer = said.status, body
        return web.Response(
            status=said.status, body=body, headers={"Content-Type": content_type, **said.headers}
        )

    def _page(self, request: web.BaseRequest, parts: list[str]) -> web.StreamResponse:
        match parts:
            case []:
                return _html(
                    pages.index(f"{request.scheme}://{request.host}", self.journal, mail_port=self.mail_port)
                )
            case ["mails", *which]:
                return self._mail_page(which)
            case ["style.css"]:
                return web.Response(text=pages.STYLE, content_type="text/css")
            case ["log"]:
                return _json({name: pages.as_rows(self.journal.of(name)) for name in self.journal.buyers()})
            case ["buyers", name]:
                return _html(pages.buyer(name, self.journal.of(name)))
            case ["reset"] if request.method == "POST":
                self.journal.reset()
                self.mailbox.reset()
                return _json({"status": "reset"})
            case _:
                return _fault(404, "There is nothing here. The index page lists what there is.")

    def _mail_page(self, which: list[str]) -> web.StreamResponse:
        if not which:
            return _html(mail_pages.listed(self.mailbox.everything()))
        mail = self.mailbox.numbered(which[0])
        match which[1:]:
            case [] if mail is not None:
                return _html(mail_pages.shown(mail))
            case ["html"] if mail is not None:
                return _foreign(mail.body("html"))
        return _fault(404, "There is no such mail.")


async def _break(request: web.BaseRequest, visit: Visit) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        await HOSTILE[visit.received.behaviour](visit, transport)
        transport.close()
    # The connection is gone; what is returned here is never written.
    return web.Response()


def _html(text: str) -> web.Response:
    return web.Response(
        text=text,
        content_type="text/html",
        headers={
            "Content-Security-Policy": "default-src 'none'; style-src 'self'",
            "Cache-Control": "no-store",
        },
    )


def _foreign(text: str) -> web.Response:
    """What somebody else has written: shown as it is, able to do nothing."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="text/html", headers=headers)


def _json(value: object) -> web.Response:
    return web.Response(text=json.dumps(value, ensure_ascii=False), content_type="application/json")


def _fault(status: int, message: str) -> web.Response:
    body, content_type = written({"status": "fault", "message": message}, "json")
    return web.Response(status=status, body=body, content_type=content_type)
