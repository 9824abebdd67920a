"""What happens on a tablet, as an asynchronous iterator."""

from mobile_ffi import AppError, TabletState


async def events(tablet, cursor=None, wait_ms=30_000):
    """Yields batches from now on, or from a cursor, until the tablet is closed."""
    cursor = tablet.event_cursor() if cursor is None else cursor
    while True:
        try:
            batch = await tablet.next_events(cursor, wait_ms=wait_ms)
        except AppError.Closed:
            return
        cursor = batch.cursor
        if batch.events or batch.missed:
            yield batch
        if any(event.is_STATE_CHANGED() and event.state == TabletState.CLOSED for event in batch.events):
            return
