"""What is wrong with a caller or with us. What may happen to a lead is a value, never one of these."""


class ApplicationError(Exception):
    """A request that a service refuses.

    `message` is a sentence that may be shown to the caller: no personal data and no secret in it. `code` is
    stable snake_case, `field` names the input at fault, `status` is the HTTP status a face answers with.
    """

    def __init__(self, message: str, *, code: str, field: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.status = status

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r}, code={self.code!r}, field={self.field!r})"
