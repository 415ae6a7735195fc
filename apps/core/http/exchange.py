"""One request and its answer, on the event loop, within one deadline."""

import asyncio
import logging
import os
import ssl
import time
import zlib

import aiohttp
from multidict import CIMultiDict

from apps.core.http.addresses import Addresses
from apps.core.http.body import BoundedBody
from apps.core.http.guard import RefusedError, Target, read_target
from apps.core.http.headers import check_header
from apps.core.http.progress import Progress
from apps.engine.outbound import OutboundRequest, OutboundResponse, TransportError

METHODS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})

_log = logging.getLogger(__name__)

_EXPECTED = (aiohttp.ClientError, OSError, zlib.error)
_TLS_ERRORS = (aiohttp.ClientConnectorSSLError, aiohttp.ClientConnectorCertificateError, ssl.SSLError)


class Exchanger:
    """Carries requests over one session. Lives on one event loop."""

    def __init__(self, session: aiohttp.ClientSession, addresses: Addresses, *, max_body_bytes: int) -> None:
        self._session = session
        self._addresses = addresses
        self._max_body_bytes = max_body_bytes

    async def exchange(self, request: OutboundRequest, started: float, deadline: float) -> OutboundResponse:
        """What came of `request`; never raises. Both times are `time.monotonic()`, the loop's clock."""
        progress = Progress(started)
        objection = _objection(request)
        if objection:
            return progress.result(TransportError.UNBUILDABLE, objection)
        try:
            async with asyncio.timeout_at(deadline):
                await self._perform(request, progress)
        except TimeoutError:
            return progress.result(*_overdue(progress))
        except asyncio.CancelledError:
            # Only the closing of the door cancels; the task ends with this return.
            return progress.result(TransportError.INTERRUPTED, "The process was stopped meanwhile.")
        except RefusedError as refusal:
            return progress.result(TransportError.ADDRESS_REFUSED, str(refusal))
        except Exception as error:
            if not isinstance(error, _EXPECTED):
                _log.exception("outbound exchange failed in an unknown way")
            return progress.result(*_failure(error, progress))
        return progress.result()

    async def _perform(self, request: OutboundRequest, progress: Progress) -> None:
        target = read_target(request.url)
        await self._vet(target, progress)
        async with self._session.request(
            request.method,
            target.url,
            headers=CIMultiDict(request.headers),
            data=request.body or None,
            allow_redirects=False,
            trace_request_ctx=progress,
        ) as response:
            progress.answered(response)
            encoding = response.headers.get("Content-Encoding", "")
            progress.body = BoundedBody(self._max_body_bytes, encoding)
            await _read(response, progress.body)

    async def _vet(self, target: Target, progress: Progress) -> None:
        progress.looking_up = True
        asked = await self._addresses.vet(target)
        progress.looking_up = False
        if asked:
            progress.dns_ms = round((time.monotonic() - progress.started) * 1000.0, 3)


async def _read(response: aiohttp.ClientResponse, body: BoundedBody) -> None:
    async for chunk in response.content.iter_any():
        body.feed(chunk)
        if body.truncated:
            # Not drained, for whoever sends more than the cap may be sending for ever; leaving the answer
            # half read closes its connection.
            return
    body.end()


def _objection(request: OutboundRequest) -> str | None:
    if request.method not in METHODS:
        return "The method is not one of GET, POST, PUT, PATCH, DELETE, HEAD."
    for name, value in request.headers:
        if objection := check_header(name, value):
            return objection
    return None


def _overdue(progress: Progress) -> tuple[TransportError, str]:
    if progress.answered_at is not None:
        return TransportError.TIMEOUT, "The answer was not complete in time."
    if progress.sent:
        return TransportError.TIMEOUT, "No answer came in time."
    if progress.looking_up:
        return TransportError.DNS_ERROR, "The host name could not be looked up in time."
    return TransportError.CONNECT_ERROR, "No connection was established in time."


def _failure(error: Exception, progress: Progress) -> tuple[TransportError, str]:
    if progress.sent:
        return TransportError.PROTOCOL_ERROR, _broken_answer(error, progress)
    if progress.looking_up or isinstance(error, aiohttp.ClientConnectorDNSError):
        return TransportError.DNS_ERROR, "The host name could not be looked up."
    if isinstance(error, _TLS_ERRORS):
        return TransportError.TLS_ERROR, _tls_reason(error)
    return TransportError.CONNECT_ERROR, f"No connection: {_connect_reason(error)}."


def _broken_answer(error: Exception, progress: Progress) -> str:
    # Own sentences: the library's messages quote what came over the wire.
    if isinstance(error, zlib.error):
        return "The answer's body is not compressed as it says."
    if progress.answered_at is not None:
        return "The connection broke while the answer was being read."
    if isinstance(error, aiohttp.ClientResponseError):
        return "The answer is no HTTP."
    if isinstance(error, aiohttp.ServerDisconnectedError | OSError):
        return "The connection was closed before an answer came."
    return f"The exchange failed: {type(error).__name__}."


def _connect_reason(error: Exception) -> str:
    # The system's own words for the number; the library's message quotes the address.
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number).lower() if number else type(error).__name__


def _tls_reason(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"The certificate was not accepted: {cause.verify_message}."
    reason = getattr(cause, "reason", None)
    return f"The TLS handshake failed: {str(reason or type(cause).__name__).replace('_', ' ').lower()}."
