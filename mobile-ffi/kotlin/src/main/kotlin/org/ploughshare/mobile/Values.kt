// Values of fields from and to plain Kotlin, and documents in few words.
package org.ploughshare.mobile

/** A field value: null clears; Boolean, Int, Long, Double, String, List and Map are what they are. */
fun fieldValue(plain: Any?): FieldValue = when (plain) {
    null -> FieldValue.Cleared
    is FieldValue -> plain
    is Boolean -> FieldValue.YesNo(plain)
    is Int -> FieldValue.Number(plain.toLong())
    is Long -> FieldValue.Number(plain)
    is Double -> FieldValue.Decimal(plain)
    is String -> FieldValue.Text(plain)
    is List<*> -> FieldValue.Many(plain.map(::fieldValue))
    is Map<*, *> -> FieldValue.Parts(plain.entries.associate { (name, part) -> name.toString() to fieldValue(part) })
    else -> throw IllegalArgumentException("no field takes a ${plain::class.simpleName}")
}

/** The same as plain Kotlin. */
val FieldValue.plain: Any?
    get() = when (this) {
        is FieldValue.Cleared -> null
        is FieldValue.YesNo -> value
        is FieldValue.Number -> value
        is FieldValue.Decimal -> value
        is FieldValue.Text -> value
        is FieldValue.Many -> values.map { it.plain }
        is FieldValue.Parts -> parts.mapValues { it.value.plain }
    }

/** A member of a set that is to be said, for example a marking. */
fun member(set: String, vararg fields: Pair<String, Any?>): MemberDraft =
    MemberDraft(set, fields.associate { (name, value) -> name to fieldValue(value) })

/** A document that is to be recorded. */
fun document(kind: String, fields: Map<String, Any?>, members: List<MemberDraft> = emptyList()): NewDocument =
    NewDocument(kind, fields.mapValues { fieldValue(it.value) }, members)

/** What the error says: code, message, advice, and whether the data is safe. */
val AppException.problem: Problem
    get() = when (this) {
        is AppException.Refused -> problem
        is AppException.NotFound -> problem
        is AppException.NotEnrolled -> problem
        is AppException.Transport -> problem
        is AppException.Server -> problem
        is AppException.Storage -> problem
        is AppException.Platform -> problem
        is AppException.Cancelled -> problem
        is AppException.Suspended -> problem
        is AppException.Closed -> problem
        is AppException.Internal -> problem
    }
