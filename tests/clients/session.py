#!/usr/bin/python3
"""session.py AMQP-URL vm-queue|computing|direct IMAGE: creates, lists, stops, starts and deletes a VM.

By the first protocol's queue, by the later one's exchange, or by the queue with RabbitMQ's direct reply-to. Prints one status a line.
"""
import sys
import time

from seed import ServerCommunication

LAYOUTS = {
    'vm-queue': {},
    'computing': {'exchange': 'computing'},
    'direct': {'reply_to': 'amq.rabbitmq.reply-to'},
    'no-correlation-id': {'correlate': False},
}


def main():
    url, layout, image = sys.argv[1:]
    server = ServerCommunication(url, **LAYOUTS[layout])

    def ask(command, **options):
        message = {'command': command}
        if options:
            message['options'] = {name.replace('_', '-'): value for name, value in options.items()}
        reply = server.ask(message)
        if reply is None or reply['execution-info']['status'] != 'success':
            sys.exit(f'{command}: {reply}')
        return reply['response']

    vm = ask('create-vm', image=image)
    print('create-vm', vm['status'])
    vm_id = vm['vm-id']

    def listed():
        print('list-vms', [other['status'] for other in ask('list-vms') if other['vm-id'] == vm_id])

    listed()
    time.sleep(1)  # the guest boots: it could not hear a power button before
    print('stop-vm', ask('stop-vm', vm_id=vm_id)['status'])
    listed()
    print('start-vm', ask('start-vm', vm_id=vm_id)['status'])
    listed()
    print('delete-vm', ask('delete-vm', vm_id=vm_id)['status'])
    listed()


if __name__ == '__main__':
    main()
