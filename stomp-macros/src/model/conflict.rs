//! What the methods of one block must not do to each other.

use syn::LitStr;

use super::handler::{Handler, Kind};
use crate::{
    diag::{Diagnostics, shown},
    grammar::Pattern,
};

/// No two methods of a block may claim the same messages or the same errors. Methods under `#[cfg]` may be each
/// other's alternatives and are left to the build of the application.
pub(crate) fn check_block(handlers: &[Handler], diags: &mut Diagnostics) {
    let certain = || handlers.iter().filter(|handler| handler.cfgs.is_empty());
    check_patterns(&certain().flat_map(claims).collect::<Vec<_>>(), diags);
    check_errors(
        certain()
            .filter(|handler| handler.kind == Kind::Exception)
            .collect(),
        diags,
    );
}

struct Claim<'a> {
    handler: &'a Handler,
    subscribe: bool,
    pattern: &'a Pattern,
    literal: &'a LitStr,
}

fn claims(handler: &Handler) -> impl Iterator<Item = Claim<'_>> {
    handler.mappings.iter().flat_map(move |mapping| {
        mapping.patterns.iter().map(move |(pattern, literal)| Claim {
            handler,
            subscribe: mapping.subscribe,
            pattern,
            literal,
        })
    })
}

fn check_patterns(claims: &[Claim<'_>], diags: &mut Diagnostics) {
    for (index, claim) in claims.iter().enumerate() {
        for earlier in &claims[..index] {
            let same_function = std::ptr::eq(earlier.handler, claim.handler);
            if earlier.subscribe == claim.subscribe
                && !same_function
                && earlier.pattern.ambiguous_with(claim.pattern)
            {
                diags.push(conflict(earlier, claim));
            }
        }
    }
}

/// Stable compilers know no secondary notes, so the earlier place is an error of its own.
fn conflict(earlier: &Claim<'_>, claim: &Claim<'_>) -> syn::Error {
    let how = if earlier.pattern.text() == claim.pattern.text() {
        "already mapped"
    } else {
        "ambiguous: some destinations match both and neither is more specific"
    };
    let mut error = syn::Error::new(
        claim.literal.span(),
        format!("`{}` is {how}", claim.pattern.text()),
    );
    let there = format!(
        "`{}` is mapped to `{}` here",
        earlier.pattern.text(),
        earlier.handler.ident
    );
    error.combine(syn::Error::new(earlier.literal.span(), there));
    error
}

fn check_errors(handlers: Vec<&Handler>, diags: &mut Diagnostics) {
    let mut known: Vec<(String, &Handler)> = Vec::new();
    for handler in handlers {
        for ty in handler.handled() {
            let text = shown(ty);
            if let Some((_, earlier)) = known.iter().find(|(known, _)| *known == text) {
                let message = format!(
                    "`{text}` is already handled by `{}`: an error has one handler",
                    earlier.ident
                );
                diags.on(ty, message);
            }
            known.push((text, handler));
        }
    }
}
