#!/usr/bin/python3
"""seed.py AMQP-URL [MESSAGE…]: a client of the first protocol. The URL `-` is that in the variable AMQP_URL.

It knows nothing but the queue vm-queue, a reply queue of its own, and a wait of five seconds. Each message is one JSON text; its reply
goes to stdout, one line each, `null` when none came in time.
"""
import json
import os
import sys
import uuid

import pika

COMMAND_QUEUE = 'vm-queue'
SECONDS = 5


class ServerCommunication:
    """Sends commands, and waits for the reply of each."""

    def __init__(self, url, exchange='', reply_to=None, correlate=True):
        self.connection = pika.BlockingConnection(pika.URLParameters(url))
        self.channel = self.connection.channel()
        self.exchange = exchange
        self.correlate = correlate
        self.replies = {}
        self.declare()
        if reply_to is None:
            reply_to = self.channel.queue_declare(queue='', exclusive=True).method.queue
        self.reply_to = reply_to
        self.channel.basic_consume(queue=reply_to, on_message_callback=self.on_reply, auto_ack=True)

    def declare(self):
        if self.exchange:
            self.channel.exchange_declare(exchange=self.exchange, exchange_type='direct')
        else:
            self.channel.queue_declare(queue=COMMAND_QUEUE)

    def on_reply(self, channel, method, properties, body):
        self.replies[properties.correlation_id] = json.loads(body.decode('utf-8'))

    def send(self, message):
        """Sends a message, a dict or a text; returns its correlation id."""
        body = message if isinstance(message, (str, bytes)) else json.dumps(message)
        command = message['command'] if isinstance(message, dict) else json.loads(body)['command'] if self.exchange else ''
        correlation_id = str(uuid.uuid4()) if self.correlate else None
        self.channel.basic_publish(
            exchange=self.exchange,
            routing_key=command if self.exchange else COMMAND_QUEUE,
            properties=pika.BasicProperties(reply_to=self.reply_to, correlation_id=correlation_id),
            body=body)
        return correlation_id

    def receive(self, correlation_id, seconds=SECONDS):
        """The reply, or None when it does not come in time."""
        for _ in range(int(seconds * 20)):
            if correlation_id in self.replies:
                return self.replies.pop(correlation_id)
            self.connection.process_data_events(time_limit=0.05)
        return None

    def ask(self, message):
        return self.receive(self.send(message))


def main():
    url, *messages = sys.argv[1:]
    server = ServerCommunication(os.environ['AMQP_URL'] if url == '-' else url)
    for message in messages:
        print(json.dumps(server.ask(message)), flush=True)


if __name__ == '__main__':
    main()
