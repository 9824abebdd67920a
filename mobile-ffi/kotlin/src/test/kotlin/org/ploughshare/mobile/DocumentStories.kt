// Recording, disagreeing, attesting, counting, from Kotlin.
package org.ploughshare.mobile

import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope

val documentStories: List<Pair<String, suspend (Story) -> Unit>> = listOf(
    "what is recorded is found, shown, and still there when opened again" to { story ->
        val folder = story.folder()
        val tablet = story.enrolled(folder = folder)
        val place = mapOf("lat" to -3.38, "lon" to 29.36, "accuracy_m" to 8)
        val saved = tablet.record(rifle("KV 1001", "tag" to "K-1", "place" to place))
        val shown = tablet.show(saved.document)
        same("IZHMASH", shown.fields.first { it.path == "make" }.value.plain)
        same(mapOf("lat" to -3.38, "lon" to 29.36, "accuracy_m" to 8L), shown.fields.first { it.path == "place" }.value.plain)
        same(listOf(saved.document), tablet.list(ListFilter(serial = "kv1001")).rows.map { it.document })
        tablet.shutdown()
        val again = story.open(folder)
        same(shown.digest, again.show(saved.document.take(10)).digest)
        same(1uL, again.status().entriesUnsent)
    },
    "bad input has a code and changes nothing" to { story ->
        val tablet = story.enrolled()
        val saved = tablet.record(rifle("KV 1002"))
        val refused = refused("edit.not_in_list") { tablet.record(rifle("X", "condition" to "shiny")) }
        check(refused is AppException.Refused && refused.problem.dataSafe && !refused.problem.retryable)
        refused("edit.unknown_path") { tablet.recordAll(listOf(rifle("Y"), document("item", mapOf("colour" to "red")))) }
        refused("json.malformed") { tablet.recordJson("{") }
        refused("not_found") { tablet.show("00000000") }
        refused("edit.wrong_type") { tablet.edit(saved.document, listOf(Change.Set("quantity", fieldValue("many")))) }
        same(1uL, tablet.status().entriesOwn)
    },
    "two apps that edit one item offline keep both values, converge, and settle it" to { story ->
        val one = story.enrolled("collector")
        val two = story.enrolled("inspector")
        val items = one.recordAll((1..6).map { rifle("KV 11$it") }).map { it.document }
        one.sync()
        two.sync()
        for (item in items) {
            one.edit(item, listOf(Change.Set("condition", fieldValue("SVC"))))
            two.edit(item, listOf(Change.Set("condition", fieldValue("UNS"))))
        }
        repeat(3) { coroutineScope { listOf(async { one.sync() }, async { two.sync() }).awaitAll() } }
        for (item in items) {
            val (mine, theirs) = one.show(item) to two.show(item)
            same(mine.digest, theirs.digest)
            same(setOf<Any?>("SVC", "UNS"), mine.conflicts.single().values.map { it.value.plain }.toSet())
        }
        two.choose(items[0], "condition", fieldValue("UNS"), "the bolt is cracked")
        two.resolve(items[1], "condition", 0u, "seen again")
        two.sync()
        one.sync()
        same(items.size - 2, one.conflicts().size)
        same(one.show(items[0]).digest, two.show(items[0]).digest)
    },
    "an officer signs in, attests, is signed out by suspending" to { story ->
        val tablet = story.enrolled("collector")
        val item = tablet.record(rifle("KV 1201")).document
        val ines = story.register.officer("inspector")
        same("ready", tablet.addOfficer(story.register.ticket(ines), PIN).state)
        refused("officer.wrong_pin") { tablet.signIn(ines, "wheat 918273") }
        same(ines, tablet.signIn(ines, PIN).name)
        same(null, tablet.attest(Attesting(listOf(item), "verified")).single().claim)
        same("verified", tablet.review(item).state)
        tablet.suspend()
        same(null, tablet.signedIn())
        tablet.resume()
        refused("officer.not_signed_in") { tablet.attest(Attesting(listOf(item), "verified")) }
    },
    "a store is counted and the progress is heard" to { story ->
        val tablet = story.enrolled("supervisor", "storekeeper")
        tablet.recordAll((1..3).map { rifle("CO $it", "tag" to "CO-$it", "site" to "kilo", "store" to "A") })
        val count = tablet.countNew(NewCount("kilo", "A", "half_yearly")).document
        val heard = mutableListOf<ULong>()
        val listener = object : ProgressListener {
            override fun advanced(progress: ProgressReport) {
                synchronized(heard) { heard += progress.items }
            }
        }
        val seen = tablet.countScan(count, listOf("CO-1,CO 1", "CO-2,CO 2"), progress = listener)
        same(listOf("present", "present"), seen.map { it.result })
        same(2uL, heard.last())
        tablet.countTally(count, Tally(`class` = "ASR", quantity = 2))
        val closed = tablet.countClose(count)
        same(1L, closed.shortage)
        same(ClassCount(3, 2), closed.byClass["ASR"])
    },
    "the vocabulary needs no tablet" to { _ ->
        check(codes("calibre", "7.62x39").single().label.isNotEmpty())
        refused("codes.no_such_list") { codes("moods") }
        check(modelsBuiltin("AKM").first().cues.isNotEmpty())
    },
)
