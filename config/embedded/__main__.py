"""`python -m config.embedded run | exec [--durable | --keep] -- COMMAND`."""

import argparse
import sys

from config.embedded import command, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="start all of Sluice with the demo company")
    execute = verbs.add_parser("exec", help="run a command with servers of its own, gone afterwards")
    execute.add_argument("--durable", action="store_true", help="write like production does, for benchmarks")
    execute.add_argument("--keep", action="store_true", help="use the data of `run`, started or not")
    execute.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    if arguments.verb == "run":
        return run.main()
    return command.execute(
        arguments.command, keep=arguments.keep, durable=arguments.durable or arguments.keep
    )


if __name__ == "__main__":
    sys.exit(main())
