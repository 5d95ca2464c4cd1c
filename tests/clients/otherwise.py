#!/usr/bin/python3
"""otherwise.py AMQP-URL: declares the queues and the exchange before the daemon does, and otherwise."""
import sys

import pika


def main():
    connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
    channel = connection.channel()
    channel.queue_declare(queue='vm-queue', durable=True)
    channel.queue_declare(queue='computing-competing', arguments={'x-max-length': 1000})
    channel.exchange_declare(exchange='computing', exchange_type='direct', durable=True)
    connection.close()


if __name__ == '__main__':
    main()
