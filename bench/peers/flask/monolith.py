"""A peer for bench/orders.ts: the workshop's monolith as its text describes it, on Flask. Written for this benchmark.

An order is gathered (iridium, then magnesite), then fulfilled through the API with the API key. Pacing is off.
"""
import json
import os

import requests
from flask import Flask, request

app = Flask(__name__)
ENDPOINT = os.environ["FULFILLMENT_API_ENDPOINT"]
API_KEY = os.environ["FULFILLMENT_API_KEY"]


def gather(resource):
    print("Getting %s" % resource, flush=True)
    return True


def fulfill(items):
    print("Trying to send a request to the API", flush=True)
    answer = requests.post(ENDPOINT + "/orders", json=items, headers={"x-api-key": API_KEY}, timeout=5)
    print("API Status Code: %d" % answer.status_code, flush=True)
    return answer.status_code == 200


@app.route("/")
def health():
    return "OK"


@app.route("/order/", methods=["POST"])
def order():
    envelope = json.loads(request.get_data())
    message = envelope["Message"]
    if isinstance(message, str):
        message = json.loads(message)
    if "bundle" not in message:
        return "no bundle", 400
    print("Gathering Requested Items", flush=True)
    if gather("Iridium") and gather("Magnesite") and fulfill({"bundle": message["bundle"]}):
        print("Bundle fulfilled", flush=True)
        return "Your order has been fulfilled"
    return "not fulfilled", 502


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ["PORT"]), threaded=True)
