// Secrets on Android: files in noBackupFilesDir, each sealed by a key that never leaves the Keystore.
package org.ploughshare.mobile

import android.content.Context
import android.os.SystemClock
import android.provider.Settings
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.util.Log
import java.io.File
import java.security.InvalidKeyException
import java.security.KeyStore
import java.security.UnrecoverableKeyException
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

private const val STORE = "AndroidKeyStore"
private const val TRANSFORMATION = "AES/GCM/NoPadding"

/**
 * The vault for Android. The key is made in the hardware where the device has it. It does not demand that the user is present, so that a
 * sync in the background can sign; who needs more sets `setUserAuthenticationRequired` in a vault of their own.
 */
class KeystoreVault(context: Context, private val alias: String = "ploughshare.vault") : KeyVault {
    private val files = FileKeyVault(File(context.noBackupFilesDir, "ploughshare-vault"))

    override fun load(name: String): ByteArray? {
        val sealed = files.load(name) ?: return null
        return guarded {
            val cipher = Cipher.getInstance(TRANSFORMATION)
            cipher.init(Cipher.DECRYPT_MODE, key(), GCMParameterSpec(128, sealed, 0, 12))
            cipher.updateAAD(name.toByteArray())
            cipher.doFinal(sealed, 12, sealed.size - 12)
        }
    }

    override fun store(name: String, secret: ByteArray) = guarded {
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.ENCRYPT_MODE, key())
        cipher.updateAAD(name.toByteArray())
        files.store(name, cipher.iv + cipher.doFinal(secret))
    }

    override fun remove(name: String) = files.remove(name)

    private fun key(): SecretKey {
        val store = KeyStore.getInstance(STORE).apply { load(null) }
        (store.getKey(alias, null) as SecretKey?)?.let { return it }
        val spec = KeyGenParameterSpec.Builder(alias, KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(256)
            .build()
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).apply { init(spec) }.generateKey()
    }

    private fun <T> guarded(work: () -> T): T = try {
        work()
    } catch (_: KeyPermanentlyInvalidatedException) {
        throw HostException.Invalidated()
    } catch (_: UnrecoverableKeyException) {
        throw HostException.Invalidated()
    } catch (_: AEADBadTagException) {
        throw HostException.Invalidated()
    } catch (_: InvalidKeyException) {
        throw HostException.Locked()
    }
}

/** The clocks of Android: waiting times after wrong PINs hang on a clock that the user cannot set. */
class AndroidClock(private val context: Context) : DeviceClock {
    override fun now(): ClockReading = ClockReading(
        wallMs = System.currentTimeMillis(),
        bootId = Settings.Global.getInt(context.contentResolver, Settings.Global.BOOT_COUNT, 0).toString(),
        sinceBootMs = SystemClock.elapsedRealtime(),
    )
}

/** The log of the library into logcat. */
class LogcatSink : LogSink {
    override fun log(level: LogLevel, target: String, message: String) {
        val priority = when (level) {
            LogLevel.ERROR -> Log.ERROR
            LogLevel.WARN -> Log.WARN
            LogLevel.INFO -> Log.INFO
            LogLevel.DEBUG -> Log.DEBUG
        }
        Log.println(priority, "ploughshare.$target", message)
    }
}
