"""What a tablet needs from its platform, for Python: HTTP by urllib, secrets in files, the log by logging."""

import asyncio
import concurrent.futures
import http.client
import logging
import os
import tempfile
import urllib.error
import urllib.request

import mobile_ffi
from mobile_ffi import HostError, HttpHeader, HttpMethod, HttpResponse, HttpTransport, KeyVault, LogLevel, LogSink


class _FromAnyThread:
    """A loop that may be told from any thread to call something: the bindings do so when a request is given up."""

    def __init__(self, loop):
        self._loop = loop

    def call_soon(self, callback, *arguments):
        return self._loop.call_soon_threadsafe(callback, *arguments)

    def __getattr__(self, name):
        return getattr(self._loop, name)


def use_event_loop(loop=None):
    """Says on which loop the library calls asynchronous parts of the app: it does so from threads of its own."""
    mobile_ffi.uniffi_set_event_loop(_FromAnyThread(loop or asyncio.get_running_loop()))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class UrllibTransport(HttpTransport):
    """HTTP by urllib, with the proxies and certificates of the system."""

    def __init__(self, timeout_s=60.0):
        self.timeout_s = timeout_s
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._threads = concurrent.futures.ThreadPoolExecutor(2, "ploughshare-http")

    async def execute(self, request):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._send, request)

    def _send(self, request):
        post = request.method == HttpMethod.POST
        asked = urllib.request.Request(request.url, data=request.body if post else None, method="POST" if post else "GET")
        for header in request.headers:
            asked.add_header(header.name, header.value)
        try:
            with self._opener.open(asked, timeout=self.timeout_s) as answer:
                return self._response(answer.status, answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return self._response(answer.code, answer)
        except urllib.error.URLError as error:
            raise HostError.Offline(reason=str(error.reason)) from error
        except OSError as error:
            raise HostError.Interrupted(reason=str(error)) from error
        except http.client.HTTPException as error:
            raise HostError.Interrupted(reason=repr(error)) from error

    @staticmethod
    def _response(status, answer):
        headers = [HttpHeader(name=name.lower(), value=value) for name, value in answer.headers.items()]
        return HttpResponse(status=status, headers=headers, body=answer.read(8 * 1024 * 1024 + 1))


class FileKeyVault(KeyVault):
    """Secrets as files that only their owner may read. For machines that have no better place; keep the folder out of backups."""

    def __init__(self, folder):
        self.folder = str(folder)

    def load(self, name):
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def store(self, name, secret):
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=self.folder)
        with os.fdopen(handle, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, os.path.join(self.folder, name))
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def remove(self, name):
        try:
            os.remove(os.path.join(self.folder, name))
        except FileNotFoundError:
            pass


class LoggingSink(LogSink):
    """The log of the library into `logging`, as `ploughshare.<part>`."""

    LEVELS = {
        LogLevel.ERROR: logging.ERROR,
        LogLevel.WARN: logging.WARNING,
        LogLevel.INFO: logging.INFO,
        LogLevel.DEBUG: logging.DEBUG,
    }

    def log(self, level, target, message):
        logging.getLogger(f"ploughshare.{target}").log(self.LEVELS[level], "%s", message)
