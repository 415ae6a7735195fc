"""PostgreSQL and Valkey for a machine that has neither: found in wheels or on the system, started, watched, stopped.

For development, demo, tests and benchmarks; never for production. Imports no Django.

`python -m config.embedded run` starts the whole of Sluice; `python -m config.embedded exec -- COMMAND` runs one
command with servers up. `servers.running` is the same for Python code.
"""
