"""HTTP/1.1 on one connection: one request at a time, its answer read by llhttp as it arrives.

Knows neither names nor deadlines: whoever asks gives up by `forsake`.
"""

import asyncio
import socket
import zlib
from collections.abc import Callable

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser

from apps.core.http.body import BoundedBody
from apps.core.http.progress import Progress

MAX_HEAD_BYTES = 65_536
"""Of an answer's status line and headers, of its trailers, and of what comes between two pieces of its body."""
MAX_HEADERS = 256
BUFFER_BYTES = 65_536
PIECE_BYTES = 65_536
"""A request's body beyond this is written in pieces, as fast as they are taken."""

Ended = Callable[[Exception | None], None]
"""Told once that an answer is over: None when it is whole or cut at the cap, else what went wrong."""


class NotHttpError(Exception):
    """What came is no HTTP, or more of it than anybody needs."""


class ClosedError(Exception):
    """The other side closed the connection before the answer was whole."""


class Connection(asyncio.BufferedProtocol):
    """One open connection. Lives on the event loop of its door, whose connections share one `buffer`.

    `lost` is called when it is gone for good, `idle_since` belongs to the pool.
    """

    def __init__(
        self,
        key: tuple[str, str, int],
        sock: socket.socket,
        buffer: memoryview,
        lost: Callable[["Connection"], None],
    ) -> None:
        self.key = key
        self.idle_since = 0.0
        self.is_reusable = True
        self._socket = sock
        self._buffer = buffer
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._parser: HttpResponseParser | None = None
        self._progress: Progress | None = None
        self._ended: Ended | None = None
        self._body: BoundedBody | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._head_bytes = 0
        self._quiet_bytes = 0
        self._is_bodiless = False
        self._is_complete = False
        self._is_kept = False
        self._unsent: memoryview | None = None
        self._is_paused = False

    def ask(
        self, head: bytes, body: bytes, *, progress: Progress, ended: Ended, bodiless: bool = False
    ) -> None:
        """Send a request and report its answer to `progress`. `bodiless` says that no answer to it has a body.

        Only on a connection that `is_fit`, and nobody else's.
        """
        self._progress, self._ended, self._body = progress, ended, None
        self._headers = []
        self._head_bytes = self._quiet_bytes = 0
        self._is_bodiless = bodiless
        self._is_complete = self._is_kept = False
        assert self._transport is not None
        progress.sending()
        if len(body) <= PIECE_BYTES:
            self._transport.write(head + body)
        else:
            self._unsent = memoryview(body)
            self._transport.write(head)
            self._pour()

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed the connection, as far as the event loop knows."""
        return self._transport is not None and not self._transport.is_closing()

    def is_fit(self) -> bool:
        """Whether a request may be sent: the connection is open, and nothing has come over it, not even its end.

        Asked of the socket itself. What has come may not have reached the event loop yet, and a request sent into
        a connection that its server has closed has an unknown outcome.
        """
        if not self.is_open:
            return False
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def forsake(self) -> None:
        """Give up what is under way without a word to anybody, and close."""
        self._progress = self._ended = None
        self.abort()

    def abort(self) -> None:
        """Close at once."""
        self.is_reusable = False
        if self._transport is not None:
            self._transport.abort()

    # --- what the event loop calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._parser = parser = HttpResponseParser(self)
        # What answers are sent with and browsers read: a line that ends in LF alone, a header's value that goes
        # on in the next line or holds odd bytes, a blank before the colon or behind a chunk's length.
        parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._progress is None or self._parser is None:
            # Nobody asked: it would be read as the answer to whoever asks next.
            self.abort()
            return
        self._quiet_bytes += nbytes
        try:
            self._parser.feed_data(self._buffer[:nbytes])
        except HttpParserUpgrade:
            self._is_kept = False
        except HttpParserError as error:
            self._is_kept = False
            if not self._is_complete:
                self._end(_cause(error))
                return
        if self._is_complete or (self._body is not None and self._body.truncated):
            self._end(None)
        elif self._quiet_bytes > MAX_HEAD_BYTES:
            self._end(NotHttpError())

    def eof_received(self) -> None:
        if self._progress is not None:
            self._end(None if self._runs_until_close() else ClosedError())
        self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._progress is not None:
            self._end(exc or ClosedError())
        self.is_reusable = False
        self._transport = self._parser = self._unsent = None
        self._lost(self)

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._pour()

    # --- what the parser calls ---

    def on_message_begin(self) -> None:
        if self._is_complete:
            raise NotHttpError  # a second answer to one request

    def on_status(self, reason: bytes) -> None:
        self._head_bytes += len(reason)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        self._headers.append((name, value))
        if self._head_bytes > MAX_HEAD_BYTES or len(self._headers) > MAX_HEADERS or b"\x00" in value:
            raise NotHttpError

    def on_headers_complete(self) -> None:
        assert self._parser is not None
        assert self._progress is not None
        status = self._parser.get_status_code()
        if self._head_bytes > MAX_HEAD_BYTES:
            raise NotHttpError
        if 100 <= status < 200 and status != 101:
            return
        self._body = self._progress.answered(status, self._headers)
        self._is_complete = self._is_bodiless or status in (101, 204, 304)

    def on_body(self, piece: bytes) -> None:
        if self._body is None or self._is_complete:
            raise NotHttpError  # the body of an answer that has none
        self._quiet_bytes = 0
        if not self._body.truncated:
            self._body.feed(piece)

    def on_message_complete(self) -> None:
        if self._body is None:
            self._headers = []  # an interim answer
            return
        assert self._parser is not None
        assert self._progress is not None
        self._is_complete = True
        # An answer that switches protocols was not asked for; nobody knows what comes behind it.
        self._is_kept = self._parser.should_keep_alive() and self._progress.status != 101

    # --- the end of an answer ---

    def _end(self, error: Exception | None) -> None:
        ended, body = self._ended, self._body
        if error is None and body is not None:
            try:
                body.end()
            except zlib.error as broken:
                error = broken
        self._progress = self._ended = None
        self._body, self._headers = None, []
        if error is not None or not self._is_kept or not self._has_sent_all() or (body and body.truncated):
            self.abort()
        if ended is not None:
            ended(error)

    def _runs_until_close(self) -> bool:
        """Whether the answer under way is one whose end is the connection's."""
        if self._body is None:
            return False
        codings = b""
        for name, value in self._headers:
            match name.strip().lower():
                case b"content-length":
                    return False
                case b"transfer-encoding":
                    codings = value
        return codings.rpartition(b",")[2].strip().lower() != b"chunked"

    def _has_sent_all(self) -> bool:
        return (
            self._transport is not None and not self._unsent and self._transport.get_write_buffer_size() == 0
        )

    def _pour(self) -> None:
        """Write what is unsent until the other side is slower than we are."""
        while (
            self._unsent
            and not self._is_paused
            and self._transport is not None
            and self._progress is not None
        ):
            piece, self._unsent = self._unsent[:PIECE_BYTES], self._unsent[PIECE_BYTES:]
            self._progress.sent_further()
            self._transport.write(piece)


def _cause(error: HttpParserError) -> Exception:
    """What a callback raised, or that the parser could not read on."""
    cause = error.__context__
    if isinstance(error, HttpParserCallbackError) and isinstance(cause, Exception):
        return cause
    return NotHttpError()
