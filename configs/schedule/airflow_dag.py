"""A DAG that runs clean-corpus every night. Copy it to the folder of DAGs and change COMMAND.

It calls the command line and not make, which turns every failure into exit code 2.
"""

import subprocess

import pendulum
from airflow.decorators import dag, task
from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException

COMMAND = (
    "/srv/clean-corpus/.venv/bin/clean-corpus",
    "run",
    "--config",
    "/srv/clean-corpus/my.yaml",
    "--output",
    "/srv/corpus",
    "--log",
    "json",
)
BUSY = 6  # another run holds the store: that one does the work
IN_VAIN = {1, 2, 4, 5}  # bug, settings, damage, brake: a person has to look, another try would end the same way


@dag(
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2025, 1, 1, tz="UTC"),
    catchup=False,  # a run reads all that is new, whatever the date
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": pendulum.duration(minutes=15)},
    tags=["clean-corpus"],
)
def clean_corpus() -> None:
    """What is new in the inbox, cleaned and published."""

    @task
    def run() -> None:
        code = subprocess.run(COMMAND, check=False).returncode  # noqa: S603
        if code == BUSY:
            raise AirflowSkipException("another run is at work")
        if code in IN_VAIN:
            raise AirflowFailException(f"exit code {code}: see last_run.json in the store, and docs/nightly.md")
        if code:
            raise AirflowException(f"exit code {code}: will be tried again")

    run()


clean_corpus()
