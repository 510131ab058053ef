"""The shapes under ``/api/export`` (records-contract.md section 2), snake_case on the wire."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from services.discogs.export import Action, Export, ExportRequest, ExportResult, ListingTerms
from services.discogs.export.request import LONGEST_COMMENTS, MOST_ITEMS
from services.discogs.market_models import HIGHEST_PRICE, Condition, SleeveCondition, checked_price
from services.errors import InvalidInput
from services.rest.hints import over_rest
from services.rest.wire import LARGEST_ID, RecordId, ReleaseText, Words
from storage.exports import OPEN
from storage.values import ExportState, ExportTarget, JobState

State = Literal["running", "completed", "failed", "cancelled"]
_STATES: dict[JobState, State] = {
    JobState.DONE: "completed",
    JobState.PARTIAL: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}
"""As ``/api/sync`` puts it; whatever is still active is running."""


def _price(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise PydanticCustomError("price", "Input should be a number above zero with at most two decimals")
    try:
        return checked_price(Decimal(str(value)))
    except (InvalidInput, InvalidOperation) as error:
        raise PydanticCustomError("price", "Input should be a number above zero with at most two decimals") from error


PriceNumber = Annotated[
    Decimal,
    BeforeValidator(_price),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": int(HIGHEST_PRICE)}),
]
"""An amount in the seller's currency."""


class ListingOrder(BaseModel):
    """How the releases are offered on the marketplace."""

    condition: Condition
    price: PriceNumber = Field(description="In the seller's own currency; at most two decimals.")
    sleeve_condition: SleeveCondition = SleeveCondition.NOT_GRADED
    status: Literal["Draft", "For Sale"] = Field(default="Draft", description="`For Sale` offers it at once.")
    comments: Annotated[Words, Field(max_length=LONGEST_COMMENTS)] = Field(default="", description="Public.")

    def terms(self) -> ListingTerms:
        """What the export takes."""
        return ListingTerms(self.condition.value, self.price, self.sleeve_condition.value, self.status, self.comments)


class ExportOrder(BaseModel):
    """What to send where: `discogs_ids` or `record_ids` (or both) with a `target`, or an earlier export to retry."""

    target: ExportTarget | None = Field(default=None, description="Needed, unless `retry_of` says it.")
    discogs_ids: Annotated[list[ReleaseText], Field(max_length=MOST_ITEMS)] | None = None
    record_ids: Annotated[list[RecordId], Field(max_length=MOST_ITEMS)] | None = None
    folder_id: Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)] | None = Field(
        default=None, description="`collection`: the folder to add to; default 1, “Uncategorized”."
    )
    listing: ListingOrder | None = Field(default=None, description="`marketplace`: needed.")
    remove_from_wantlist: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="`collection`: take off the wantlist what was added."
    )
    retry_of: RecordId | None = Field(
        default=None, description="Go on with what this earlier export did not get through; alone."
    )

    def request(self) -> ExportRequest:
        """What the export takes. Raises :class:`InvalidInput` where there is no target."""
        if self.target is None:
            raise InvalidInput("target", "Say where to export to.", "collection, wantlist or marketplace.")
        return ExportRequest(
            self.target,
            tuple(self.discogs_ids or ()),
            tuple(self.record_ids or ()),
            self.folder_id,
            self.listing.terms() if self.listing else None,
            self.remove_from_wantlist,
        )

    def retried(self) -> str | None:
        """The export to retry, if that is asked. Raises :class:`InvalidInput` if something else is asked as well."""
        others = (self.target, self.discogs_ids, self.record_ids, self.folder_id, self.listing)
        if self.retry_of is not None and (self.remove_from_wantlist or any(each is not None for each in others)):
            raise InvalidInput(
                "retry_of", "A retry goes on with what was asked for then.", "Send retry_of without anything else."
            )
        return self.retry_of


class ResultShape(BaseModel):
    """What became of one item so far."""

    discogs_id: int
    title: str
    success: bool | None = Field(
        default=None, description="It was sent (or taken back); false with an `error` if not, absent while it is open."
    )
    state: ExportState = Field(description="`sending`: it is on its way, or it is not known whether it arrived.")
    error: str | None = Field(default=None, description="Why it was skipped or failed.")
    can_be_undone: bool
    undone_at: datetime | None = None

    @classmethod
    def of(cls, result: ExportResult) -> Self:
        """The result as it travels."""
        return cls.model_construct(
            discogs_id=result.release_id,
            title=result.title,
            success=None if result.state in OPEN else result.state is ExportState.SENT,
            state=result.state,
            error=over_rest(result.reason) if result.reason else None,
            can_be_undone=result.can_be_undone,
            undone_at=datetime.fromisoformat(result.undone_at) if result.undone_at else None,
        )


class ExportAnswer(BaseModel):
    """An export as it stands: `total` is `successful` + `skipped` + `failed` + `pending`."""

    export_id: str
    status: State
    action: Action = Field(description="`undo` takes back what the export `undo_of` sent.")
    target: ExportTarget
    total: int
    successful: int
    failed: int
    skipped: int = Field(description="Needed nothing: it was there already, or not any more.")
    pending: int
    can_be_undone: int = Field(description="How many items an undo would take back.")
    resumes_at: datetime | None = Field(default=None, description="It waits for a limit of Discogs until then.")
    error: str | None = Field(default=None, description="Why it failed as a whole.")
    retry_of: str | None = None
    retried_as: str | None = Field(default=None, description="The export that goes on with what this one left.")
    undo_of: str | None = None
    created_at: datetime
    finished_at: datetime | None = None
    results: list[ResultShape] | None = Field(default=None, description="A page of the items, in their order.")

    @classmethod
    def of(cls, export: Export, *, with_results: bool = True) -> Self:
        """The export as it travels."""
        job = export.job
        return cls.model_construct(
            export_id=job.id,
            status=_STATES.get(job.state, "running"),
            action=export.action,
            target=export.target,
            total=export.total,
            successful=export.sent,
            failed=export.failed,
            skipped=export.skipped,
            pending=export.pending,
            can_be_undone=export.undoable,
            resumes_at=_moment(job.wake_at),
            error=over_rest(job.error) if job.error else None,
            retry_of=export.retry_of,
            retried_as=export.retried_as,
            undo_of=export.undo_of,
            created_at=datetime.fromisoformat(job.created_at),
            finished_at=_moment(job.finished_at),
            results=[ResultShape.of(each) for each in export.results] if with_results else None,
        )


class ExportList(BaseModel):
    exports: list[ExportAnswer] = Field(description="Newest first, without their items.")


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)
