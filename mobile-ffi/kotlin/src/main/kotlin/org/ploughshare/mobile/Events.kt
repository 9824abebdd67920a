// What happens on a tablet as a Flow.
package org.ploughshare.mobile

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/**
 * Batches of events from now on, or from a cursor, until the tablet is closed. A collector that is slow misses nothing up to a
 * thousand events, and is told by `missed` when it was slower. Collecting it again from the last `cursor` goes on where it was.
 */
fun Tablet.events(from: ULong? = null): Flow<EventBatch> = flow {
    var cursor = from ?: eventCursor()
    while (true) {
        val batch = try {
            nextEvents(cursor)
        } catch (_: AppException.Closed) {
            return@flow
        }
        cursor = batch.cursor
        if (batch.events.isNotEmpty() || batch.missed) emit(batch)
        if (batch.events.any { it is Event.StateChanged && it.state == TabletState.CLOSED }) return@flow
    }
}
