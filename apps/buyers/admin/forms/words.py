"""Labels and help of an endpoint's inputs. Every input that is not obvious has an example."""

LABELS = {
    "kind": "Delivers by",
    "on_unencodable": "Characters it lacks",
    "namespaces": "Namespaces",
    "template": "Own template",
    "schema_kind": "Buyer's schema",
    "schema_text": "Schema",
    "auth_name": "Name",
    "client_auth": "Sends client id and secret in",
    "retry_profile": "Waits between tries",
    "unknown_policy": "Sent, but no readable answer",
    "rate_limit": "At most (requests)",
    "rate_seconds": "In (seconds)",
    "concurrency": "At once",
    "canary_minutes": "Test by itself every (minutes)",
    "email_to": "To",
    "email_subject": "Subject",
    "host_key": "Host key",
    "file_name": "File name",
    "file_minutes": "A file every (minutes)",
    "ping_url": "Ping URL",
    "ping_method": "Method",
    "ping_format": "Format",
    "ping_content_type": "Content type",
    "ping_template": "Own template",
    "ping_timeout_ms": "Waits for its bid (ms)",
}

HELP = {
    "kind": "Decides which inputs below count.",
    "body_format": "What the buyer's documentation calls its content type. The mapping below fills it.",
    "charset": "Ask the buyer only if names with accents arrive broken. Almost everybody wants UTF-8.",
    "on_unencodable": "For example ł in Latin-1. XML writes such letters as numbers and loses nothing.",
    "content_type": "Replaces the usual one, for example application/vnd.api+json or text/xml; charset=utf-8.",
    "template": "The whole body, for example <lead><name>{{ first_name }}</name></lead>. Names are the targets of "
    "the mapping below. For an e-mail its HTML; empty: a plain table of what is mapped.",
    "schema_kind": "Publishing and Test Endpoint hold a sample against it and name the row at fault.",
    "schema_text": "Paste the buyer's file, for example from its documentation.",
    "auth_kind": "Of a “store only” endpoint the key with which the buyer fetches: a bearer token or a header.",
    "auth_name": "Header, for example X-Api-Key; key of the query string; user; or the OAuth client id.",
    "token_url": "Where tokens are fetched, for example https://login.buyer.example/oauth/token.",
    "token_scope": "Separated by blanks, for example leads.write. Empty: none is asked for.",
    "token_audience": "Only where the buyer asks for one, for example https://api.buyer.example.",
    "timeout_ms": "For the whole exchange; 10000 is ten seconds.",
    "retries": "Tries after the first, when the buyer could not be reached or answered 429 or 5xx.",
    "retry_profile": "Seconds for what is sold now; minutes to hours for copies after a sale.",
    "unknown_policy": "The lead may have been bought. Holding it never sells it twice.",
    "status_url": "Where the buyer tells what became of a lead, for example "
    "https://api.buyer.example/leads?id={reference}. "
    "It may hold {lead_id}, {delivery_id}, {reference} and {idempotency_key}; rules of the phase “Status URL” read its "
    "answer.",
    "rate_limit": "For example 10 in 1 second; more wait their turn, and of pings, counted apart, one too many is not "
    "sent. Empty: as fast as leads come.",
    "rate_seconds": "Over all processes.",
    "concurrency": "Requests under way at the same time, over all processes, for example 4. Empty: no limit.",
    "canary_minutes": "For example 60, if the buyer agreed to test leads. Empty: only when somebody presses Test.",
    "email_to": "One or several, separated by commas, for example leads@buyer.example.",
    "email_subject": "A template without personal fields, for example New lead {{ lead_id }}.",
    "host_key": "The server's fingerprint, for example SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8.",
    "file_name": "With {number}, so that no file replaces another; {date} and {time} as you like, for example "
    "leads-{date}-{number}.csv. Empty: that one.",
    "ping_url": "Where bids are asked for, for example https://api.buyer.example/ping. Empty: it is not pinged.",
    "ping_content_type": "Replaces the usual one, for example application/vnd.api+json.",
    "ping_template": "The whole body, for example <ping><zip>{{ zip }}</zip></ping>. Names are the targets of the "
    "ping's mapping below.",
    "ping_timeout_ms": "For example 500. At most what the campaign gives all buyers together.",
    "file_minutes": "All that was sold since the last file, for example every 60 minutes.",
}

KEPT = (
    "The key, password, token or client secret; for a file drop the password or the private key; for “store only” the "
    "key that you give to the buyer, 24 characters or more. Kept encrypted, acts at once."
)
