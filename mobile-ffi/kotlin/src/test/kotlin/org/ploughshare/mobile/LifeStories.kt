// Opening, suspending, cancelling, and what an app may do wrong, from Kotlin.
package org.ploughshare.mobile

import java.io.File
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

/** A transport that does with a request what the story says; the real one otherwise. */
class Broken : HttpTransport {
    val real = UrlConnectionTransport()
    val dropped = AtomicInteger()

    @Volatile
    var deed: (suspend (HttpRequest) -> HttpResponse)? = null

    override suspend fun execute(request: HttpRequest): HttpResponse = deed?.invoke(request) ?: real.execute(request)

    /** Never answers, says when it was asked, and counts how often it was dropped. */
    fun hang(asked: CompletableDeferred<Unit>) {
        deed = {
            asked.complete(Unit)
            try {
                awaitCancellation()
            } finally {
                dropped.incrementAndGet()
            }
        }
    }
}

private suspend fun eventually(what: String, holds: suspend () -> Boolean) {
    repeat(200) {
        if (holds()) return
        delay(20)
    }
    throw AssertionError("never came: $what")
}

val lifeStories: List<Pair<String, suspend (Story) -> Unit>> = listOf(
    "the main thread is never held while much is synced and listed" to { story ->
        val one = story.enrolled()
        repeat(4) { part -> one.recordAll((1..250).map { rifle("W$part $it") }) }
        one.sync()
        val two = story.enrolled()
        two.recordAll((1..300).map { rifle("V $it") })
        MainThread().use { main ->
            withContext(main) {
                // The first call loads classes; what is measured is the second.
                two.status()
                delay(1)
            }
            main.forget()
            val report = withContext(main) {
                coroutineScope {
                    val syncing = async { two.sync() }
                    val others = listOf(async { one.list(ListFilter(limit = 50u)) }, async { two.status() }, async { one.findings(10u) })
                    others.awaitAll()
                    syncing.await()
                }
            }
            check(report.pushed == 300uL) { "$report" }
            println("        the main thread was held for ${main.worstMs} ms at most, ${main.worstBusyMs} ms of them busy")
            check(main.worstBusyMs < 50) { "held for ${main.worstBusyMs} ms of work" }
        }
    },
    "a cancelled job gives up the sync and the request of the app" to { story ->
        val transport = Broken()
        val tablet = story.enrolled(transport = transport)
        tablet.record(rifle("KV 3001"))
        val asked = CompletableDeferred<Unit>()
        transport.hang(asked)
        coroutineScope {
            val job = launch { tablet.sync() }
            asked.await()
            job.cancelAndJoin()
        }
        eventually("the request is dropped") { transport.dropped.get() == 1 }
        val handle = CancelHandle()
        val again = CompletableDeferred<Unit>()
        transport.hang(again)
        coroutineScope {
            val syncing = async { runCatching { tablet.sync(handle) } }
            again.await()
            handle.cancel()
            check(syncing.await().exceptionOrNull() is AppException.Cancelled)
        }
        transport.deed = null
        same(1uL, tablet.sync().pushed)
    },
    "a transport that misbehaves costs nothing but time" to { story ->
        val transport = Broken()
        val tablet = story.enrolled(transport = transport, timeoutMs = 300uL)
        tablet.record(rifle("KV 3002"))
        val deeds = listOf<Pair<String, suspend (HttpRequest) -> HttpResponse>>(
            "transport.offline" to { throw HostException.Offline("no signal") },
            "transport.interrupted" to { throw IllegalStateException("Zqx surprise") },
            "transport.interrupted" to { awaitCancellation() },
            "transport.interrupted" to { HttpResponse(200u, emptyList(), ByteArray(10 * 1024 * 1024)) },
            "transport.interrupted" to { HttpResponse(7u, emptyList(), ByteArray(0)) },
            "server.503" to { HttpResponse(503u, emptyList(), ByteArray(0)) },
        )
        for ((code, deed) in deeds) {
            transport.deed = deed
            val error = refused(code) { tablet.sync() }
            check(error.problem.retryable && error.problem.dataSafe)
        }
        transport.deed = { request ->
            // Back into the tablet from inside a request.
            tablet.record(rifle("KV 3003"))
            transport.real.execute(request)
        }
        check(tablet.sync().pushed >= 1uL)
        transport.deed = null
        tablet.sync()
        same(0uL, tablet.status().entriesUnsent)
    },
    "a vault that blocks on the tablet itself does not lock it up" to { story ->
        val folder = story.folder()
        var tablet: Tablet? = null
        val files = FileKeyVault(File(folder, "no-backup"))
        val asked = AtomicInteger()
        val vault = object : KeyVault {
            override fun load(name: String) = files.load(name)

            override fun store(name: String, secret: ByteArray) {
                // Waits for an answer of the tablet that is waiting for this.
                tablet?.let { open -> runBlocking { open.status() } }
                asked.incrementAndGet()
                files.store(name, secret)
            }

            override fun remove(name: String) {
                tablet?.let { open -> runBlocking { open.status() } }
                files.remove(name)
            }
        }
        tablet = story.open(folder, vault = vault)
        val name = story.register.officer("collector")
        tablet.enrol(story.register.address, story.register.ticket(name), "curious")
        val ines = story.register.officer("inspector")
        tablet.addOfficer(story.register.ticket(ines), PIN)
        tablet.changePin(ines, PIN, "wheat 918273")
        tablet.removeOfficer(ines, "wheat 918273")
        check(asked.get() >= 4) { "$asked" }
    },
    "suspending gives up a sync, and what is closed says so" to { story ->
        val transport = Broken()
        val tablet = story.enrolled(transport = transport)
        tablet.record(rifle("KV 3004"))
        val asked = CompletableDeferred<Unit>()
        transport.hang(asked)
        coroutineScope {
            val syncing = async { runCatching { tablet.sync() } }
            asked.await()
            tablet.suspend()
            check(syncing.await().exceptionOrNull() is AppException.Suspended)
        }
        refused("tablet.suspended") { tablet.status() }
        transport.deed = null
        tablet.resume()
        same(1uL, tablet.sync().pushed)
        tablet.shutdown()
        refused("tablet.closed") { tablet.status() }
        tablet.destroy()
        try {
            tablet.status()
            throw AssertionError("a destroyed tablet answered")
        } catch (_: IllegalStateException) {
            // As every object of the bindings.
        }
    },
    "events are a flow that ends with the tablet" to { story ->
        val tablet = story.enrolled()
        coroutineScope {
            val cursor = tablet.eventCursor()
            val listening = async(Dispatchers.Default) { tablet.events(cursor).toList() }
            val saved = (1..5).map { tablet.record(rifle("KV 31$it")).document }
            tablet.sync()
            tablet.shutdown()
            val events = listening.await().flatMap { it.events }
            same(saved, events.filterIsInstance<Event.DocumentsChanged>().mapNotNull { it.documents.singleOrNull() })
            check(events.any { it is Event.Synced }) { "$events" }
            same(Event.StateChanged(TabletState.CLOSED), events.last())
        }
    },
    "an observer that throws hears no more, another hears all" to { story ->
        val tablet = story.enrolled()
        val heard = AtomicInteger()
        val good = tablet.subscribe(object : EventObserver {
            override fun onEvents(batch: EventBatch) {
                heard.addAndGet(batch.events.size)
            }
        })
        val bad = tablet.subscribe(object : EventObserver {
            override fun onEvents(batch: EventBatch): Unit = throw IllegalStateException("Zqx")
        })
        repeat(8) {
            tablet.record(rifle("KV 32$it"))
            delay(50)
        }
        eventually("all is heard") { heard.get() == 8 }
        eventually("the other is left out") { !bad.isActive() }
        check(good.isActive())
        good.cancel()
        good.destroy()
    },
    "three hundred openings leave no thread behind" to { story ->
        val folder = story.folder()
        val tablet = story.enrolled(folder = folder)
        tablet.shutdown()
        val transport = UrlConnectionTransport()
        val vault = FileKeyVault(File(folder, "no-backup"))
        fun threads() = File("/proc/self/task").list()!!.size
        fun files() = File("/proc/self/fd").list()!!.size
        var settled = 0 to 0
        repeat(300) { turn ->
            Tablet.open(OpenConfig(folder.path), transport, vault, null).use { it.shutdown() }
            if (turn == 50) settled = threads() to files()
        }
        check(threads() <= settled.first + 4 && files() <= settled.second + 8) { "$settled, ${threads()}, ${files()}" }
    },
)
