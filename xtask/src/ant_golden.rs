//! `cargo xtask ant-golden FILE`: replays golden data of Spring's `AntPathMatcher`.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::{Context, ensure};
use flate2::read::MultiGzDecoder;
use stomp_tests::ant_golden::{Report, check};

/// How many mismatches are shown.
const SHOWN: usize = 20;

/// Replays a `.tsv` or `.tsv.gz` file and prints what it finds.
///
/// # Errors
///
/// A file that cannot be read or has no rows, and any answer that differs without a rule.
pub(crate) fn run(file: &Path) -> anyhow::Result<()> {
    let report = check(open(file)?).with_context(|| format!("cannot read {}", file.display()))?;
    for (kind, rows) in &report.rows {
        println!("{kind}: {rows} rows");
    }
    for (rule, rows) in &report.explained {
        println!("different on purpose, {rule}: {rows} rows");
    }
    for mismatch in report.mismatches.iter().take(SHOWN) {
        println!("{mismatch}");
    }
    println!("{} mismatches", report.mismatches.len());
    verdict(&report)
}

fn verdict(report: &Report) -> anyhow::Result<()> {
    ensure!(
        !report.rows.is_empty() || !report.mismatches.is_empty(),
        "no rows at all"
    );
    ensure!(
        report.mismatches.is_empty(),
        "{} mismatches",
        report.mismatches.len()
    );
    Ok(())
}

fn open(file: &Path) -> anyhow::Result<Box<dyn BufRead>> {
    let data = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let is_packed = file.extension().is_some_and(|extension| extension == "gz");
    Ok(if is_packed {
        Box::new(BufReader::new(MultiGzDecoder::new(data)))
    } else {
        Box::new(BufReader::new(data))
    })
}
