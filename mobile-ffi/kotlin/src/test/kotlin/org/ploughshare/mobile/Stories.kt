// What the stories share, and the list of them: `main` runs all whose name holds the argument, says how many passed, and fails if one did.
package org.ploughshare.mobile

import java.io.File
import java.nio.file.Files
import kotlin.coroutines.CoroutineContext
import kotlin.system.exitProcess
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout

const val PIN = "barley 274183"

/** One story: tablets that are closed at its end, on the register of all. */
class Story(val register: Register) {
    private val tablets = mutableListOf<Tablet>()
    private val folders = mutableListOf<File>()

    fun folder(): File = Files.createTempDirectory("ploughshare-tablet-").toFile().also { folders += it }

    suspend fun open(
        folder: File = folder(),
        transport: HttpTransport = UrlConnectionTransport(),
        vault: KeyVault = FileKeyVault(File(folder, "no-backup")),
        timeoutMs: ULong = 60_000uL,
    ): Tablet = Tablet.open(OpenConfig(folder.path, requestTimeoutMs = timeoutMs), transport, vault, null).also { tablets += it }

    suspend fun enrolled(
        vararg roles: String = arrayOf("collector"),
        folder: File = folder(),
        transport: HttpTransport = UrlConnectionTransport(),
        timeoutMs: ULong = 60_000uL,
    ): Tablet {
        val tablet = open(folder, transport, timeoutMs = timeoutMs)
        val name = register.officer(*roles)
        tablet.enrol(register.address, register.ticket(name), "$name's tablet")
        return tablet
    }

    suspend fun end() {
        for (tablet in tablets) {
            try {
                tablet.shutdown()
            } catch (_: AppException) {
                // The story closed it, or meant it to be stuck.
            } catch (_: IllegalStateException) {
                // The story destroyed it.
            }
        }
        folders.forEach { it.deleteRecursively() }
    }
}

fun rifle(serial: String, vararg more: Pair<String, Any?>): NewDocument = document(
    "item",
    mapOf("kind" to "weapon", "class" to "ASR", "make" to "IZHMASH", "calibre" to "7.62x39") + more,
    listOf(member("markings", "type" to "SER", "text" to serial)),
)

/** The block fails with this code. */
suspend fun refused(code: String, block: suspend () -> Unit): AppException {
    try {
        block()
    } catch (error: AppException) {
        check(error.problem.code == code) { "expected $code, got ${error.problem}" }
        check(error.problem.message.isNotEmpty() && error.problem.advice.isNotEmpty())
        return error
    }
    throw AssertionError("expected $code, and nothing was refused")
}

fun <T> same(expected: T, actual: T) = check(expected == actual) { "expected $expected, got $actual" }

/** A dispatcher of one thread, as the main thread of an app is, that knows for how long it was ever held. */
class MainThread : CoroutineDispatcher(), AutoCloseable {
    private val queue = java.util.concurrent.LinkedBlockingQueue<Runnable>()
    private val thread = Thread({
        while (!Thread.interrupted()) {
            val work = try {
                queue.take()
            } catch (_: InterruptedException) {
                break
            }
            val before = System.nanoTime()
            val cpuBefore = java.lang.management.ManagementFactory.getThreadMXBean().currentThreadCpuTime
            work.run()
            val held = (System.nanoTime() - before) / 1_000_000
            val busy = (java.lang.management.ManagementFactory.getThreadMXBean().currentThreadCpuTime - cpuBefore) / 1_000_000
            worstMs = maxOf(worstMs, held)
            worstBusyMs = maxOf(worstBusyMs, busy)
        }
    }, "main-thread-of-the-app").apply { isDaemon = true }

    @Volatile
    var worstMs = 0L
        private set

    /** The same in time of the processor, which other programs do not lengthen. */
    @Volatile
    var worstBusyMs = 0L
        private set

    init {
        thread.start()
    }

    fun forget() {
        worstMs = 0
        worstBusyMs = 0
    }

    override fun dispatch(context: CoroutineContext, block: Runnable) {
        queue.put(block)
    }

    override fun close() = thread.interrupt()
}

fun main(arguments: Array<String>) {
    val filter = arguments.firstOrNull().orEmpty()
    var (passed, failed) = 0 to 0
    Register().use { register ->
        for ((name, story) in stories.filter { filter in it.first }) {
            try {
                runBlocking {
                    withTimeout(180_000) {
                        val told = Story(register)
                        try {
                            story(told)
                        } finally {
                            told.end()
                        }
                    }
                }
                println("ok      $name")
                passed++
            } catch (error: CancellationException) {
                println("FAILED  $name: took too long, or was cancelled: $error")
                failed++
            } catch (error: Throwable) {
                println("FAILED  $name: $error")
                error.printStackTrace(System.out)
                failed++
            }
        }
    }
    println("$passed passed, $failed failed")
    exitProcess(if (failed == 0 && passed > 0) 0 else 1)
}

val stories: List<Pair<String, suspend (Story) -> Unit>> = documentStories + lifeStories
