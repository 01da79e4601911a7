"""The files for other schedulers are what they say: no overlap, the command line, its exit codes."""

import subprocess
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml

from pipeline.cli import _parser
from tests.helpers import ROOT


def test_the_cron_job_never_overlaps_and_gives_up_where_trying_again_is_in_vain() -> None:
    job = yaml.safe_load((ROOT / "configs" / "schedule" / "kubernetes.yaml").read_text(encoding="utf-8"))
    assert (job["kind"], job["spec"]["concurrencyPolicy"]) == ("CronJob", "Forbid")
    spec = job["spec"]["jobTemplate"]["spec"]
    assert spec["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"] == [1, 2, 4, 5, 6]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    parsed = _parser().parse_args(container["command"][1:])
    assert (parsed.output, parsed.log, parsed.paths) == ("/corpus", "json", ["/inbox"])
    assert container["name"] == spec["podFailurePolicy"]["rules"][0]["onExitCodes"]["containerName"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert pod["restartPolicy"] == "Never"  # what podFailurePolicy asks for


def test_the_dag_calls_the_command_line_and_knows_its_exit_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an Airflow of a few lines: decorators that call, and the three exceptions."""
    asked: dict[str, object] = {}

    def dag(**how: object) -> Callable[[Callable[[], None]], Callable[[], None]]:
        asked.update(how)
        return lambda function: function

    airflow = {name: type(name, (Exception,), {}) for name in ("Exception", "FailException", "SkipException")}
    exceptions = ModuleType("airflow.exceptions")
    vars(exceptions).update({f"Airflow{name}": kind for name, kind in airflow.items()})
    decorators = ModuleType("airflow.decorators")
    vars(decorators).update({"dag": dag, "task": lambda function: function})
    pendulum = ModuleType("pendulum")
    vars(pendulum).update({"datetime": lambda *_, **__: None, "duration": lambda **_: None})
    for module in (ModuleType("airflow"), decorators, exceptions, pendulum):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    code = compile((ROOT / "configs" / "schedule" / "airflow_dag.py").read_text(encoding="utf-8"), "dag", "exec")
    ended = {0: None, 1: "Fail", 2: "Fail", 3: "", 4: "Fail", 5: "Fail", 6: "Skip", 7: "", -9: ""}
    for number, kind in ended.items():
        monkeypatch.setattr(subprocess, "run", lambda words, number=number, **_: SimpleNamespace(returncode=number))
        space: dict[str, Any] = {"__name__": "dag"}
        if kind is None:
            exec(code, space)
        else:
            with pytest.raises(airflow[f"{kind}Exception"]):
                exec(code, space)
    assert (asked["max_active_runs"], asked["catchup"]) == (1, False)
    parsed = _parser().parse_args(space["COMMAND"][1:])
    assert (parsed.log, parsed.output) == ("json", "/srv/corpus")
