// swift-tools-version: 5.9
// The XCFramework is made by `../package xcframework swift/PloughshareCoreFFI.xcframework`, which needs macOS. For a release, name its
// address and checksum instead of the path.
import PackageDescription

let package = Package(
    name: "Ploughshare",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [
        .library(name: "Ploughshare", targets: ["Ploughshare"]),
    ],
    targets: [
        .binaryTarget(name: "PloughshareCoreFFI", path: "PloughshareCoreFFI.xcframework"),
        // The generated bindings. They are not ready for the checks of language mode 6 (asynchronous closures that are not Sendable); with
        // these tools the mode is 5.
        .target(name: "PloughshareCore", dependencies: ["PloughshareCoreFFI"]),
        // What is written by hand: cancellation, streams, the parts of the platform.
        .target(name: "Ploughshare", dependencies: ["PloughshareCore"]),
        .testTarget(name: "PloughshareTests", dependencies: ["Ploughshare"]),
    ]
)
