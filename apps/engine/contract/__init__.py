"""The contract of one source as documents that machines and people read, all made from the compiled campaign."""

from apps.engine.contract.bodies import body_schema, json_schema
from apps.engine.contract.calls import Call, Case, Contract, Reply
from apps.engine.contract.document import document
from apps.engine.contract.markdown import markdown
from apps.engine.contract.openapi import openapi
from apps.engine.contract.postman import postman

__all__ = [
    "Call",
    "Case",
    "Contract",
    "Reply",
    "body_schema",
    "document",
    "json_schema",
    "markdown",
    "openapi",
    "postman",
]
