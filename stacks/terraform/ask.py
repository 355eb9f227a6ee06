"""Asks AWS's API (here: the emulator) by AWS's SDK for Python: `python ask.py ENDPOINT CALLS`.

CALLS is JSON, a list of [service, operation, arguments], such as ["wafv2", "list_web_acls", {"Scope": "REGIONAL"}]. On stdout
are their answers, as JSON, in the same order. What an operation's pages hold is put together.
"""

import json
import sys

import boto3


def ask(client, operation, arguments):
    if client.can_paginate(operation):
        answer = client.get_paginator(operation).paginate(**arguments).build_full_result()
    else:
        answer = getattr(client, operation)(**arguments)
    answer.pop("ResponseMetadata", None)
    return answer


def main(endpoint, calls):
    account = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    clients = {}
    answers = []
    for service, operation, arguments in json.loads(calls):
        if service not in clients:
            clients[service] = boto3.client(service, endpoint_url=endpoint, **account)
        answers.append(ask(clients[service], operation, arguments))
    print(json.dumps(answers, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])
