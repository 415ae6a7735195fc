"""Writes of deliveries: the drain and its parts, inline delivery, what people do by hand, callbacks."""

from apps.deliveries.services.afterwards.asking import ask_due as status_ask
from apps.deliveries.services.afterwards.copies import send_again as copy_send_again
from apps.deliveries.services.afterwards.copies import send_due as copies_send
from apps.deliveries.services.afterwards.file_drops import send_again as file_send_again
from apps.deliveries.services.afterwards.file_drops import send_due as files_send
from apps.deliveries.services.afterwards.stored import export as stored_csv
from apps.deliveries.services.corrections.by_hand import resolve_unknown
from apps.deliveries.services.corrections.quarantine import give_up, try_again
from apps.deliveries.services.corrections.reclassify import reclassify
from apps.deliveries.services.corrections.redelivery import (
    SWITCHES,
    Prospects,
    prospects,
    redeliver,
    redeliver_many,
)
from apps.deliveries.services.corrections.redelivery import go_on as redeliveries_go_on
from apps.deliveries.services.corrections.rereading import Backtest, Reread, backtest, opened_answer
from apps.deliveries.services.drift.drifting import item_close as drift_close
from apps.deliveries.services.drift.unread import watch as unread_watch
from apps.deliveries.services.endpoint.breakers import reset as breaker_reset
from apps.deliveries.services.endpoint.tokens import renew as tokens_renew
from apps.deliveries.services.journey.awarding import await_auction as delivery_await
from apps.deliveries.services.journey.awarding import begin as delivery_begin
from apps.deliveries.services.journey.awarding import close as delivery_close
from apps.deliveries.services.journey.awarding import waits as delivery_waits
from apps.deliveries.services.journey.callbacks import expect as callback_expect
from apps.deliveries.services.journey.callbacks import send_due as callbacks_send
from apps.deliveries.services.journey.draining import Report, drain
from apps.deliveries.services.journey.inline import DeliveryState, deliver_now, state_of
from apps.deliveries.services.journey.sweeping import Swept, sweep
from apps.deliveries.services.partitions import ahead as partitions_ahead
from apps.deliveries.services.retention import forget as retention_forget
from apps.deliveries.services.testing import endpoint_test
from apps.deliveries.services.testing.canaries import run as canaries_run

__all__ = [
    "SWITCHES",
    "Backtest",
    "DeliveryState",
    "Prospects",
    "Report",
    "Reread",
    "Swept",
    "backtest",
    "breaker_reset",
    "callback_expect",
    "callbacks_send",
    "canaries_run",
    "copies_send",
    "copy_send_again",
    "deliver_now",
    "delivery_await",
    "delivery_begin",
    "delivery_close",
    "delivery_waits",
    "drain",
    "drift_close",
    "endpoint_test",
    "file_send_again",
    "files_send",
    "give_up",
    "opened_answer",
    "partitions_ahead",
    "prospects",
    "reclassify",
    "redeliver",
    "redeliver_many",
    "redeliveries_go_on",
    "resolve_unknown",
    "retention_forget",
    "state_of",
    "status_ask",
    "stored_csv",
    "sweep",
    "tokens_renew",
    "try_again",
    "unread_watch",
]
