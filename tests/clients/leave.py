#!/usr/bin/python3
"""leave.py AMQP-URL vm-queue|direct|no-reply MESSAGE: sends a message, and is gone before the reply comes."""
import sys

import pika

from seed import COMMAND_QUEUE, ServerCommunication


def main():
    url, layout, message = sys.argv[1:]
    if layout == 'no-reply':
        connection = pika.BlockingConnection(pika.URLParameters(url))
        connection.channel().basic_publish(exchange='', routing_key=COMMAND_QUEUE, body=message)
        connection.close()
        return
    server = ServerCommunication(url, reply_to='amq.rabbitmq.reply-to' if layout == 'direct' else None)
    server.send(message)
    server.connection.close()


if __name__ == '__main__':
    main()
