"""Runs on real clips that are killed and resumed end with the files and the page of an undisturbed run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def kill(tmp_path, shared, moments, seed):
    program = Path(__file__).with_name("killing.py")
    command = [sys.executable, str(program), str(tmp_path), str(shared / "data/videos/real"), str(moments), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_killed_a_few_times(tmp_path, shared):
    tally = kill(tmp_path, shared, 3, 1)
    assert tally["killed"] >= 3 and tally["most_repeated"] <= 1


@pytest.mark.slow
def test_killed_two_hundred_times(tmp_path, shared):
    tally = kill(tmp_path, shared, 200, 2)
    print(tally)
    assert tally["killed"] >= 200 and tally["after_first"] >= 160 and tally["most_repeated"] <= 1
