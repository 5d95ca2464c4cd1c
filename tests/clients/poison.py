#!/usr/bin/python3
"""poison.py AMQP-URL QUEUE…: sends a message that RabbitMQ takes and AMQP libraries cannot read, then a good one, to each queue.

Prints how many of the good ones were answered.
"""
import decimal
import sys
import time

import pika

from seed import ServerCommunication

SECONDS = 30
UNREADABLE = [
    {'headers': {'x': decimal.Decimal(1).scaleb(-100)}},
    {'headers': {'x': {'deeper': [decimal.Decimal(7).scaleb(-255)]}}},
]


def main():
    url, *queues = sys.argv[1:]
    server = ServerCommunication(url)
    sent = 0
    for queue in queues:
        for properties in UNREADABLE:
            server.channel.basic_publish(exchange='', routing_key=queue, properties=pika.BasicProperties(**properties), body='{}')
            server.channel.basic_publish(
                exchange='', routing_key=queue, body='{"command": "list-vms"}',
                properties=pika.BasicProperties(reply_to=server.reply_to, correlation_id=str(sent)))
            sent += 1
    end = time.monotonic() + SECONDS
    while len(server.replies) < sent and time.monotonic() < end:
        server.connection.process_data_events(time_limit=0.2)
    print('answered', len(server.replies))


if __name__ == '__main__':
    main()
