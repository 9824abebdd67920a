"""Values of fields from and to plain Python."""

from mobile_ffi import FieldValue, MemberDraft, NewDocument


def value(plain):
    """A field value: None clears, and bool, int, float, str, list and dict are what they are."""
    if plain is None:
        return FieldValue.CLEARED()
    if isinstance(plain, bool):
        return FieldValue.YES_NO(value=plain)
    if isinstance(plain, int):
        return FieldValue.NUMBER(value=plain)
    if isinstance(plain, float):
        return FieldValue.DECIMAL(value=plain)
    if isinstance(plain, str):
        return FieldValue.TEXT(value=plain)
    if isinstance(plain, dict):
        return FieldValue.PARTS(parts={name: value(part) for name, part in plain.items()})
    if isinstance(plain, (list, tuple)):
        return FieldValue.MANY(values=[value(part) for part in plain])
    raise TypeError(f"no field takes a {type(plain).__name__}")


def plain(value):
    """A field value as plain Python."""
    if value.is_CLEARED():
        return None
    if value.is_MANY():
        return [plain(part) for part in value.values]
    if value.is_PARTS():
        return {name: plain(part) for name, part in value.parts.items()}
    return value.value


def member(set, /, **fields):
    """A member of a set that is to be said."""
    return MemberDraft(set=set, fields={name: value(part) for name, part in fields.items()})


def document(kind, /, *members, **fields):
    """A document that is to be recorded."""
    return NewDocument(kind=kind, fields={name: value(part) for name, part in fields.items()}, members=list(members))
