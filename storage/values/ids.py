"""The ids that must not be mixed, and what a stored JSON document is."""

from __future__ import annotations

from typing import Any, NewType

UserId = NewType("UserId", str)
"""A user's UUID, lower case."""
RecordPk = NewType("RecordPk", int)
"""The library's own 64-bit key of a record; the wire knows only ``record_id`` (UUID)."""
ReleaseId = NewType("ReleaseId", int)
"""A Discogs release id."""
InstanceId = NewType("InstanceId", int)
"""A Discogs collection instance id (passes 2^31)."""
WantPk = NewType("WantPk", int)
"""The library's own 64-bit key of a wanted release."""
Document = dict[str, Any]
"""A JSON object as stored: job parameters, progress, checkpoints, activity details."""
