"""``lockgroove sales``: what is offered on the marketplace, what to ask for a release, what the collection is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tui.cli.options import AsJson, DataDir, Yes

if TYPE_CHECKING:
    from services.discogs.market_models import InventoryPage, Listing
    from services.runtime import Runtime

commands = typer.Typer(
    no_args_is_help=True, help="Offers on the Discogs marketplace, prices and worth.", rich_markup_mode=None
)

_LARGEST = 2**63 - 1
_MOST = 100
"""Listings that Discogs puts on a page (discogs-api.md 3)."""
_FALLING = ("listed", "price")
"""These sorts begin with the newest and the dearest."""
_KEYS = {"title": "item"}
"""Sorts that Discogs calls otherwise."""
_STATUSES = ("All", "Draft", "For Sale", "Sold", "Expired", "Violation")
_OFFERED = ("Draft", "For Sale")
_ABOUT_ID = "The listing's number, as sales list shows it."
Sorting = Literal["listed", "price", "artist", "title", "label", "catno", "status", "location"]
Text = str | None


@commands.command("list")
def list_sales(
    status: Annotated[str, typer.Option(help='Only "Draft", "For Sale", "Sold", "Expired" or "Violation".')] = "All",
    sort: Annotated[Sorting, typer.Option(help="The column to sort by.")] = "listed",
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn the order round.")] = False,
    page: Annotated[int, typer.Option(min=1, help="Which page.")] = 1,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="At most this many on a page.")] = 50,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List what you offer, drafts included, as Discogs has it now, the newest first; a page at a time."""
    from services.errors import NotFound, UpstreamNotFound
    from tui.cli.program import with_runtime
    from tui.cli.sale_lines import print_page

    wanted = _one_of("--status", status, _STATUSES)
    order = "desc" if (sort in _FALLING) != reverse else "asc"

    async def read(runtime: Runtime) -> InventoryPage:
        try:
            return await runtime.market.inventory(
                runtime.user.id, page, status=wanted, sort=_KEYS.get(sort, sort), sort_order=order, per_page=limit
            )
        except UpstreamNotFound as error:
            if page == 1:
                raise
            raise NotFound(f"There is no page {page}.", "Ask for an earlier one.") from error

    found = with_runtime(data_dir, read)
    print_page(found, as_json=as_json)


@commands.command()
def edit(
    listing: Annotated[int, typer.Argument(metavar="LISTING", min=1, max=_LARGEST, help=_ABOUT_ID)],
    price: Annotated[Text, typer.Option(help="In your own currency, such as 12.50.")] = None,
    condition: Annotated[Text, typer.Option(help="Of the record: M, NM, VG+, VG, G+, G, F or P.")] = None,
    sleeve: Annotated[Text, typer.Option(help='As the record, or "Generic", "No Cover", "Not Graded".')] = None,
    comments: Annotated[Text, typer.Option(help="What buyers read; an empty text clears them.")] = None,
    status: Annotated[Text, typer.Option(help='"Draft", or "For Sale": everybody can order it then.')] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Change a listing. What is not named stays. What is sold cannot be changed."""
    from services.discogs.market import ListingChanges
    from services.discogs.market_models import Condition, ListingStatus, SleeveCondition
    from tui import offers
    from tui.cli.output import document, line
    from tui.cli.program import with_runtime
    from tui.cli.sale_lines import said, wire

    if all(each is None for each in (price, condition, sleeve, comments, status)):
        raise typer.BadParameter("Name at least one fact to change, such as --price 12.50.", param_hint="sales edit")
    changes = ListingChanges(
        None if condition is None else Condition(_one_of("--condition", condition, tuple(Condition))),
        None if sleeve is None else SleeveCondition(_one_of("--sleeve", sleeve, tuple(SleeveCondition))),
        None if price is None else offers.price(price),
        None if status is None else ListingStatus(_one_of("--status", status, _OFFERED)),
        comments,
    )
    changed = with_runtime(data_dir, lambda runtime: runtime.market.edit(runtime.user.id, listing, changes))
    if as_json:
        document(wire(changed))
    else:
        line(said("Changed", changed))


@commands.command()
def remove(
    listings: Annotated[list[int], typer.Argument(metavar="LISTING", min=1, max=_LARGEST, help=_ABOUT_ID)],
    yes: Yes = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Delete listings on Discogs for good. The records stay in your collection."""
    from tui.cli.ask import confirm
    from tui.cli.sale_lines import said, wire
    from tui.cli.several import Chore, do_each

    if not yes:
        some = f"listing {listings[0]}" if len(listings) == 1 else f"these {len(listings):,} listings"
        confirm(f"Delete {some} on Discogs for good?")

    async def delete(runtime: Runtime, listing_id: int) -> Listing:
        return await runtime.market.remove(runtime.user.id, listing_id)

    chore = Chore("deleting", delete, lambda gone: said("Deleted", gone), "listings", wire)
    do_each(data_dir, listings, chore, as_json=as_json)


@commands.command()
def prices(
    release: Annotated[
        int, typer.Argument(metavar="RELEASE", min=1, max=_LARGEST, help="The number of a Discogs release.")
    ],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show what Discogs suggests to ask for a release in each condition, or why it does not."""
    from tui.cli.program import with_runtime
    from tui.cli.sale_lines import print_suggested

    found = with_runtime(data_dir, lambda runtime: runtime.market.suggestions(runtime.user.id, release))
    print_suggested(release, found, as_json=as_json)


@commands.command()
def worth(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show what Discogs says the collection is worth, and when it said so.

    It is asked at most once a day, unless the collection changed; where it cannot answer, what it said last is shown.
    """
    from tui.cli.program import with_runtime
    from tui.cli.sale_lines import print_worth

    print_worth(with_runtime(data_dir, lambda runtime: runtime.market.value(runtime.user.id)), as_json=as_json)


def _one_of(option: str, typed: str, offered: tuple[str, ...]) -> str:
    """The one that is meant, in Discogs' own spelling; a usage error names them all."""
    from tui.offers import brief, grade

    meant = grade(typed, offered)
    if meant is None:
        raise typer.BadParameter(f"Choose one of {', '.join(map(brief, offered))}.", param_hint=option)
    return meant
