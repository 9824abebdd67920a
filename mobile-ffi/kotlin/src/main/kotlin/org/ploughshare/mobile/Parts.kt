// What a tablet needs from its platform and any JVM has: HTTP by HttpURLConnection, secrets in files.
package org.ploughshare.mobile

import java.io.File
import java.io.IOException
import java.net.ConnectException
import java.net.HttpURLConnection
import java.net.NoRouteToHostException
import java.net.URI
import java.net.UnknownHostException
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.NoSuchFileException
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runInterruptible

private const val MOST_BYTES = 8 * 1024 * 1024 + 1

/** HTTP by HttpURLConnection, with the proxies and certificates of the platform. An app that has OkHttp or Ktor uses that instead. */
class UrlConnectionTransport(private val timeoutMs: Int = 60_000) : HttpTransport {
    override suspend fun execute(request: HttpRequest): HttpResponse = runInterruptible(Dispatchers.IO) { send(request) }

    private fun send(request: HttpRequest): HttpResponse {
        val connection = URI(request.url).toURL().openConnection() as HttpURLConnection
        try {
            val post = request.method == HttpMethod.POST
            connection.requestMethod = if (post) "POST" else "GET"
            connection.instanceFollowRedirects = false
            connection.connectTimeout = minOf(timeoutMs, 10_000)
            connection.readTimeout = timeoutMs
            connection.doOutput = post
            for (header in request.headers) connection.setRequestProperty(header.name, header.value)
            if (post) {
                connection.setFixedLengthStreamingMode(request.body.size)
                connection.outputStream.use { it.write(request.body) }
            }
            val status = connection.responseCode
            val stream = if (status >= 400) connection.errorStream else connection.inputStream
            val body = stream?.use { it.readNBytes(MOST_BYTES) } ?: ByteArray(0)
            val headers = connection.headerFields.filterKeys { it != null }
                .flatMap { (name, values) -> values.map { HttpHeader(name.lowercase(), it) } }
            return HttpResponse(status.toUInt(), headers, body)
        } catch (error: UnknownHostException) {
            throw HostException.Offline(error.toString())
        } catch (error: ConnectException) {
            throw HostException.Offline(error.toString())
        } catch (error: NoRouteToHostException) {
            throw HostException.Offline(error.toString())
        } catch (error: IOException) {
            throw HostException.Interrupted(error.toString())
        } finally {
            connection.disconnect()
        }
    }
}

/** Secrets as files of the app. For tests and desktops; on Android use KeystoreVault. */
class FileKeyVault(private val folder: File) : KeyVault {
    override fun load(name: String): ByteArray? = try {
        Files.readAllBytes(folder.toPath().resolve(name))
    } catch (_: NoSuchFileException) {
        null
    }

    override fun store(name: String, secret: ByteArray) {
        folder.mkdirs()
        val fresh = Files.createTempFile(folder.toPath(), "fresh", null)
        FileChannel.open(fresh, StandardOpenOption.WRITE).use { file ->
            file.write(java.nio.ByteBuffer.wrap(secret))
            file.force(true)
        }
        Files.move(fresh, folder.toPath().resolve(name), ATOMIC_MOVE)
    }

    override fun remove(name: String) {
        Files.deleteIfExists(folder.toPath().resolve(name))
    }
}
