use stomp_core::codec::encode;

use crate::{
    frames::frame,
    notation::{Case, cases, octets},
};

#[test]
fn the_table_holds() {
    cases(include_str!("../data/encode.txt")).for_each(|case| check(&case));
}

fn check(case: &Case<'_>) {
    for &version in &case.versions {
        let version = version.unwrap_or_else(|| panic!("{}: an encoder needs a version", case.name));
        let mut out = b"before".to_vec();
        encode(&mut out, version, &frame(case.given));
        let expected = [b"before", &octets(case.expected)[..]].concat();
        assert_eq!(
            out.escape_ascii().to_string(),
            expected.escape_ascii().to_string(),
            "{} in {version}",
            case.name
        );
    }
}
