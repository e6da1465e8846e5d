//! What the attributes accept, and what they say about the rest.
//!
//! The texts are those of the toolchain in `rust-toolchain.toml`. `TRYBUILD=overwrite` writes them anew; read the
//! difference before you keep it.

#[test]
fn what_the_attributes_say() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
}
