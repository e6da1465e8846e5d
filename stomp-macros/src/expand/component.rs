//! `#[derive(Component)]`

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Expr, Field, Member, spanned::Spanned};

use super::{Paths, here};
use crate::diag::Diagnostics;

/// Where a field's value comes from.
enum Origin {
    Injected,
    Default,
    With(Expr),
}

pub(crate) fn component(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let Data::Struct(data) = &input.data else {
        let message =
            "`Component` can be derived for structs: an application builds it by filling in its fields";
        return syn::Error::new_spanned(&input.ident, message).into_compile_error();
    };
    let mut diags = Diagnostics::default();
    let krate = diags.take(krate(&input)).flatten();
    let paths = Paths::new(krate.as_ref());
    let p = &paths.private;
    let (mut values, mut requirements) = (Vec::new(), Vec::new());
    for (index, field) in data.fields.iter().enumerate() {
        let origin = diags.take(origin(field)).unwrap_or(Origin::Injected);
        let ty = &field.ty;
        let span = here(ty.span());
        let member = field
            .ident
            .clone()
            .map_or_else(|| Member::from(index), Member::Named);
        values.push(match origin {
            Origin::Injected => {
                requirements
                    .push(quote_spanned!(span=> <#ty as #p::FromContext>::requirements(__requirements);));
                quote_spanned!(span=> #member: <#ty as #p::FromContext>::from_context(__context))
            }
            Origin::Default => quote_spanned!(span=> #member: ::core::default::Default::default()),
            Origin::With(function) => quote_spanned!(span=> #member: (#function)(__context)),
        });
    }
    let (ident, allow) = (&input.ident, super::allow());
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let errors = diags.into_tokens();
    quote! {
        #allow
        #[automatically_derived]
        impl #generics #p::Component for #ident #arguments #bounds {
            fn requirements(__requirements: &mut #p::Requirements) {
                #(#requirements)*
            }

            fn build(__context: &#p::Context) -> Self {
                Self { #(#values),* }
            }
        }
        #errors
    }
}

/// `#[component(crate = path)]` on the struct.
fn krate(input: &DeriveInput) -> syn::Result<Option<syn::Path>> {
    let mut found = None;
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("component"))
    {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(meta.error("expected `crate = path`"));
            }
            found = Some(meta.value()?.call(syn::Path::parse_mod_style)?);
            Ok(())
        })?;
    }
    Ok(found)
}

fn origin(field: &Field) -> syn::Result<Origin> {
    let mut origin = Origin::Injected;
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("component"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("default") {
                origin = Origin::Default;
            } else if meta.path.is_ident("with") {
                origin = Origin::With(meta.value()?.parse()?);
            } else {
                return Err(meta.error("expected `default` or `with = path`"));
            }
            Ok(())
        })?;
    }
    Ok(origin)
}
