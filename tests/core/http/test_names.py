"""Names: looked up once, vetted each time, and never dialled where the guard says no."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from apps.core.http import Door, DoorConfig
from apps.engine.outbound import TransportError
from tests.core.http.conftest import OpenDoor, post
from tests.core.http.servers import ok, serving

PUBLIC = "93.184.216.34"


class Scripted:
    """A resolver that gives one answer after the other, the last for ever, and counts how often it is asked."""

    def __init__(self, *answers: list[str] | OSError) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str) -> list[str]:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        await asyncio.sleep(0)
        if isinstance(answer, OSError):
            raise answer
        return answer


@pytest.fixture
def door_with() -> Callable[..., Door]:
    doors: list[Door] = []

    def build(resolve: Callable[[str], Awaitable[list[str]]], **settings: object) -> Door:
        config = DoorConfig(**{"allow_networks": ("127.0.0.1/32",), **settings})
        doors.append(Door(config, resolve=resolve))
        return doors[-1]

    yield build
    for door in doors:
        door.close()


def test_the_name_is_dialled_at_its_address_and_told_as_host(open_door: OpenDoor) -> None:
    door = open_door(names={"buyer.example": ["127.0.0.1"]})
    with serving(ok) as server:
        assert door.send(post(server.url(host="Buyer.Example"))).status == 200
    assert f"Host: buyer.example:{server.port}".lower().encode() in server.requests[0].lower()


def test_a_name_without_address_sends_nothing(open_door: OpenDoor) -> None:
    door = open_door(names={})
    answer = door.send(post("http://nowhere.example/"))
    assert (answer.error, answer.sent) == (TransportError.DNS_ERROR, False)


@pytest.mark.parametrize("answer", [[], OSError("servfail")])
def test_an_empty_or_failed_look_up_is_a_dns_error(door_with: Callable[..., Door], answer: object) -> None:
    assert door_with(Scripted(answer)).send(post("http://buyer.example/")).error == TransportError.DNS_ERROR


def test_a_resolver_that_fails_in_its_own_way_is_a_dns_error_and_is_logged(
    door_with: Callable[..., Door], caplog: pytest.LogCaptureFixture
) -> None:
    answer = door_with(Scripted(["no address at all"])).send(post("http://buyer.example/"))
    assert (answer.error, answer.sent) == (TransportError.DNS_ERROR, False)
    assert "in an unknown way" in caplog.text


def test_the_systems_own_resolver_knows_what_does_not_exist(door: Door) -> None:
    answer = door.send(post("http://does-not-exist.invalid/"))
    assert (answer.error, answer.sent) == (TransportError.DNS_ERROR, False)


def test_a_look_up_that_hangs_ends_at_the_deadline_and_holds_up_nobody_else(
    door_with: Callable[..., Door],
) -> None:
    async def resolve(host: str) -> list[str]:
        if host == "hangs.example":
            await asyncio.sleep(60)
        return ["127.0.0.1"]

    door = door_with(resolve)
    with serving(ok) as server:
        hanging = [post(server.url(host="hangs.example"), timeout_ms=1_500) for _ in range(20)]
        answers = door.send_all([*hanging, post(server.url(host="other.example"))], deadline_ms=1_500)
    assert {answer.error for answer in answers[:-1]} == {TransportError.DNS_ERROR}
    assert {answer.sent for answer in answers[:-1]} == {False}
    assert answers[-1].status == 200


def test_a_look_up_goes_on_for_others_when_one_asker_runs_out_of_time(door_with: Callable[..., Door]) -> None:
    impatient_is_gone = asyncio.Event()

    async def resolve(host: str) -> list[str]:
        await impatient_is_gone.wait()
        return ["127.0.0.1"]

    door = door_with(resolve)
    with serving(ok) as server:
        url = server.url(host="buyer.example")
        answers = door.send_each([post(url, timeout_ms=5_000), post(url, timeout_ms=100)])
        index, impatient = next(answers)
        assert (index, impatient.error) == (1, TransportError.DNS_ERROR)
        door._loop.call_soon_threadsafe(impatient_is_gone.set)
        assert next(answers)[1].status == 200


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.2"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["fe80::1%eth0"],
        ["::ffff:127.0.0.1"],
        ["127.0.0.1", "10.0.0.1"],
        [PUBLIC, "127.0.0.2"],
        ["127.0.0.1", "::1"],
    ],
)
def test_a_name_with_any_refused_address_is_refused_whole(
    door_with: Callable[..., Door], addresses: list[str]
) -> None:
    with serving(ok) as server, serving(ok, host="127.0.0.2") as other:
        door = door_with(Scripted(addresses))
        for target in (server, other):
            answer = door.send(post(target.url(host="buyer.example")))
            assert (answer.error, answer.sent) == (TransportError.ADDRESS_REFUSED, False)
    assert (server.connections, other.connections) == (0, 0)


def test_a_refused_literal_gets_no_packet(door_with: Callable[..., Door]) -> None:
    resolver = Scripted(["127.0.0.1"])
    with serving(ok, host="127.0.0.2") as server:
        for url in (server.url(), server.url(host="2130706434"), server.url(host="127.2")):
            answer = door_with(resolver).send(post(url))
            assert (answer.error, answer.sent) == (TransportError.ADDRESS_REFUSED, False)
    assert (server.connections, resolver.asked) == (0, 0)


def test_a_name_is_looked_up_once_while_its_answer_is_fresh(door_with: Callable[..., Door]) -> None:
    resolver = Scripted(["127.0.0.1"])
    door = door_with(resolver)
    with serving(ok) as server:
        answers = door.send_all([post(server.url(host="buyer.example")) for _ in range(20)])
        answers += [door.send(post(server.url(host="buyer.example"))) for _ in range(3)]
    assert {answer.status for answer in answers} == {200}
    assert resolver.asked == 1


def test_a_kept_connection_is_not_used_once_its_name_points_inside(door_with: Callable[..., Door]) -> None:
    resolver = Scripted(["127.0.0.1"], ["127.0.0.2"])
    door = door_with(resolver, dns_ttl_s=0)
    with serving(ok) as server:
        assert door.send(post(server.url(host="buyer.example"))).status == 200
        answer = door.send(post(server.url(host="buyer.example")))
        assert (answer.error, answer.sent) == (TransportError.ADDRESS_REFUSED, False)
        assert len(server.requests) == 1


def test_a_name_that_comes_back_from_inside_may_be_called_again(door_with: Callable[..., Door]) -> None:
    door = door_with(Scripted(["127.0.0.2"], OSError("timeout"), ["127.0.0.1"]), dns_ttl_s=60)
    with serving(ok) as server:
        answers = [door.send(post(server.url(host="buyer.example"))) for _ in range(3)]
    assert [answer.error for answer in answers] == [
        TransportError.ADDRESS_REFUSED,
        TransportError.DNS_ERROR,
        None,
    ]


def test_the_other_address_is_tried_when_the_first_does_not_answer(door_with: Callable[..., Door]) -> None:
    door = door_with(Scripted(["127.0.0.9", "127.0.0.1"]), allow_networks=("127.0.0.0/8",))
    with serving(ok) as server:
        assert door.send(post(server.url(host="buyer.example"))).status == 200


def test_a_port_of_another_service_is_refused_at_connect_time_too(open_door: OpenDoor) -> None:
    door = open_door(names={"buyer.example": [PUBLIC]})
    answer = door.send(post("http://buyer.example:6379/"))
    assert (answer.error, answer.sent) == (TransportError.ADDRESS_REFUSED, False)
    assert answer.error_detail == "Port 6379 belongs to another service than HTTP."
