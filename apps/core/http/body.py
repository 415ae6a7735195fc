"""An answer's body, decoded as it arrives and never beyond the cap."""

import zlib

_RAW_ALLOWANCE = 65_536
"""Bytes that a compressed body may be longer than the cap before it is cut: headers of many small blocks."""


class BoundedBody:
    """Collects a body up to `limit` decoded bytes. Knows gzip and deflate; the rest is kept as it came."""

    def __init__(self, limit: int, encoding: str) -> None:
        self._limit = limit
        self._encoding = encoding.strip().lower()
        self._decoder: zlib._Decompress | None = None
        self._raw_length = 0
        self._parts = bytearray()
        self.truncated = False

    @property
    def content(self) -> bytes:
        """What has arrived so far, decoded."""
        return bytes(self._parts)

    def feed(self, chunk: bytes) -> None:
        """Take in what the network brought. zlib.error when it is not encoded as announced."""
        self._raw_length += len(chunk)
        if self._encoding in ("gzip", "x-gzip", "deflate"):
            self._inflate(chunk)
            self.truncated = self.truncated or self._raw_length > self._limit + _RAW_ALLOWANCE
        else:
            self._append(chunk)

    def end(self) -> None:
        """The message is over. zlib.error when the compressed stream is not."""
        if self._decoder is not None and not self._decoder.eof and not self.truncated:
            raise zlib.error("The compressed body ends early.")

    def _inflate(self, chunk: bytes) -> None:
        while chunk and not self.truncated:
            if self._decoder is None or self._decoder.eof:
                self._decoder = zlib.decompressobj(self._window(chunk))
            # One byte more than fits tells a full body from a cut one; what lies behind it is never expanded.
            self._append(self._decoder.decompress(chunk, self._limit + 1 - len(self._parts)))
            chunk = self._decoder.unused_data if self._decoder.eof else b""

    def _window(self, chunk: bytes) -> int:
        if self._encoding != "deflate":
            return 16 + zlib.MAX_WBITS
        # "deflate" is sent both with and without zlib's header.
        return zlib.MAX_WBITS if chunk[0] & 0x0F == 8 else -zlib.MAX_WBITS

    def _append(self, decoded: bytes) -> None:
        room = self._limit - len(self._parts)
        self._parts += decoded[:room]
        self.truncated = self.truncated or len(decoded) > room
