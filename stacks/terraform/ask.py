"""Asks AWS's API (here: the emulator) by AWS's SDK for Python: `python ask.py ENDPOINT`, as long as its input goes on.

Each line of the input is JSON, a list of [service, operation, arguments], such as ["wafv2", "list_web_acls", {"Scope":
"REGIONAL"}]. On stdout a line tells their `answers`, in the same order, or why one was `refused`: then those after it were not
asked. What an operation's pages hold is put together.
"""

import json
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def ask(client, operation, arguments):
    if client.can_paginate(operation):
        answer = client.get_paginator(operation).paginate(**arguments).build_full_result()
    else:
        answer = getattr(client, operation)(**arguments)
    answer.pop("ResponseMetadata", None)
    return answer


def main(endpoint):
    account = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    clients = {}

    def client(service):
        if service not in clients:
            clients[service] = boto3.client(service, endpoint_url=endpoint, **account)
        return clients[service]

    for line in sys.stdin:
        try:
            told = {"answers": [ask(client(service), *call) for service, *call in json.loads(line)]}
        except (BotoCoreError, ClientError) as error:
            told = {"refused": str(error)}
        print(json.dumps(told, default=str), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
