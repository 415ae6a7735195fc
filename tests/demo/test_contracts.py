"""Every documented example of every demo campaign through the API: nothing on a page disagrees with it."""

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from apps.demo.services import company_load
from apps.engine.contract import openapi
from apps.sources.models import InstructionLink
from apps.sources.selectors import live_credentials
from tests.posting_instructions.contracts import Sending, assert_answered, cases, contract_of

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.django_db
def test_the_demo_answers_as_its_instructions_say(client: Client) -> None:
    company = company_load(simulator=NOWHERE).company
    links = list(InstructionLink.objects.filter(terms__source__company=company))
    assert {link.terms.campaign_id for link in links} == {each.pk for each in company.campaigns.all()}
    walked = 0
    for link in links:
        contract = contract_of(link)
        sending = Sending(client, contract, next(iter(live_credentials(link.terms))).key)
        described = openapi(contract)
        for call, case in cases(contract):
            status, answer = sending.send(call, case.body)
            assert_answered(call, case, status, answer)
            responses = described["paths"][call.path]["post"]["responses"]
            schema = responses[str(status)]["content"]["application/json"]["schema"]
            form = Draft202012Validator({**schema, "components": described["components"]})
            assert [error.message for error in form.iter_errors(answer)] == [], (link, case.title)
            walked += 1
    assert walked > 100
