//! From the model to tokens.

mod call;
mod component;
mod controller;
mod function;
mod route;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

pub(crate) use self::{component::component, controller::controller, function::function};

/// The span of the user's code with the names of the macro: errors are shown there, lints see a macro.
fn here(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// The paths that generated code names.
struct Paths {
    /// `::stomp_server`
    krate: TokenStream,
    /// `::stomp_server::__private`
    private: TokenStream,
}

impl Paths {
    fn new(given: Option<&syn::Path>) -> Self {
        let krate = crate::krate::path(given);
        let private = quote!(#krate::__private);
        Self { krate, private }
    }
}

/// Where the user wrote `on`, known when the program is compiled.
fn location(paths: &Paths, on: &impl Spanned) -> TokenStream {
    let private = &paths.private;
    quote_spanned! {on.span()=>
        #private::Location::new(::core::file!(), ::core::line!(), ::core::column!())
    }
}

/// What a handler's function is spared: its arguments are owned because messages are, and as many as it wants to know
/// of one. What its author says of these lints comes behind, and counts.
fn spare(attributes: &mut Vec<syn::Attribute>) {
    let spared = syn::parse_quote!(#[allow(clippy::needless_pass_by_value, clippy::too_many_arguments)]);
    attributes.insert(0, spared);
}

/// Generated code is nobody's style.
fn allow() -> TokenStream {
    quote! {
        #[allow(
            deprecated, unused_qualifications, unused_imports, unused_variables, unreachable_code,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction
        )]
    }
}

#[cfg(test)]
mod tests;
