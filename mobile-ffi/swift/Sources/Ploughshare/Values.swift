// Values of fields written as Swift literals.
import PloughshareCore

extension FieldValue: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .text(value: value) }
}

extension FieldValue: ExpressibleByBooleanLiteral {
    public init(booleanLiteral value: Bool) { self = .yesNo(value: value) }
}

extension FieldValue: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self = .number(value: value) }
}

extension FieldValue: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) { self = .decimal(value: value) }
}

extension FieldValue: ExpressibleByNilLiteral {
    public init(nilLiteral: ()) { self = .cleared }
}

extension FieldValue: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: FieldValue...) { self = .many(values: elements) }
}

extension FieldValue: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, FieldValue)...) {
        self = .parts(parts: Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}

extension FieldValue {
    /// The text, where it is one.
    public var text: String? {
        if case let .text(value) = self { return value }
        return nil
    }

    /// The whole number, where it is one.
    public var number: Int64? {
        if case let .number(value) = self { return value }
        return nil
    }
}
