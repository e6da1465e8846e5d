//! The destination grammar gives the answers of Spring's own `AntPathMatcher`.

use std::{fs::File, io::BufReader};

use flate2::read::GzDecoder;
use stomp_tests::ant_golden::{RULES, check};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/ant-golden.tsv.gz");

/// Rows: ROUTE-07, ROUTE-08, ROUTE-09, ROUTE-10, ROUTE-11, ROUTE-13, ROUTE-14, ROUTE-15, ROUTE-16, ROUTE-19, ROUTE-21, ROUTE-22, ROUTE-24
#[test]
fn every_answer_is_springs_or_explained_by_a_rule() {
    let data = File::open(DATA).expect("the golden data is part of the repository");
    let report = check(BufReader::new(GzDecoder::new(data))).unwrap();
    for mismatch in report.mismatches.iter().take(20) {
        println!("{mismatch}");
    }
    assert_eq!(report.mismatches.len(), 0, "the first of them are printed above");
    assert_eq!(report.rows.keys().collect::<Vec<_>>(), ["C", "J", "M", "P"]);
    assert!(report.rows.values().sum::<usize>() > 60_000, "{:?}", report.rows);
    let unused: Vec<_> = report.unused_rules().collect();
    assert!(unused.is_empty(), "rules that no row uses: {unused:?}");
    println!(
        "{:?}, explained: {:?} by {RULES:?}",
        report.rows, report.explained
    );
}

#[test]
fn a_wrong_answer_is_reported_with_its_line() {
    let rows = "P\t/\t/a\t\t\tno\nP\t/\t/a*\t\t\tno\nX\t/\t\t\t\t\nM\t/";
    let report = check(rows.as_bytes()).unwrap();
    let found: Vec<_> = report
        .mismatches
        .iter()
        .map(|wrong| (wrong.line, wrong.ours.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (2, "yes"),
            (3, "unknown kind or separator"),
            (4, "not six columns")
        ]
    );
}
