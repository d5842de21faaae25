"""The same work on a real local Ray cluster of several nodes, with a worker killed in the middle."""

import json
import os
import signal

import gallop
import pytest
from gallop import benchmark

ray = pytest.importorskip("ray", reason="Ray is not installed; pip install gallop[ray]")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    from conftest import moving_square

    tmp = tmp_path_factory.mktemp("ray")
    suite, videos = tmp / "suite.json", tmp / "videos"
    videos.mkdir()
    body = {
        "schema": "gallop/suite-v1",
        "name": "own",
        "samples": 4,
        "dimensions": ["sharpness", "flow_smoothness", "temporal_flickering"],
        "records": [{"prompt": f"clip {n}"} for n in range(8)],
    }
    suite.write_text(json.dumps(body))
    for number in range(8):
        for sample in range(4):
            gallop.write_video(
                videos / f"clip {number}-{sample}.mp4",
                gallop.Video(moving_square(10 + number + sample, 96, 128), fps=8.0),
                preset="ultrafast",
            )
    loaded = benchmark.load_suite(suite)
    whole = benchmark.run_suite(loaded, videos, run=tmp / "whole", device="cpu")
    return tmp, loaded, videos, {file.name: file.read_bytes() for file in (tmp / "whole/results").iterdir()}, whole


@pytest.fixture(scope="module")
def cluster():
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "object_store_memory": 80_000_000, "include_dashboard": False})
    for _ in range(2):
        nodes.add_node(num_cpus=2, object_store_memory=80_000_000)
    ray.init(address=nodes.address, log_to_driver=False, configure_logging=False)
    yield nodes
    ray.shutdown()
    nodes.shutdown()


def bytes_of(folder):
    return {file.name: file.read_bytes() for file in (folder / "results").iterdir()}


def test_three_nodes_give_the_bytes_of_one_process(world, cluster):
    from gallop.benchmark.on_ray import run_on_ray

    tmp, suite, videos, whole, _ = world
    assert len([node for node in ray.nodes() if node["Alive"]]) == 3
    results = run_on_ray(suite, benchmark.plan_for(videos, run=tmp / "nodes", device="cpu"), workers=3)
    assert results.complete
    assert bytes_of(tmp / "nodes") == whole


def test_a_killed_worker_is_replaced(world, cluster, monkeypatch):
    from gallop.benchmark import on_ray

    tmp, suite, videos, whole, _ = world
    killed, crews, drain = [], [], on_ray._drain

    def watched(ray_module, crew, *rest):
        crews.append([ray.get(actor.process.remote()) for actor in crew.held])
        return drain(ray_module, crew, *rest)

    def kill_one(progress):
        if progress.done >= 8 and not killed:
            os.kill(crews[0][0], signal.SIGKILL)
            killed.append(crews[0][0])

    monkeypatch.setattr(on_ray, "_drain", watched)
    results = on_ray.run_on_ray(suite, benchmark.plan_for(videos, run=tmp / "killed", device="cpu"), workers=3, on_progress=kill_one)
    assert killed and results.complete
    assert bytes_of(tmp / "killed") == whole


def test_a_stopped_run_goes_on(world, cluster):
    from gallop.benchmark.on_ray import run_on_ray

    tmp, suite, videos, whole, _ = world
    plan = benchmark.plan_for(videos, run=tmp / "stopped", device="cpu")
    with pytest.raises(gallop.Cancelled):
        run_on_ray(suite, plan, workers=2, on_progress=lambda progress: progress.done < 5)
    seen = []
    results = run_on_ray(suite, plan, workers=2, on_progress=lambda progress: seen.append(progress.done))
    assert seen[0] >= 5 and results.complete
    assert bytes_of(tmp / "stopped") == whole
