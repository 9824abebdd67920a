//! The first thing a visitor runs.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[test]
fn the_demo_tells_the_whole_path_in_figures_that_add_up() {
    let ran = std::process::Command::new(ploughshare_tests::ploughshare())
        .args(["demo", "--exit", "--json", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let told: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let items: i64 = told["held"].as_array().unwrap().iter().map(|row| row[2].as_i64().unwrap()).sum();
    assert_eq!(items, 300);
    assert_eq!((told["agree"].as_bool(), told["interrupted"].as_bool()), (Some(true), Some(true)));
    assert_eq!((told["claims"].as_u64(), told["conflicts_left"].as_u64()), (Some(1), Some(0)));
    let sayers = told["conflict"].as_array().unwrap();
    assert_eq!(sayers.len(), 2);
    assert!(sayers.iter().any(|s| s[2] == "Amina") && sayers.iter().any(|s| s[2] == "Joseph"));
    let found = |rule: &str| told["findings"].as_array().unwrap().iter().any(|f| f[0] == rule);
    assert!(found("R01") && found("R05") && found("R20") && found("R31"));
}
