"""Measures aetherscale beside its peers, as the user of the bench: run.sh sets up what it needs, and calls it."""

import argparse
import os
import signal
import sys
import time

import machine
import report
from goals import GOALS
from peers.libvirt import Libvirt
from peers.ours import Ours
from peers.processes import Failed
from peers.unit import read_command
from samples import Samples
from workloads import AT_ONCE, MANY, Workloads

MEMORY_MIB = 128

# Measures by workload, in the order in which they are run, with the usual rounds and those of --quick.
WORKLOADS = {
    "version": (["version"], 40, 5),
    "create": (["create"], 40, 5),
    "life": (["create-cli", "kill-cli"], 20, 3),
    "create_many": (["create-many"], 5, 1),
    "list": (["list-cli"], 20, 3),
}


def main():
    options = parse()
    # A SIGTERM ends it as Ctrl-C does: what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    goals = [goal for goal in GOALS if not options.only or goal.number in options.only]
    samples = Samples()
    before, began = machine.busy(), time.monotonic()
    ours = Ours(options.programs, options.image, MEMORY_MIB)
    base = f"{ours.data}/images/{options.image}.qcow2"
    with Libvirt(f"{options.folder}/libvirt", base, MEMORY_MIB) as libvirt:
        workloads = Workloads(samples, ours, libvirt, options.folder)
        argv, _ = read_command(ours.where_is("model").unit)
        for name, (measures, usual, quick) in WORKLOADS.items():
            if any(goal.measure in measures for goal in goals):
                rounds = options.rounds or (quick if options.quick else usual)
                print(f"==> measuring {', '.join(measures)}: {rounds} rounds", flush=True)
                getattr(workloads, name)(rounds)
    facts = [
        ("commit", options.commit),
        *machine.describe(argv[argv.index("-accel") + 1]),
        ("guest", f"{options.image}, {MEMORY_MIB} MiB, 1 virtual CPU"),
        ("load and CPU in use before", before),
        ("after", machine.busy()),
        ("took", f"{time.monotonic() - began:.0f} s{', quick' if options.quick else ''}"),
    ]
    text = report.table(goals, samples, {"at_once": AT_ONCE, "many": MANY})
    text += "\n\n| | |\n|---|---|\n" + "\n".join(f"| {what} | {value} |" for what, value in facts)
    samples.write(f"{options.folder}/samples.jsonl")
    with open(f"{options.folder}/results.md", "w", encoding="utf-8") as file:
        file.write(text + "\n")


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", required=True, help="folder of aetherscale-cli")
    parser.add_argument("--folder", required=True, help="an empty folder for all that is made")
    parser.add_argument("--image", required=True)
    parser.add_argument("--commit", required=True)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", type=lambda text: [int(number) for number in text.split(",")])
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    unknown = set(options.only or []) - {goal.number for goal in GOALS}
    if unknown:
        parser.error(f"there is no goal {unknown.pop()}: there are {', '.join(sorted({str(goal.number) for goal in GOALS}, key=int))}")
    return options


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"error: {failed}")
    except KeyboardInterrupt:
        sys.exit(130)
