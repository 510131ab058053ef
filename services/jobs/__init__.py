"""Durable jobs: start, progress, checkpoint, resume, lease, cancel; and the schedule (design.md section 2)."""

from services.jobs.cooldown import TooEarly
from services.jobs.jobs import Jobs
from services.jobs.kinds import JobKind, JobResult, Timing
from services.jobs.schedule import Upcoming
from services.jobs.work import Stop, Work

__all__ = ["JobKind", "JobResult", "Jobs", "Stop", "Timing", "TooEarly", "Upcoming", "Work"]
