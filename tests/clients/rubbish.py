#!/usr/bin/python3
"""rubbish.py AMQP-URL: sends what is no good command, each with a good one after it.

Prints the code of each reply (`-` for none, `ok` for success), and at the end how many of the good ones were answered.
"""
import sys

import pika

from seed import COMMAND_QUEUE, ServerCommunication

GOOD = '{"command": "list-vms"}'
BODIES = [
    b'',
    b'not JSON',
    b'\xff\xfe\x00',
    b'[]',
    b'{}',
    b'{"command": 5}',
    b'{"command": "dance"}',
    b'{"command": "list-vms", "more": 1}',
    b'{"command": "list-vms", "command": "list-vms"}',
    b'[' * 20000,
    b'{"command": "list-vms", "options": {"x": "' + b'y' * (2 * 1024 * 1024) + b'"}}',
]
PROPERTIES = [
    {'content_type': 'image/png'},
    {'content_type': 'application/json', 'content_encoding': 'gzip'},
    {'headers': {'deep': {'deeper': [1, None, True, {'x': b'\x00'}]}}},
    {'message_id': 'has spaces and \u00e4', 'app_id': '\x1b[2J', 'type': 'x' * 255},
    {'priority': 255, 'delivery_mode': 2, 'timestamp': 2 ** 63 - 1},
]
NOWHERE = ['nobody-listens-here', 'amq.rabbitmq.reply-to.garbage', 'amq.rabbitmq.reply-to.', 'x' * 255, '\x00']


def main():
    server = ServerCommunication(sys.argv[1])
    answered = 0

    def publish(body, **properties):
        server.channel.basic_publish(
            exchange='', routing_key=COMMAND_QUEUE, properties=pika.BasicProperties(**properties), body=body)

    def tell(reply):
        nonlocal answered
        info = reply['execution-info'] if reply else {}
        print({'success': 'ok', 'error': info.get('code')}.get(info.get('status'), '-'))
        answered += server.ask(GOOD) is not None

    for body in BODIES:
        publish(body)  # and nobody to tell
        tell(server.ask(body))
    for number, properties in enumerate(PROPERTIES):
        publish(GOOD, reply_to=server.reply_to, correlation_id=str(number), **properties)
        tell(server.receive(str(number)))
    for reply_to in NOWHERE:
        publish(GOOD, reply_to=reply_to)
        tell(None)
    print('answered', answered)


if __name__ == '__main__':
    main()
