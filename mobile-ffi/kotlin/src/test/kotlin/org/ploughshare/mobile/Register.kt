// A real register on loopback for the tests: the shipped program, a folder of its own, killed at the end.
package org.ploughshare.mobile

import java.io.File
import java.nio.file.Files
import java.util.concurrent.TimeUnit

/** A register with one operation, `north`. */
class Register : AutoCloseable {
    private val folder: File = Files.createTempDirectory("ploughshare-kotlin-").toFile()
    private val process: Process
    private var names = 0
    val address: String

    init {
        run("operation", "create", "--code", "north", "--name", "North", "--training")
        process = command("serve", "--json", "--listen", "127.0.0.1:0", "--data", folder.path)
            .redirectError(File(folder, "serve.log")).start()
        address = text(process.inputStream.bufferedReader().readLine(), "listening")
    }

    private fun command(vararg arguments: String): ProcessBuilder {
        val builder = ProcessBuilder(System.getProperty("ploughshare.program"), *arguments)
        builder.environment().keys.removeIf { it.startsWith("PLOUGHSHARE_") }
        return builder.redirectInput(File("/dev/null"))
    }

    private fun text(json: String, name: String): String =
        Regex("\"$name\"\\s*:\\s*\"([^\"]*)\"").find(json)?.groupValues?.get(1) ?: error("no $name in $json")

    private fun run(vararg arguments: String): String {
        val errors = File(folder, "errors")
        val done = command(*arguments, "--json", "--data", folder.path).redirectError(errors).start()
        val said = done.inputStream.bufferedReader().readText()
        check(done.waitFor(60, TimeUnit.SECONDS) && done.exitValue() == 0) {
            "${arguments.toList()}: $said ${errors.readText()}"
        }
        return said
    }

    /** A name that nobody had, entered with roles. */
    fun officer(vararg roles: String): String {
        val name = "Officer ${++names}"
        run("officer", "add", "--name", name, "--operation", "north", *roles.flatMap { listOf("--role", it) }.toTypedArray())
        return name
    }

    /** A one-use ticket for an officer. */
    fun ticket(name: String): String = text(run("ticket", "--operation", "north", "--officer", name), "ticket")

    override fun close() {
        process.destroyForcibly().waitFor()
        folder.deleteRecursively()
    }
}
