"""Closed vocabularies of the instructions pages."""

from enum import Enum

REVIEWED = "terms.requirements_reviewed"
"""Action of the audit line that says a source has read the requirements."""

KEY_SHOWN = "credential.shown"
KEY_COPIED = "credential.copied"


class Tab(Enum):
    """A page of the instructions: its name in addresses, and on the tab."""

    OVERVIEW = ("overview", "Overview")
    FIELDS = ("fields", "Fields")
    REQUIREMENTS = ("requirements", "Requirements")
    RESPONSES = ("responses", "Responses")
    TESTING = ("testing", "Testing")
    GO_LIVE = ("go_live", "Go live")

    def __init__(self, key: str, label: str) -> None:
        self.key = key
        self.label = label
