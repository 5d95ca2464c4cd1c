#!/usr/bin/python3
"""rights.py AMQP-URL [ACT NAME [KEY]]…: tries each act, as plain as a client can, and prints what the broker says of it.

Acts: get, consume, purge, delete, declare a queue; bind KEY: to it, what aetherscale.vms gets for KEY; hear KEY: in a queue of our own, what
the exchange gets for KEY; write KEY: to the exchange, or to the queue KEY where NAME is -. Acts are separated by commas.
"""
import sys

import pika
from pika.exceptions import ChannelClosedByBroker


def own(channel):
    return channel.queue_declare('', exclusive=True).method.queue


def write(channel, exchange, key):
    channel.confirm_delivery()
    channel.basic_publish('' if exchange == '-' else exchange, key, b'')


ACTS = {
    'get': lambda channel, name: channel.basic_get(name),
    'consume': lambda channel, name: channel.basic_consume(name, lambda *message: None),
    'purge': lambda channel, name: channel.queue_purge(name),
    'delete': lambda channel, name: channel.queue_delete(name),
    'declare': lambda channel, name: channel.queue_declare(name, durable=True),
    'bind': lambda channel, name, key: channel.queue_bind(name, 'aetherscale.vms', key),
    'hear': lambda channel, name, key: channel.queue_bind(own(channel), name, key),
    'write': write,
}


def main():
    url, *words = sys.argv[1:]
    connection = pika.BlockingConnection(pika.URLParameters(url))
    for act in ' '.join(words).split(','):
        name, *arguments = act.split()
        try:
            ACTS[name](connection.channel(), *arguments)
            print(act.strip(), 'done', flush=True)
        except ChannelClosedByBroker as error:
            print(act.strip(), error.reply_text.split(' ')[0], flush=True)


if __name__ == '__main__':
    main()
