// A day in the field, in Kotlin: enrol, record, work offline, sync. On Android the same calls stand in a ViewModel.
//
//     mobile-ffi/kotlin/run --example SERVER TICKET FOLDER
package org.ploughshare.example

import java.io.File
import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking
import org.ploughshare.mobile.*

/** HTTP that can be switched off, as in a valley. */
private class Radio : HttpTransport {
    private val http = UrlConnectionTransport()
    var on = true

    override suspend fun execute(request: HttpRequest): HttpResponse =
        if (on) http.execute(request) else throw HostException.Offline("no signal")
}

private suspend fun day(server: String, ticket: String, folder: File) {
    val radio = Radio()
    val tablet = Tablet.open(OpenConfig(folder.path), radio, FileKeyVault(File(folder, "no-backup")), null)
    tablet.use {
        if (tablet.enrolment() == null) {
            val enrolment = tablet.enrol(server, ticket, "example tablet")
            println("enrolled in ${enrolment.operationName} for ${enrolment.officerName}")
        }

        radio.on = false
        val fields = mapOf(
            "kind" to "weapon",
            "class" to "ASR",
            "make" to "IZHMASH",
            "model" to "AKM",
            "calibre" to "7.62x39",
            "tag" to "T-001",
            "site" to "alpha",
            "place" to mapOf("lat" to -3.38, "lon" to 29.36, "accuracy_m" to 8),
        )
        val serial = member("markings", "type" to "SER", "text" to "KV 4711", "location" to "RCV")
        val saved = tablet.record(document("item", fields, listOf(serial)))
        tablet.edit(saved.document, listOf(Change.Set("condition", fieldValue("SVC"))))
        try {
            tablet.sync()
        } catch (error: AppException.Transport) {
            println("${error.problem.code}: ${error.problem.advice}")
        }
        val status = tablet.status()
        println("${status.entriesUnsent + status.entriesSealed} statements wait, and are safe here")

        val found = tablet.list(ListFilter(serial = "4711"))
        println("found ${found.rows.size} with that serial: ${found.rows[0].make} ${found.rows[0].model}")

        radio.on = true
        val report = tablet.sync()
        println("brought ${report.pushed} statements, ${report.receipts} receipts")
        val shown = tablet.show(saved.document)
        println("the register has it: ${shown.statements[0].state}, and it ${shown.standing}")
        tablet.shutdown()
    }
}

fun main(arguments: Array<String>) {
    if (arguments.size != 3) {
        System.err.println("usage: run --example SERVER TICKET FOLDER")
        exitProcess(2)
    }
    runBlocking { day(arguments[0], arguments[1], File(arguments[2])) }
}
