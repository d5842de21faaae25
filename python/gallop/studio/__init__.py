"""Making the clips of a suite: with a model, through a hosted service, or by adopting clips made elsewhere.

>>> from gallop import benchmark, studio
>>> suite = benchmark.load_suite("pony")
>>> studio.sample_suite(suite, studio.PipelineMaker("models/wan2.1-t2v-1.3b"), "videos/")   # resumes
"""

from gallop.studio import jobs
from gallop.studio.adopting import adopt_clips, read_mapping
from gallop.studio.jobs import HostedJobs, JobLimits, Provider
from gallop.studio.manifest import Manifest
from gallop.studio.sampling import Maker, PipelineMaker, Sampled, planned_clips, sample_suite, seed_of

__all__ = [
    "HostedJobs",
    "JobLimits",
    "Maker",
    "Manifest",
    "PipelineMaker",
    "Provider",
    "Sampled",
    "adopt_clips",
    "jobs",
    "planned_clips",
    "read_mapping",
    "sample_suite",
    "seed_of",
]
